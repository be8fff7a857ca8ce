"""Vectors of single frames of a shard by a frozen image network: of photos, of key frames."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import torch

from i2v_core import inference, training
from i2v_core.media.frames import FrameStore
from i2v_core.media.vector_store import write_vectors
from i2v_core.models.still_encoders import StillEncoder

Places = dict[str, tuple[str, int]]  # name of a vector -> key of its item, frame


def write(
    store: Path,
    places: Callable[[FrameStore], Places],
    out: Path,
    *,
    weights: str,
    settings: dict,
    batch_size: int,
    device: str,
    threads: int,
    seed: int,
) -> None:
    """Writes a vector store of the frames that `places` chooses of a shard of frames.

    weights, settings: see `models.still_encoders`. seed: of random weights. out: see `media.vector_store`.
    """
    place = training.open_device(device=device, threads=threads)
    torch.manual_seed(seed)
    encoder = StillEncoder(settings, weights)
    with h5py.File(store) as file:
        dataset = str(file.attrs["dataset"])
    frames = FrameStore([store])
    chosen = places(frames)

    def prepare(name: str) -> np.ndarray:
        key, frame = chosen[name]
        return encoder.fitted(frames.frames(key, [frame]))

    (rows,) = inference.batched(
        encoder, list(chosen), prepare, lambda images: (encoder(images),), batch_size=batch_size, device=place
    )
    write_vectors(zip(chosen, rows, strict=True), out, dataset=dataset)
