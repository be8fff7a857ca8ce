"""Clip features of a shard of videos by a frozen backbone: what STCDA and its baselines learn from.

A video is `segments` clips, one per equal part. Each has a window in the middle for the test, and for training several
random windows, each also corrupted in space and in time (STCDA's intra-negatives).
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

from i2v_core.media.shards import Shards, write_items
from i2v_core.storage import atomic


class ClipFeatures(NamedTuple):
    """Float32 features of one item, S segments and R windows: test (S, D); clean, spatial, temporal (R, S, D)."""

    test: np.ndarray
    clean: np.ndarray
    spatial: np.ndarray
    temporal: np.ndarray


def write_features(items: Iterable[tuple[str, ClipFeatures]], path: Path, *, dataset: str, view: str) -> None:
    """Writes `(id, features)`: per field one dataset with a row per item; attributes `dataset`, `view`.

    Raises ValueError for no items, and for numbers that are not finite.
    """
    ids, rows = [], []
    for name, features in items:
        if not all(np.isfinite(part).all() for part in features):
            raise ValueError(f"clip features of item {name!r}: numbers that are not finite found; check the backbone")
        ids.append(name)
        rows.append(features)
    if not ids:
        raise ValueError(f"clip features of {dataset}: no item found, at least one wanted")
    with atomic(path) as temporary, h5py.File(temporary, "w") as file:
        for field, parts in zip(ClipFeatures._fields, zip(*rows, strict=True), strict=True):
            file[field] = np.stack(parts).astype(np.float32)
        file.attrs["view"] = view
        write_items(file, ids, dataset=dataset)


def view_of(path: Path) -> str:
    """The view that a file's features are of. Raises ValueError for a file that is no store of clip features."""
    try:
        with h5py.File(path) as file:
            return str(file.attrs["view"])
    except (OSError, KeyError) as error:
        raise ValueError(f"{path}: not a {FeatureStore.kind} ({error}); remove it and run again") from None


class FeatureStore(Shards):
    """Clip features of several shards by key `<dataset>/<id>`, all in memory.

    width: D, the same in all shards; segments, windows: S and R.
    """

    kind = "clip feature store"
    rule = "the rule clip_features"

    def __init__(self, paths: Sequence[Path]) -> None:
        """Raises ValueError as `Shards` does, and for shards of different shapes."""
        self._tables: list[ClipFeatures] = []
        super().__init__(paths)
        shapes = {table.clean.shape[1:] for table in self._tables}
        if len(shapes) != 1:
            raise ValueError(f"clip features: shapes {sorted(shapes)} found, one for all shards wanted; make them anew")
        self.windows, self.segments, self.width = shapes.pop()

    def _read_tables(self, file: h5py.File) -> None:
        self._tables.append(ClipFeatures(*(file[field][:] for field in ClipFeatures._fields)))

    def features(self, key: str) -> ClipFeatures:
        """All features of an item. Raises ValueError for an unknown key."""
        shard, row = self._find(key)
        return ClipFeatures(*(part[row] for part in self._tables[shard]))
