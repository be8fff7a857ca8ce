"""Scaling of feature rows before and after adaptation."""

from collections.abc import Callable

import numpy as np


def unchanged(rows: np.ndarray) -> np.ndarray:
    """The rows given: what stands in for scaling where none is wanted."""
    return rows


def unit_rows(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1: (n, d) -> (n, d). A row of zeros stays; the authors' MATLAB codes turn it to NaN."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1.0)


def unit_sum_rows(rows: np.ndarray) -> np.ndarray:
    """Rows whose magnitudes add up to 1: (n, d) -> (n, d). A row of zeros stays.

    Choice: magnitudes are summed. The authors' demos of CORAL and JGSA sum the values, which are counts and never
    negative; for signed features that sum may be near 0.
    """
    sums = np.abs(rows).sum(axis=1, keepdims=True)
    return rows / np.where(sums > 0, sums, 1.0)


def z_score(rows: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """The map that gives the columns of `rows` mean 0 and mean square 1, to be used on further rows too.

    A column that does not vary is only centred, as MATLAB's zscore does: rounding must not be blown up to size 1.
    """
    mean, deviation = rows.mean(axis=0), rows.std(axis=0)
    smallest = 1e-12 * np.abs(rows).max(axis=0)
    divisor = np.where(deviation > smallest, deviation, 1.0)
    return lambda new: (new - mean) / divisor


def z_score_of_shares(rows: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """`unit_sum_rows`, then `z_score` with the columns of `rows`: what the demos of CORAL and JGSA do to a domain."""
    scale = z_score(unit_sum_rows(rows))
    return lambda new: scale(unit_sum_rows(new))
