"""JGSA: joint geometrical and statistical alignment (Zhang et al. 2017), in primal form.

1 pseudo labels of the target from the nearest source row; 2 two maps, A of the source and B of the target, of large
target variance and source class separation, small distance of the domains in general and by class, and A close to B;
3 pseudo labels from the nearest projected source row; 2 and 3 repeated.
"""

from collections.abc import Callable

import numpy as np
import scipy.linalg

from i2v_core.baselines.shallow import mmd
from i2v_core.baselines.shallow.adapted import Adapted
from i2v_core.baselines.shallow.inputs import checked, positive
from i2v_core.baselines.shallow.neighbours import nearest_labels
from i2v_core.baselines.shallow.preprocessing import unchanged, unit_rows, z_score_of_shares
from i2v_core.baselines.shallow.spaces import space
from i2v_core.baselines.shallow.spread_ratio import leading_eigenpairs

RIDGE = 1e-9  # on the denominator, as in the authors' code


def fit(
    source: np.ndarray,
    labels: np.ndarray,
    target: np.ndarray,
    *,
    dim: int = 30,
    alpha: float = 1.0,
    mu: float = 1.0,
    beta: float = 0.1,
    iterations: int = 10,
    normalise: bool = True,
    target_labels: np.ndarray | None = None,
) -> Adapted:
    """Rows of both domains under maps of their own; predictions are the last pseudo labels.

    max over W = [A; B] of tr(W^T N W) with W^T D W = I
    N = blockdiag(beta S_b, mu S_t)
    D = [[alpha I + beta S_w, -alpha I], [-alpha I, (alpha + mu) I]] + 1e-9 I + V V^T, V = [X_s^T E_s; X_t^T E_t]
    S_b = sum_c n_c (m_c - m)(m_c - m)^T and S_w: source scatter between and within classes; S_t = X_t^T H X_t; E E^T =
    C M_0 + sum_c M_c
    alpha: cost of |A - B|^2. mu: of the target's variance. beta: of the source's class separation.
    Choice: defaults and details are those of the authors' function: E is divided by the root of |C M_0|_F alone, and
    rows are not scaled after the projection. normalise: rows to sum 1, columns of each domain to mean 0 and mean square
    1, rows to length 1, as in its demo. Choice: the primal form only, its demo's.
    target_labels (n_t,): known labels that take the place of pseudo labels; one round then does.
    source (n_s, d), labels (n_s,), target (n_t, d)    ->  (n_s, dim), (n_t, dim)
    Raises ValueError for unfit input or settings, and if dim is above the rank of N.
    """
    domains = checked(source, labels, target)
    positive(alpha=alpha, mu=mu, beta=beta, iterations=iterations)
    known = None if target_labels is None else domains.numbers(target_labels)
    prepare_src, prepare_tgt = (
        _preprocessing(side) if normalise else unchanged for side in (domains.source, domains.target)
    )
    count, width = domains.source.shape
    rows = space(np.concatenate([prepare_src(domains.source), prepare_tgt(domains.target)]), "primal")
    rows_src, rows_tgt = rows.coordinates[:count], rows.coordinates[count:]
    problem = _TwoMaps(rows_src, domains.labels, rows_tgt, len(domains.classes), alpha=alpha, mu=mu, beta=beta)
    pseudo = nearest_labels(rows_src, domains.labels, rows_tgt) if known is None else known
    for _ in range(iterations if known is None else 1):
        A, B = problem.solved(pseudo, dim)
        found_src, found_tgt = rows_src @ A, rows_tgt @ B
        before, pseudo = pseudo, nearest_labels(found_src, domains.labels, found_tgt)
        if np.array_equal(before, pseudo):
            break
    return Adapted(found_src, found_tgt, width, lambda new: rows.mapping(prepare_tgt(new)) @ B, domains.classes[pseudo])


class _TwoMaps:
    """The eigenproblem in W without 2r x 2r matrices: N = R R^T, D = D_0 + V V^T, and only V changes with the labels.

    D_0^-1 needs one r x r Cholesky factor, as its other blocks are multiples of I. With J = R^T D_0^-1 V and
    P = I + V^T D_0^-1 V (Woodbury): R^T D^-1 R = R^T D_0^-1 R - J P^-1 J^T, whose leading eigenpairs (t, q) give
    W = D^-1 R q / sqrt(t).
    """

    def __init__(
        self,
        source: np.ndarray,
        labels: np.ndarray,
        target: np.ndarray,
        classes: int,
        *,
        alpha: float,
        mu: float,
        beta: float,
    ) -> None:
        self.source, self.labels, self.target, self.classes = source, labels, target, classes
        size = source.shape[1]
        means = np.stack([source[labels == c].mean(axis=0) for c in range(classes)])
        within = source - means[labels]
        between = np.sqrt(beta * np.bincount(labels))[:, None] * (means - source.mean(axis=0))
        triangle = scipy.linalg.qr(target - target.mean(axis=0), mode="r")[0][:size]
        self.split = size
        self.R = scipy.linalg.block_diag(between.T, np.sqrt(mu) * triangle.T)
        self.alpha, self.corner = alpha, alpha + mu + RIDGE
        schur = beta * (within.T @ within) + (alpha + RIDGE - alpha**2 / self.corner) * np.eye(size)
        self.factor = scipy.linalg.cho_factor(schur)
        self.solved_R = self._solve(self.R)
        self.constant = self.R.T @ self.solved_R

    def solved(self, pseudo: np.ndarray, dim: int) -> tuple[np.ndarray, np.ndarray]:
        """A (r, dim), B (r, dim) for pseudo labels (n_t,)."""
        E = mmd.factors(self.labels, pseudo, self.classes, weight_marginal=self.classes)
        E /= np.linalg.norm(E[:, 0])
        V = np.concatenate([self.source.T @ E[: len(self.source)], self.target.T @ E[len(self.source) :]])
        solved_V, J = self._solve(V), self.solved_R.T @ V
        P = scipy.linalg.cho_factor(np.eye(V.shape[1]) + V.T @ solved_V)
        values, vectors = leading_eigenpairs(self.constant - J @ scipy.linalg.cho_solve(P, J.T), dim)
        maps = self.solved_R @ vectors - solved_V @ scipy.linalg.cho_solve(P, J.T @ vectors)
        maps /= np.sqrt(values)
        return maps[: self.split], maps[self.split :]

    def _solve(self, columns: np.ndarray) -> np.ndarray:
        """D_0^-1 times columns (2r, m), by the Schur complement of its lower right block."""
        upper, lower = columns[: self.split], columns[self.split :]
        first = scipy.linalg.cho_solve(self.factor, upper + (self.alpha / self.corner) * lower)
        return np.concatenate([first, (lower + self.alpha * first) / self.corner])


def _preprocessing(rows: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    scale = z_score_of_shares(rows)
    return lambda new: unit_rows(scale(new))
