"""What all clip baselines share: one small network per view on stored clip features, and the sum of the views' logits.

A video is S clip features, one clip per third of it; the last axis holds the views side by side.
Choice: every view has an encoder, Linear, ReLU, dropout, of its own (TA3N's shared layer of 512). The papers train the
backbone; stored features are fixed, and this layer is what a domain loss can change in its place.
Choice: logits of the views are added before the softmax, in training and test alike, as MM-SADA does. Papers that know
one view alone (DAAA, TA3N, SAVA) are read the same way, each view with domain classifiers of its own.
"""

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from i2v_core.batches import Batch
from i2v_core.losses.domain import domain_cross_entropy
from i2v_core.models.gradient_reversal import reverse_gradient
from i2v_core.models.standardisation import Standardisation


class Stream(nn.Module):
    """One view: standardisation; encoder of a clip feature, Linear, (batch normalisation,) ReLU, dropout; classifier.

    width: of the stored feature. dim: of the encoded one. video_dim: of what the classifier reads.
    """

    def __init__(
        self, width: int, classes: int, *, dim: int, video_dim: int, dropout: float, batch_norm: bool = False
    ) -> None:
        super().__init__()
        normalisation = [nn.BatchNorm1d(dim)] if batch_norm else []
        self.standardisation = Standardisation(width)
        self.encoder = nn.Sequential(nn.Linear(width, dim), *normalisation, nn.ReLU(), nn.Dropout(dropout))
        self.classifier = nn.Linear(video_dim, classes)

    def clips(self, inputs: Tensor) -> Tensor:
        """(n, S, width) -> (n, S, dim); every clip is a row of its own for batch normalisation."""
        return self.encoder(self.standardisation(inputs.flatten(0, 1))).unflatten(0, inputs.shape[:2])


class ClipModel(nn.Module):
    """Streams of all views; a video's feature is the mean of its clips', its logits the sum over the views.

    feature_dim: width D of the last axis. classes: outputs k. segments: clips S of a video. views: name of a view to
    its slice of the last axis; None is one view, "rgb", over all of it.
    dim, dropout: of the encoders (TA3N: 512, 0.5). video_dim: width of a video's feature where it differs from dim.
    batch_norm: in the encoders (`source_bn` and AdaBN alone).
    Raises ValueError for a slice that does not lie within the last axis.
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
        video_dim: int | None = None,
        batch_norm: bool = False,
    ) -> None:
        super().__init__()
        self.feature_dim, self.segments, self.dim = feature_dim, segments, dim
        self.views = _within(views or {"rgb": slice(0, feature_dim)}, feature_dim)
        sizes = {"dim": dim, "video_dim": video_dim or dim, "dropout": dropout, "batch_norm": batch_norm}
        self.streams = nn.ModuleDict(
            {view: Stream(part.stop - part.start, classes, **sizes) for view, part in self.views.items()}
        )

    def standardise(self, videos: Tensor) -> None:
        """Sets the standardisation of each view by features (n, S, D) of labelled training videos."""
        for view, stream in self.streams.items():
            stream.standardisation.fit(videos[..., self.views[view]].flatten(0, 1))

    def clips(self, videos: Tensor, *, view: str | None = None) -> dict[str, Tensor]:
        """Encoded clips of each view, or of the one given: (n, S, D) -> (n, S, dim).

        Raises ValueError for another shape or view.
        """
        if videos.ndim != 3 or tuple(videos.shape[1:]) != (self.segments, self.feature_dim):
            raise ValueError(
                f"videos: shape {tuple(videos.shape)} found, (n, {self.segments}, {self.feature_dim}) wanted; "
                "store the clip features again, or make the model with their segments and width"
            )
        if view is not None and view not in self.views:
            raise ValueError(f"view: {view!r} found, one of {', '.join(self.views)} wanted")
        wanted = self.views if view is None else [view]
        return {name: self.streams[name].clips(videos[..., self.views[name]]) for name in wanted}

    def logits(self, features: dict[str, Tensor]) -> Tensor:
        """Class logits, summed over the views: (..., video_dim) of each view -> (..., k)."""
        return torch.stack([self.streams[view].classifier(z) for view, z in features.items()]).sum(dim=0)

    def classify(self, videos: Tensor, *, view: str | None = None) -> Tensor:
        """Class logits of videos: (n, S, D) -> (n, k).

        view: only this view's part of a model trained on both, as MM-SADA's rows "RGB" and "Flow".
        """
        return self.logits(pooled(self.clips(videos, view=view)))

    def forward(self, videos: Tensor) -> Tensor:
        """`classify`."""
        return self.classify(videos)

    def probabilities(self, videos: Tensor, *, view: str | None = None) -> Tensor:
        """Softmax of `classify`, float64, so that very sure predictions still differ: (n, S, D) -> (n, k)."""
        return self.classify(videos, view=view).double().softmax(dim=1)

    def backbone_parameters(self) -> list[nn.Parameter]:
        """None: features come from a backbone that is not trained here."""
        return []

    def new_parameters(self) -> list[nn.Parameter]:
        """All parameters."""
        return list(self.parameters())


def clean_clips(batch: Batch) -> Tensor:
    """The clips as they were filmed: inputs (n, S, D) themselves, or of (n, parts, S, D) the first part.

    Raises ValueError for another number of axes.
    """
    inputs = batch.inputs
    if inputs.ndim == 4:
        return inputs[:, 0]
    if inputs.ndim == 3:
        return inputs
    raise ValueError(
        f"inputs: shape {tuple(inputs.shape)} found, clip features (n, S, D) or (n, parts, S, D) wanted; "
        "clip baselines need the features profile"
    )


def pooled(clips: dict[str, Tensor]) -> dict[str, Tensor]:
    """Mean of a video's clips in each view: (n, S, d) -> (n, d)."""
    return {view: z.mean(dim=1) for view, z in clips.items()}


