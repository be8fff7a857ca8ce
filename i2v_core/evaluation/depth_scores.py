"""How well a relative inverse depth agrees with the true one, whatever its scale and shift."""

import numpy as np
import torch
from scipy.stats import spearmanr

from i2v_core.losses.scale_shift_invariant import scale_shift_invariant

PAIRS = 4000
CLEAR = 0.05  # parts of the true map's range; nearer pairs have no clear order


def depth_scores(predicted: np.ndarray, true: np.ndarray, rng: np.random.Generator) -> dict[str, float]:
    """Scores of one image, maps (h, w); true is stretched over 0..1.

    mean_error: mean of |s d + t - d*| after the best scale and shift (twice the data term of the loss); spearman: rank
    correlation of all pixels; ordered_pairs: share in order of random pairs whose true depths clearly differ.
    """
    maps = [torch.from_numpy(np.ascontiguousarray(x, np.float32))[None] for x in (predicted, true)]
    valid = torch.ones_like(maps[0], dtype=torch.bool)
    first, second = rng.integers(true.size, size=(2, PAIRS))
    gap = true.ravel()[first] - true.ravel()[second]
    clear = np.abs(gap) > CLEAR
    found = np.sign(predicted.ravel()[first] - predicted.ravel()[second])
    return {
        "mean_error": 2 * scale_shift_invariant(*maps, valid, gradient_weight=0.0).item(),
        "spearman": float(spearmanr(predicted.ravel(), true.ravel()).statistic),
        "ordered_pairs": float(np.mean(found[clear] == np.sign(gap[clear]))),
    }
