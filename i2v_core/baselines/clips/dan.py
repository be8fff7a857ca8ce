"""DAN (Long et al. 2015) on clip features, as `i2v_core.baselines.dan` does it on images."""

import torch
from torch import Tensor
from torch.nn import functional

from i2v_core.baselines.clips.model import ClipModel, clean_clips, pooled
from i2v_core.batches import Batch
from i2v_core.losses.multi_kernel_mmd import multi_kernel_mmd
from i2v_core.models.gradient_reversal import ganin_coefficient

Model = ClipModel


def losses(
    model: ClipModel, source: Batch, target: Batch, progress: float, *, weight: float = 1.0
) -> dict[str, Tensor]:
    """L = CE(V_S) + w sum over views of MK-MMD(V_S, V_T), V the mean of a video's clips.

    weight: final value of w. Choice: w rises from 0 by Ganin's schedule, and one layer is aligned; the paper keeps w
    constant and aligns three layers.
    """
    videos_src, videos_tgt = pooled(model.clips(clean_clips(source))), pooled(model.clips(clean_clips(target)))
    gaps = [multi_kernel_mmd(videos_src[view], videos_tgt[view]) for view in model.views]
    return {
        "classification": functional.cross_entropy(model.logits(videos_src), source.labels),
        "discrepancy": ganin_coefficient(progress, high=weight) * torch.stack(gaps).sum(),
    }
