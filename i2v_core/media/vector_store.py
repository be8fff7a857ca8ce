"""One feature vector per item of a shard: of photos, of the keyframes of videos, of whole videos."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import h5py
import numpy as np

from i2v_core.media.shards import Shards, write_items
from i2v_core.storage import atomic


def write_vectors(items: Iterable[tuple[str, np.ndarray]], path: Path, *, dataset: str) -> None:
    """Writes `(id, vector (D,))`: a dataset `vectors` float32 (items, D), items as `Shards` finds them.

    Raises ValueError for no items, for vectors of different lengths, and for numbers that are not finite.
    """
    ids, rows = [], []
    for name, vector in items:
        if not np.isfinite(vector).all():
            raise ValueError(f"vector of item {name!r}: numbers that are not finite found; check the model")
        ids.append(name)
        rows.append(np.asarray(vector, np.float32))
    shapes = sorted({row.shape for row in rows})
    if len(shapes) != 1 or len(shapes[0]) != 1:
        raise ValueError(f"vectors of {dataset}: shapes {shapes} found, one shape (D,) for all items wanted")
    with atomic(path) as temporary, h5py.File(temporary, "w") as file:
        file["vectors"] = np.stack(rows)
        write_items(file, ids, dataset=dataset)


class VectorStore(Shards):
    """Vectors of several shards by key `<dataset>/<id>`, all in memory. width: D, the same in all shards."""

    kind = "vector store"
    rule = "the rule that made it"

    def __init__(self, paths: Sequence[Path]) -> None:
        """Raises ValueError as `Shards` does, for no shard, and for shards of different widths."""
        self._tables: list[np.ndarray] = []
        super().__init__(paths)
        widths = sorted({table.shape[1] for table in self._tables})
        if len(widths) != 1:
            raise ValueError(f"vectors: widths {widths} found, one for all shards wanted; make them anew")
        (self.width,) = widths

    def _read_tables(self, file: h5py.File) -> None:
        self._tables.append(file["vectors"][:])

    def matrix(self, keys: Sequence[str]) -> np.ndarray:
        """Vectors of items, row by row -> float32 (len(keys), D). Raises ValueError for an unknown key."""
        places = [self._find(key) for key in keys]
        return np.stack([self._tables[shard][row] for shard, row in places])
