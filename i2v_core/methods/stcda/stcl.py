"""STCL, the contrastive part of STCDA: its memory banks, and both losses over views and videos (equation 4)."""

import torch
from torch import Tensor, nn

from i2v_core.methods.stcda import contrastive, negatives
from i2v_core.methods.stcda.memory_bank import MemoryBank
from i2v_core.methods.stcda.network import Features, TwoStream
from i2v_core.methods.stcda.settings import Settings


class Banks(nn.Module):
    """For each view a bank of clips and one of corrupted clips, over the videos of the domains that are contrasted.

    videos: domain -> number of its training videos, in this order in the banks. Choice: a domain without contrast has
    no rows, since those would stay as random as they start.
    """

    def __init__(
        self, views: tuple[str, ...], videos: dict[str, int], *, segments: int, dim: int, momentum: float
    ) -> None:
        super().__init__()
        sizes = {"videos": sum(videos.values()), "segments": segments, "dim": dim, "momentum": momentum}
        self.clips = nn.ModuleDict({view: MemoryBank(**sizes) for view in views})
        self.corrupted = nn.ModuleDict({view: MemoryBank(**sizes) for view in views})
        self.first = {domain: sum(list(videos.values())[:i]) for i, domain in enumerate(videos)}

    def positions(self, domain: str, index: Tensor) -> Tensor:
        """Where videos of a domain are in the banks: its own positions (n,) -> (n,)."""
        return index + self.first[domain]

    @property
    def layout(self) -> MemoryBank:
        """One of the banks, all of which have the same slots."""
        return next(iter(self.clips.values()))


def contrastive_terms(
    model: TwoStream,
    features: dict[str, Features],
    corrupted: dict[str, Tensor],
    banks: Banks,
    videos: Tensor,
    settings: Settings,
    *,
    generator: torch.Generator,
    second: dict[str, Features] | None = None,
) -> dict[str, Tensor]:
    """L_Contrast = mean over videos of sum_m [ mean_i L_clip(v_i^m) + L_vid(V^m) ], level by level (equation 4).

    features: view m -> v (n, S, d) and V (n, d); corrupted: view -> v of the corrupted clips (n, S, d); videos (n,):
    positions in the banks, which take the new features once the losses are made.
    Negatives of a clip are k clips of other videos, drawn for each clip, the same for both views, and their corrupted
    rows; the corrupted clip itself enters by its row too, as in IIC. Choice: a corrupted clip is of the anchor's view.
    Negatives of a video are one V of partly corrupted clips and, unless the aggregation ignores it, one of clips in a
    wrong order (section 4.4). Choice: gradients pass through V' and V^neg too. Choice: `video_inter_negatives` are clip
    rows, as no bank holds videos.
    second: V of another sample of the same videos, the positive of equation 2 where there is one view alone.
    -> "clip", "video": unweighted, of settings.levels.
    Raises ValueError if there is one view, no `second`, and the video level.
    """
    terms, layout = {}, banks.layout
    slots = layout.slots(videos).flatten()
    if "clip" in settings.levels:
        count = min(settings.negatives, (layout.videos - 1) * layout.segments)  # no more clips of other videos exist
        drawn = layout.draw(videos.repeat_interleave(layout.segments), count, generator)
        parts = [_clip_term(model, view, features, banks, settings, own=slots, drawn=drawn) for view in model.views]
        terms["clip"] = torch.stack(parts).sum()
    if "video" in settings.levels:
        count = settings.video_inter_negatives
        drawn = layout.draw(videos, count, generator) if count else None
        temperature = settings.temperature if settings.video_temperature is None else settings.video_temperature
        parts = []
        for view in model.views:
            near = contrastive.paired_cosines(features[view].videos, _positive(model, view, features, second))
            copies = _to_corrupted(model, view, features[view], corrupted[view], generator)
            others = None
            if drawn is not None:
                rows = banks.clips[model.other(view) or view].features
                others = contrastive.cosines(features[view].videos, rows).gather(1, drawn)
            parts.append(contrastive.video_loss(near, copies, others, temperature=temperature))
        terms["video"] = torch.stack(parts).sum()
    for view in model.views:
        banks.clips[view].update(slots, features[view].clips.flatten(0, 1))
        banks.corrupted[view].update(slots, corrupted[view].flatten(0, 1))
    return terms


def _clip_term(
    model: TwoStream,
    view: str,
    features: dict[str, Features],
    banks: Banks,
    settings: Settings,
    *,
    own: Tensor,
    drawn: Tensor,
) -> Tensor:
    """Equation 1 for the anchors of a view: own (n S,) their slots, drawn (n S, k) those of other videos' clips."""
    other = model.other(view)
    anchors, videos = features[view].clips.flatten(0, 1), features[view].videos
    scores = contrastive.cosines(anchors, banks.clips[other or view].features)
    against = contrastive.cosines(anchors, banks.corrupted[view].features)
    to_other_view = None
    if other is not None and settings.positive_from == "bank":
        to_other_view = scores.gather(1, own[:, None])[:, 0]
    elif other is not None:
        to_other_view = contrastive.paired_cosines(anchors, features[other].clips.flatten(0, 1))
    return contrastive.clip_loss(
        contrastive.paired_cosines(anchors, videos.repeat_interleave(features[view].clips.shape[1], dim=0)),
        to_other_view,
        scores.gather(1, drawn),
        against.gather(1, torch.cat([own[:, None], drawn], dim=1)),
        temperature=settings.temperature,
    )


def _to_corrupted(
    model: TwoStream, view: str, features: Features, corrupted: Tensor, generator: torch.Generator
) -> Tensor:
    """Cosines of V with its corrupted copies, aggregated anew: (n, 1 or 2)."""
    stream = model.streams[view]
    copies = [negatives.clip_negatives(features.clips, corrupted, generator)]
    if stream.aggregator.uses_order:
        copies.append(negatives.order_negatives(features.clips, generator))
    return torch.stack([contrastive.paired_cosines(features.videos, stream.video(copy)) for copy in copies], dim=1)


def _positive(model: TwoStream, view: str, features: dict[str, Features], second: dict[str, Features] | None) -> Tensor:
    """What equation 2 pulls V to. Choice: with one view alone, V of another sample of the video."""
    other = model.other(view)
    if other is not None:
        return features[other].videos
    if second is None:
        raise ValueError(
            f"video level of the contrast: the view {view!r} alone and no second sample of its videos found; "
            "give inputs (n, 3, S, ...) with a second one, or take 'video' out of levels"
        )
    return second[view].videos
