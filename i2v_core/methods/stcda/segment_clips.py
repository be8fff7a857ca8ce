"""Clips of a video, one of each equal part, by the same windows, crops and corruptions in both of its views.

What is drawn depends on a seed and names alone, so that frames and flow of a clip are two views of one instance.
"""

from dataclasses import dataclass

import numpy as np

from i2v_core.media import sampling
from i2v_core.media.views import View, augmented, centred
from i2v_core.methods.stcda import negatives
from i2v_core.seeding import generator

CORRUPTIONS = {"spatial": negatives.spatial, "temporal": negatives.temporal}


@dataclass(frozen=True)
class Windows:
    """`segments` clips of `frames` frames, `stride` apart. Clips of a video are (segments, t, size_px, size_px, c)."""

    segments: int
    frames: int
    stride: int

    def middle(self, view: View, key: str) -> np.ndarray:
        """The centre crops of each part's middle window: what tests see."""
        return np.stack([centred(view, key, indices) for indices in self._indices(view, key, None)])

    def drawn(self, view: View, key: str, seed: int, *names: int) -> np.ndarray:
        """A random window of each part, each with a crop and a flip of its own."""
        indices = self._indices(view, key, generator(seed, "window", key, *names))
        return np.stack(
            [
                augmented(view, view.read(key, part), generator(seed, "crop", key, *names, segment))
                for segment, part in enumerate(indices)
            ]
        )

    def _indices(self, view: View, key: str, random: np.random.Generator | None) -> np.ndarray:
        shape = {"segments": self.segments, "frames": self.frames, "stride": self.stride}
        return sampling.segment_windows(view.length(key), random, **shape)


def corrupted(clips: np.ndarray, kind: str, key: str, seed: int, *names: int) -> np.ndarray:
    """STCDA's intra-negatives of each clip: kind "spatial" (some frames turned) or "temporal" (a wrong order)."""
    corrupt = CORRUPTIONS[kind]
    return np.stack([corrupt(clip, generator(seed, kind, key, *names, part)) for part, clip in enumerate(clips)])
