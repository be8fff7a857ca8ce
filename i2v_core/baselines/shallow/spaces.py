"""Coordinates in which a method's eigenproblem is smallest: of feature rows, or of the rows of a kernel matrix."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy.linalg

KERNELS = ("primal", "linear", "rbf")


@dataclass(frozen=True, eq=False)
class Space:
    """Rows in r coordinates, and the map of further rows to the same coordinates.

    coordinates (n, r); mapping: (m, d) -> (m, r).
    """

    coordinates: np.ndarray
    mapping: Callable[[np.ndarray], np.ndarray]


def space(rows: np.ndarray, kernel: str, gamma: float = 1.0) -> Space:
    """The space of a kernel in which a map a is penalised by |a|^2: rows (n, d) -> r coordinates.

    primal: z = a^T x. As every solution lies in the span of the rows, for d > n the coordinates are R^T of the thin QR
    of X^T = Q R: r = min(n, d), and |a| = |Q c| = |c|.
    linear: z = sum_i alpha_i x_i^T x with |alpha|^2 penalised, K = X X^T. For n > d, X = W R gives K W c = X R^T c with
    |alpha| = |W c| = |c|: coordinates X R^T, r = d, without K. Else K itself.
    rbf: K_ij = exp(-gamma |x_i - x_j|^2), r = n.
    All three are exact: the part of a or alpha outside this space costs and gains nothing.
    """
    n, d = rows.shape
    if kernel == "primal":
        if d <= n:
            return Space(rows, lambda new: new)
        basis, triangle = scipy.linalg.qr(rows.T, mode="economic")
        return Space(triangle.T, lambda new: new @ basis)
    if kernel == "linear":
        factor = scipy.linalg.qr(rows, mode="r")[0][:d].T if d < n else rows.T
        return Space(rows @ factor, lambda new: new @ factor)
    return Space(rbf(rows, rows, gamma), lambda new: rbf(new, rows, gamma))


def rbf(left: np.ndarray, right: np.ndarray, gamma: float) -> np.ndarray:
    """exp(-gamma |x - y|^2) of all pairs of rows: (n, d), (m, d) -> (n, m)."""
    exponents = left @ right.T
    exponents *= 2
    exponents -= np.square(left).sum(axis=1)[:, None]
    exponents -= np.square(right).sum(axis=1)
    np.minimum(exponents, 0, out=exponents)
    exponents *= gamma
    return np.exp(exponents, out=exponents)
