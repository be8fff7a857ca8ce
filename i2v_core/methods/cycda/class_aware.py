"""CycDA stage 3: class-aware spatial alignment of images and target frames under the video model's pseudo labels."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from i2v_core.batches import Batch
from i2v_core.losses.contrastive import cross_domain_contrastive
from i2v_core.models.feature_bank import FeatureBank
from i2v_core.models.image import ImageModel


def nets_of(model: ImageModel, labels_src: list[int]) -> nn.ModuleDict:
    """The image model with the bank of source features that stage 3 draws positives and negatives from."""
    bank = FeatureBank(size=len(labels_src), dim=model.feature_dim, labels=torch.tensor(labels_src))
    return nn.ModuleDict({"model": model, "bank": bank})


def losses(nets: nn.ModuleDict, source: Batch, target: Batch, *, temperature: float = 0.05) -> dict[str, Tensor]:
    """L = CE(I_S) + L_CONTR(I_S, V_T^F), equal weights (CycDA, stage 3).

    source: images with true labels; target: frames with the labels disseminated from their videos. The current source
    features enter the bank first; then each frame draws one positive of its class and one negative of another class.
    Gradients of the contrastive term reach the model through the target features alone, as the bank is detached.
    Draws come from torch's global generator, which the training loop seeds anew in each epoch.
    Choice: a frame whose class has no source feature yet is left out of the mean.
    """
    features_src, features_tgt = nets["model"].features(source.inputs), nets["model"].features(target.inputs)
    nets["bank"].update(source.index, features_src)
    positives, negatives, usable = nets["bank"].sample(target.labels, torch.default_generator)
    return {
        "classification": functional.cross_entropy(nets["model"].classify(features_src), source.labels),
        "contrastive": cross_domain_contrastive(
            features_tgt[usable], positives[usable], negatives[usable], temperature=temperature
        ),
    }
