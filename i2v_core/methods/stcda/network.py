"""The networks of STCDA: one stream per view (RGB, optical flow), and the prediction that joins them."""

from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from i2v_core import ranks
from i2v_core.methods.stcda.aggregation import make_aggregator
from i2v_core.models import recomputation
from i2v_core.models.standardisation import Standardisation

Sizes = dict[str, slice]  # view -> its part of the axis of features or channels

FEATURE_AXIS, CLIP_AXIS = -1, -3  # of features in (..., S, D), of channels in (..., S, t, c, h, w)
CLASSIFIED = ("video", "clips")
FUSIONS = ("mean_softmax", "sum_logits")


class Features(NamedTuple):
    """Features of one view: v of the clips (n, S, d) and V of the videos (n, d)."""

    clips: Tensor
    videos: Tensor


class StreamNetwork(nn.Module):
    """One view: encoder of a clip -> (standardisation ->) Linear -> v; aggregation of the S clips -> V; classifier.

    encoder: of width feature_dim, on clips (m, t, c, h, w), or nn.Identity on stored features (m, feature_dim); its
    method `features` is called where it has one. dim: width d of v and V. aggregator: see `make_aggregator`.
    Choice: the linear map to d stands before all contrastive terms, since equation 1 compares v with V and the paper's
    GRU gives 512 numbers from the encoder's 1024.
    classify_on: "video", the classifier reads V. Choice: equation 9 prints clips where text and figure 4 speak of
    videos; "clips" is the equation: cross entropy on each v, and the mean of the clips' softmax outputs.
    clips_at_once: most clips that pass the encoder together, to bound memory, see `models.recomputation`; 0: all.
    Raises ValueError for an unknown aggregator or classify_on, and for clips_at_once below 0.
    """

    def __init__(
        self,
        encoder: nn.Module,
        feature_dim: int,
        *,
        classes: int,
        dim: int = 512,
        aggregator: str = "gru",
        segments: int = 3,
        classify_on: str = "video",
        clips_at_once: int = 0,
    ) -> None:
        super().__init__()
        if classify_on not in CLASSIFIED:
            raise ValueError(f"classify_on: {classify_on!r} found, 'video' or 'clips' wanted; see params.yaml")
        if clips_at_once < 0:
            raise ValueError(f"clips_at_once: {clips_at_once} found, 1 or more, or 0 for all wanted; see params.yaml")
        self.dim, self.segments, self.classify_on = dim, segments, classify_on
        self.clips_at_once = clips_at_once
        self.encoder = encoder
        self.standardisation = Standardisation(feature_dim)
        self.projection = nn.Linear(feature_dim, dim)
        self.aggregator = make_aggregator(aggregator, dim=dim, segments=segments)
        self.classifier = nn.Linear(dim, classes)

    def clips(self, x: Tensor) -> Tensor:
        """v: features (n, S, feature_dim) or clips (n, S, t, c, h, w) -> (n, S, d).

        Raises ValueError for another number of axes or of segments.
        """
        if x.ndim not in (3, 6) or x.shape[1] != self.segments:
            raise ValueError(
                f"videos: shape {tuple(x.shape)} found, (n, {self.segments}, features) or "
                f"(n, {self.segments}, t, channels, h, w) wanted; see segments in params.yaml"
            )
        return self.project(self._encoded(x)).unflatten(0, x.shape[:2])

    def project(self, encoded: Tensor) -> Tensor:
        """What the encoder gave of clips, as v: (m, feature_dim) -> (m, d)."""
        return self.projection(self.standardisation(encoded))

    def video(self, clips: Tensor) -> Tensor:
        """V: (n, S, d) -> (n, d)."""
        return self.aggregator(clips)

    def features(self, x: Tensor) -> Features:
        """v and V of videos, shapes as for `clips`."""
        clips = self.clips(x)
        return Features(clips, self.video(clips))

    def classify(self, features: Tensor) -> Tensor:
        """Class logits: (..., d) -> (..., k)."""
        return self.classifier(features)

    def outputs(self, features: Features) -> Tensor:
        """Logits of what is classified: (n, 1, k) of videos or (n, S, k) of clips."""
        return self.classify(features.videos[:, None] if self.classify_on == "video" else features.clips)

    def forward(self, x: Tensor) -> Tensor:
        """Class probabilities (n, k) of this view alone, shapes as for `clips`."""
        return self.outputs(self.features(x)).float().softmax(dim=2).mean(dim=1)

    def _encoded(self, x: Tensor) -> Tensor:
        encode = partial(ranks.share, self.encoder.features if hasattr(self.encoder, "features") else self.encoder)
        if not self.clips_at_once:
            return encode(x.flatten(0, 1))
        clips = [clip for video in x for clip in video]  # views; flattened, a part of a batch would be copied
        return recomputation.encoded_in_parts(encode, clips, net=self.encoder, at_once=self.clips_at_once)

    def backbone_parameters(self) -> list[nn.Parameter]:
        """Parameters that may come pretrained, frozen ones included; none over stored features."""
        return list(self.encoder.parameters())

    def new_parameters(self) -> list[nn.Parameter]:
        """Parameters of the projection, the aggregation and the classifier."""
        return [p for part in (self.projection, self.aggregator, self.classifier) for p in part.parameters()]


