"""JAN (Long et al. 2017) between labelled images and frames of unlabelled videos."""

from torch import Tensor
from torch.nn import functional

from i2v_core.batches import Batch
from i2v_core.losses.joint_mmd import joint_mmd
from i2v_core.models.gradient_reversal import ganin_coefficient
from i2v_core.models.image import ImageModel


def losses(
    model: ImageModel, source: Batch, target: Batch, progress: float, *, weight: float = 1.0
) -> dict[str, Tensor]:
    """L = CE(I_S) + w JMMD((z_S, p_S), (z_T, p_T)) on features z and softmax outputs p.

    Source and target pass through the network one after the other, so that batch normalisation sees one domain at a
    time. weight: final value of w. Choice: w rises from 0 by Ganin's schedule, as in `dan`. The paper's adversarial
    variant (JAN-A) is not here.
    """
    features_src, features_tgt = model.features(source.inputs), model.features(target.inputs)
    logits_src, logits_tgt = model.classify(features_src), model.classify(features_tgt)
    outputs_src, outputs_tgt = (functional.softmax(logits, dim=1) for logits in (logits_src, logits_tgt))
    return {
        "classification": functional.cross_entropy(logits_src, source.labels),
        "discrepancy": ganin_coefficient(progress, high=weight)
        * joint_mmd([features_src, outputs_src], [features_tgt, outputs_tgt]),
    }
