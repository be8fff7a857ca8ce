"""One vector per video of a shard by a frozen video network: the mean over its clips."""

from pathlib import Path

import h5py
import numpy as np
import torch

from i2v_core import cli, inference, training
from i2v_core.media import c3d_clips, sampling
from i2v_core.media.frames import FrameStore
from i2v_core.media.vector_store import write_vectors
from i2v_core.media.views import Rgb, centred
from i2v_core.models.c3d import C3D, video_feature
from i2v_core.models.c3d_checkpoints import load_c3d
from i2v_core.models.clip_encoders import clip_encoder
from i2v_core.progress import track

NETWORKS = ("c3d", "i3d")


def run(
    *,
    store: Path,
    weights: str,
    settings: dict,
    batch_size: int,
    device: str,
    threads: int,
    seed: int,
    out: Path,
) -> None:
    """store: a shard of frames. weights: a file, or nothing for random ones (of `seed`). out: see `vector_store`.

    settings: network, "c3d" (DIVAFN's fc6, with `options` of `models.c3d.C3D` and l2_norm) or "i3d" (with `options` of
    the backbone, and clips, frames, stride, resize_px, size_px of uniform clips). Raises ValueError for another one.
    """
    if settings["network"] not in NETWORKS:
        raise ValueError(f"network: {settings['network']!r} found, one of {', '.join(NETWORKS)} wanted")
    place = training.open_device(device=device, threads=threads)
    torch.manual_seed(seed)
    with h5py.File(store) as file:
        dataset = str(file.attrs["dataset"])
    frames = FrameStore([store])
    vectors = (_c3d if settings["network"] == "c3d" else _i3d)(frames, weights, settings, batch_size, place)
    write_vectors(zip((key.partition("/")[2] for key in frames), vectors, strict=True), out, dataset=dataset)


def _c3d(frames: FrameStore, weights: str, settings: dict, batch_size: int, device: torch.device) -> list[np.ndarray]:
    network = C3D(classes=None, **settings["options"])
    if weights:
        load_c3d(network, Path(weights), classifier=False)
    network.to(device).eval()
    found = []
    for key in track(list(frames), "C3D", len(frames)):
        clips = c3d_clips.cut(frames.frames(key, np.arange(frames.length(key))))
        found.append(video_feature(network, clips, batch=batch_size, l2_norm=settings["l2_norm"]))
    return found


def _i3d(frames: FrameStore, weights: str, settings: dict, batch_size: int, device: torch.device) -> np.ndarray:
    network = clip_encoder({"backbone": "i3d", "model": settings["options"]}, "rgb", weights)
    view = Rgb(frames, resize_px=settings["resize_px"], size_px=settings["size_px"])
    shape = {name: settings[name] for name in ("clips", "frames", "stride")}

    def prepare(key: str) -> np.ndarray:
        indices = sampling.uniform_clips(frames.length(key), **shape)
        return np.stack([centred(view, key, clip) for clip in indices])

    keys = list(frames)
    (rows,) = inference.batched(
        network, keys, prepare, lambda clips: (network.features(clips),), batch_size=batch_size, device=device
    )
    return rows.reshape(len(keys), settings["clips"], -1).mean(axis=1)


if __name__ == "__main__":
    cli.entry(run)
