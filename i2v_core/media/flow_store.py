"""Flow stores: the optical flow of a shard of videos, 8 bits a component, each flow one compressed chunk."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import h5py
import hdf5plugin
import numpy as np

from i2v_core.media.shards import Shards, write_items
from i2v_core.storage import atomic

FULL_SCALE = 127  # the stored value of a displacement of `bound_px`


def quantised(flow: np.ndarray, *, bound_px: float) -> np.ndarray:
    """Flow in px -> int8 round(127 clip(px, -bound, bound) / bound): 0 stays 0, other values within the bound come back
    within half a step, bound / 254 px (0.08 px for 20), what is beyond it as the bound.
    """
    return np.rint(np.clip(flow, -bound_px, bound_px) * (FULL_SCALE / bound_px)).astype(np.int8)


def in_px(stored: np.ndarray, *, bound_px: float) -> np.ndarray:
    """What `quantised` made -> float32 px."""
    return stored.astype(np.float32) * np.float32(bound_px / FULL_SCALE)


def write_flows(items: Iterable[tuple[str, np.ndarray]], path: Path, *, dataset: str, bound_px: float = 20.0) -> None:
    """Writes `(id, flow float32 (t - 1, h, w, 2) px)` of videos of t frames; memory holds one item at a time.

    Per item a dataset `flow/<row>` int8 (t - 1, h, w, 2) and in `clipped` (items,) the share of its values beyond the
    bound; attributes `dataset`, `bound_px`. The default bound is that of I3D's flow network.
    Choice: int8 about zero; the usual 0..255 has no value for rest.
    Raises ValueError for a flow of another shape or with a number that is not finite, and for a bound not above 0.
    """
    if not bound_px > 0:
        raise ValueError(f"flow bound_px: {bound_px} found, more than 0 wanted")
    coding = hdf5plugin.Blosc(cname="zstd", clevel=3, shuffle=hdf5plugin.Blosc.BITSHUFFLE)
    ids, shares = [], []
    with atomic(path) as temporary, h5py.File(temporary, "w") as file:
        group = file.create_group("flow")
        for name, flow in items:
            if flow.ndim != 4 or flow.shape[3] != 2 or not np.isfinite(flow).all():
                what = f"shape {flow.shape}, {np.count_nonzero(~np.isfinite(flow))} numbers not finite"
                raise ValueError(f"flow of item {name!r}: {what} found, finite (t - 1, h, w, 2) wanted")
            layout = {"chunks": (1, *flow.shape[1:]), "compression": coding} if len(flow) else {}
            group.create_dataset(str(len(ids)), data=quantised(flow, bound_px=bound_px), **layout)
            ids.append(name)
            shares.append(np.mean(np.abs(flow) > bound_px) if flow.size else 0.0)
        file["clipped"] = np.array(shares, np.float64)
        file.attrs["bound_px"] = float(bound_px)
        write_items(file, ids, dataset=dataset)


class FlowStore(Shards):
    """The flow of several shards by key `<dataset>/<id>`; indices are those of the videos' frames.

    bound_px: displacement of the stored value 127, the same in all shards.
    """

    kind = "flow store"
    rule = "the flow rule"

    def __init__(self, paths: Sequence[Path]) -> None:
        """As `Shards`. Raises ValueError for shards of different bounds as well."""
        self._bounds: list[float] = []
        super().__init__(paths)
        if len(set(self._bounds)) > 1:
            found = ", ".join(f"{path}: {bound} px" for path, bound in zip(self._paths, self._bounds, strict=True))
            raise ValueError(f"flow stores of one bound wanted, found {found}; run {self.rule} again")

    @property
    def bound_px(self) -> float:
        return self._bounds[0]

    def length(self, key: str) -> int:
        """Number of frames of the video, one more than it has flows. Raises ValueError for an unknown key."""
        return self._flows(key).shape[0] + 1

    def flows(self, key: str, indices: Sequence[int] | np.ndarray) -> np.ndarray:
        """Flow of the frames at `indices` (any order, repeats allowed) -> int8 (len(indices), h, w, 2).

        Index k is the flow from frame k to k + 1; the last frame has the one before it; a single frame is at rest.
        Raises ValueError for an unknown key, an index that is no frame's, and a damaged file.
        """
        stored, wanted = self._flows(key), np.asarray(indices, np.int64)
        last = stored.shape[0]
        if wanted.size == 0 or wanted.min() < 0 or wanted.max() > last:
            raise ValueError(f"item {key!r}: flow of frames {wanted.tolist()} asked for, it has 0..{last}")
        if last == 0:
            return np.zeros((len(wanted), *stored.shape[1:]), np.int8)
        wanted = np.minimum(wanted, last - 1)
        low = int(wanted.min())
        try:
            return stored[low : int(wanted.max()) + 1][wanted - low]
        except OSError as error:
            raise self._damaged(key, error) from None

    def _flows(self, key: str) -> h5py.Dataset:
        shard, row = self._find(key)
        try:
            return self._file(shard)[f"flow/{row}"]
        except KeyError as error:
            raise self._damaged(key, error) from None

    def _damaged(self, key: str, error: Exception) -> ValueError:
        path = self._paths[self._find(key)[0]]
        return ValueError(f"{path}: flow of item {key!r} is damaged ({error}); remove it and run again")

    def _read_tables(self, file: h5py.File) -> None:
        self._bounds.append(float(file.attrs["bound_px"]))
