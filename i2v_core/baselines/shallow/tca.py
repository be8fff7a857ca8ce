"""TCA: transfer component analysis (Pan et al. 2011), in primal form or with a kernel.

1 rows to length 1; 2 the directions of large spread with little distance between the domains' means: the paper's
max tr((W^T (I + mu K L K) W)^-1 W^T K H K W), with weight = 1 / mu; 3 rows of the projection to length 1.
Choice: defaults are those of jindongwang/transferlearning (dim 30, weight 1, primal); the authors' code was not found.
There, M is divided by its Frobenius norm, so `weight` is relative to 1.
"""

import numpy as np

from i2v_core.baselines.shallow import mmd
from i2v_core.baselines.shallow.adapted import Adapted
from i2v_core.baselines.shallow.inputs import checked, one_of, positive
from i2v_core.baselines.shallow.preprocessing import unit_rows
from i2v_core.baselines.shallow.spaces import KERNELS, space
from i2v_core.baselines.shallow.spread_ratio import SCALES, SpreadRatio


def fit(
    source: np.ndarray,
    labels: np.ndarray,
    target: np.ndarray,
    *,
    dim: int = 30,
    weight: float = 1.0,
    kernel: str = "primal",
    gamma: float = 1.0,
    scale: str = "unit",
) -> Adapted:
    """Transfer components of both domains, rows of length 1; no classifier of its own, labels are not used.

    max_A tr(A^T S A) with A^T (weight I + X^T M X) A = I, M = e_0 e_0^T / |e_0|^2; `SpreadRatio` solves it
    kernel: `primal` (maps the features), `linear` (same maps, but |alpha|^2 of the kernel expansion is penalised) or
    `rbf` exp(-gamma |x - y|^2), which takes n x n numbers of memory.
    scale: of the directions before rows are scaled, `spread` (A^T S A = I, the paper) or `unit` columns, what the
    public Python code yields. It changes distances, the space is the same.
    Choice: `unit`. What the authors' MATLAB solver returned could not be sourced, and with A^T S A = I directions of
    noise count as much as those of the classes: with many of them a fit of domains that agree is worse than none.
    source (n_s, d), labels (n_s,), target (n_t, d)    ->  (n_s, dim), (n_t, dim)
    Raises ValueError for unfit input or settings, and if dim is above the rank of the centred rows.
    """
    domains = checked(source, labels, target)
    positive(weight=weight, gamma=gamma)
    one_of("kernel", kernel, KERNELS)
    one_of("scale", scale, SCALES)
    rows = space(unit_rows(domains.rows), kernel, gamma)
    E = mmd.normalised(mmd.factors(domains.labels, len(domains.target), len(domains.classes), weight_marginal=1.0))
    directions = SpreadRatio(rows.coordinates).directions(E, weight, dim, scale=scale, iterate=kernel == "rbf")
    found = unit_rows(rows.coordinates @ directions)
    count, width = domains.source.shape
    return Adapted(
        found[:count], found[count:], width, lambda new: unit_rows(rows.mapping(unit_rows(new)) @ directions)
    )
