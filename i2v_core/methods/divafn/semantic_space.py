"""The semantic matrix S of DIVAFN by its classes: one column per sample, but no more different ones than classes."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class SemanticSpace:
    """Thin singular value decomposition S = U diag(s) V^T of rank r, S = P^T Y with one column of P^T per class.

    directions: U (k, r), float64. scales: s (r,), falling, above 0. class_rows (C, r): the row of V of a sample of each
    class, 0 for classes without samples, so that V = class_rows[labels].
    coordinates (C, r): U^T of the class vectors, P U. Of classes with samples P = coordinates U^T, so the coordinates
    have all inner products of the class vectors: (14), the autoencoders' weights and the distances of codes are the
    same with them in place of P.
    """

    directions: np.ndarray
    scales: np.ndarray
    class_rows: np.ndarray
    coordinates: np.ndarray


def semantic_space(labels: np.ndarray, class_vectors: np.ndarray) -> SemanticSpace:
    """Decomposes S of these samples: the SVD of P^T diag(sqrt(n_c)), whose right factor divided by sqrt(n_c) is V's.

    labels (n,) in 0 .. C - 1; class_vectors P (C, k): word vectors or attributes of the class names.
    Raises ValueError for labels out of range or no integers, and for class vectors that are not (C, k), not finite, or
    0 in all classes that have samples.
    """
    labels, class_vectors = np.asarray(labels), np.asarray(class_vectors, dtype=np.float64)
    if class_vectors.ndim != 2 or not np.isfinite(class_vectors).all():
        bad = np.sum(~np.isfinite(class_vectors))
        raise ValueError(
            f"class_vectors: shape {class_vectors.shape}, {bad} values not finite found, finite (C, k) wanted"
        )
    classes = len(class_vectors)
    if labels.ndim != 1 or len(labels) == 0 or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"labels: {labels.dtype} of shape {labels.shape} found, integers (n,) with n >= 1 wanted")
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"labels: {labels.min()} to {labels.max()} found, 0 to {classes - 1} wanted; see class_vectors"
        )
    roots = np.sqrt(np.bincount(labels, minlength=classes))
    directions, scales, right = np.linalg.svd(class_vectors.T * roots, full_matrices=False)
    rank = int((scales > scales[0] * max(class_vectors.shape) * np.finfo(np.float64).eps).sum())
    if rank == 0:
        raise ValueError("class_vectors: 0 found in all classes that have samples, vectors of their names wanted")
    directions = directions[:, :rank]
    class_rows = np.where(roots[:, None] > 0, right[:rank].T / np.maximum(roots, 1)[:, None], 0)
    return SemanticSpace(directions, scales[:rank], class_rows, class_vectors @ directions)
