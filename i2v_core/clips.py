"""Training clips of any view of videos, RGB or flow, with the frames that a sampler picks; and those of C3D."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from i2v_core.batches import Sample
from i2v_core.media import c3d_clips, sampling
from i2v_core.media.frames import FrameStore
from i2v_core.media.views import View, augmented
from i2v_core.seeding import generator

# Length of an item and chance -> frame indices of a clip and, where the way of sampling is to be guessed, its label.
# Made of the functions below by `partial`, so that loader processes can be sent one.
Sampler = Callable[[int, np.random.Generator], tuple[np.ndarray, int | None]]


def whole(length: int, random: np.random.Generator, *, frames: int) -> tuple[np.ndarray, None]:
    """The first `frames` frames, of a generated video all it has (CFB, 4.2); a shorter one is repeated."""
    return sampling.clip(length, 0, frames=frames), None


def consecutive(length: int, random: np.random.Generator, *, frames: int, stride: int) -> tuple[np.ndarray, None]:
    """`frames` frames, `stride` apart, from a random start."""
    return sampling.random_clip(length, random, frames=frames, stride=stride), None


def strided(length: int, random: np.random.Generator, *, frames: int) -> tuple[np.ndarray, None]:
    """Always the same `frames` frames, spread as in ST-I2V's code (Choice: target clips of CFB's plug-in losses)."""
    return sampling.st_i2v_strided(length, frames=frames), None


def paced(length: int, random: np.random.Generator, *, frames: int, paces: int) -> tuple[np.ndarray, int]:
    """Video pace prediction (CFB, 3.3): pace r and start uniform, the video an endless loop; the label is r - 1.

    Choice: flow clips take the stored flow of neighbouring frames at these indices, so that the length of a flow vector
    does not tell the pace; the paper does not say.
    """
    pace, start = int(random.integers(1, paces + 1)), int(random.integers(length))
    return sampling.paced(length, start, frames=frames, pace=pace), pace - 1


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


@dataclass(frozen=True)
class C3DClips:
    """One clip of 16 frames per video and turn: a random start, a random crop, perhaps mirrored."""

    is_clip: ClassVar[bool] = True
    store: FrameStore
    keys: Sequence[str]
    labels: Sequence[int]

    def __len__(self) -> int:
        return len(self.keys)

    def draw(self, position: int, seed: int, *turn: int) -> Sample:
        """The clip of the video at `position` in a turn (epoch, pass)."""
        key, random = self.keys[position], generator(seed, "clip", *turn, position)
        indices = sampling.random_clip(self.store.length(key), random, frames=c3d_clips.FRAMES)
        return Sample(c3d_clips.drawn(self.store.frames(key, indices), random), position, self.labels[position])
