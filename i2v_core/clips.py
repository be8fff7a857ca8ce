"""Training clips of any view of videos, RGB or flow, with the frames that a sampler picks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from i2v_core.batches import Sample
from i2v_core.media import sampling
from i2v_core.media.views import View, augmented
from i2v_core.seeding import generator

# Length of an item and chance -> frame indices of a clip and, where the way of sampling is to be guessed, its label.
Sampler = Callable[[int, np.random.Generator], tuple[np.ndarray, int | None]]


def whole(*, frames: int) -> Sampler:
    """All frames of a generated video, from its first (CFB, 4.2)."""
    return lambda length, random: (sampling.clip(length, 0, frames=frames), None)


def consecutive(*, frames: int, stride: int) -> Sampler:
    """`frames` frames, `stride` apart, from a random start."""
    return lambda length, random: (sampling.random_clip(length, random, frames=frames, stride=stride), None)


def strided(*, frames: int) -> Sampler:
    """Target clips for the plug-in losses: `frames` frames from the first, spread as in ST-I2V's code."""
    return lambda length, random: (sampling.st_i2v_strided(length, frames=frames), None)


def paced(*, frames: int, paces: int) -> Sampler:
    """Video pace prediction (CFB, 3.3): pace r and start uniform, the video an endless loop; the label is r - 1."""

    def sample(length: int, random: np.random.Generator) -> tuple[np.ndarray, int]:
        pace, start = int(random.integers(1, paces + 1)), int(random.integers(length))
        return sampling.paced(length, start, frames=frames, pace=pace), pace - 1

    return sample


@dataclass(frozen=True)
class ViewClips:
    """One augmented clip per item and turn. labels: one per item; None if the sampler gives them, or for none."""

    is_clip: ClassVar[bool] = True
    view: View
    keys: Sequence[str]
    sampler: Sampler
    labels: Sequence[int] | None = None

    def __len__(self) -> int:
        return len(self.keys)

    def draw(self, position: int, seed: int, *turn: int) -> Sample:
        """The clip of the item at `position` in a turn (epoch, pass)."""
        key = self.keys[position]
        random = generator(seed, "clip", *turn, position)
        indices, guess = self.sampler(self.view.length(key), random)
        clip = augmented(self.view, self.view.read(key, indices), random)
        return Sample(clip, position, guess if self.labels is None else self.labels[position])
