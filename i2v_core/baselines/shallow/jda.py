"""JDA: joint distribution adaptation (Long et al. 2013), in primal form or with a kernel.

1 rows to length 1; 2 directions of large spread with little distance between the domains' means; 3 rows of the
projection to length 1; 4 pseudo labels of the target from the nearest source row; 5 the distances between the domains'
means of each class are added, and 2 to 4 repeated (algorithm 1 of the paper).
"""

import numpy as np

from i2v_core.baselines.shallow import mmd
from i2v_core.baselines.shallow.adapted import Adapted
from i2v_core.baselines.shallow.inputs import checked, one_of, positive
from i2v_core.baselines.shallow.neighbours import nearest_labels
from i2v_core.baselines.shallow.preprocessing import unit_rows
from i2v_core.baselines.shallow.spaces import KERNELS, space
from i2v_core.baselines.shallow.spread_ratio import SCALES, SpreadRatio


def fit(
    source: np.ndarray,
    labels: np.ndarray,
    target: np.ndarray,
    *,
    dim: int = 100,
    weight: float = 0.1,
    iterations: int = 10,
    kernel: str = "primal",
    gamma: float = 1.0,
    scale: str = "unit",
    target_labels: np.ndarray | None = None,
) -> Adapted:
    """Jointly adapted components, rows of length 1; predictions are the last pseudo labels.

    max_A tr(A^T S A) with A^T (weight I + X^T M X) A = I, M = C M_0 + sum_c M_c over |.|_F
    Choice: defaults are those of Long's function (dim 100, weight 0.1, 10 rounds; C M_0 and the norm are its too).
    Choice: rounds end once pseudo labels repeat, since all later ones would be the same.
    kernel, gamma, scale: as in `tca.fit`. Choice: scale `unit` for the reasons given there, all the more with 100
    directions. target_labels (n_t,): known labels that take the place of pseudo labels; one round then does.
    Where most pseudo labels are wrong, JDA may do worse than no adaptation; so may it where the target lacks a class.
    source (n_s, d), labels (n_s,), target (n_t, d)    ->  (n_s, dim), (n_t, dim)
    Raises ValueError for unfit input or settings, and if dim is above the rank of the centred rows.
    """
    domains = checked(source, labels, target)
    positive(weight=weight, iterations=iterations, gamma=gamma)
    one_of("kernel", kernel, KERNELS)
    one_of("scale", scale, SCALES)
    known = None if target_labels is None else domains.numbers(target_labels)
    rows = space(unit_rows(domains.rows), kernel, gamma)
    problem, pseudo = SpreadRatio(rows.coordinates), known
    count, width = domains.source.shape
    for _ in range(iterations if known is None else 1):
        classes = len(domains.classes)
        given = len(domains.target) if pseudo is None else pseudo
        E = mmd.normalised(mmd.factors(domains.labels, given, classes, weight_marginal=classes))
        directions = problem.directions(E, weight, dim, scale=scale, iterate=kernel == "rbf")
        found = unit_rows(rows.coordinates @ directions)
        before, pseudo = pseudo, nearest_labels(found[:count], domains.labels, found[count:])
        if before is not None and np.array_equal(before, pseudo):
            break
    return Adapted(
        found[:count],
        found[count:],
        width,
        lambda new: unit_rows(rows.mapping(unit_rows(new)) @ directions),
        domains.classes[pseudo],
    )
