"""Training samples and batches: named streams over frame stores, each sample drawn from its own named seed.

A sample depends on (seed, stream name, epoch, pass, position) alone, so neither the number of loaders nor a resumed
run changes a byte of training.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar, Protocol

import numpy as np
import pandas as pd
import torch
from torch.utils.data import DataLoader, Dataset

from i2v_core import ranks, storage
from i2v_core.media import augmentation, sampling
from i2v_core.media.frames import FrameStore
from i2v_core.seeding import derive, generator


class Items(Protocol):
    """What a stream draws from: a sample for each position, by a named seed and the turn (epoch, pass) alone.

    is_clip: whether a batch has an axis of time.
    """

    is_clip: ClassVar[bool]

    def __len__(self) -> int: ...

    def draw(self, position: int, seed: int, *turn: int) -> "Sample":
        """The sample at `position` in a turn."""


@dataclass(frozen=True)
class Sample:
    """What one `draw` gives: frames uint8 (t, h, w, 3), flow float32 (t, h, w, 2) as the model wants it, or stored
    features float32 (..., S, D); an integer label (absent: none), the sample's position among the items."""

    frames: np.ndarray
    index: int
    label: int | None = None


@dataclass(frozen=True)
class Frames:
    """Single augmented frames as images: `per_video` segment-wise frames of each item per epoch (1 for still images).

    labels: one integer per item, or None where there are none. fixed: the one frame of each item, in place of a drawn
    one. Crops: random resized crop and flip.
    """

    is_clip: ClassVar[bool] = False

    store: FrameStore
    keys: Sequence[str]
    size_px: int
    labels: Sequence[int] | None = None
    per_video: int = 1
    crop_scale: tuple[float, float] = (0.08, 1.0)
    fixed: Sequence[int] | None = None

    def __len__(self) -> int:
        return len(self.keys) * self.per_video

    def draw(self, position: int, seed: int, *turn: int) -> Sample:
        """The sample at `position` in a turn (epoch, pass); the frames of one video in one turn are of all segments."""
        index, segment = divmod(position, self.per_video)
        key = self.keys[index]
        wanted = self._frame(index, segment, generator(seed, "segments", *turn, index))
        random = generator(seed, "crop", *turn, position)
        frames = self.store.frames(key, [wanted])
        frames = augmentation.random_resized_crop(frames, random, size_px=self.size_px, scale=self.crop_scale)
        frames = augmentation.random_flip(frames, random)
        return Sample(frames, position, None if self.labels is None else self.labels[index])

    def _frame(self, index: int, segment: int, choice: np.random.Generator) -> int:
        if self.fixed is not None:
            return self.fixed[index]
        return sampling.segment_frames(self.store.length(self.keys[index]), choice, segments=self.per_video)[segment]


@dataclass(frozen=True)
class Clips:
    """One random augmented clip per video and epoch: `frames` frames, `stride` apart; multi-scale crop and flip."""

    is_clip: ClassVar[bool] = True

    store: FrameStore
    keys: Sequence[str]
    size_px: int
    frames: int
    stride: int = 1
    labels: Sequence[int] | None = None
    crop_scales: tuple[float, ...] = (1.0, 0.8)

    def __len__(self) -> int:
        return len(self.keys)

    def draw(self, position: int, seed: int, *turn: int) -> Sample:
        """The clip of the video at `position` in a turn (epoch, pass)."""
        key = self.keys[position]
        random = generator(seed, "clip", *turn, position)
        wanted = sampling.random_clip(self.store.length(key), random, frames=self.frames, stride=self.stride)
        frames = self.store.frames(key, wanted)
        frames = augmentation.multi_scale_crop(frames, random, size_px=self.size_px, scales=self.crop_scales)
        frames = augmentation.random_flip(frames, random)
        return Sample(frames, position, None if self.labels is None else self.labels[position])


def frames_of(
    store: FrameStore,
    table: pd.DataFrame,
    inputs: dict,
    *,
    labels: Sequence[int] | None = None,
    per_video: int = 1,
    fixed: Sequence[int] | None = None,
) -> Frames:
    """`Frames` of a split table's rows, cropped as a model's `inputs` section says (size_px, crop_scale)."""
    scale = tuple(inputs["crop_scale"])
    return Frames(store, storage.keys(table), inputs["size_px"], labels, per_video, scale, fixed)


def clips_of(store: FrameStore, table: pd.DataFrame, inputs: dict, *, labels: Sequence[int]) -> Clips:
    """`Clips` of a split table's rows, drawn as a model's `inputs` section says."""
    scales = tuple(inputs["crop_scales"])
    return Clips(store, storage.keys(table), inputs["size_px"], inputs["frames"], inputs["stride"], labels, scales)


