"""What every shallow method returns."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from i2v_core.baselines.shallow.inputs import features


@dataclass(frozen=True, eq=False)
class Adapted:
    """Features of two domains in one space, and the map into it for further rows of the target.

    source (n_s, k), target (n_t, k): float64, in the order of the rows given.
    width: d, the number of features of a row before adaptation.
    mapping: (m, d) -> (m, k), the map that gave `target`.
    predictions: (n_t,) int64 labels of the target by the method's own classifier, None where it has none.
    """

    source: np.ndarray
    target: np.ndarray
    width: int
    mapping: Callable[[np.ndarray], np.ndarray]
    predictions: np.ndarray | None = None

    def map_target(self, new: np.ndarray) -> np.ndarray:
        """Adapted features of target rows that took no part in the fit: (m, d) -> (m, k).

        Each row is mapped by itself. Raises ValueError for another width or values that are not finite.
        """
        new = features("new", new)
        if new.shape[1] != self.width:
            raise ValueError(f"new: {new.shape[1]} features found, {self.width} wanted as in the target of the fit")
        return self.mapping(new)
