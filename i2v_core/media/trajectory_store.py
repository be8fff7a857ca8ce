"""Trajectory stores: the local descriptors of a shard of videos, as many rows a video as it has, which may be none."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import h5py
import hdf5plugin
import numpy as np

from i2v_core.media.shards import Shards, write_items
from i2v_core.storage import atomic

CHUNK_ROWS = 256  # some 200 KB of IDT


def write_descriptors(items: Iterable[tuple[str, np.ndarray, int]], path: Path, *, dataset: str) -> None:
    """Writes `(id, descriptors (n, D), found)`; found: how many the video has, of which n are kept. n may be 0.

    Datasets `descriptors` float16 (rows, D), `offsets` (items + 1,), `found` (items,); memory holds one item at a time.
    Choice: float16, half of the disk; the parts of trajectories are numbers in [-1, 1] and lose 0.0005 of their size.
    Raises ValueError for no items, for descriptors of different lengths, and for numbers that float16 does not hold.
    """
    coding = hdf5plugin.Blosc(cname="zstd", clevel=3, shuffle=hdf5plugin.Blosc.BITSHUFFLE)
    ids, offsets, counts, widths, rows = [], [0], [], set(), None
    with atomic(path) as temporary, h5py.File(temporary, "w") as file:
        for name, descriptors, found in items:
            widths.add(descriptors.shape[1:])
            if len(widths) > 1 or descriptors.ndim != 2:
                raise ValueError(
                    f"descriptors of item {name!r}: shape {descriptors.shape} found, (n, D) wanted with one D for all "
                    f"of {dataset}; make them with the same settings"
                )
            with np.errstate(over="ignore"):
                block = descriptors.astype(np.float16)
            if not np.isfinite(block).all():
                raise ValueError(
                    f"descriptors of item {name!r}: numbers that are not finite in float16 found; make them again"
                )
            if rows is None:
                layout = {"maxshape": (None, block.shape[1]), "chunks": (CHUNK_ROWS, block.shape[1])}
                rows = file.create_dataset("descriptors", (0, block.shape[1]), "f2", compression=coding, **layout)
            rows.resize(offsets[-1] + len(block), axis=0)
            rows[offsets[-1] :] = block
            ids.append(name)
            offsets.append(offsets[-1] + len(block))
            counts.append(found)
        if not ids:
            raise ValueError(f"descriptors of {dataset}: no item found, at least one wanted")
        file["offsets"], file["found"] = np.array(offsets, np.int64), np.array(counts, np.int64)
        write_items(file, ids, dataset=dataset)


class TrajectoryStore(Shards):
    """Descriptors of several shards by key `<dataset>/<id>`. width: D, the same in all shards."""

    kind = "trajectory store"
    rule = "the rule of trajectories"

    def __init__(self, paths: Sequence[Path]) -> None:
        """Raises ValueError as `Shards` does, for no shard, and for shards of different widths."""
        self._offsets: list[np.ndarray] = []
        self._found: list[np.ndarray] = []
        self._widths: list[int] = []
        super().__init__(paths)
        if len(set(self._widths)) != 1:
            widths = sorted(set(self._widths))
            raise ValueError(f"trajectories: widths {widths} found, one for all shards wanted; make them anew")
        self.width = self._widths[0]

    def _read_tables(self, file: h5py.File) -> None:
        self._offsets.append(file["offsets"][:])
        self._found.append(file["found"][:])
        self._widths.append(file["descriptors"].shape[1])

    def found(self, key: str) -> int:
        """How many descriptors the video had before some were drawn. Raises ValueError for an unknown key."""
        shard, row = self._find(key)
        return int(self._found[shard][row])

    def descriptors(self, key: str) -> np.ndarray:
        """Kept descriptors of a video -> float32 (n, D). Raises ValueError for an unknown key and a damaged file."""
        shard, row = self._find(key)
        first, end = self._offsets[shard][row : row + 2]
        try:
            return self._file(shard)["descriptors"][first:end].astype(np.float32)
        except OSError as error:
            raise ValueError(
                f"{self._paths[shard]}: descriptors of item {key!r} are damaged ({error}); remove it and run again"
            ) from None
