"""SAVA (Choi et al. 2020), "Shuffle and Attend", on clip features, as far as its abstract tells it.

1. Step one: clip encoder and classifier on source clips; a domain classifier on clips behind gradient reversal; and
   the order of shuffled clips is predicted in both domains (features of all pairs concatenated, Linear, ReLU; all pairs
   concatenated, Linear, one class for each of the S! orders), so that features show what moves and not the ground.
2. Step two: clip attention, softmax over a video's clips, makes its feature V = sum_s a_s z_s; the classifier reads V,
   and a domain classifier aligns V behind gradient reversal.
Choice: both steps are of one training, and the parts of step one but for CE go on in step two. The paper's text was not
at hand: whether it then holds the encoder fixed, and how it supervises the attention, is not known here.
Choice: the attention starts uniform (last layer 0), so that the prediction is unchanged when step two begins.
"""

import itertools
import math
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from i2v_core.baselines.clips.model import ClipModel, adversarial, clean_clips, clip_labels, heads_of
from i2v_core.batches import Batch
from i2v_core.models.gradient_reversal import ganin_coefficient
from i2v_core.models.heads import perceptron


class Order(nn.Module):
    """Logits of the order of shuffled clips: (n, S, dim) -> (n, S!), as in clip order prediction (Xu et al. 2019)."""

    def __init__(self, dim: int, hidden_dim: int, *, segments: int) -> None:
        super().__init__()
        self.pairs = list(itertools.combinations(range(segments), 2))
        self.pair = nn.Sequential(nn.Linear(2 * dim, hidden_dim), nn.ReLU())
        self.order = nn.Linear(len(self.pairs) * hidden_dim, math.factorial(segments))

    def forward(self, clips: Tensor) -> Tensor:
        """Clips in the shuffled order -> logits over `orders`."""
        return self.order(torch.cat([self.pair(clips[:, pair].flatten(1)) for pair in self.pairs], dim=1))


class Model(ClipModel):
    """Streams with attention, order head and two domain classifiers each. hidden_dim: of all of these.

    Raises ValueError for other than 2 to 4 segments: with one there is no order, with five there are 120.
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
        if not 2 <= segments <= 4:
            raise ValueError(f"segments: {segments} found, 2 to 4 wanted to predict the order of clips")
        super().__init__(feature_dim, classes, segments=segments, views=views, dim=dim, dropout=dropout)
        self.attention = heads_of(self, lambda: perceptron(dim, hidden_dim, 1))
        self.order = heads_of(self, lambda: Order(dim, hidden_dim, segments=segments))
        self.clip_domain = heads_of(self, lambda: perceptron(dim, hidden_dim, 2))
        self.video_domain = heads_of(self, lambda: perceptron(dim, hidden_dim, 2))
        for head in self.attention.values():
            nn.init.zeros_(head[2].weight)
            nn.init.zeros_(head[2].bias)

    def attended(self, clips: dict[str, Tensor]) -> dict[str, Tensor]:
        """V of each view: (n, S, dim) -> (n, dim)."""
        return {view: (self.attention[view](z).softmax(dim=1) * z).sum(dim=1) for view, z in clips.items()}

    def classify(self, videos: Tensor, *, view: str | None = None) -> Tensor:
        """Class logits of V: (n, S, D) -> (n, k)."""
        return self.logits(self.attended(self.clips(videos, view=view)))


def losses(
    model: Model,
    source: Batch,
    target: Batch,
    progress: float,
    *,
    attention_from: float = 0.5,
    order_weight: float = 1.0,
    reversal_high: float = 1.0,
) -> dict[str, Tensor]:
    """Step one: CE of clips + w order + domain CE of clips. Step two: CE of V + w order + domain CE of clips and of V.

    attention_from: share of training at which step two begins. order_weight: w. reversal_high: final coefficient; it
    rises by Ganin's schedule over the whole training for clips, over step two for videos. Choice: all four defaults.
    """
    clips_src, clips_tgt = model.clips(clean_clips(source)), model.clips(clean_clips(target))
    coefficient = ganin_coefficient(progress, high=reversal_high)
    terms = {}
    if progress < attention_from:
        labels = clip_labels(source.labels, model.segments)
        terms["classification"] = functional.cross_entropy(model.logits(clips_src).flatten(0, 1), labels)
    else:
        videos_src, videos_tgt = model.attended(clips_src), model.attended(clips_tgt)
        terms["classification"] = functional.cross_entropy(model.logits(videos_src), source.labels)
    terms["order"] = order_weight * order_loss(model, clips_src, clips_tgt)
    terms["domain_clip"] = adversarial(model.clip_domain, clips_src, clips_tgt, coefficient)
    terms["domain_video"] = terms["order"].new_zeros(())
    if progress >= attention_from:
        share = (progress - attention_from) / (1 - attention_from) if attention_from < 1 else 1.0
        coefficient = ganin_coefficient(share, high=reversal_high)
        terms["domain_video"] = adversarial(model.video_domain, videos_src, videos_tgt, coefficient)
    return terms


def order_loss(model: Model, *domains: dict[str, Tensor]) -> Tensor:
    """Cross entropy of the order of shuffled clips, mean over the videos of all domains, summed over the views.

    domains: per view (n, S, dim). Each video gets one order from torch's generator, the same in all views.
    """
    table = orders(model.segments)
    per_view: dict[str, list[Tensor]] = {view: [] for view in model.views}
    labels = []
    for clips in domains:
        z = next(iter(clips.values()))
        drawn = torch.randint(len(table), (len(z),), device=z.device)
        labels.append(drawn)
        places = table.to(z.device)[drawn]
        for view, z in clips.items():
            shuffled = z.gather(1, places[..., None].expand_as(z))
            per_view[view].append(model.order[view](shuffled))
    wanted = torch.cat(labels)
    return torch.stack([functional.cross_entropy(torch.cat(found), wanted) for found in per_view.values()]).sum()


def orders(segments: int) -> Tensor:
    """All orders of the segments, lexicographic: int64 (S!, S); row o puts clip orders[o, i] in place i."""
    return torch.tensor(list(itertools.permutations(range(segments))))
