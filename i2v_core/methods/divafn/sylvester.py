"""The Sylvester equation of a semantic autoencoder (DIVAFN, equation 21), solved for its minimum-norm solution.

    A W + W B = K,  A = beta S S^T (k, k),  B = lambda X X^T (q, q),  K = (beta + lambda) S X^T           equation 21
S has at most C different columns, so A has rank r <= C. In the basis U of S = U diag(s) V^T the equation falls into
one system per direction:
    (beta s_i^2 + lambda X X^T) w_i = (beta + lambda) s_i X v_i,    W = U [w_1 .. w_r]^T
which, with the n x n matrix X^T X in place of the q x q one, is the same as
    w_i = (beta + lambda) s_i X y_i,    (beta s_i^2 + lambda X^T X) y_i = v_i.
Where r < k and the rank of X is below q the equation has many solutions. That of minimum norm has rows in the span of
the samples and columns in that of the class vectors, as W above does. Deviation: the paper takes the Bartels-Stewart
algorithm, which then returns a W tens to hundreds of times as large; the surplus is invisible in the residual and in
training codes, but not in the codes of new samples. (In the r coordinates of `semantic_space` A is regular, so that
there is one solution only, U^T W.)
"""

import numpy as np
from scipy.linalg import lapack, solve_banded, solve_sylvester

from i2v_core.methods.divafn.semantic_space import SemanticSpace, semantic_space

EPSILON = np.finfo(np.float64).eps
# Share of a row of W that rounding of "thin" may be; above, the singular vectors of the features are taken.
LARGEST_LOSS = 1e-11
SOLVERS = ("thin", "tri", "eigh", "bartels_stewart")
THIN_BELOW = 0.9  # samples per feature; at 1 both forms take the same time, see benchmarks/sylvester.py


def semantic_weights(
    features: np.ndarray,
    labels: np.ndarray,
    class_vectors: np.ndarray,
    *,
    decoder: float = 0.1,
    encoder: float = 0.01,
    solver: str = "auto",
    gram: np.ndarray | None = None,
) -> np.ndarray:
    """W of one autoencoder, the minimiser of beta |X - W^T S|^2 + lambda |W X - S|^2 (equations 18 and 22 to 24).

    features (n, q), X^T; labels (n,), class_vectors (C, k): S has the vector of each sample's class
    ->  (k, q), float64
    decoder, encoder: beta and lambda, the paper's values (IV.D); beta > 0, lambda >= 0.
    solver: "thin" tridiagonalises the n x n Gram matrix of the samples, "tri" the q x q matrix of the features, "eigh"
    takes the eigenvectors of the latter; all give the minimum-norm solution. For large features of a rank below n the
    y_i of "thin" are large where X is 0, and W = X y loses digits: it then takes the singular vectors of X. The others
    keep the residual at rounding and leave some 1e-8 of W outside the samples' span for features of size 1e4.
    "bartels_stewart" is SciPy's, for comparison, and refuses equations without a unique solution. "auto":
    `faster_solver`.
    gram: features @ features.T if it is there already; only "thin" uses it.
    Raises ValueError for shapes that do not fit, values that are not finite, other weights or solvers.
    """
    features = np.asarray(features, dtype=np.float64)
    space = semantic_space(labels, class_vectors)
    _check(features, labels, decoder, encoder, solver)
    if solver == "auto":
        solver = faster_solver(*features.shape)
    if solver == "bartels_stewart":
        return _bartels_stewart(features, labels, class_vectors, space, decoder, encoder)
    samples = space.class_rows[labels]
    shifts, factors = decoder * space.scales**2, (decoder + encoder) * space.scales
    if solver == "thin":
        gram = features @ features.T if gram is None else gram
        found = _by_tridiagonal(encoder * gram, samples, shifts) * factors
        rows = found.T @ features
        lost = EPSILON * np.sqrt(np.trace(gram)) * np.linalg.norm(found, axis=0)
        if (lost > LARGEST_LOSS * np.linalg.norm(rows, axis=1)).any():
            rows = (_by_singular_vectors(features, samples, shifts, encoder) * factors).T
    else:
        solve = _by_tridiagonal if solver == "tri" else _by_eigenvectors
        rows = (solve(encoder * (features.T @ features), features.T @ samples, shifts) * factors).T
    return space.directions @ rows


