"""Frame stores: all frames of a shard of items (videos, or images as videos of one frame) in one HDF5 file.

Frames are JPEG-coded one by one in one long byte array: any frame of any item is one seek and one decode, many
DataLoader workers read at a time, and the papers' videos, which would not fit raw, fit a disk.
"""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import h5py
import numpy as np

from i2v_core.storage import atomic

CHUNK_BYTES = 1 << 18


def write_store(
    items: Iterable[tuple[str, np.ndarray, float]], path: Path, *, dataset: str, jpeg_quality: int = 95
) -> None:
    """Writes `(id, frames uint8 (t, h, w, 3), frames per second)` one after another; memory holds one item at a time.

    Datasets: `data` (bytes,), `offsets` (frames + 1,), per item `ids`, `first`, `count`, `fps`; attribute `dataset`.
    """
    options = [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality]
    ids, counts, rates, lengths = [], [], [], []
    with atomic(path) as temporary, h5py.File(temporary, "w") as file:
        data = file.create_dataset("data", (0,), "u1", maxshape=(None,), chunks=(CHUNK_BYTES,))
        for name, frames, fps in items:
            coded = [cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), options)[1] for frame in frames]
            block = np.concatenate([code.ravel() for code in coded])
            data.resize((data.shape[0] + len(block),))
            data[-len(block) :] = block
            ids.append(name)
            counts.append(len(frames))
            rates.append(fps)
            lengths.extend(code.size for code in coded)
        file["offsets"] = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)
        file.create_dataset("ids", data=np.array(ids, dtype=object), dtype=h5py.string_dtype())
        file["count"] = np.array(counts, np.int64)
        file["first"] = np.concatenate([[0], np.cumsum(counts)])[: len(counts)].astype(np.int64)
        file["fps"] = np.array(rates, np.float64)
        file.attrs["dataset"] = dataset


class FrameStore:
    """Random access to the frames of several shards by key `<dataset>/<id>`; each process opens them anew."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Reads the item tables of all shards. Raises ValueError for an unreadable store or a key that occurs twice."""
        self._paths = [Path(path) for path in paths]
        self._place: dict[str, tuple[int, int, int]] = {}
        self._offsets: list[np.ndarray] = []
        self._open: dict[tuple[int, int], h5py.File] = {}
        for shard, path in enumerate(self._paths):
            try:
                with h5py.File(path) as file:
                    ids, first, count = file["ids"].asstr()[:], file["first"][:], file["count"][:]
                    self._offsets.append(file["offsets"][:])
                    dataset = file.attrs["dataset"]
            except (OSError, KeyError) as error:
                raise ValueError(f"{path}: not a frame store ({error}); remove it and run again") from None
            for name, start, length in zip(ids, first.tolist(), count.tolist(), strict=True):
                key = f"{dataset}/{name}"
                if key in self._place:
                    raise ValueError(f"{path}: item {key!r} is also in another shard; ids must be unique in a dataset")
                self._place[key] = (shard, start, length)

    def __contains__(self, key: str) -> bool:
        return key in self._place

    def __len__(self) -> int:
        return len(self._place)

    def length(self, key: str) -> int:
        """Number of frames of an item. Raises ValueError for an unknown key."""
        return self._find(key)[2]

    def frames(self, key: str, indices: Sequence[int] | np.ndarray) -> np.ndarray:
        """The frames at `indices` (any order, repeats allowed) of an item -> uint8 RGB (len(indices), h, w, 3)."""
        shard, start, length = self._find(key)
        wanted = np.asarray(indices, np.int64)
        if wanted.size == 0 or wanted.min() < 0 or wanted.max() >= length:
            raise ValueError(f"item {key!r}: frames {wanted.tolist()} asked for, it has 0..{length - 1}")
        offsets = self._offsets[shard]
        low, high = start + int(wanted.min()), start + int(wanted.max()) + 1
        span = self._file(shard)["data"][offsets[low] : offsets[high]]
        decoded = {index: _decode(span, offsets, start + index, offsets[low]) for index in np.unique(wanted).tolist()}
        broken = [index for index, frame in decoded.items() if frame is None]
        if broken:
            raise ValueError(
                f"{self._paths[shard]}: frame {broken[0]} of item {key!r} is damaged; remove it and run again"
            )
        return np.stack([decoded[index] for index in wanted.tolist()])

    def _find(self, key: str) -> tuple[int, int, int]:
        if key not in self._place:
            stores = ", ".join(str(path) for path in self._paths[:3])
            raise ValueError(f"item {key!r} is in none of the frame stores ({stores}); run the frames rule again")
        return self._place[key]

    def _file(self, shard: int) -> h5py.File:
        owner = (os.getpid(), shard)  # a file handle must not cross a fork
        if owner not in self._open:
            self._open[owner] = h5py.File(self._paths[shard])
        return self._open[owner]

    def __getstate__(self) -> dict:
        return {**self.__dict__, "_open": {}}


def _decode(span: np.ndarray, offsets: np.ndarray, frame: int, base: int) -> np.ndarray | None:
    image = cv2.imdecode(span[offsets[frame] - base : offsets[frame + 1] - base], cv2.IMREAD_COLOR)
    return None if image is None else cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
