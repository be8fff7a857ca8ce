"""MM-SADA (Munro and Damen 2020): adversarial alignment per view, and self-supervision by RGB-flow correspondence.

1. Per view an encoder, a classifier and a domain classifier d-100-2 behind gradient reversal; logits are summed.
2. A correspondence head 2d-100-2 tells whether RGB and flow are of one clip, in both domains, without labels.
3. First third of training: CE + 5 correspondence. Then 0.2 CE + domain + correspondence (official code and scripts).
Samples are clips; a video's score is the mean of its clips' softmaxes (the code takes five clips in the test).
Deviation: the code's second phase also lowers the learning rate tenfold, from 0.01 to 0.001; here that is the training
schedule's part. Its optimiser, SGD with momentum 0.9 and an L2 term of 1e-7, is the training settings' part.
"""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

from i2v_core.baselines.clips.model import (
    ClipModel,
    adversarial,
    clean_clips,
    clip_labels,
    heads_of,
    mean_probability,
)
from i2v_core.batches import Batch
from i2v_core.models.gradient_reversal import ganin_coefficient
from i2v_core.models.heads import perceptron


class Model(ClipModel):
    """Streams "rgb" and "flow", domain classifiers and correspondence head; initial weights are PyTorch's.

    Raises ValueError for other views: correspondence needs both.
    """

    def __init__(
        self,
        feature_dim: int,
        classes: int,
        *,
        segments: int = 3,
        views: Mapping[str, slice] | None = None,
        dim: int = 512,
        dropout: float = 0.5,
        hidden_dim: int = 100,
    ) -> None:
        super().__init__(feature_dim, classes, segments=segments, views=views, dim=dim, dropout=dropout)
        if set(self.views) != {"rgb", "flow"}:
            raise ValueError(
                f"views: {sorted(self.views)} found, rgb and flow wanted; run `daaa` or `dann` on one view"
            )
        self.clip_domain = heads_of(self, lambda: perceptron(dim, hidden_dim, 2))
        self.correspondence = perceptron(2 * dim, hidden_dim, 2)

    def classify(self, videos: Tensor, *, view: str | None = None) -> Tensor:
        """Log of the clips' mean probability, each of summed logits: (n, S, D) -> (n, k)."""
        return mean_probability(self.logits(self.clips(videos, view=view)))


def losses(
    model: Model,
    source: Batch,
    target: Batch,
    progress: float,
    *,
    alignment_from: float = 1 / 3,
    classification_weights: tuple[float, float] = (1.0, 0.2),
    correspondence_weights: tuple[float, float] = (5.0, 1.0),
    reversal_high: float = 0.2,
) -> dict[str, Tensor]:
    """Phase one: w_c CE + w_s correspondence. Phase two: the same with its own weights + domain CE per view.

    alignment_from: share of training at which phase two begins (3,000 of 3,000 + 6,000 steps). The pairs of weights are
    of phase one and two. reversal_high: final coefficient; it rises by Ganin's schedule from the start of phase two.
    Choice: CE sees every source clip. The code leaves out the shifted half, since its flow arrives shifted; here pairs
    are shifted after the encoders, and each true pair is there.
    """
    clips_src, clips_tgt = model.clips(clean_clips(source)), model.clips(clean_clips(target))
    phase = int(progress >= alignment_from)
    labels = clip_labels(source.labels, model.segments)
    classification = functional.cross_entropy(model.logits(clips_src).flatten(0, 1), labels)
    terms = {
        "classification": classification_weights[phase] * classification,
        "correspondence": correspondence_weights[phase] * correspondence_loss(model, clips_src, clips_tgt),
        "domain_clip": classification.new_zeros(()),
    }
    if phase == 1:
        share = (progress - alignment_from) / (1 - alignment_from) if alignment_from < 1 else 1.0
        coefficient = ganin_coefficient(share, high=reversal_high)
        terms["domain_clip"] = adversarial(model.clip_domain, clips_src, clips_tgt, coefficient)
    return terms


def correspondence_loss(model: Model, *domains: dict[str, Tensor]) -> Tensor:
    """Mean cross entropy over the clips of all domains: are RGB and flow of one clip (class 1) or not (class 0)?

    In each domain the second half of the batch, rounded down, gets the flow of the next video, the last one that of the
    first; clips keep their place in the video. Batches are shuffled, so the next video is a random other one.
    domains: per view (n, S, dim), n >= 2. Raises ValueError for a single video, which has no other flow.
    """
    logits, labels = [], []
    for clips in domains:
        rgb, flow = clips["rgb"], clips["flow"]
        if len(rgb) < 2:
            raise ValueError("correspondence: 1 video found, at least 2 wanted in a batch; raise batch_size")
        own = torch.arange(len(rgb), device=rgb.device) < len(rgb) - len(rgb) // 2
        paired = torch.where(own[:, None, None], flow, flow.roll(-1, dims=0))
        logits.append(model.correspondence(torch.cat([rgb, paired], dim=2)).flatten(0, 1))
        labels.append(clip_labels(own.long(), rgb.shape[1]))
    return functional.cross_entropy(torch.cat(logits), torch.cat(labels))
