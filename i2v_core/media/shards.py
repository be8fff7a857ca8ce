"""Shards: HDF5 files that together hold the items of one or more datasets, found by key `<dataset>/<id>`."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import h5py
import numpy as np


def write_items(file: h5py.File, ids: Sequence[str], *, dataset: str) -> None:
    """Writes what `Shards` finds items by: dataset `ids` (items,), attribute `dataset`."""
    file.create_dataset("ids", data=np.array(ids, dtype=object), dtype=h5py.string_dtype())
    file.attrs["dataset"] = dataset


class Shards:
    """The items of several HDF5 files in stored order; each process opens the files anew.

    A kind of store is a subclass that names itself (`kind`) and the rule that makes it, and reads with `_find` and
    `_file`. `_read_tables` gets each open file once, to keep what it needs in memory.
    """

    kind = "store"
    rule = "the rule"

    def __init__(self, paths: Sequence[Path]) -> None:
        """Reads the item tables of all shards. Raises ValueError for an unreadable store or a key that occurs twice."""
        self._paths = [Path(path) for path in paths]
        self._place: dict[str, tuple[int, int]] = {}
        self._open: dict[tuple[int, int], h5py.File] = {}
        for shard, path in enumerate(self._paths):
            try:
                with h5py.File(path) as file:
                    ids, dataset = file["ids"].asstr()[:], file.attrs["dataset"]
                    self._read_tables(file)
            except (OSError, KeyError) as error:
                raise ValueError(f"{path}: not a {self.kind} ({error}); remove it and run again") from None
            for row, name in enumerate(ids):
                key = f"{dataset}/{name}"
                if key in self._place:
                    raise ValueError(f"{path}: item {key!r} is also in another shard; ids must be unique in a dataset")
                self._place[key] = (shard, row)

    def __contains__(self, key: str) -> bool:
        return key in self._place

    def __len__(self) -> int:
        return len(self._place)

    def __iter__(self) -> Iterator[str]:
        """All keys in stored order."""
        return iter(self._place)

    def _read_tables(self, file: h5py.File) -> None:
        """Keeps what a kind of store needs of each file; nothing here."""

    def _find(self, key: str) -> tuple[int, int]:
        """Shard and row of an item. Raises ValueError for an unknown key."""
        if key not in self._place:
            stores = ", ".join(str(path) for path in self._paths[:3])
            raise ValueError(f"item {key!r} is in none of the {self.kind}s ({stores}); run {self.rule} again")
        return self._place[key]

    def _file(self, shard: int) -> h5py.File:
        owner = (os.getpid(), shard)  # a file handle must not cross a fork
        if owner not in self._open:
            self._open[owner] = h5py.File(self._paths[shard])
        return self._open[owner]

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_open": {}}
