"""TA3N (Chen et al. 2019): temporal attentive adversarial adaptation, on clips in the place of its five frames.

1. Shared layer D-512, ReLU, dropout: clip features; a domain classifier on each (reversal beta_2).
2. Multi-scale temporal relations: for n = S .. 2 up to three ordered n-subsets of the clips, concatenated, through
   ReLU, Linear n 512-256, ReLU (one net per n) and summed: S - 1 relation features.
3. A domain classifier on each relation feature (one per n, reversal beta_0) -> d; attention w = 1 - H(d); the video's
   feature is sum_n (w_n + 1) r_n, then dropout.
4. Classifier, and a domain classifier on the video's feature (reversal beta_1).
5. L = CE + the three domain CEs + gamma mean (1 + H(d_video)) H(p), over source and target.
Deviation: S clip features of a video network (3) for 5 frame features of ResNet-101; the checkpoint is the last, where
the official script keeps the one that is best on target validation.
Deviation: the script's SGD has Nesterov's momentum and a rate that decays by (1 + 10 p)^-0.75; here optimiser and
schedule are those of all clip baselines (`clip_baselines.training` in params.yaml).
"""

import itertools
import math
from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from i2v_core.baselines.clips.model import ClipModel, clean_clips, heads_of
from i2v_core.batches import Batch
from i2v_core.losses.domain import domain_cross_entropy
from i2v_core.models.gradient_reversal import reverse_gradient
from i2v_core.models.heads import perceptron

SUBSETS = 3  # of each size, at most


class Outputs(NamedTuple):
    """Of one view: video (n, r), the classifier's input; domain logits (n, S, 2), (n, S - 1, 2), (n, 2)."""

    video: Tensor
    clip_domain: Tensor
    relation_domain: Tensor
    video_domain: Tensor


class Relations(nn.Module):
    """Steps 2 to 4 of one view, but for the class."""

    def __init__(self, dim: int, relation_dim: int, *, segments: int, dropout: float) -> None:
        super().__init__()
        self.subsets = [evenly_chosen_subsets(segments, size) for size in range(segments, 1, -1)]
        self.fusions = nn.ModuleList(
            nn.Sequential(nn.ReLU(), nn.Linear(size * dim, relation_dim), nn.ReLU()) for size in range(segments, 1, -1)
        )
        self.clip_domain = perceptron(dim, dim, 2)
        self.relation_domains = nn.ModuleList(perceptron(relation_dim, relation_dim, 2) for _ in self.subsets)
        self.video_domain = perceptron(relation_dim, relation_dim, 2)
        self.dropout = nn.Dropout(dropout)

    def forward(self, clips: Tensor, beta: tuple[float, float, float]) -> Outputs:
        """clips (n, S, dim); beta: reversal's coefficients of relations, video, clips."""
        relations = [
            torch.stack([fusion(clips[:, subset].flatten(1)) for subset in chosen]).sum(dim=0)
            for chosen, fusion in zip(self.subsets, self.fusions, strict=True)
        ]
        domains = [head(reverse_gradient(r, beta[0])) for head, r in zip(self.relation_domains, relations, strict=True)]
        relation, domain = torch.stack(relations, dim=1), torch.stack(domains, dim=1)
        attention = 1 - entropy(domain)
        video = self.dropout(((attention + 1)[..., None] * relation).sum(dim=1))
        clip_domain = self.clip_domain(reverse_gradient(clips, beta[2]))
        return Outputs(video, clip_domain, domain, self.video_domain(reverse_gradient(video, beta[1])))


