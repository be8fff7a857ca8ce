"""Features of source and target videos in one HDF5 file: what a stage with a model writes and t-SNE reads."""

from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

from i2v_core import storage

DOMAINS = ("source", "target")


class Features(NamedTuple):
    """source (n, d) with class indices source_labels (n,); target (m, d) with target_ids, m of them."""

    source: np.ndarray
    source_labels: np.ndarray
    target: np.ndarray
    target_ids: list[str]


def read(path: Path, *, classes: int) -> Features:
    """Reads `source/features, source/labels, target/features, target/ids` of an HDF5 file.

    Raises ValueError if it is no such file, shapes do not fit, a value is not finite, or a label is none of `classes`.
    """
    try:
        with h5py.File(path) as file:
            source, target = (file[f"{domain}/features"][:].astype(np.float32) for domain in DOMAINS)
            labels, ids = file["source/labels"][:], file["target/ids"].asstr()[:].tolist()
    except (OSError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: not a file of features ({error}); make it again") from None
    shapes = [source.shape, labels.shape, target.shape, (len(ids),)]
    n, m, d = len(source), len(target), source.shape[-1]
    if shapes != [(n, d), (n,), (m, d), (m,)] or not n or not m:
        raise ValueError(
            f"{path}: source features and labels, target features and ids of shapes {shapes} found, (n, d), (n,), "
            "(m, d), (m,) wanted with n, m >= 1; make it again"
        )
    if not (np.isfinite(source).all() and np.isfinite(target).all()):
        raise ValueError(f"{path}: features that are not finite found; the model has diverged, train it again")
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"{path}: source labels {labels.min()} .. {labels.max()} found, 0 .. {classes - 1} wanted; check that "
            "classes.csv comes from the same benchmark"
        )
    return Features(source, labels.astype(int), target, ids)


def write(path: Path, features: Features) -> None:
    """Writes what `read` reads, whole or not at all."""
    with storage.atomic(path) as temporary, h5py.File(temporary, "w") as file:
        file["source/features"], file["target/features"] = features.source, features.target
        file["source/labels"] = features.source_labels
        ids = np.array(features.target_ids, dtype=object)
        file.create_dataset("target/ids", data=ids, dtype=h5py.string_dtype())
