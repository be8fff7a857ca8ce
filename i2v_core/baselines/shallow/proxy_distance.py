"""Proxy A-distance: how well a linear classifier tells two sets of rows apart (Ben-David et al. 2006)."""

import numpy as np
import scipy.linalg

STEPS = 50  # of Newton; less than ten are usual
HALVINGS = 30
SMALLEST_RIDGE = 1e-12  # of the scaled problem, whose Hessian is below 4 at penalty 1


def proxy_distance(left: np.ndarray, right: np.ndarray) -> float:
    """2 (1 - 2 e), e the share of rows on the wrong side of `separating_plane`: (n, d), (m, d) -> at most 2.

    e is the training error, as in MEDA's code; rows on the plane count as wrong.
    """
    rows, signs = np.concatenate([left, right]), np.repeat([1.0, -1.0], [len(left), len(right)])
    plane = separating_plane(rows, signs)
    return 2 * (1 - 2 * float(np.mean(signs * (rows @ plane[:-1] + plane[-1]) <= 0)))


def separating_plane(rows: np.ndarray, signs: np.ndarray, *, penalty: float = 1.0) -> np.ndarray:
    """Weights and, last, the offset of a linear SVM: (n, d), (n,) of 1 and -1 -> (d + 1,).

    min |w|^2 / 2 + penalty sum_i max(0, 1 - y_i w^T [x_i, 1])^2
    Newton's method on the rows inside the margin with halved steps: the minimum to rounding, without random draws
    (Keerthi and DeCoste 2005). The offset is penalised as a weight, as in liblinear.
    Choice: squared hinge; MEDA's `fitclinear` takes the hinge at the same penalty, and its result varies from call to
    call.
    It is solved for rows divided by their Frobenius norm, if above 1, where the weights' ridge 1 becomes 1 / norm^2,
    and at least 1e-12: above a norm of 1e6 the plane is that of a little more ridge, which hardly moves it.
    """
    sizes = np.append(np.full(rows.shape[1], max(np.linalg.norm(rows), 1.0)), np.sqrt(len(rows)))
    ridge = np.maximum(sizes**-2.0, SMALLEST_RIDGE)
    rows = np.column_stack([rows, np.ones(len(rows))]) / sizes * signs[:, None]
    plane = np.zeros(rows.shape[1])
    slack = np.maximum(1 - rows @ plane, 0.0)
    value = ridge @ plane**2 / 2 + penalty * slack @ slack
    for _ in range(STEPS):
        inside = rows[slack > 0]
        gradient = ridge * plane - 2 * penalty * slack @ rows
        step = scipy.linalg.solve(np.diag(ridge) + 2 * penalty * inside.T @ inside, gradient, assume_a="pos")
        if gradient @ step <= 1e-24 * max(value, 1e-300):
            break
        for halving in range(HALVINGS):
            tried = plane - step / 2**halving
            slack = np.maximum(1 - rows @ tried, 0.0)
            lower = ridge @ tried**2 / 2 + penalty * slack @ slack
            if lower < value:
                break
        else:
            break
        plane, value = tried, lower
    return plane / sizes
