"""Features of the clips of all videos of one shard, by a frozen backbone, of frames or of flow."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import h5py
import numpy as np
import torch
from torch import nn

from i2v_core import cli, inference, training
from i2v_core.media import feature_store
from i2v_core.media.feature_store import ClipFeatures
from i2v_core.media.flow_store import FlowStore
from i2v_core.media.frames import FrameStore
from i2v_core.media.views import Flow, Rgb, View
from i2v_core.methods.stcda import segment_clips
from i2v_core.methods.stcda.segment_clips import Windows
from i2v_core.models.clip_encoders import clip_encoder

ITEMS = 16  # videos whose clips are in memory together


def run(
    *,
    store: Path,
    view: str,
    weights: str,
    settings: dict,
    batch_size: int,
    device: str,
    threads: int,
    seed: int,
    out: Path,
) -> None:
    """store: a shard of frames, or of flow for the view `flow`. weights: a file, or nothing for random ones.

    settings: backbone (i3d or bn_inception), model (arguments of the backbone), resize_px, size_px, frames, stride,
    segments, windows. Windows, crops and flips of an item depend on `seed` and its key alone: both views share them.
    Raises ValueError for another view or backbone, and for weights that do not fit.
    """
    place = training.open_device(device=device, threads=threads)
    torch.manual_seed(seed)  # random weights, where none are given
    network = clip_encoder(settings, view, weights)
    with h5py.File(store) as file:
        dataset = str(file.attrs["dataset"])
    sizes = {name: settings[name] for name in ("resize_px", "size_px")}
    videos: View = Rgb(FrameStore([store]), **sizes) if view == "rgb" else Flow(FlowStore([store]), **sizes)
    found = _features(network, videos, settings, batch_size, place, seed)
    items = ((key.removeprefix(f"{dataset}/"), features) for key, features in found)
    feature_store.write_features(items, out, dataset=dataset, view=view)


def _features(
    network: nn.Module, videos: View, settings: dict, batch_size: int, device: torch.device, seed: int
) -> Iterator[tuple[str, ClipFeatures]]:
    """Features of each item by key, a few items at a time."""
    keys, segments, windows = list(videos.store), settings["segments"], settings["windows"]
    prepare = partial(clips_of, videos, settings, seed)
    for start in range(0, len(keys), ITEMS):
        block = keys[start : start + ITEMS]
        (rows,) = inference.batched(
            network, block, prepare, lambda clips: (network.features(clips),), batch_size=batch_size, device=device
        )
        for key, part in zip(block, rows.reshape(len(block), 1 + 3 * windows, segments, -1), strict=True):
            yield key, ClipFeatures(part[0], *part[1:].reshape(windows, 3, segments, -1).swapaxes(0, 1))


def clips_of(videos: View, settings: dict, seed: int, key: str) -> np.ndarray:
    """All clips of an item: test, then of each window clean, spatial, temporal -> (S (1 + 3 R), t, size, size, c)."""
    shape = Windows(**{name: settings[name] for name in ("segments", "frames", "stride")})
    found = [shape.middle(videos, key)]
    for window in range(settings["windows"]):
        clean = shape.drawn(videos, key, seed, window)
        found.append(clean)
        found += [segment_clips.corrupted(clean, kind, key, seed, window) for kind in ("spatial", "temporal")]
    return np.concatenate(found)


if __name__ == "__main__":
    cli.entry(run)
