"""CycDA stage 3: class-aware spatial alignment of images and target frames under the video model's pseudo labels."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from i2v_core.batches import Batch
from i2v_core.losses.contrastive import cross_domain_contrastive
from i2v_core.models.feature_bank import FeatureBank
from i2v_core.models.image import ImageModel
from i2v_core.sources import merged


def nets_of(model: ImageModel, labels_src: list[int], labels_frames: list[int] | None = None) -> nn.ModuleDict:
    """The image model with the bank of source features that stage 3 draws positives and negatives from.

    labels_frames: of the frames of source videos, which have a bank of their own; None where there are no such videos.
    """
    banks = {"bank": labels_src, "frame_bank": labels_frames}
    made = {
        name: FeatureBank(size=len(labels), dim=model.feature_dim, labels=torch.tensor(labels))
        for name, labels in banks.items()
        if labels is not None
    }
    return nn.ModuleDict({"model": model, **made})


def losses(
    nets: nn.ModuleDict, source: Batch, target: Batch, *, frames: Batch | None = None, temperature: float = 0.05
) -> dict[str, Tensor]:
    """L = CE(I_S) + L_CONTR(I_S, V_T^F), equal weights (CycDA, stage 3).

    source: images with true labels; target: frames with the labels disseminated from their videos. The current source
    features enter the bank first; then each frame draws one positive of its class and one negative of another class.
    frames: of labelled source videos (mixed source), which join the images; a target frame then draws both its samples
    from the images' bank or from the frames', with probability 1/2 each (CycDA's code).
    Gradients of the contrastive term reach the model through the target features alone, as the bank is detached.
    Draws come from torch's global generator, which the training loop seeds anew in each epoch.
    Choice: a frame whose class has no source feature yet is left out of the mean.
    """
    labelled = merged({"source": source} if frames is None else {"source": source, "source_frames": frames})
    features_src, features_tgt = nets["model"].features(labelled.inputs), nets["model"].features(target.inputs)
    nets["bank"].update(source.index, features_src[: len(source.index)])
    positives, negatives, usable = nets["bank"].sample(target.labels, torch.default_generator)
    if frames is not None:
        nets["frame_bank"].update(frames.index, features_src[len(source.index) :])
        others = nets["frame_bank"].sample(target.labels, torch.default_generator)
        is_frame = (torch.rand(len(usable)) < 0.5).to(usable.device)
        positives, negatives = (
            torch.where(is_frame[:, None], other, own)
            for own, other in zip((positives, negatives), others[:2], strict=True)
        )
        usable = torch.where(is_frame, others[2], usable)
    return {
        "classification": functional.cross_entropy(nets["model"].classify(features_src), labelled.labels),
        "contrastive": cross_domain_contrastive(
            features_tgt[usable], positives[usable], negatives[usable], temperature=temperature
        ),
    }
