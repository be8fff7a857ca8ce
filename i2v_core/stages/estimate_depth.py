"""Estimates the relative inverse depth of all images of one frame store."""

from collections.abc import Callable, Iterator
from pathlib import Path

import h5py
import numpy as np
import torch

from i2v_core import cli, training
from i2v_core.media.depth_store import write_depths
from i2v_core.media.frames import FrameStore
from i2v_core.progress import track

Estimate = Callable[[list[np.ndarray]], list[np.ndarray]]


def run(*, store: Path, backend: str, model: str, batch_size: int, device: str, threads: int, out: Path) -> None:
    """store: frame store of one shard; of a video its first frame is used. out: depth store of the same items.

    backend: "mini" with a file of pretrain_depth as `model`, or "dpt" with a folder or hub id of transformers.
    Raises ValueError for another backend.
    """
    place = training.open_device(device=device, threads=threads)
    images = FrameStore([store])
    with h5py.File(store) as file:
        dataset = str(file.attrs["dataset"])
    estimate = _estimator(backend, model, place)
    write_depths(_maps(images, dataset, estimate, batch_size), out, dataset=dataset)


def _estimator(backend: str, model: str, place: torch.device) -> Estimate:
    if backend == "mini":
        from i2v_core.models import depth_net

        net, short_side_px = depth_net.load(Path(model))
        net.to(place)
        return lambda images: depth_net.inverse_depth(net, images, short_side_px=short_side_px)
    if backend == "dpt":
        from i2v_core.models import dpt  # transformers takes seconds to import

        loaded = dpt.load_dpt(model)
        loaded.network.to(place)
        return lambda images: dpt.inverse_depth(loaded, images)
    raise ValueError(f"depth backend: {backend!r} found, 'mini' or 'dpt' wanted; see depth.backend in params.yaml")


def _maps(images: FrameStore, dataset: str, estimate: Estimate, batch_size: int) -> Iterator[tuple[str, np.ndarray]]:
    keys = list(images)
    parts = [keys[start : start + batch_size] for start in range(0, len(keys), batch_size)]
    for part in track(parts, f"depth of {dataset}", len(parts)):
        maps = estimate([images.frames(key, [0])[0] for key in part])
        yield from zip((key.removeprefix(f"{dataset}/") for key in part), maps, strict=True)


if __name__ == "__main__":
    cli.entry(run)
