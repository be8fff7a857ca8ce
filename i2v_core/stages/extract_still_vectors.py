"""One vector per photo, or per key frame of a video, of a shard, by a frozen image network."""

from pathlib import Path

import h5py
import numpy as np
import torch

from i2v_core import cli, inference, storage, training
from i2v_core.media.frames import FrameStore
from i2v_core.media.vector_store import write_vectors
from i2v_core.models.still_encoders import StillEncoder


def run(
    *,
    store: Path,
    keyframes: Path | None = None,
    weights: str,
    settings: dict,
    batch_size: int,
    device: str,
    threads: int,
    seed: int,
    out: Path,
) -> None:
    """store: a shard of frames. keyframes: CSV `id, frame` of its videos; without it the first frame of each item.

    weights, settings: see `models.still_encoders`. seed: of random weights. out: see `media.vector_store`.
    Raises ValueError for a video without a key frame.
    """
    place = training.open_device(device=device, threads=threads)
    torch.manual_seed(seed)
    encoder = StillEncoder(settings, weights)
    with h5py.File(store) as file:
        dataset = str(file.attrs["dataset"])
    frames = FrameStore([store])
    chosen = _chosen(list(frames), keyframes)

    def prepare(key: str) -> np.ndarray:
        return encoder.fitted(frames.frames(key, [chosen[key]]))

    (rows,) = inference.batched(
        encoder, list(frames), prepare, lambda images: (encoder(images),), batch_size=batch_size, device=place
    )
    write_vectors(zip((key.partition("/")[2] for key in frames), rows, strict=True), out, dataset=dataset)


def _chosen(keys: list[str], keyframes: Path | None) -> dict[str, int]:
    if keyframes is None:
        return dict.fromkeys(keys, 0)
    table = storage.read_csv(keyframes, ("id", "frame"))
    known = dict(zip(table["id"], table["frame"].astype(int), strict=True))
    missing = [key for key in keys if key.partition("/")[2] not in known]
    if missing:
        raise ValueError(f"{keyframes}: no key frame of {len(missing)} videos ({missing[0]}), one of each wanted")
    return {key: known[key.partition("/")[2]] for key in keys}


if __name__ == "__main__":
    cli.entry(run)
