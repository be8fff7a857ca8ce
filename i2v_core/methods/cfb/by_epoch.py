"""What the RGB branch thinks of the target videos at the start of each epoch after the warm-up, as one HDF5 file.

The flow branch builds its bank from it, as if both were trained side by side. Datasets: `ids` (m,), `classes` (k,),
`probabilities` float64 (epochs, m, k), `features` (epochs, m, D) of the target training videos, `source_features`
(epochs, n, D); attributes `first_epoch`, counted from 0, and `epochs`.
Choice: for the aggregations by similarity a source video's feature is that of the training step which drew it in the
epoch (of the last one, if the target has more videos), augmented and with the batch's statistics, as in side-by-side
training; the target's is of the centre crop in evaluation mode, from the pass that labels it.
"""

from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from torch import Tensor

from i2v_core.storage import atomic, keeps_files

ARRAYS = ("probabilities", "features", "source_features")


@dataclass(frozen=True)
class Recorder:
    """Keeps the arrays of `epochs` in a folder until training is over, so that a killed run goes on with them."""

    folder: Path
    epochs: range

    def keep_before(self, epoch: int, probabilities: np.ndarray, features: np.ndarray) -> None:
        """What the branch says of the target at the start of an epoch."""
        self._keep(epoch, probabilities=probabilities, features=features)

    def keep_after(self, epoch: int, source_features: Tensor) -> None:
        """The source's features at the end of an epoch; of an epoch that is not recorded nothing is kept."""
        if epoch in self.epochs:
            self._keep(epoch, source_features=source_features.cpu().numpy())

    def join(self, path: Path, *, ids: list[str], classes: list[str]) -> None:
        """Writes the file; without any epoch it has no arrays."""
        if not keeps_files():
            return
        with atomic(path) as temporary, h5py.File(temporary, "w") as file:
            file.attrs["first_epoch"], file.attrs["epochs"] = self.epochs.start, len(self.epochs)
            for name, values in (("ids", ids), ("classes", classes)):
                file.create_dataset(name, data=np.array(values, dtype=object), dtype=h5py.string_dtype())
            for name in ARRAYS if self.epochs else ():
                first = np.load(self._part(name, self.epochs.start))
                values = file.create_dataset(name, (len(self.epochs), *first.shape), first.dtype)
                for row, epoch in enumerate(self.epochs):  # one after another: all of a large source fill gigabytes
                    values[row] = np.load(self._part(name, epoch))

    def _keep(self, epoch: int, **arrays: np.ndarray) -> None:
        for name, values in arrays.items() if keeps_files() else ():
            with atomic(self._part(name, epoch)) as temporary:
                np.save(temporary, values)

    def _part(self, name: str, epoch: int) -> Path:
        return self.folder / f"{name}-{epoch}.npy"


@dataclass(frozen=True)
class Opinions:
    """The RGB branch's arrays of one epoch: probabilities (m, k), features (m, D), source_features (n, D)."""

    probabilities: np.ndarray
    features: np.ndarray
    source_features: np.ndarray


def read(path: Path, epoch: int, *, ids: list[str], classes: list[str]) -> Opinions:
    """The arrays of one epoch. Raises ValueError for another file, other videos or classes, or an epoch not in it."""
    try:
        with h5py.File(path) as file:
            first, count = int(file.attrs["first_epoch"]), int(file.attrs["epochs"])
            found = file["ids"].asstr()[:].tolist(), file["classes"].asstr()[:].tolist()
            if found != (ids, classes):
                raise ValueError(
                    f"{path}: {len(found[0])} videos of {len(found[1])} classes found, the {len(ids)} of this run in "
                    "its order wanted; train the RGB branch again"
                )
            if not first <= epoch < first + count:
                raise ValueError(
                    f"{path}: epochs {first} to {first + count - 1} found, {epoch} wanted; train both branches with "
                    "the same epochs and warm-up"
                )
            return Opinions(*(file[name][epoch - first] for name in ARRAYS))
    except (OSError, KeyError) as error:
        raise ValueError(f"{path}: not a file of the RGB branch ({error}); remove it and run again") from None
