"""Which frames of a shot make a chunk: `span` frames in a row, every `stride`-th of them (web supervision, section 4.2:
24 and 2). All functions give frame indices, int64 (ceil(span / stride),).
"""

import numpy as np


def random_chunk(start: int, stop: int, random: np.random.Generator, *, span: int, stride: int) -> np.ndarray:
    """A chunk of the shot [start, stop) at a uniform place among those that fit."""
    room = max(stop - start - span, 0)
    return _chunk(start, stop, int(random.integers(room + 1)), span=span, stride=stride)


def centre_chunk(start: int, stop: int, *, span: int, stride: int) -> np.ndarray:
    """The chunk in the middle of the shot [start, stop)."""
    return _chunk(start, stop, max(stop - start - span, 0) // 2, span=span, stride=stride)


def _chunk(start: int, stop: int, first: int, *, span: int, stride: int) -> np.ndarray:
    """Choice: a shot shorter than the span begins again at its own start, as the paper says nothing of it.

    Raises ValueError for a shot without a frame.
    """
    if stop <= start:
        raise ValueError(f"shot [{start}, {stop}): no frame found, one or more wanted; detect the shots anew")
    return start + (first + np.arange(0, span, stride)) % (stop - start)