class Model(ClipModel):
    """Streams with temporal relations.

    init_std: deviation of the normal initial weights of the shared layer, the classifier and the domain classifiers of
    clips and videos, biases 0 (official code: 0.001); None leaves PyTorch's, as all other layers have them.
    Raises ValueError for a single segment, which has no relation.
    """

    def __init__(
        self,
        feature_dim: int,
        classes: int,
        *,
        segments: int = 3,
        views: Mapping[str, slice] | None = None,
        dim: int = 512,
        relation_dim: int = 256,
        dropout: float = 0.5,
        init_std: float | None = 0.001,
    ) -> None:
        if segments < 2:
            raise ValueError(f"segments: {segments} found, at least 2 wanted for temporal relations")
        super().__init__(
            feature_dim, classes, segments=segments, views=views, dim=dim, dropout=dropout, video_dim=relation_dim
        )
        self.relations = heads_of(self, lambda: Relations(dim, relation_dim, segments=segments, dropout=dropout))
        if init_std is not None:
            for view, stream in self.streams.items():
                heads = self.relations[view]
                for part in (stream, heads.clip_domain, heads.video_domain):
                    _initialise(part, init_std)

    def outputs(
        self, videos: Tensor, beta: tuple[float, float, float], *, view: str | None = None
    ) -> dict[str, Outputs]:
        """`Outputs` of each view, or of the one given: videos (n, S, D)."""
        return {name: self.relations[name](clips, beta) for name, clips in self.clips(videos, view=view).items()}

    def classify(self, videos: Tensor, *, view: str | None = None) -> Tensor:
        """Class logits: (n, S, D) -> (n, k); the domain classifiers give the attention in the test, too."""
        outs = self.outputs(videos, (0.0, 0.0, 0.0), view=view)
        return self.logits({name: out.video for name, out in outs.items()})


def losses(
    model: Model,
    source: Batch,
    target: Batch,
    progress: float,
    *,
    beta: tuple[float, float, float] = (0.75, 0.75, 0.5),
    gamma: float = 0.003,
) -> dict[str, Tensor]:
    """L of step 5; the domain terms are means over all rows of both domains, summed over the views.

    beta: coefficients of relations, video and clips; gamma: of the attentive entropy. The defaults are the official
    script's for UCF -> HMDB; HMDB -> UCF has beta (1, 0.75, 0.5) and gamma 0.3, which params.yaml sets in the
    `override` of these benchmarks. They are constant: progress is not looked at. The attention is not detached, as in
    the code: classes train the relations' domain classifiers, too.
    Choice: with two views p is the fused prediction, and the entropy term is summed over the views' d_video.
    """
    src, tgt = model.outputs(clean_clips(source), beta), model.outputs(clean_clips(target), beta)
    logits_src, logits_tgt = (model.logits({view: out.video for view, out in outs.items()}) for outs in (src, tgt))
    logits = torch.cat([logits_src, logits_tgt])

    def domain(part: str) -> Tensor:
        pairs = [(getattr(src[view], part).reshape(-1, 2), getattr(tgt[view], part).reshape(-1, 2)) for view in src]
        return torch.stack([domain_cross_entropy(*pair) for pair in pairs]).sum()

    attentive = [attentive_entropy(logits, torch.cat([src[view].video_domain, tgt[view].video_domain])) for view in src]
    return {
        "classification": functional.cross_entropy(logits_src, source.labels),
        "domain_relation": domain("relation_domain"),
        "domain_video": domain("video_domain"),
        "domain_clip": domain("clip_domain"),
        "entropy": gamma * torch.stack(attentive).sum(),
    }


def attentive_entropy(logits: Tensor, domain_logits: Tensor) -> Tensor:
    """Mean of (1 + H(d)) H(p): class logits (n, k), domain logits (n, 2) of the same rows -> ()."""
    return ((1 + entropy(domain_logits)) * entropy(logits)).mean()


def entropy(logits: Tensor) -> Tensor:
    """Entropy of the softmax over the last axis, in nats: (..., k) -> (...)."""
    return -(logits.softmax(dim=-1) * logits.log_softmax(dim=-1)).sum(dim=-1)


def evenly_chosen_subsets(segments: int, size: int) -> list[list[int]]:
    """Up to three ordered subsets of the segments, evenly spread over all of them in lexicographic order.

    The i-th is at position ceil(i count / 3) of `count` subsets, as in TA3N's code.
    """
    subsets = [list(subset) for subset in itertools.combinations(range(segments), size)]
    chosen = min(SUBSETS, len(subsets))
    return [subsets[math.ceil(i * len(subsets) / chosen)] for i in range(chosen)]


def _initialise(part: nn.Module, std: float) -> None:
    for layer in part.modules():
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, 0, std)
            nn.init.zeros_(layer.bias)
