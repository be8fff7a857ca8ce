"""DAAA (Jamal et al. 2018): adversarial adaptation of clips, of which a video's score is the mean."""

from collections.abc import Mapping

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
    """Clip encoder and classifier D-512-k; a domain classifier 512-256-2 on clips. Nothing joins clips but the score.

    Choice: the widths are of this project's reading; the paper's net is C3D, trained throughout.
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
        hidden_dim: int = 256,
    ) -> None:
        super().__init__(feature_dim, classes, segments=segments, views=views, dim=dim, dropout=dropout)
        self.clip_domain = heads_of(self, lambda: perceptron(dim, hidden_dim, 2))

    def classify(self, videos: Tensor, *, view: str | None = None) -> Tensor:
        """Log of the clips' mean probability: (n, S, D) -> (n, k).

        Choice: softmax outputs are averaged, not logits; "mean of clip scores" leaves both open.
        """
        return mean_probability(self.logits(self.clips(videos, view=view)))


def losses(
    model: Model, source: Batch, target: Batch, progress: float, *, reversal_high: float = 1.0
) -> dict[str, Tensor]:
    """L = mean over source clips of CE + domain CE of all clips behind gradient reversal, summed over the views.

    A clip has its video's label. reversal_high: the coefficient's final value; it follows 2/(1 + exp(-10 p)) - 1.
    """
    clips_src, clips_tgt = model.clips(clean_clips(source)), model.clips(clean_clips(target))
    labels = clip_labels(source.labels, model.segments)
    coefficient = ganin_coefficient(progress, high=reversal_high)
    return {
        "classification": functional.cross_entropy(model.logits(clips_src).flatten(0, 1), labels),
        "domain_clip": adversarial(model.clip_domain, clips_src, clips_tgt, coefficient),
    }
