"""One branch of CFB: a network with logits in time, the pace head, and the terms of the objective (equation 6).

No layer joins the two branches (the paper trains them "individually", 3.1): each has its own terms, and the flow branch
gets the RGB branch's opinion of the target videos, epoch by epoch, from a file. Together they take the same steps as
side by side, unless gradients are clipped by a norm over both (clip_norm; clip_value is of each element).

Choice: pace prediction and plug-in losses act from the first epoch, on both branches alike.
Deviation: ST-I2V's code sends a target clip through the network at every step whatever it trains, so that running
statistics of batch normalisation mix both domains; here that holds only for rows that have a target term.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from i2v_core.batches import Batch
from i2v_core.losses.joint_mmd import joint_mmd
from i2v_core.losses.mcc import minimum_class_confusion
from i2v_core.losses.multi_kernel_mmd import multi_kernel_mmd
from i2v_core.losses.nuclear_norm import batch_nuclear_norm
from i2v_core.methods.cfb.losses import frame_loss, pace_loss, upsample, video_loss
from i2v_core.methods.cfb.runs import LOSSES


class Branch(nn.Module):
    """A network with steps in time, its pace head, and the latest feature of every source video.

    paces: size of the pace label space, 0 for no head. Choice: one head per branch, linear on the clip's mean feature.
    sources: number of source videos whose features are kept, 0 for none.
    """

    def __init__(self, model: nn.Module, *, paces: int, sources: int) -> None:
        super().__init__()
        self.model = model
        self.pace = nn.Linear(model.feature_dim, paces) if paces else None
        self.register_buffer("source_features", torch.zeros(sources, model.feature_dim))

    def outputs(self, clips: Tensor) -> tuple[Tensor, Tensor]:
        """Class probabilities float64 (n, k) and pooled features float32 (n, D) of clips (n, t, c, h, w).

        In 64 bits, so that very sure predictions, which the bank sorts, still differ.
        """
        steps = self.model.steps(clips)
        return self.model.classify(steps).mean(dim=1).double().softmax(dim=1), steps.mean(dim=1).float()

    def new_parameters(self) -> list[nn.Parameter]:
        """Parameters of the classifier and the pace head."""
        return [*self.model.new_parameters(), *(self.pace.parameters() if self.pace else [])]


def losses(branch: Branch, batch: dict[str, Batch], settings: dict) -> dict[str, Tensor]:
    """The branch's terms of L = L'_c + lambda_1 L_loc + lambda_2 L_vc (+ lambda_3 L_t), each with its weight in it.

    batch: `source`; `paced` for the pace term; `target` for a plug-in loss. settings: frames K, form (ce; bce as in
    ST-I2V's code), local_reduction, lambda_1 (0 leaves L_loc out: the flow branch); lambda_2 with a pace term, lambda_3
    and transfer (one of LOSSES) with a plug-in loss.
    Domains pass through the network one after the other, so that batch normalisation sees one at a time.
    """
    source = batch["source"]
    steps = branch.model.steps(source.inputs)
    features = steps.mean(dim=1)
    if len(branch.source_features):
        branch.source_features[source.index] = features.detach().to(branch.source_features.dtype)
    logits = upsample(branch.model.classify(steps), frames=settings["frames"])
    terms = {"classification": video_loss(logits, source.labels, form=settings["form"])}
    if settings["lambda_1"]:
        local = frame_loss(logits, source.labels, reduction=settings["local_reduction"], form=settings["form"])
        terms["local"] = settings["lambda_1"] * local
    if "paced" in batch:
        guesses = branch.pace(branch.model.steps(batch["paced"].inputs).mean(dim=1))
        terms["pace"] = settings["lambda_2"] * pace_loss(guesses, batch["paced"].labels)
    if "target" in batch:
        target_steps = branch.model.steps(batch["target"].inputs)
        pairs = (features, target_steps.mean(dim=1)), (logits.mean(dim=1), branch.model.classify(target_steps).mean(1))
        terms["transfer"] = settings["lambda_3"] * transfer_loss(settings["transfer"], *pairs)
    return terms


def transfer_loss(name: str, features: tuple[Tensor, Tensor], logits: tuple[Tensor, Tensor]) -> Tensor:
    """A plug-in loss L_t on pooled features (source (n, D), target (m, D)) and mean logits ((n, k), (m, k)).

    Choice: DAN aligns the pooled features, JAN those and the softmax outputs; MCC and BNM look at target logits alone.
    Raises ValueError for a name not in LOSSES.
    """
    if name == "dan":
        return multi_kernel_mmd(*features)
    if name == "jan":
        return joint_mmd(
            *([part, functional.softmax(logit, dim=1)] for part, logit in zip(features, logits, strict=True))
        )
    if name == "mcc":
        return minimum_class_confusion(logits[1])
    if name == "bnm":
        return batch_nuclear_norm(logits[1])
    raise ValueError(f"transfer: {name!r} found, one of {', '.join(LOSSES)} wanted; see params.yaml")
