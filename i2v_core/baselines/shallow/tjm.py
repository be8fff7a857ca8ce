"""TJM: transfer joint matching (Long et al. 2014) with the linear kernel.

1 rows to length 1; 2 kernel components of large spread with little distance between the domains' means, where source
rows of little use cost more; 3 the cost of a source row from the size of its coefficients; 2 and 3 repeated.
"""

import numpy as np
import scipy.linalg

from i2v_core.baselines.shallow import mmd
from i2v_core.baselines.shallow.adapted import Adapted
from i2v_core.baselines.shallow.inputs import checked, one_of, positive
from i2v_core.baselines.shallow.neighbours import nearest_labels
from i2v_core.baselines.shallow.preprocessing import unit_rows
from i2v_core.baselines.shallow.spaces import space
from i2v_core.baselines.shallow.spread_ratio import SCALES, leading_eigenpairs

SMALLEST = np.finfo(np.float64).eps  # added to |alpha_i|, as in Long's code


def fit(
    source: np.ndarray,
    labels: np.ndarray,
    target: np.ndarray,
    *,
    dim: int = 100,
    weight: float = 1.0,
    iterations: int = 10,
    scale: str = "unit",
) -> Adapted:
    """Jointly matched components, rows of length 1; predictions are of the nearest source row.

    K H K alpha = t (weight G + K M K) alpha, alpha^T K H K alpha = 1, K = X X^T, M = e_0 e_0^T / |e_0|^2
    G_ii = 1 / (|alpha_i| + eps) for source rows, 1 for target rows
    Choice: defaults are those of Long's function (its demo takes dim 20).
    Deviation: the paper has 1 / (2 |alpha_i|), the derivative of the (2, 1) norm; Long's code leaves the 2 out, and so
    do we.
    scale: of alpha before rows are scaled, `spread` (alpha^T K H K alpha = 1, the paper) or `unit`, maps X^T alpha of
    length 1 (alpha^T K alpha = 1, as in kernel PCA). Choice: `unit`, for the reasons given in `tca.fit`, whose primal
    directions have that length; the costs G come from alpha of the paper's constraint either way. Columns of alpha of
    length 1 would stretch components by singular values of X once more, until two or three hold all of a row.
    Choice: the linear kernel only, the code's default. There are no terms of classes, whatever public copies add.
    With H X = Q T (thin QR, T r x r) K H K = R R^T for R = X T^T, n x r. L^-1 = (weight G + v v^T)^-1 is known by
    Sherman and Morrison, and alpha = L^-1 R q / t for the eigenpairs (t, q) of R^T L^-1 R, r x r: O(n r^2) for each
    round, and no n x n matrix.
    source (n_s, d), labels (n_s,), target (n_t, d)    ->  (n_s, dim), (n_t, dim)
    Raises ValueError for unfit input or settings, and if dim is above the rank of the centred rows.
    """
    domains = checked(source, labels, target)
    positive(weight=weight, iterations=iterations)
    one_of("scale", scale, SCALES)
    rows = space(unit_rows(domains.rows), "primal")
    E = mmd.normalised(mmd.factors(domains.labels, len(domains.target), len(domains.classes), weight_marginal=1.0))
    centred = rows.coordinates - rows.coordinates.mean(axis=0)
    triangle = scipy.linalg.qr(centred, mode="r")[0][: centred.shape[1]]
    R = rows.coordinates @ triangle.T
    v = rows.coordinates @ (rows.coordinates.T @ E[:, 0])
    count, width = domains.source.shape
    costs = np.ones(len(v))
    for _ in range(iterations):
        alpha = _coefficients(R, v, weight * costs, dim)
        costs[:count] = 1 / (np.linalg.norm(alpha[:count], axis=1) + SMALLEST)
    directions = rows.coordinates.T @ alpha
    if scale == "unit":
        directions /= np.linalg.norm(directions, axis=0)
    found = unit_rows(rows.coordinates @ directions)
    nearest = nearest_labels(found[:count], domains.labels, found[count:])
    return Adapted(
        found[:count],
        found[count:],
        width,
        lambda new: unit_rows(rows.mapping(unit_rows(new)) @ directions),
        domains.classes[nearest],
    )


def _coefficients(R: np.ndarray, v: np.ndarray, costs: np.ndarray, dim: int) -> np.ndarray:
    """alpha (n, dim) of (diag(costs) + v v^T) alpha t = R R^T alpha: R (n, r), v (n,), costs (n,)."""
    scaled = R / costs[:, None]
    cheap = v / costs
    inverse = scaled - np.outer(cheap, (v @ scaled) / (1 + v @ cheap))
    values, vectors = leading_eigenpairs(R.T @ inverse, dim)
    return inverse @ (vectors / values)