@dataclass(frozen=True)
class Stream:
    """Items and the number of them in a batch."""

    items: Items
    batch_size: int

    @property
    def steps(self) -> int:
        """Batches in one pass. A last batch of a single sample is left out: batch normalisation cannot use it."""
        count, rest = divmod(len(self.items), self.batch_size)
        return count + (rest > 1)


@dataclass
class Batch:
    """inputs float32: (n, c, h, w) of single frames, (n, t, c, h, w) of clips, (n, ..., S, D) of features; index,
    labels int64 (n,).

    Frames are in [0, 1] with c = 3, flow is as the model wants it with c = 2.
    """

    inputs: torch.Tensor
    index: torch.Tensor
    labels: torch.Tensor | None = None


def epoch_steps(streams: dict[str, Stream]) -> int:
    """Steps of one epoch: one pass over the longest stream; shorter ones start again, shuffled anew.

    Raises ValueError for a stream of fewer than two samples.
    """
    for name, stream in streams.items():
        if stream.steps == 0:
            raise ValueError(
                f"training stream {name!r}: {len(stream.items)} samples found, at least 2 wanted; "
                "add data, or raise p in params.yaml so that more pseudo labels are kept"
            )
    return max(stream.steps for stream in streams.values())


def epoch_batches(
    streams: dict[str, Stream], *, seed: int, epoch: int, workers: int, device: torch.device
) -> Iterator[dict[str, Batch]]:
    """The batches of one epoch, one of each stream per step, on `device`.

    Several processes that train together (`ranks`) draw a part of each batch and give it to the others.
    """
    steps = epoch_steps(streams)
    seeds = {name: derive(seed, "stream", name) for name in streams}
    orders = {name: _orders(stream, seeds[name], epoch, steps) for name, stream in streams.items()}
    parts = {name: iter(_loader(stream.items, orders[name], seeds[name], workers)) for name, stream in streams.items()}
    for step in range(steps):
        yield {name: _to(next(part), len(orders[name][step]), device) for name, part in parts.items()}


def _orders(stream: Stream, seed: int, epoch: int, steps: int) -> list[list[tuple[int, int, int]]]:
    """For each step, what its batch draws: position, epoch, pass."""
    orders = []
    for round_ in range(math.ceil(steps / stream.steps)):
        order = generator(seed, "order", epoch, round_).permutation(len(stream.items))
        parts = [order[i * stream.batch_size : (i + 1) * stream.batch_size] for i in range(stream.steps)]
        orders += [[(position, epoch, round_) for position in part.tolist()] for part in parts]
    return orders[:steps]


def _loader(items: Items, orders: list[list[tuple[int, int, int]]], seed: int, workers: int) -> DataLoader:
    return DataLoader(
        _Drawn(items, seed),
        batch_sampler=[order[ranks.rows(len(order))] for order in orders],
        num_workers=workers,
        collate_fn=partial(_collate, is_clip=items.is_clip),
    )


class _Drawn(Dataset):
    def __init__(self, items: Items, seed: int) -> None:
        self._items, self._seed = items, seed

    def __getitem__(self, drawn: tuple[int, int, int]) -> Sample:
        position, epoch, round_ = drawn
        return self._items.draw(position, self._seed, epoch, round_)


def _collate(samples: list[Sample], *, is_clip: bool) -> Batch:
    inputs = torch.from_numpy(np.stack([sample.frames for sample in samples]))
    if samples[0].frames.ndim >= 4:  # frames (..., t, h, w, c); stored features have no space
        inputs = inputs.movedim(-1, -3)
    labels = None
    if samples[0].label is not None:
        labels = torch.tensor([sample.label for sample in samples])
    return Batch(inputs if is_clip else inputs[:, 0], torch.tensor([sample.index for sample in samples]), labels)


def _to(part: Batch, total: int, device: torch.device) -> Batch:
    """The batch of `total` samples of which `part` is drawn here."""
    given = (part.inputs, part.index, part.labels)
    inputs, index, labels = (None if one is None else ranks.gather(one.to(device), total) for one in given)
    return Batch(as_input(inputs, device), index, labels)


def as_input(frames: torch.Tensor, device: torch.device) -> torch.Tensor:
    """uint8 frames -> float32 in [0, 1] on `device`; float32 flow stays as it is."""
    moved = frames.to(device)
    return moved.float().div_(255) if moved.dtype == torch.uint8 else moved
