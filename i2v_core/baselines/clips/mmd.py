"""MMD as in MM-SADA's comparison (Munro and Damen 2020, official code): fixed Gaussian kernels, biased estimate."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from i2v_core.baselines.clips.model import ClipModel, clean_clips, pooled
from i2v_core.batches import Batch
from i2v_core.losses.multi_kernel_mmd import check_sides

WIDTHS = tuple(9.7 * 2 ** (-8 + i * math.sqrt(2)) for i in range(12))  # g = 9.7 * 2^a, a = -8, -8 + sqrt 2, .. < 8

Model = ClipModel


def losses(
    model: ClipModel, source: Batch, target: Batch, progress: float, *, weight: float = 1.0
) -> dict[str, Tensor]:
    """L = CE(V_S) + w sum over views of MMD(V_S, V_T), V the mean of a video's clips.

    weight: w. The code gives both terms 0.2, which is w = 1 at a fifth of its learning rate; w is constant.
    Choice: a video's mean feature is aligned, which the classifier reads; the code's samples are single clips.
    """
    videos_src, videos_tgt = pooled(model.clips(clean_clips(source))), pooled(model.clips(clean_clips(target)))
    gaps = [biased_discrepancy(videos_src[view], videos_tgt[view]) for view in model.views]
    return {
        "classification": functional.cross_entropy(model.logits(videos_src), source.labels),
        "discrepancy": weight * torch.stack(gaps).sum(),
    }


def biased_discrepancy(features_src: Tensor, features_tgt: Tensor) -> Tensor:
    """Squared maximum mean discrepancy, biased, with the sum of twelve Gaussian kernels of fixed widths.

    L = 1/n^2 sum_{i, j} k(s_i, s_j) + 1/m^2 sum_{i, j} k(t_i, t_j) - 2/(n m) sum_{i, j} k(s_i, t_j)
    k(a, b) = sum_g exp(-|a - b|^2 / g), g in WIDTHS                            MM-SADA, official code
    features_src (n, d), features_tgt (m, d); n, m >= 2   ->  () , >= 0, 0 for equal sets. 16-bit features are compared
    in 32 bits. Raises ValueError if the widths differ or a side has fewer than two rows.
    """
    check_sides(features_src, features_tgt)
    rows = torch.cat([features_src, features_tgt])
    rows = rows.to(torch.promote_types(rows.dtype, torch.float32))
    squares = (rows[:, None] - rows[None]).square().sum(dim=2)  # exact zeros for equal rows
    kernel = torch.stack([torch.exp(-squares / width) for width in WIDTHS]).sum(dim=0)
    n = len(features_src)
    return kernel[:n, :n].mean() + kernel[n:, n:].mean() - 2 * kernel[:n, n:].mean()
