"""Class probabilities of a model for the frames of videos, or for whole videos, as one HDF5 file."""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from i2v_core.storage import atomic


@dataclass(frozen=True)
class Probabilities:
    """ids: one per video; counts: rows of each video (frames, or 1); values: float32 (sum of counts, k), rows sum to 1;
    classes: k names in the order of the columns."""

    ids: list[str]
    counts: np.ndarray
    values: np.ndarray
    classes: list[str]

    def rows(self) -> list[np.ndarray]:
        """The rows of each video -> list of (count, k)."""
        return np.split(self.values, np.cumsum(self.counts)[:-1])

    def per_video(self) -> np.ndarray:
        """Mean over the rows of each video -> float64 (videos, k)."""
        return np.stack([rows.mean(axis=0, dtype=np.float64) for rows in self.rows()])


def write(probabilities: Probabilities, path: Path) -> None:
    """Writes the file whole or not at all."""
    with atomic(path) as temporary, h5py.File(temporary, "w") as file:
        text = h5py.string_dtype()
        file.create_dataset("ids", data=np.array(probabilities.ids, dtype=object), dtype=text)
        file.create_dataset("classes", data=np.array(probabilities.classes, dtype=object), dtype=text)
        file["counts"] = np.asarray(probabilities.counts, np.int64)
        file["values"] = np.asarray(probabilities.values, np.float32)


def read(path: Path) -> Probabilities:
    """Reads what `write` wrote. Raises ValueError with the file's name if it is something else."""
    try:
        with h5py.File(path) as file:
            return Probabilities(
                file["ids"].asstr()[:].tolist(),
                file["counts"][:],
                file["values"][:],
                file["classes"].asstr()[:].tolist(),
            )
    except (OSError, KeyError) as error:
        raise ValueError(f"{path}: not a file of probabilities ({error}); remove it and run again") from None


def mean(parts: list[Probabilities]) -> Probabilities:
    """Of each video the mean over all models' rows, one row per video; its argmax is that of the sum.

    Raises ValueError for none, and unless all are of the same videos and classes in the same order.
    """
    if not parts:
        raise ValueError("probabilities: no model given, at least one wanted")
    for part in parts[1:]:
        if (part.ids, part.classes) != (parts[0].ids, parts[0].classes):
            raise ValueError(
                f"probabilities of {len(part.ids)} videos and classes {part.classes} found, the {len(parts[0].ids)} "
                f"videos of {parts[0].classes} in the same order wanted; predict both with the same split"
            )
    values = np.mean([part.per_video() for part in parts], axis=0)
    return Probabilities(parts[0].ids, np.ones(len(values), np.int64), values.astype(np.float32), parts[0].classes)


def predictions(probabilities: Probabilities) -> pd.DataFrame:
    """Video predictions `id, class, confidence`: argmax of the mean over a video's rows, ties to the first class."""
    mean = probabilities.per_video()
    best = mean.argmax(axis=1)
    return pd.DataFrame(
        {
            "id": probabilities.ids,
            "class": [probabilities.classes[index] for index in best],
            "confidence": mean[np.arange(len(mean)), best],
        }
    )
