"""Features of videos by an exported model, what its classifier reads of them: for maps of the videos."""

from pathlib import Path

import h5py
import numpy as np

from i2v_core import cli, storage, training
from i2v_core.exported import predictors
from i2v_core.exported.networks import Stores
from i2v_core.storage import atomic


def run(
    *,
    model: Path,
    videos: Path,
    frames: list[Path],
    flow: list[Path],
    shots: list[Path],
    most: int,
    batch_size: int,
    device: str,
    threads: int,
    out: Path,
) -> None:
    """videos: `id, dataset`, of which `most` evenly spread ones are described. frames, flow, shots: of their dataset.

    Writes HDF5: `ids` (n,), `features` float32 (n, D).
    """
    place = training.open_device(device=device, threads=threads)
    table = storage.read_csv(videos, ("id", "dataset"))
    table = table.iloc[np.unique(np.linspace(0, len(table) - 1, min(most, len(table))).round().astype(int))]
    predictor = predictors.load(model, device=place, batch_size=batch_size)
    items = list(zip(table["dataset"], table["id"], strict=True))
    found = predictor.network.features(Stores(items, frames, flow, shots, predictor.how))
    with atomic(out) as temporary, h5py.File(temporary, "w") as file:
        file.create_dataset("ids", data=np.array(table["id"], dtype=object), dtype=h5py.string_dtype())
        file["features"] = found.astype(np.float32)


if __name__ == "__main__":
    cli.entry(run)
