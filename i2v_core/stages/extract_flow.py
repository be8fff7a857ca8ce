"""TV-L1 flow of all videos of one shard of frames."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import h5py
import numpy as np

from i2v_core import cli
from i2v_core.media import flow_store, tvl1
from i2v_core.media.frames import FrameStore
from i2v_core.progress import track


def run(*, store: Path, settings: dict, backend: str, bound_px: float = 20.0, out: Path) -> None:
    """Writes the flow store of a frame store. settings: any of `tvl1.Settings`; backend: auto, numba, torch, opencv.

    Memory holds one video. A single frame gets no flow. Choice: frames too small for TV-L1, an icon among the user's
    videos, have no motion. Raises ValueError for unknown settings.
    """
    cv2.setNumThreads(1)  # shards run side by side, one process each
    unknown = sorted(set(settings) - set(tvl1.Settings.__dataclass_fields__))
    if unknown:
        known = sorted(tvl1.Settings.__dataclass_fields__)
        raise ValueError(f"TV-L1 settings {unknown} found, any of {known} wanted; see flow.tvl1 in params.yaml")
    chosen = tvl1.Settings(**settings)
    with h5py.File(store) as file:
        dataset = str(file.attrs["dataset"])
    flows = _flows(FrameStore([store]), dataset, chosen, backend)
    flow_store.write_flows(flows, out, dataset=dataset, bound_px=bound_px)


def _flows(videos: FrameStore, dataset: str, settings: tvl1.Settings, backend: str) -> Iterator[tuple[str, np.ndarray]]:
    for key in track(videos, f"flow of {dataset}", len(videos)):
        frames = videos.frames(key, range(videos.length(key)))
        if min(frames.shape[1:3]) < tvl1.SMALLEST_SIDE_PX:
            yield key.removeprefix(f"{dataset}/"), np.zeros((len(frames) - 1, *frames.shape[1:3], 2), np.float32)
            continue
        try:
            flow = tvl1.video_flow(frames, settings, backend=backend)
        except ValueError as error:
            raise ValueError(f"item {key!r}: {error}") from None
        yield key.removeprefix(f"{dataset}/"), flow


if __name__ == "__main__":
    cli.entry(run)
