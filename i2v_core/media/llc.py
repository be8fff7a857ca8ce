"""Locality-constrained linear coding (Wang et al., CVPR 2010): local descriptors of a video -> one vector.

A codebook of 2000 words is learnt once from descriptors of training videos; each descriptor is then a combination of
its 5 nearest words, and a video the largest weight of each word (DIVAFN, section IV.B: 2000 words, 5 local bases, at
most 200 random descriptors a video).
Choice: one codebook of whole descriptors, as 2000 words give DIVAFN's 2000-d vectors only so; maximum pooling and
length 1 as in the paper on LLC. DIVAFN names neither.
"""

from collections.abc import Sequence

import numpy as np
from sklearn.cluster import MiniBatchKMeans

BLOCK = 2048  # descriptors compared with all words at a time


def sampled(descriptors: np.ndarray, random: np.random.Generator, *, most: int = 200) -> np.ndarray:
    """At most `most` rows of a video's descriptors, drawn without replacement, in their order: (n, d) -> (m, d)."""
    if len(descriptors) <= most:
        return descriptors
    return descriptors[np.sort(random.choice(len(descriptors), most, replace=False))]


def codebook(samples: Sequence[np.ndarray], *, words: int = 2000, seed: int = 0) -> np.ndarray:
    """Centres of mini-batch k-means on the samples of all training videos: list of (m_i, d) -> (words, d) float64.

    Choice: k-means++ start, batches of 4096, scikit-learn's other defaults; the paper names k-means alone.
    Raises ValueError for fewer samples than words, unequal widths and numbers that are not finite.
    """
    widths = sorted({part.shape[1:] for part in samples})
    if len(widths) != 1 or len(widths[0]) != 1:
        raise ValueError(f"LLC codebook: samples of widths {widths} found, one width wanted; make the descriptors anew")
    rows = np.concatenate(samples).astype(np.float64)
    if len(rows) < words:
        raise ValueError(
            f"LLC codebook: {len(rows)} descriptors found, at least {words} wanted, one a word; give more videos or "
            "fewer words"
        )
    _check_finite(rows)
    means = MiniBatchKMeans(words, batch_size=4096, n_init=1, random_state=seed, compute_labels=False).fit(rows)
    return means.cluster_centers_


def codes(
    descriptors: np.ndarray, words: np.ndarray, *, nearest: int = 5, beta: float = 1e-4
) -> tuple[np.ndarray, np.ndarray]:
    """Words and weights of each descriptor: (n, d), (k, d) -> indices (n, nearest), weights (n, nearest), sum 1.

    The approximated coder of section 3: of the nearest words b_j, the nearest first,
    z_j = b_j - x,  Q = Z Z^T + beta tr(Z Z^T) I,  Q w = 1,  w = w / sum(w)
    which minimises |x - sum_j w_j b_j|^2 + beta tr(Z Z^T) |w|^2 with sum(w) = 1. Weights may be negative.
    Choice: where all the words lie on x (a codebook with equal words) their weights are equal; Q is 0 there.
    Raises ValueError for other shapes, fewer words than `nearest`, numbers that are not finite, and beta not above 0.
    """
    if descriptors.ndim != 2 or words.ndim != 2 or descriptors.shape[1] != words.shape[1]:
        raise ValueError(
            f"LLC: descriptors {descriptors.shape}, words {words.shape} found, (n, d) and (k, d) wanted; "
            "use the codebook of these descriptors"
        )
    if not 1 <= nearest <= len(words):
        raise ValueError(f"LLC nearest: {nearest} found, 1 to {len(words)}, the number of words, wanted")
    if not beta > 0:
        raise ValueError(f"LLC beta: {beta} found, a number above 0 wanted; 1e-4 is the authors'")
    _check_finite(descriptors)
    words = words.astype(np.float64, copy=False)
    half_squares = (words**2).sum(axis=1) / 2
    indices = np.empty((len(descriptors), nearest), np.int64)
    weights = np.empty((len(descriptors), nearest))
    for start in range(0, len(descriptors), BLOCK):
        rows = descriptors[start : start + BLOCK].astype(np.float64)
        found = indices[start : start + BLOCK] = _nearest(rows @ words.T, half_squares, nearest)
        shifts = words[found]
        shifts -= rows[:, None]
        weights[start : start + BLOCK] = _weights(shifts, beta)
    return indices, weights


def encoded(descriptors: np.ndarray, words: np.ndarray, *, nearest: int = 5, beta: float = 1e-4) -> np.ndarray:
    """The vector of a video: the largest weight of each word over its descriptors, length 1: (n, d) -> (k,) float32.

    A descriptor has weight 0 for words it does not use, and that counts: a word with negative weights alone gives 0
    unless every descriptor uses it. Raises ValueError as `codes` does, and for a video without descriptors.
    """
    if len(descriptors) == 0:
        raise ValueError("LLC: a video without descriptors found, at least one wanted; drop it, or use a longer one")
    indices, weights = codes(descriptors, words, nearest=nearest, beta=beta)
    largest = np.full(len(words), -np.inf)
    np.maximum.at(largest, indices.ravel(), weights.ravel())
    is_in_all = np.bincount(indices.ravel(), minlength=len(words)) == len(descriptors)
    pooled = np.where(is_in_all, largest, np.maximum(largest, 0.0))
    return (pooled / np.linalg.norm(pooled)).astype(np.float32)  # weights sum to 1, so some are above 0


def _nearest(products: np.ndarray, half_squares: np.ndarray, nearest: int) -> np.ndarray:
    """Indices (n, nearest) of the nearest words, in order of distance, then of index.

    products (n, k) of descriptors and words, half_squares (k,) of the words.
    """
    gaps = half_squares - products  # half the squared distance, less |x|^2 / 2, which is the same for all words
    found = np.sort(np.argpartition(gaps, nearest - 1, axis=1)[:, :nearest], axis=1)
    order = np.argsort(np.take_along_axis(gaps, found, axis=1), axis=1, kind="stable")
    return np.take_along_axis(found, order, axis=1)


def _weights(shifts: np.ndarray, beta: float) -> np.ndarray:
    """Weights (n, p) of the words at `shifts` (n, p, d) from their descriptors."""
    gram = shifts @ shifts.transpose(0, 2, 1)
    trace = np.trace(gram, axis1=1, axis2=2)
    gram += (beta * np.where(trace > 0, trace, 1.0))[:, None, None] * np.eye(gram.shape[1])
    weights = np.linalg.solve(gram, np.ones((*gram.shape[:2], 1)))[..., 0]
    return weights / weights.sum(axis=1, keepdims=True)


def _check_finite(descriptors: np.ndarray) -> None:
    if not np.isfinite(descriptors).all():
        row = int(np.argmin(np.isfinite(descriptors).all(axis=1)))
        raise ValueError(f"LLC: descriptor {row} has numbers that are not finite; make the descriptors anew")
