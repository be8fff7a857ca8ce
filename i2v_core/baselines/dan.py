"""DAN (Long et al. 2015) between labelled images and frames of unlabelled videos."""

from torch import Tensor
from torch.nn import functional

from i2v_core.batches import Batch
from i2v_core.losses.multi_kernel_mmd import multi_kernel_mmd
from i2v_core.models.gradient_reversal import ganin_coefficient
from i2v_core.models.image import ImageModel


def losses(
    model: ImageModel, source: Batch, target: Batch, progress: float, *, weight: float = 1.0
) -> dict[str, Tensor]:
    """L = CE(I_S) + w MK-MMD(z_S, z_T) on the features z that the classifier reads.

    Source and target pass through the network one after the other, so that batch normalisation sees one domain at a
    time. weight: final value of w. Choice: w rises from 0 by Ganin's schedule, where the paper keeps it constant, so
    that untrained features are not aligned first. Choice: one layer; the paper aligns three fully connected ones.
    """
    features_src, features_tgt = model.features(source.inputs), model.features(target.inputs)
    return {
        "classification": functional.cross_entropy(model.classify(features_src), source.labels),
        "discrepancy": ganin_coefficient(progress, high=weight) * multi_kernel_mmd(features_src, features_tgt),
    }
