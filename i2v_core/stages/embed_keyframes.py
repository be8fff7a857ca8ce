"""Embeddings of all key frames of a shard by an image network that is not trained on them."""

from pathlib import Path

import h5py
import numpy as np
import torch

from i2v_core import cli, inference, training, web_samples
from i2v_core.media.frames import FrameStore
from i2v_core.media.vector_store import write_vectors
from i2v_core.models.still_encoders import StillEncoder


def run(
    *,
    store: Path,
    shots: Path,
    weights: str = "",
    settings: dict,
    batch_size: int,
    device: str,
    threads: int,
    seed: int,
    out: Path,
) -> None:
    """shots: of the store's items. weights, settings: see `models.still_encoders`. seed: of random weights.

    out: a vector store whose items are key frames, `<id>#<frame>`; vectors as the network gives them.
    """
    place = training.open_device(device=device, threads=threads)
    torch.manual_seed(seed)
    encoder = StillEncoder(settings, weights)
    with h5py.File(store) as file:
        dataset = str(file.attrs["dataset"])
    frames = FrameStore([store])
    table = web_samples.read_shots([shots])
    names = [f"{name}#{frame}" for name, frame in zip(table["id"], table["keyframe"], strict=True)]
    at = dict(zip(names, zip(table["key"], table["keyframe"].astype(int), strict=True), strict=True))

    def prepare(name: str) -> np.ndarray:
        key, frame = at[name]
        return encoder.fitted(frames.frames(key, [frame]))

    (rows,) = inference.batched(
        encoder, names, prepare, lambda images: (encoder(images),), batch_size=batch_size, device=place
    )
    write_vectors(zip(names, rows, strict=True), out, dataset=dataset)


if __name__ == "__main__":
    cli.entry(run)
