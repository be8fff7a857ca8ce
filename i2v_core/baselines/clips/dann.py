"""DANN (Ganin et al. 2016) on clip features: "DANN + TemPooling" of TA3N's table (Chen et al. 2019)."""

from collections.abc import Mapping

from torch import Tensor
from torch.nn import functional

from i2v_core.baselines.clips.model import ClipModel, adversarial, clean_clips, heads_of, pooled
from i2v_core.batches import Batch
from i2v_core.models.gradient_reversal import ganin_coefficient
from i2v_core.models.heads import perceptron


class Model(ClipModel):
    """`ClipModel` with two domain classifiers in each view, one for clips and one for videos.

    hidden_dim: of the domain classifiers; None for dim, as in TA3N's code.
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
        hidden_dim: int | None = None,
    ) -> None:
        super().__init__(feature_dim, classes, segments=segments, views=views, dim=dim, dropout=dropout)
        self.clip_domain = heads_of(self, lambda: perceptron(dim, hidden_dim or dim, 2))
        self.video_domain = heads_of(self, lambda: perceptron(dim, hidden_dim or dim, 2))


def losses(
    model: Model, source: Batch, target: Batch, progress: float, *, reversal_high: float = 1.0
) -> dict[str, Tensor]:
    """L = CE(V_S) + domain CE of clips + domain CE of videos, both behind gradient reversal, summed over the views.

    Clips are averaged to V and aligned at both levels (TA3N's "temporal pooling + adversarial on all"); no layer knows
    the domain of its input, so there is no batch normalisation. reversal_high: final coefficient of both reversals.
    Choice: one coefficient, which rises from 0 by Ganin's schedule; TA3N has fixed ones for each level.
    """
    clips_src, clips_tgt = model.clips(clean_clips(source)), model.clips(clean_clips(target))
    videos_src, videos_tgt = pooled(clips_src), pooled(clips_tgt)
    coefficient = ganin_coefficient(progress, high=reversal_high)
    return {
        "classification": functional.cross_entropy(model.logits(videos_src), source.labels),
        "domain_clip": adversarial(model.clip_domain, clips_src, clips_tgt, coefficient),
        "domain_video": adversarial(model.video_domain, videos_src, videos_tgt, coefficient),
    }
