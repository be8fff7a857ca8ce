"""TCoN-style (after Pan, Cao et al. 2020): co-attention between a source and a target video, and aligned adversaries.

Of the paper, its abstract and the caption of its figure 2 were at hand: co-attention gives source videos a ground-truth
attention; a net predicts the attention of target videos; a classifier reads attended features; a discriminator
compares target-aligned source features. All formulas are this project's (Choice), for videos s of the source and t of
the target that meet by their place in the batches, s_i and t_j encoded clips, cos their cosine, tau the temperature:
1. M_ij = cos(s_i, t_j); u_i = mean_j cos(s_i, s_j)
2. ground-truth attention a = softmax_i (u_i mean_j M_ij / tau): clips that are typical of their video and of the target
3. target-aligned source features r_j = sum_i softmax_i (M_ij / tau) s_i: the source in the target's time
4. predicted attention b = softmax_i h(s_i), h Linear, ReLU, Linear; it learns a on the source
5. L = CE(C(sum_i a_i s_i)) - w mean_s sum_i a_i log b_i + domain CE of r_j (source) and t_j (target), behind reversal
A test needs no source video: its prediction is C(sum_j b_j t_j).
"""

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional

from i2v_core.baselines.clips.model import ClipModel, adversarial, clean_clips, heads_of
from i2v_core.batches import Batch
from i2v_core.models.gradient_reversal import ganin_coefficient
from i2v_core.models.heads import perceptron


class Model(ClipModel):
    """Streams with an attention net h and a domain classifier each. hidden_dim: of both."""

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
        self.attention = heads_of(self, lambda: perceptron(dim, hidden_dim, 1))
        self.clip_domain = heads_of(self, lambda: perceptron(dim, hidden_dim, 2))

    def scores(self, clips: dict[str, Tensor]) -> dict[str, Tensor]:
        """h of each clip, before the softmax: (n, S, dim) of each view -> (n, S)."""
        return {view: self.attention[view](z).squeeze(2) for view, z in clips.items()}

    def classify(self, videos: Tensor, *, view: str | None = None) -> Tensor:
        """Class logits by the predicted attention: (n, S, D) -> (n, k)."""
        clips = self.clips(videos, view=view)
        weights = {view: score.softmax(dim=1) for view, score in self.scores(clips).items()}
        return self.logits(attended(clips, weights))


def losses(
    model: Model,
    source: Batch,
    target: Batch,
    progress: float,
    *,
    attention_weight: float = 1.0,
    reversal_high: float = 1.0,
    temperature: float = 0.1,
) -> dict[str, Tensor]:
    """L of step 5, the last two terms summed over the views.

    The smaller batch is gone through again until each video of the larger one has met one; CE and the attention count
    each source video once, with the first target that it meets. The predicted attention learns from a as it is; a
    learns from CE alone. attention_weight: w. reversal_high: final coefficient, by Ganin's schedule. temperature: tau.
    Choice: all three defaults.
    """
    clips_src, clips_tgt = model.clips(clean_clips(source)), model.clips(clean_clips(target))
    count = len(source.labels)
    met = {view: meet(clips_src[view], clips_tgt[view]) for view in clips_src}
    weights = {view: ground_attention(*pair, temperature=temperature)[:count] for view, pair in met.items()}
    scores = model.scores(clips_src)
    gaps = [functional.cross_entropy(scores[view], weights[view].detach()) for view in met]
    aligned = {view: target_aligned(*pair, temperature=temperature) for view, pair in met.items()}
    coefficient = ganin_coefficient(progress, high=reversal_high)
    return {
        "classification": functional.cross_entropy(model.logits(attended(clips_src, weights)), source.labels),
        "attention": attention_weight * torch.stack(gaps).sum(),
        "domain_clip": adversarial(model.clip_domain, aligned, {view: t for view, (_, t) in met.items()}, coefficient),
    }


def meet(clips_src: Tensor, clips_tgt: Tensor) -> tuple[Tensor, Tensor]:
    """Pairs of videos by their place, the smaller side from the start again: (n, ..), (m, ..) -> (max(n, m), ..)."""
    places = torch.arange(max(len(clips_src), len(clips_tgt)), device=clips_src.device)
    return clips_src[places % len(clips_src)], clips_tgt[places % len(clips_tgt)]


def ground_attention(clips_src: Tensor, clips_tgt: Tensor, *, temperature: float) -> Tensor:
    """a of step 2: paired videos (n, S, d) of both domains -> (n, S), rows sum to 1."""
    own = cosines(clips_src, clips_src).mean(dim=2)
    return (own * cosines(clips_src, clips_tgt).mean(dim=2) / temperature).softmax(dim=1)


def target_aligned(clips_src: Tensor, clips_tgt: Tensor, *, temperature: float) -> Tensor:
    """r of step 3: paired videos (n, S, d) of both domains -> (n, S, d), one row for each clip of the target."""
    weights = (cosines(clips_src, clips_tgt) / temperature).softmax(dim=1)  # over the source's clips
    return weights.transpose(1, 2) @ clips_src


def cosines(left: Tensor, right: Tensor) -> Tensor:
    """Cosine of each clip of one video with each of another: (n, S, d) twice -> (n, S, S); 0 for a clip of zeros."""
    return functional.normalize(left, dim=2) @ functional.normalize(right, dim=2).transpose(1, 2)


def attended(clips: dict[str, Tensor], weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weighted sum of a video's clips in each view: (n, S, d) by (n, S) -> (n, d)."""
    return {view: (weights[view][..., None] * z).sum(dim=1) for view, z in clips.items()}
