"""CORAL: correlation alignment (Sun et al. 2016).

The source is whitened and given the covariance of the target; the target stays (algorithm 1 of the paper).
"""

import numpy as np
import scipy.linalg

from i2v_core.baselines.shallow.adapted import Adapted
from i2v_core.baselines.shallow.inputs import checked, positive
from i2v_core.baselines.shallow.preprocessing import unchanged, z_score_of_shares


def fit(
    source: np.ndarray, labels: np.ndarray, target: np.ndarray, *, ridge: float = 1.0, normalise: bool = True
) -> Adapted:
    """Source rows recoloured like the target's, and target rows; no classifier of its own, labels are not used.

    X_s' = X_s C_s^(-1/2) C_t^(1/2), C = cov(X) + ridge I with n - 1 in the divisor
    ridge: 1 in the paper. normalise: rows to sum 1, then columns to mean 0 and mean square 1 in each domain by itself,
    as the authors' demo does before the transform.
    Choice: the classifier is left to the caller; the authors train a linear SVM on the source rows through X_s'.
    source (n_s, d), labels (n_s,), target (n_t, d)    ->  (n_s, d), (n_t, d)
    Raises ValueError for unfit input or a ridge of 0 or less.
    """
    domains = checked(source, labels, target)
    positive(ridge=ridge)
    rows_src, rows_tgt, mapping = domains.source, domains.target, unchanged
    if normalise:
        rows_src, mapping = z_score_of_shares(rows_src)(rows_src), z_score_of_shares(rows_tgt)
        rows_tgt = mapping(rows_tgt)
    whitened = times_power(rows_src, rows_src, ridge, -0.5)
    return Adapted(times_power(whitened, rows_tgt, ridge, 0.5), rows_tgt, rows_tgt.shape[1], mapping)


def times_power(rows: np.ndarray, sample: np.ndarray, ridge: float, power: float) -> np.ndarray:
    """rows (cov(sample) + ridge I)^power: (m, d), (n, d) -> (m, d).

    With cov = V diag(g) V^T, V (d, r): rows ridge^power + rows V diag((g + ridge)^power - ridge^power) V^T. For n < d
    V and g come from the n x n Gram matrix of the centred sample, and no d x d matrix is formed; directions in which
    the sample does not vary add nothing.
    """
    centred = (sample - sample.mean(axis=0)) / np.sqrt(len(sample) - 1)
    if len(centred) < centred.shape[1]:
        values, vectors = scipy.linalg.eigh(centred @ centred.T)
        kept = values > values[-1] * len(values) * np.finfo(np.float64).eps
        values = values[kept]
        vectors = centred.T @ (vectors[:, kept] / np.sqrt(values))
    else:
        values, vectors = scipy.linalg.eigh(centred.T @ centred)
        values = np.maximum(values, 0.0)
    change = (values + ridge) ** power - ridge**power
    return rows * ridge**power + ((rows @ vectors) * change) @ vectors.T
