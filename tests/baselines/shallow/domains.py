"""Made domains: Gaussian classes in the source, and a target that is shifted, turned or scaled in a known way."""

import numpy as np
import scipy.linalg


def classes(rows, dim, count, *, seed, centres=0, spread=3.0):
    """Rows around the centre of each class: features (rows, dim), labels (rows,) 0 .. count - 1 in turn."""
    draw = np.random.default_rng(seed)
    labels = np.arange(rows) % count
    middle = spread * np.random.default_rng(centres).standard_normal((count, dim))
    return middle[labels] + draw.standard_normal((rows, dim)), labels


def rotation(dim, angle, seed=0):
    """A rotation of R^dim by `angle` radians in dim // 2 planes drawn at random."""
    skew = np.zeros((dim, dim))
    for i in range(0, dim - 1, 2):
        skew[i, i + 1], skew[i + 1, i] = angle, -angle
    axes = np.linalg.qr(np.random.default_rng(seed).standard_normal((dim, dim)))[0]
    return axes @ scipy.linalg.expm(skew) @ axes.T


def pair(n_src=90, n_tgt=70, dim=24, count=3, *, seed=0, spread=1.0, shift=1.0, angle=0.3):
    """A source with labels, and a target with true labels that is turned by `angle` and moved by `shift`."""
    source, labels = classes(n_src, dim, count, seed=2 * seed + 1, spread=spread)
    target, truth = classes(n_tgt, dim, count, seed=2 * seed + 2, spread=spread)
    direction = np.random.default_rng(99).standard_normal(dim)
    return source, labels, target @ rotation(dim, angle) + shift * direction, truth


def principal_degrees(left, right):
    """The largest principal angle between two column spaces."""
    return float(np.degrees(scipy.linalg.subspace_angles(left, right)).max())
