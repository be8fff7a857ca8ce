"""Frame stores: all frames of a shard of items (videos, or images as videos of one frame) in one HDF5 file.

Frames are JPEG-coded one by one in one long byte array: any frame of any item is one seek and one decode, many
DataLoader workers read at a time, and the papers' videos, which would not fit raw, fit a disk.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import cv2
import h5py
import numpy as np

from i2v_core.media.kept import Kept
from i2v_core.media.shards import Shards, write_items
from i2v_core.storage import atomic

CHUNK_BYTES = 1 << 18
NEAR_FRAMES = 64  # frames this near are read together
BLOCK_FRAMES = 512  # that are coded before they are written


def write_store(
    items: Iterable[tuple[str, Iterable[np.ndarray] | np.ndarray, float]],
    path: Path,
    *,
    dataset: str,
    jpeg_quality: int = 95,
    left_out: Callable[[str, ValueError], None] | None = None,
) -> None:
    """Writes `(id, frames, frames per second)` one after another; memory holds `BLOCK_FRAMES` at a time.

    Frames are uint8 (t, h, w, 3), or any iterable of (h, w, 3). left_out: is told of an item whose frames end in a
    ValueError, and the item is not stored; without it the error is raised.

    Datasets: `data` (bytes,), `offsets` (frames + 1,), per item `ids`, `first`, `count`, `fps`; attribute `dataset`.
    """
    options = [cv2.IMWRITE_JPEG_QUALITY, jpeg_quality]
    ids, counts, rates, lengths = [], [], [], []
    with atomic(path) as temporary, h5py.File(temporary, "w") as file:
        data = file.create_dataset("data", (0,), "u1", maxshape=(None,), chunks=(CHUNK_BYTES,))
        for name, frames, fps in items:
            end, first = data.shape[0], len(lengths)
            try:
                for block in _coded(frames, options):
                    size = sum(code.size for code in block)
                    data.resize((data.shape[0] + size,))
                    data[-size:] = np.concatenate([code.ravel() for code in block])
                    lengths.extend(code.size for code in block)
            except ValueError as error:
                if left_out is None:
                    raise
                left_out(name, error)
                data.resize((end,))
                del lengths[first:]
                continue
            ids.append(name)
            counts.append(len(lengths) - first)
            rates.append(fps)
        file["offsets"] = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64)
        file["count"] = np.array(counts, np.int64)
        file["first"] = np.concatenate([[0], np.cumsum(counts)])[: len(counts)].astype(np.int64)
        file["fps"] = np.array(rates, np.float64)
        write_items(file, ids, dataset=dataset)


def _coded(frames: Iterable[np.ndarray], options: list[int]) -> Iterator[list[np.ndarray]]:
    """JPEG code of the frames, some at a time."""
    waiting = iter(frames)
    while block := [
        cv2.imencode(".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), options)[1]
        for frame in islice(waiting, BLOCK_FRAMES)
    ]:
        yield block


class FrameStore(Shards):
    """Random access to the frames of several shards by key `<dataset>/<id>`; small ones stay decoded, see `Kept`."""

    kind = "frame store"
    rule = "the frames rule"

    def __init__(self, paths: Sequence[Path]) -> None:
        """As `Shards`, with the table of offsets of each file."""
        self._offsets: list[np.ndarray] = []
        self._first: list[np.ndarray] = []
        self._count: list[np.ndarray] = []
        self._fps: list[np.ndarray] = []
        self._kept = Kept()
        super().__init__(paths)

    def length(self, key: str) -> int:
        """Number of frames of an item. Raises ValueError for an unknown key."""
        shard, row = self._find(key)
        return int(self._count[shard][row])

    def fps(self, key: str) -> float:
        """Frames per second of an item, 0 of a still image. Raises ValueError for an unknown key."""
        shard, row = self._find(key)
        return float(self._fps[shard][row])

    def frames(self, key: str, indices: Sequence[int] | np.ndarray) -> np.ndarray:
        """The frames at `indices` (any order, repeats allowed) of an item -> uint8 RGB (len(indices), h, w, 3)."""
        shard, row = self._find(key)
        start, length = int(self._first[shard][row]), int(self._count[shard][row])
        wanted = np.asarray(indices, np.int64)
        if wanted.size == 0 or wanted.min() < 0 or wanted.max() >= length:
            raise ValueError(f"item {key!r}: frames {wanted.tolist()} asked for, it has 0..{length - 1}")
        return self._kept.stacked(
            [(key, index) for index in wanted.tolist()],
            lambda missing: self._decoded(key, shard, [start + index for _, index in missing]),
        )

    def _decoded(self, key: str, shard: int, rows: list[int]) -> list[np.ndarray]:
        """Frames of one item by their places in a shard."""
        data, offsets, decoded = self._file(shard)["data"], self._offsets[shard], []
        for run in np.split(np.asarray(rows), np.flatnonzero(np.abs(np.diff(rows)) > NEAR_FRAMES) + 1):
            low, high = int(run.min()), int(run.max()) + 1
            span = data[offsets[low] : offsets[high]]
            decoded += [_decode(span, offsets, row, offsets[low]) for row in run.tolist()]
        if any(frame is None for frame in decoded):
            broken = next(row for row, frame in zip(rows, decoded, strict=True) if frame is None)
            index = broken - int(self._first[shard][self._find(key)[1]])
            raise ValueError(f"{self._paths[shard]}: frame {index} of item {key!r} is damaged; remove it and run again")
        return decoded

    def _read_tables(self, file: h5py.File) -> None:
        self._offsets.append(file["offsets"][:])
        self._first.append(file["first"][:])
        self._count.append(file["count"][:])
        self._fps.append(file["fps"][:])


def _decode(span: np.ndarray, offsets: np.ndarray, frame: int, base: int) -> np.ndarray | None:
    image = cv2.imdecode(span[offsets[frame] - base : offsets[frame + 1] - base], cv2.IMREAD_COLOR)
    return None if image is None else cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