def faster_solver(samples: int, features: int) -> str:
    """The solver that takes less time for n samples of q features: "thin" for n < 0.9 q, else "tri"."""
    return "thin" if samples < THIN_BELOW * features else "tri"


def _by_tridiagonal(matrix: np.ndarray, right: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """x_i of (matrix + shifts_i) x_i = right[:, i], for one symmetric matrix (p, p), right (p, r) and r shifts.

    matrix = Q T Q^T by Householder reflections once, then r tridiagonal systems. Overwrites both.
    """
    if len(matrix) == 1:
        return right / (matrix + shifts)
    work, _ = lapack.dsytrd_lwork(len(matrix), lower=1)
    reflectors, diagonal, beside, factors, _ = lapack.dsytrd(matrix.T, lower=1, lwork=int(work), overwrite_a=1)
    # Q is 1 and the reflections of rows 1 onwards, which lie below the subdiagonal as those of a QR decomposition do.
    lower = np.asfortranarray(reflectors[1:, :-1])
    turned = np.asfortranarray(right)
    turned[1:] = _reflected(lower, factors, turned[1:], "T")
    bands = np.zeros((3, len(matrix)))
    bands[0, 1:] = bands[2, :-1] = beside
    for column, shift in enumerate(shifts):
        bands[1] = diagonal + shift
        turned[:, column] = solve_banded((1, 1), bands, turned[:, column], check_finite=False)
    turned[1:] = _reflected(lower, factors, turned[1:], "N")
    return turned


def _reflected(lower: np.ndarray, factors: np.ndarray, right: np.ndarray, transposed: str) -> np.ndarray:
    right = np.asfortranarray(right)
    _, work, _ = lapack.dormqr("L", transposed, lower, factors, right, -1)
    return lapack.dormqr("L", transposed, lower, factors, right, int(work[0]))[0]


def _by_eigenvectors(matrix: np.ndarray, right: np.ndarray, shifts: np.ndarray) -> np.ndarray:
    """As `_by_tridiagonal`, by all eigenvectors."""
    values, vectors = np.linalg.eigh(matrix)
    return vectors @ ((vectors.T @ right) / (values[:, None] + shifts))


def _by_singular_vectors(features: np.ndarray, samples: np.ndarray, shifts: np.ndarray, encoder: float) -> np.ndarray:
    """X y_i (q, r) of (encoder X^T X + shifts_i) y_i = samples[:, i] without y_i: exact where X has a low rank."""
    left, sizes, right = np.linalg.svd(features, full_matrices=False)
    sizes = np.where(sizes > sizes[0] * max(features.shape) * EPSILON, sizes, 0.0)[:, None]
    return right.T @ (sizes * (left.T @ samples) / (encoder * sizes**2 + shifts))


def _bartels_stewart(
    features: np.ndarray,
    labels: np.ndarray,
    class_vectors: np.ndarray,
    space: SemanticSpace,
    decoder: float,
    encoder: float,
) -> np.ndarray:
    semantics = np.asarray(class_vectors, dtype=np.float64)[labels]
    rank = np.linalg.matrix_rank(features) if encoder > 0 else 0
    if len(space.scales) < semantics.shape[1] and rank < features.shape[1]:
        raise ValueError(
            f"solver: 'bartels_stewart' found for features of rank {rank} of {features.shape[1]} and class vectors of "
            f"rank {len(space.scales)} of {semantics.shape[1]}, where the solution is not unique; use 'auto'"
        )
    return solve_sylvester(
        decoder * semantics.T @ semantics,
        encoder * features.T @ features,
        (decoder + encoder) * semantics.T @ features,
    )


def _check(features: np.ndarray, labels: np.ndarray, decoder: float, encoder: float, solver: str) -> None:
    if features.ndim != 2 or len(features) != len(labels) or features.shape[1] == 0:
        raise ValueError(f"features: shape {features.shape} found, ({len(labels)}, q) wanted, a row per label")
    if not np.isfinite(features).all():
        raise ValueError(
            f"features: {np.sum(~np.isfinite(features))} values not finite found, none wanted; did training diverge?"
        )
    if not (decoder > 0 and encoder >= 0):
        raise ValueError(f"decoder, encoder: {decoder}, {encoder} found, above 0 and at least 0 wanted")
    if solver not in ("auto", *SOLVERS):
        raise ValueError(f"solver: {solver!r} found, one of auto, {', '.join(SOLVERS)} wanted")
