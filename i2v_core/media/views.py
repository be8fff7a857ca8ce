"""The two views of a video that two-stream networks see, RGB frames and flow: read, squashed, cropped, flipped.

Choice: CFB names no augmentation; as in ST-I2V's code every frame is resized to a square without keeping its ratio,
which also makes flows of different videos fit for averaging; then one random crop and flip per clip in training, the
centre crop at test time.
"""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from i2v_core.media import augmentation
from i2v_core.media.flow_store import FULL_SCALE, FlowStore
from i2v_core.media.frames import FrameStore
from i2v_core.media.kept import Kept


class View(Protocol):
    """Clips of items by key; all of a view's clips have the same size and number of channels."""

    size_px: int

    def length(self, key: str) -> int:
        """Frames of an item; flow has as many, its last one twice."""

    def read(self, key: str, indices: np.ndarray) -> np.ndarray:
        """Squashed frames at `indices` -> (t, resize_px, resize_px, c)."""

    def flipped(self, frames: np.ndarray) -> np.ndarray:
        """The frames mirrored left to right."""


@dataclass(frozen=True)
class Rgb:
    """Frames as uint8 (t, h, w, 3)."""

    store: FrameStore
    resize_px: int
    size_px: int
    kept: Kept = field(default_factory=Kept, repr=False, compare=False)

    def length(self, key: str) -> int:
        return self.store.length(key)

    def read(self, key: str, indices: np.ndarray) -> np.ndarray:
        def squashed(missing: list[tuple[str, int]]) -> np.ndarray:
            return _squashed(self.store.frames(key, [index for _, index in missing]), self.resize_px)

        return self.kept.stacked([(key, int(index)) for index in indices], squashed)

    def flipped(self, frames: np.ndarray) -> np.ndarray:
        return frames[:, :, ::-1]


@dataclass(frozen=True)
class Flow:
    """Optical flow as float32 (t, h, w, 2) in parts of the store's bound: [-1, 1] before resizing.

    Displacements shrink and grow with the frame, per axis; a mirrored clip moves the other way in x.
    """

    store: FlowStore
    resize_px: int
    size_px: int
    kept: Kept = field(default_factory=Kept, repr=False, compare=False)

    def length(self, key: str) -> int:
        return self.store.length(key)

    def read(self, key: str, indices: np.ndarray) -> np.ndarray:
        def squashed(missing: list[tuple[str, int]]) -> np.ndarray:
            flows = self.store.flows(key, [index for _, index in missing])
            height, width = flows.shape[1:3]
            scale = np.array([self.resize_px / width, self.resize_px / height], np.float32) / FULL_SCALE
            return _squashed(flows.astype(np.float32), self.resize_px) * scale

        return self.kept.stacked([(key, int(index)) for index in indices], squashed)

    def flipped(self, frames: np.ndarray) -> np.ndarray:
        return frames[:, :, ::-1] * np.array([-1, 1], np.float32)


def augmented(view: View, frames: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """One random crop and, every other time, a flip for the whole clip -> (t, size_px, size_px, c)."""
    top, left = random.integers(frames.shape[1] - view.size_px + 1, size=2)
    cropped = frames[:, top : top + view.size_px, left : left + view.size_px]
    return np.ascontiguousarray(view.flipped(cropped) if random.random() < 0.5 else cropped)


def centred(view: View, key: str, indices: np.ndarray) -> np.ndarray:
    """The centre crop of an item's frames at `indices` -> (t, size_px, size_px, c)."""
    frames = view.read(key, indices)
    margin = (frames.shape[1] - view.size_px) // 2
    return frames[:, margin : margin + view.size_px, margin : margin + view.size_px]


def _squashed(frames: np.ndarray, size_px: int) -> np.ndarray:
    return augmentation.resized(frames, width=size_px, height=size_px)
