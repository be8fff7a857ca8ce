"""Maximum mean discrepancy matrices as factors: M = E E^T with one column for the domains and one for each class."""

import numpy as np


def factors(
    labels_src: np.ndarray,
    labels_tgt: np.ndarray | int,
    classes: int,
    *,
    weight_marginal: float,
    weight_classes: float = 1.0,
) -> np.ndarray:
    """E (n_s + n_t, 1 + C) with E E^T = w_0 M_0 + w_1 sum_c M_c, or (n_s + n_t, 1) while there are no target labels.

    M_0 = e_0 e_0^T, e_0 = 1 / n_s on source rows, -1 / n_t on target rows
    M_c = e_c e_c^T, e_c = 1 / n_sc on source rows of class c, -1 / n_tc on target rows of it; both as in JDA
    Choice: if no target row has class c, e_c keeps its source side alone, as in the authors' MATLAB codes (which set
    1 / 0 to 0); the papers leave it undefined. M_c then draws the class mean of the source towards 0.
    labels_src (n_s,), labels_tgt (n_t,) in 0 .. C - 1, or n_t where they are not known
    """
    has_labels = not isinstance(labels_tgt, int)
    n_src, n_tgt = len(labels_src), len(labels_tgt) if has_labels else labels_tgt
    marginal = np.concatenate([np.full(n_src, 1 / n_src), np.full(n_tgt, -1 / n_tgt)])
    columns = [np.sqrt(weight_marginal) * marginal[:, None]]
    if has_labels:
        sides = [_class_means(labels_src, classes), -_class_means(labels_tgt, classes)]
        columns.append(np.sqrt(weight_classes) * np.concatenate(sides))
    return np.concatenate(columns, axis=1)


def normalised(E: np.ndarray) -> np.ndarray:
    """E of M / |M|_F, where |E E^T|_F = |E^T E|_F: (n, c) -> (n, c)."""
    return E / np.sqrt(np.linalg.norm(E.T @ E))


def _class_means(labels: np.ndarray, classes: int) -> np.ndarray:
    """(n, C): 1 / n_c at the rows of class c; its product with rows gives class means."""
    members = (labels[:, None] == np.arange(classes)).astype(np.float64)
    return members / np.maximum(members.sum(axis=0), 1.0)
