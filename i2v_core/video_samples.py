"""Videos as a few clips each, of one or both views: samples of STCDA and its baselines.

What a clip is differs: `Views` has stored features of a frozen backbone, `clip_views.ClipViews` the clips themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Protocol

import numpy as np

from i2v_core.batches import Sample
from i2v_core.media import feature_store
from i2v_core.media.feature_store import ClipFeatures, FeatureStore
from i2v_core.seeding import derive, generator

PARTS = ("clean", "corrupted", "second")
VIEWS = ("rgb", "flow")  # in the order in which they stand side by side


class Clips(Protocol):
    """The clips of items by key, in views side by side along the axis of features or channels.

    widths: features or channels of each view, in the order of `VIEWS`. segments: clips S of a video. block: videos that
    pass through a network together where nothing is trained.
    """

    widths: dict[str, int]
    segments: int
    block: int

    def draw(
        self, key: str, random: np.random.Generator, parts: Sequence[str], corruptions: Sequence[str]
    ) -> np.ndarray:
        """A training sample of an item, float32 (parts, S, ...), as `VideoClips` describes it."""

    def test_clips(self, keys: Sequence[str]) -> np.ndarray:
        """The middle windows of items as batches have them: float32 (n, S, D) or (n, S, t, c, h, w)."""


@dataclass(frozen=True)
class Views:
    """Feature stores of one or two views, by name, in the order of `VIEWS`: `Clips` of one vector each."""

    block: ClassVar[int] = 256

    stores: dict[str, FeatureStore]

    @classmethod
    def open(cls, paths: Sequence[Path]) -> "Views":
        """The stores among `paths`, each of the view that it names. Raises ValueError for files of no such view."""
        found: dict[str, list[Path]] = {}
        for path in paths:
            found.setdefault(feature_store.view_of(path), []).append(path)
        unknown = sorted(set(found) - set(VIEWS))
        if unknown or not found:
            raise ValueError(f"clip features of views {unknown} found, rgb or flow or both wanted; see params.yaml")
        return cls({view: FeatureStore(found[view]) for view in VIEWS if view in found})

    @property
    def widths(self) -> dict[str, int]:
        """D of each view."""
        return {view: store.width for view, store in self.stores.items()}

    @property
    def segments(self) -> int:
        return next(iter(self.stores.values())).segments

    def slices(self) -> dict[str, slice]:
        """Where each view lies in the last axis of a sample."""
        ends = np.cumsum([0, *self.widths.values()]).tolist()
        return {view: slice(*ends[place : place + 2]) for place, view in enumerate(self.stores)}

    def read(self, key: str) -> ClipFeatures:
        """Features of an item, the views side by side in the last axis."""
        parts = [store.features(key) for store in self.stores.values()]
        return ClipFeatures(*(np.concatenate(part, axis=-1) for part in zip(*parts, strict=True)))

    def draw(
        self, key: str, random: np.random.Generator, parts: Sequence[str], corruptions: Sequence[str]
    ) -> np.ndarray:
        """One stored window of each segment, the same in both views -> float32 (parts, S, D).

        "second" is one of the other windows with equal chance, and the same one only where no other is stored.
        """
        features = self.read(key)
        windows = len(features.clean)
        first = int(random.integers(windows))
        second = (first + 1 + int(random.integers(windows - 1))) % windows if windows > 1 else first
        corruption = corruptions[random.integers(len(corruptions))]
        found = {
            "clean": features.clean[first],
            "corrupted": getattr(features, corruption)[first],
            "second": features.clean[second],
        }
        return np.stack([found[part] for part in parts])

    def test_clips(self, keys: Sequence[str]) -> np.ndarray:
        """The middle windows of items -> float32 (n, S, D)."""
        return np.stack([self.read(key).test for key in keys])


@dataclass(frozen=True)
class VideoClips:
    """One window of each segment per video and turn, with what `parts` asks for beside it.

    parts: some of `PARTS` in this order; "corrupted" is the same window with its frames turned or in a wrong order, one
    or the other with equal chance (Choice; the paper does not weigh them), "second" another window of the video. A
    sample is (parts, S, ...). corruptions: without "temporal" for a backbone that does not notice the order of frames.
    """

    is_clip: ClassVar[bool] = True

    views: Clips
    keys: Sequence[str]
    labels: Sequence[int] | None = None
    parts: tuple[str, ...] = ("clean",)
    corruptions: tuple[str, ...] = ("spatial", "temporal")

    def __len__(self) -> int:
        return len(self.keys)

    def draw(self, position: int, seed: int, *turn: int) -> Sample:
        """The video at `position` in a turn (epoch, pass); views share the window."""
        random = generator(seed, "windows", *turn, position)
        sample = self.views.draw(self.keys[position], random, self.parts, self.corruptions)
        label = None if self.labels is None else self.labels[position]
        return Sample(sample, position, label)


@dataclass
class ClassBatches:
    """Batches of videos that a plan names, one after the other: drawn class by class, planned anew before each epoch.

    plan: for each batch the positions among the videos, all of the same number, which the training job sets. The stream
    of it has at least that batch size, so that a pass is one batch.
    """

    is_clip: ClassVar[bool] = True

    videos: VideoClips
    plan: list[np.ndarray] = field(default_factory=lambda: [np.arange(2)])

    def __len__(self) -> int:
        return len(self.plan[0])

    def draw(self, position: int, seed: int, *turn: int) -> Sample:
        """The video at `position` of the batch that the turn (epoch, pass) names; its index counts all videos."""
        batch = self.plan[turn[-1] % len(self.plan)]
        return self.videos.draw(int(batch[position]), derive(seed, position), *turn)