def mean_probability(clip_logits: Tensor) -> Tensor:
    """Logits whose softmax is the mean of the clips' softmaxes: log mean_s softmax(logits_s), (n, S, k) -> (n, k)."""
    return clip_logits.log_softmax(dim=2).logsumexp(dim=1) - math.log(clip_logits.shape[1])


def clip_labels(labels: Tensor, segments: int) -> Tensor:
    """The video's label for each of its clips: (n,) -> (n S,), in the order of flattened clips."""
    return labels.repeat_interleave(segments)


def heads_of(model: ClipModel, make: Callable[[], nn.Module]) -> nn.ModuleDict:
    """One net of `make()` for each view of the model."""
    return nn.ModuleDict({view: make() for view in model.views})


def adversarial(
    heads: nn.ModuleDict, features_src: dict[str, Tensor], features_tgt: dict[str, Tensor], coefficient: float
) -> Tensor:
    """Sum over the views of the domain cross entropy, mean over all rows of both domains, behind gradient reversal.

    heads: per view (rows, d) -> (rows, 2). features: per view (..., d); all axes but the last are rows.
    coefficient: of the reversal; features learn -coefficient times what the heads learn from.
    """
    terms = []
    for view, head in heads.items():
        src, tgt = (head(reverse_gradient(z[view], coefficient)).reshape(-1, 2) for z in (features_src, features_tgt))
        terms.append(domain_cross_entropy(src, tgt))
    return torch.stack(terms).sum()


def _within(views: Mapping[str, slice], feature_dim: int) -> dict[str, slice]:
    found = {}
    for view, part in views.items():
        start, stop = part.start or 0, feature_dim if part.stop is None else part.stop
        if part.step not in (None, 1) or not 0 <= start < stop <= feature_dim:
            raise ValueError(
                f"views[{view!r}]: {part} found, a part of 0 to {feature_dim} wanted; "
                "feature_dim is the width of all views side by side"
            )
        found[view] = slice(start, stop)
    return found
