"""The eigenproblem of TCA and JDA: directions of large spread along which the domains' means agree."""

from functools import cached_property

import numpy as np
import scipy.linalg
from scipy.sparse.linalg import ArpackError, LinearOperator, eigsh

from i2v_core.baselines.shallow.inputs import TooManyDirections

LANCZOS_FROM = 20  # coordinates per direction wanted; with fewer the dense solver is faster
RESTARTS = 300  # of Lanczos, where some ten are usual; a kernel that is almost constant may need more than it is worth
SCALES = ("spread", "unit")


class SpreadRatio:
    """Directions a that maximise a^T S a / a^T (weight I + V V^T) a for one spread S and changing V.

    S = X^T H X with H = I - 1 1^T / n and X (n, r): the scatter about the mean of all rows
    V = X^T E (r, c) for the discrepancy M = E E^T of few columns, so that X^T M X = V V^T
    No n x n matrix is formed and S is never inverted, which is singular for n <= r: with L = weight I + V V^T the
    symmetric L^(-1/2) S L^(-1/2) is decomposed, where L^(-1/2) is (I - Q diag(g) Q^T) / sqrt(weight) for the
    eigenvectors Q of V V^T with eigenvalues t and g = 1 - sqrt(weight / (weight + t)).
    """

    def __init__(self, coordinates: np.ndarray) -> None:
        self.coordinates = coordinates
        self.centred = coordinates - coordinates.mean(axis=0)

    @cached_property
    def spread(self) -> np.ndarray:
        """S (r, r)."""
        return self.centred.T @ self.centred

    def directions(self, E: np.ndarray, weight: float, dim: int, *, scale: str, iterate: bool) -> np.ndarray:
        """The `dim` best directions as columns, best first: E (n, c) -> A (r, dim).

        scale: `spread`, the papers' A^T S A = I, or `unit`, columns of length 1.
        iterate: take a Lanczos iteration where it is faster (r at least 20 dim); S is then not formed. Either way the
        result is exact to rounding.
        Raises ValueError if dim is below 1 or above the rank of S.
        """
        left, singular, _ = scipy.linalg.svd(self.coordinates.T @ E, full_matrices=False)
        half = _HalfInverse(left, 1 - np.sqrt(weight / (weight + singular**2)), weight)
        found = self._lanczos(half, dim) if iterate and 1 <= dim <= len(left) // LANCZOS_FROM else None
        values, vectors = found or leading_eigenpairs(half.both_sides(self.spread), dim)
        directions = half.times(vectors)
        return directions / (np.sqrt(values) if scale == "spread" else np.linalg.norm(directions, axis=0))

    def _lanczos(self, half: "_HalfInverse", dim: int) -> tuple[np.ndarray, np.ndarray] | None:
        """The leading pairs by ARPACK, or None if it did not converge or met a rank below dim."""
        size = self.centred.shape[1]

        def product(vector: np.ndarray) -> np.ndarray:
            return half.times(self.centred.T @ (self.centred @ half.times(vector.reshape(size, 1))))

        operator = LinearOperator((size, size), matvec=product, dtype=np.float64)
        start = np.random.default_rng(0).standard_normal(size)  # ARPACK would draw another one in each call
        try:
            values, vectors = eigsh(operator, dim, which="LA", v0=start, maxiter=RESTARTS)
        except ArpackError:
            return None
        return (values[::-1], vectors[:, ::-1]) if values[0] > _negligible(values[-1], size) else None


class _HalfInverse:
    """L^(-1/2) = (I - Q diag(shrink) Q^T) / sqrt(weight)."""

    def __init__(self, basis: np.ndarray, shrink: np.ndarray, weight: float) -> None:
        self.basis, self.shrink, self.weight = basis, shrink, weight

    def times(self, columns: np.ndarray) -> np.ndarray:
        """L^(-1/2) times columns (r, m)."""
        return (columns - (self.basis * self.shrink) @ (self.basis.T @ columns)) / np.sqrt(self.weight)

    def both_sides(self, spread: np.ndarray) -> np.ndarray:
        """L^(-1/2) S L^(-1/2) by two thin products: (r, r) -> (r, r)."""
        shrunk = self.basis * self.shrink
        one_side = (spread @ self.basis) @ shrunk.T
        middle = shrunk @ (self.basis.T @ spread @ self.basis) @ shrunk.T
        return (spread - one_side - one_side.T + middle) / self.weight


def leading_eigenpairs(matrix: np.ndarray, dim: int) -> tuple[np.ndarray, np.ndarray]:
    """The `dim` largest eigenvalues of a symmetric positive semidefinite matrix and their vectors, largest first.

    matrix (r, r) -> values (dim,), vectors (r, dim)
    Raises TooManyDirections (a ValueError) if dim is below 1 or above the matrix's rank (the eigenvalues above r eps
    times the largest).
    """
    size = len(matrix)
    taken = min(max(dim, 1), size)
    values, vectors = scipy.linalg.eigh(matrix, subset_by_index=[size - taken, size - 1], driver="evr")
    if taken != dim or not values[0] > _negligible(values[-1], size):
        every = scipy.linalg.eigvalsh(matrix)
        rank = int((every > _negligible(every[-1], size)).sum())
        raise TooManyDirections(dim, rank, "in no more directions do the features vary")
    return values[::-1], vectors[:, ::-1]


def _negligible(largest: float, size: int) -> float:
    return max(largest, 0.0) * size * np.finfo(np.float64).eps
