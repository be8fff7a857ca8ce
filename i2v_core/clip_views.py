"""Videos as a few clips each, read from stored frames and flow: what a backbone trains on end to end."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from i2v_core.media.flow_store import FlowStore
from i2v_core.media.frames import FrameStore
from i2v_core.media.views import Flow, Rgb, View
from i2v_core.methods.stcda import segment_clips
from i2v_core.methods.stcda.segment_clips import Windows
from i2v_core.models.clip_encoders import CHANNELS

LARGEST_SEED = 2**63


@dataclass(frozen=True)
class ClipViews:
    """Views of videos, RGB in [0, 1] and flow in [-1, 1], side by side along the channels: see `video_samples.Clips`.

    videos: by name, RGB first. windows: which clips, of what length.
    """

    block: ClassVar[int] = 4

    videos: dict[str, View]
    windows: Windows

    @classmethod
    def open(cls, frames: Sequence[Path], flows: Sequence[Path], settings: dict) -> "ClipViews":
        """Stores of frames, of flow, or of both. settings: resize_px, size_px, segments, frames, stride.

        Raises ValueError for no store at all.
        """
        sizes = {name: settings[name] for name in ("resize_px", "size_px")}
        videos: dict[str, View] = {}
        if frames:
            videos["rgb"] = Rgb(FrameStore(frames), **sizes)
        if flows:
            videos["flow"] = Flow(FlowStore(flows), **sizes)
        if not videos:
            raise ValueError("clips: no store of frames or flow found, one of a view at least wanted")
        return cls(videos, Windows(**{name: settings[name] for name in ("segments", "frames", "stride")}))

    @property
    def widths(self) -> dict[str, int]:
        """Channels of each view."""
        return {view: CHANNELS[view] for view in self.videos}

    @property
    def segments(self) -> int:
        return self.windows.segments

    def draw(
        self, key: str, random: np.random.Generator, parts: Sequence[str], corruptions: Sequence[str]
    ) -> np.ndarray:
        """Windows, crops and corruptions drawn anew, the same in both views -> (parts, S, t, size_px, size_px, c)."""
        first, second = (int(number) for number in random.integers(LARGEST_SEED, size=2))
        kind = corruptions[random.integers(len(corruptions))]

        def sample(video: View) -> np.ndarray:
            clean = self.windows.drawn(video, key, first)
            make = {
                "clean": lambda: clean,
                "corrupted": lambda: segment_clips.corrupted(clean, kind, key, first),
                "second": lambda: self.windows.drawn(video, key, second),
            }
            return np.stack([make[part]() for part in parts])

        return _side_by_side([sample(video) for video in self.videos.values()])

    def test_clips(self, keys: Sequence[str]) -> np.ndarray:
        """The middle windows of items -> (n, S, t, c, size_px, size_px)."""
        found = [_side_by_side([self.windows.middle(video, key) for video in self.videos.values()]) for key in keys]
        return np.moveaxis(np.stack(found), -1, -3)


def _side_by_side(clips: list[np.ndarray]) -> np.ndarray:
    """uint8 frames become parts of 255."""
    scaled = [part.astype(np.float32) / 255 if part.dtype == np.uint8 else part for part in clips]
    return np.concatenate(scaled, axis=-1)
