"""Makes a video of each photo of a shard by moving a virtual camera through its depth."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import h5py
import numpy as np
import pandas as pd

from i2v_core import cli, seeding, storage
from i2v_core.media import frames
from i2v_core.media.depth_store import DepthStore
from i2v_core.media.frames import FrameStore
from i2v_core.media.synthesis import videos
from i2v_core.progress import track

COLUMNS = ["id", "frame", "real_share"]


def run(*, store: Path, depths: Path, settings: dict, seed: int, out: Path, items: Path) -> None:
    """Writes a frame store of the videos and a table of the share of each frame's pixels that show the photo.

    store, depths: frame store and depth store of the same photos. settings: `preset`, `frames`, `fps`, `jpeg_quality`,
    and whatever of `camera.Motion` replaces the preset's. Each photo has its own seed, by dataset, id and preset.
    """
    cv2.setNumThreads(1)  # shards run side by side, one process each
    with h5py.File(store) as file:
        dataset = str(file.attrs["dataset"])
    missing = sorted({"preset", "frames", "fps", "jpeg_quality"} - set(settings))
    if missing:
        raise ValueError(f"synthesis settings {sorted(settings)} found, {missing} wanted besides; see params.yaml")
    rows: list[dict] = []
    made = _videos(FrameStore([store]), DepthStore([depths]), dataset, dict(settings), seed, rows)
    frames.write_store(made, out, dataset=dataset, jpeg_quality=settings["jpeg_quality"])
    storage.write_csv(pd.DataFrame(rows, columns=COLUMNS), items)


def _videos(
    photos: FrameStore, depths: DepthStore, dataset: str, settings: dict, seed: int, rows: list[dict]
) -> Iterator[tuple[str, np.ndarray, float]]:
    preset, count, fps = (settings.pop(name) for name in ("preset", "frames", "fps"))
    del settings["jpeg_quality"]
    for key in track(photos, f"videos of {dataset}", len(photos)):
        name = key.removeprefix(f"{dataset}/")
        if photos.length(key) != 1:
            raise ValueError(f"item {key!r}: {photos.length(key)} frames found, a photo of one frame wanted")
        own = seeding.derive(seed, dataset, name, preset)
        image, inverse_depth = photos.frames(key, [0])[0], depths.inverse_depth(key)
        try:
            video = videos.generate(image, inverse_depth, preset, frames=count, seed=own, **settings)
        except ValueError as error:
            raise ValueError(f"item {key!r}: {error}") from None
        shares = video.real.mean(axis=(1, 2))
        rows.extend({"id": name, "frame": frame, "real_share": share} for frame, share in enumerate(shares))
        yield name, video.frames, fps


if __name__ == "__main__":
    cli.entry(run)