class TwoStream(nn.Module):
    """The streams of one or two views, each on its part of an input: of the features or, of clips, of the channels.

    axis: where these are, `FEATURE_AXIS` or `CLIP_AXIS`.
    fusion: "mean_softmax", the mean of the views' probabilities, or "sum_logits", the softmax of their summed logits,
    as MM-SADA. Choice: the paper fuses at test time without saying how; the mean is ours.
    Raises ValueError if streams and sizes are not of the same one or two views, or for another fusion.
    """

    def __init__(
        self, streams: dict[str, StreamNetwork], sizes: Sizes, *, fusion: str = "mean_softmax", axis: int = FEATURE_AXIS
    ) -> None:
        super().__init__()
        if not (streams.keys() == sizes.keys() and len(streams) in (1, 2)):
            raise ValueError(f"streams of {list(streams)}, sizes of {list(sizes)} found, both of the same views wanted")
        if fusion not in FUSIONS:
            raise ValueError(f"fusion: {fusion!r} found, one of {', '.join(FUSIONS)} wanted; see params.yaml")
        self.streams = nn.ModuleDict({view: streams[view] for view in sizes})
        self.sizes, self.fusion, self.axis = dict(sizes), fusion, axis

    @property
    def views(self) -> tuple[str, ...]:
        """Names of the views."""
        return tuple(self.sizes)

    def other(self, view: str) -> str | None:
        """The other view, None where there is one alone."""
        return next((name for name in self.views if name != view), None)

    def part(self, inputs: Tensor, view: str) -> Tensor:
        """What a view sees of inputs. Raises ValueError if their axis is not as long as all sizes together."""
        width = max(part.stop for part in self.sizes.values())
        if inputs.shape[self.axis] != width:
            raise ValueError(
                f"inputs: axis {self.axis} of {inputs.shape[self.axis]} found, {width} for {', '.join(self.views)} "
                "wanted; extract the features with the same backbones as the model"
            )
        mine = self.sizes[view]
        return inputs.narrow(self.axis, mine.start, mine.stop - mine.start)

    def standardise(self, inputs: Tensor) -> None:
        """Sets the standardisation of each view by stored features (n, S, width) of training videos.

        Choice: by the source's, so that training on the source alone knows nothing of the target.
        """
        for view, stream in self.streams.items():
            stream.standardisation.fit(self.part(inputs, view).flatten(0, 1))

    def features(self, inputs: Tensor) -> dict[str, Features]:
        """v and V of each view: inputs (n, S, width) or (n, S, t, width, h, w)."""
        return {view: stream.features(self.part(inputs, view)) for view, stream in self.streams.items()}

    def probabilities(self, inputs: Tensor) -> Tensor:
        """Class probabilities (n, k) of both views together, inputs as for `features`."""
        outputs = [self.streams[view].outputs(features).float() for view, features in self.features(inputs).items()]
        if self.fusion == "sum_logits":
            return torch.stack([logits.mean(dim=1) for logits in outputs]).sum(dim=0).softmax(dim=1)
        return torch.stack([logits.softmax(dim=2).mean(dim=1) for logits in outputs]).mean(dim=0)

    def forward(self, inputs: Tensor) -> Tensor:
        """Logarithms of `probabilities`: logits whose softmax gives them again."""
        fused = self.probabilities(inputs)
        return fused.clamp(min=torch.finfo(fused.dtype).tiny).log()

    def backbone_parameters(self) -> list[nn.Parameter]:
        """Those of all streams."""
        return [p for stream in self.streams.values() for p in stream.backbone_parameters()]

    def new_parameters(self) -> list[nn.Parameter]:
        """Those of all streams."""
        return [p for stream in self.streams.values() for p in stream.new_parameters()]


def sizes_of(widths: dict[str, int]) -> Sizes:
    """Parts of an axis for views that lie side by side along it in this order, from their widths."""
    stops = np.cumsum(list(widths.values())).tolist()
    return {view: slice(stop - width, stop) for (view, width), stop in zip(widths.items(), stops, strict=True)}


def on_features(widths: dict[str, int], *, fusion: str = "mean_softmax", **options: object) -> TwoStream:
    """The networks over stored clip features of these widths. options: those of `StreamNetwork`."""
    streams = {view: StreamNetwork(nn.Identity(), width, **options) for view, width in widths.items()}
    return TwoStream(streams, sizes_of(widths), fusion=fusion)


def on_clips(
    encoders: dict[str, nn.Module], channels: dict[str, int], *, fusion: str = "mean_softmax", **options: object
) -> TwoStream:
    """The networks from the clips on, backbones included (see `models.clip_encoders`), by view as the channels are."""
    streams = {view: StreamNetwork(encoders[view], encoders[view].feature_dim, **options) for view in channels}
    return TwoStream(streams, sizes_of(channels), fusion=fusion, axis=CLIP_AXIS)


@torch.no_grad()
def video_features(model: TwoStream, parts: Iterable[Tensor]) -> dict[str, np.ndarray]:
    """V of each view, float32 (videos, d), of the videos in batches of inputs as for `features`, in evaluation mode.

    Whether the model was in training mode stays as it was.
    """
    training = model.training
    model.eval()
    found = [model.features(inputs) for inputs in parts]
    model.train(training)
    return {view: torch.cat([part[view].videos for part in found]).float().cpu().numpy() for view in model.views}
