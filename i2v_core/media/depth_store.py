"""Depth stores: one inverse-depth map per item of a shard, 16 bits, each stretched over its own range."""

from collections.abc import Iterable
from pathlib import Path

import h5py
import hdf5plugin
import numpy as np

from i2v_core.media.shards import Shards, write_items
from i2v_core.storage import atomic

LEVELS = 65535


def write_depths(items: Iterable[tuple[str, np.ndarray]], path: Path, *, dataset: str) -> None:
    """Writes `(id, inverse depth float32 (h, w))`, larger is nearer, in any unit; memory holds one item at a time.

    Per item a dataset `depth/<row>` uint16 (h, w) = round(65535 (d - low) / (high - low)), and in `low`, `high`
    float32 (items,) the map's range; attribute `dataset`. A map without a range is stored as zeros.
    Choice: 16 bits, since 8 would put steps of 0.4 % of the range into a smooth floor.
    Raises ValueError for a map that is not two-dimensional, is empty, or holds a number that is not finite.
    """
    coding = hdf5plugin.Blosc(cname="zstd", clevel=3, shuffle=hdf5plugin.Blosc.BITSHUFFLE)
    ids, lows, highs = [], [], []
    with atomic(path) as temporary, h5py.File(temporary, "w") as file:
        group = file.create_group("depth")
        for name, inverse in items:
            if inverse.ndim != 2 or inverse.size == 0 or not np.isfinite(inverse).all():
                what = f"shape {inverse.shape}, {np.count_nonzero(~np.isfinite(inverse))} numbers not finite"
                raise ValueError(f"depth of item {name!r}: {what} found, finite (h, w) wanted; check the depth model")
            low, high = np.float32(inverse.min()), np.float32(inverse.max())
            span = float(high) - float(low)
            levels = (inverse.astype(np.float64) - low) / span * LEVELS if span > 0 else np.zeros(inverse.shape)
            stored = np.clip(np.rint(levels), 0, LEVELS).astype(np.uint16)
            group.create_dataset(str(len(ids)), data=stored, chunks=stored.shape, compression=coding)
            ids.append(name)
            lows.append(low)
            highs.append(high)
        file["low"] = np.array(lows, np.float32)
        file["high"] = np.array(highs, np.float32)
        write_items(file, ids, dataset=dataset)


class DepthStore(Shards):
    """The inverse-depth maps of several shards by key `<dataset>/<id>`."""

    kind = "depth store"
    rule = "the depth rule"

    def inverse_depth(self, key: str) -> np.ndarray:
        """Float32 (h, w) in [0, 1]: 1 the nearest, 0 the farthest point of the image; all 0 without any range.

        Raises ValueError for an unknown key and for a damaged file.
        """
        shard, row = self._find(key)
        try:
            levels = self._file(shard)[f"depth/{row}"][:]
        except (OSError, KeyError) as error:
            raise ValueError(
                f"{self._paths[shard]}: depth of item {key!r} is damaged ({error}); remove it and run again"
            ) from None
        return levels.astype(np.float32) / np.float32(LEVELS)
