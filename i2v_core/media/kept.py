"""Decoded frames that stay in memory up to a fixed size, since every epoch reads the same small ones again."""

from collections.abc import Callable, Hashable, Sequence

import numpy as np

LIMIT_BYTES = 2**28  # of each store or view, and of each process that loads samples


class Kept:
    """Arrays by key. What is made while there is room stays; what no longer fits is made anew each time.

    Choice: nothing is thrown out for newer arrays. Samples are drawn evenly, so that any part of them is as likely to
    be asked for as another, and data that do not fit are served at a rate that does not depend on their order.
    """

    def __init__(self, limit_bytes: int | None = None) -> None:
        """limit_bytes: of all arrays together; `LIMIT_BYTES` if left out."""
        self._arrays: dict[Hashable, np.ndarray] = {}
        self._free = LIMIT_BYTES if limit_bytes is None else limit_bytes

    def stacked(self, keys: Sequence[Hashable], make: Callable[[list[Hashable]], Sequence[np.ndarray]]) -> np.ndarray:
        """The arrays of `keys` (repeats allowed), one above the other -> (len(keys), ...), a copy.

        make: gives the arrays of those keys that are not here, each once, in the order in which they are asked for.
        """
        found = {key: self._arrays[key] for key in keys if key in self._arrays}
        missing = [key for key in dict.fromkeys(keys) if key not in found]
        for key, array in zip(missing, make(missing) if missing else (), strict=True):
            found[key] = array
            if array.nbytes <= self._free:
                self._free -= array.nbytes
                self._arrays[key] = array if array.base is None else array.copy()
        return np.stack([found[key] for key in keys])

    def __getstate__(self) -> dict:
        """Empty: another process fills its own."""
        return {"_arrays": {}, "_free": self._free + sum(array.nbytes for array in self._arrays.values())}
