"""DANN (Ganin et al. 2016) between labelled images and frames of unlabelled videos; also stage 1 of CycDA."""

from torch import Tensor
from torch.nn import functional

from i2v_core.batches import Batch
from i2v_core.losses.domain import domain_cross_entropy
from i2v_core.models.gradient_reversal import ganin_coefficient
from i2v_core.models.image import ImageModel


def losses(
    model: ImageModel,
    source: Batch,
    target: Batch,
    progress: float,
    *,
    reversal_high: float = 1.0,
    equal_domain_labels: bool = False,
) -> dict[str, Tensor]:
    """L = CE(I_S) + domain cross entropy behind gradient reversal (CycDA, stage 1; beta is the reversal's coefficient).

    Source and target pass through the network one after the other, so that batch normalisation sees one domain at a
    time. reversal_high: the coefficient's final value; it rises from 0 by Ganin's schedule over training.
    equal_domain_labels: study switch for the released code, which gives both domains label 0: nothing is aligned.
    """
    features_src, features_tgt = model.features(source.inputs), model.features(target.inputs)
    coefficient = ganin_coefficient(progress, high=reversal_high)
    logits_src, logits_tgt = (model.discriminate(z, coefficient) for z in (features_src, features_tgt))
    if equal_domain_labels:
        logits_tgt = logits_tgt.flip(1)  # label 1 of flipped logits is label 0
    return {
        "classification": functional.cross_entropy(model.classify(features_src), source.labels),
        "domain": domain_cross_entropy(logits_src, logits_tgt),
    }
