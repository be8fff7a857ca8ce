"""Samples of web supervision: key frames of shots as images, chunks of shots as clips, all cropped alike.

The tables: rows of `web_sources` (id, dataset, label, kind, part) or of target_train.csv (id, dataset), and the shots
of their datasets, one row per part of a shot, see `stages.detect_shots`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np
import pandas as pd

from i2v_core import storage
from i2v_core.batches import Sample, Stream
from i2v_core.media import augmentation, chunks
from i2v_core.media.frames import FrameStore
from i2v_core.seeding import generator

SHOT_COLUMNS = ("id", "dataset", "shot", "start", "stop", "keyframe")
TARGET = "target"


@dataclass(frozen=True)
class Crop:
    """The random square of side size_px of a frame whose short side is short_side_px, and a flip (paper, 4.2)."""

    size_px: int
    short_side_px: int

    @classmethod
    def of(cls, inputs: dict) -> "Crop":
        """From a model's `inputs` section."""
        return cls(inputs["size_px"], inputs["short_side_px"])

    def random(self, frames: np.ndarray, random: np.random.Generator) -> np.ndarray:
        """One square and one flip for all frames of a sample: uint8 (t, h, w, 3) -> (t, size_px, size_px, 3)."""
        scales = (self.size_px / self.short_side_px,)
        return augmentation.random_flip(
            augmentation.multi_scale_crop(frames, random, size_px=self.size_px, scales=scales), random
        )

    def centre(self, frames: np.ndarray) -> np.ndarray:
        """The square in the middle, for tests."""
        return augmentation.centre_crop(frames, size_px=self.size_px, short_side_px=self.short_side_px)


@dataclass(frozen=True)
class Keyframes:
    """Single frames: one of `frames` for each of `keys`, in which a video has its key before each of its key frames."""

    is_clip: ClassVar[bool] = False

    store: FrameStore
    keys: Sequence[str]
    frames: Sequence[int]
    crop: Crop
    labels: Sequence[int] | None = None

    def __len__(self) -> int:
        return len(self.keys)

    def draw(self, position: int, seed: int, *turn: int) -> Sample:
        """The frame at `position`, cropped anew in each turn (epoch, pass)."""
        frames = self.store.frames(self.keys[position], [self.frames[position]])
        cropped = self.crop.random(frames, generator(seed, "crop", *turn, position))
        return Sample(cropped, position, None if self.labels is None else self.labels[position])


@dataclass(frozen=True)
class Chunks:
    """Clips: one chunk of each shot, `shots` [start, stop) of `keys`, at a random place in each turn."""

    is_clip: ClassVar[bool] = True

    store: FrameStore
    keys: Sequence[str]
    shots: Sequence[tuple[int, int]]
    span: int
    stride: int
    crop: Crop
    labels: Sequence[int] | None = None

    def __len__(self) -> int:
        return len(self.keys)

    def draw(self, position: int, seed: int, *turn: int) -> Sample:
        """A chunk of the shot at `position` in a turn (epoch, pass); all its frames share crop and flip."""
        random = generator(seed, "chunk", *turn, position)
        start, stop = self.shots[position]
        wanted = chunks.random_chunk(start, stop, random, span=self.span, stride=self.stride)
        cropped = self.crop.random(self.store.frames(self.keys[position], wanted), random)
        return Sample(cropped, position, None if self.labels is None else self.labels[position])


def read_shots(paths: Sequence[Path]) -> pd.DataFrame:
    """Shots of several shards as one table with a column `key`, `<dataset>/<id>`, in stored order."""
    table = pd.concat([storage.read_csv(path, SHOT_COLUMNS) for path in paths], ignore_index=True)
    return table.assign(key=storage.keys(table))


def keyframes_of(table: pd.DataFrame, shots: pd.DataFrame) -> pd.DataFrame:
    """A row per key frame of the items of `table`: its columns, and `key, frame`.

    Raises ValueError for an item without a shot.
    """
    parts = shots[["key", "keyframe"]].rename(columns={"keyframe": "frame"})
    return _joined(table, parts)


def shots_of(table: pd.DataFrame, shots: pd.DataFrame) -> pd.DataFrame:
    """A row per shot of the items of `table`: its columns, and `key, start, stop`. Raises ValueError as above."""
    return _joined(table, shots[["key", "shot", "start", "stop"]].drop_duplicates())


@dataclass(frozen=True)
class Media:
    """What a benchmark of web supervision has: frames, shots, perhaps labelled web items, perhaps target videos.

    source: id, dataset, label, kind and part, see `stages.choose_web_sources`; target: id, dataset, no label.
    """

    store: FrameStore
    shots: pd.DataFrame
    source: pd.DataFrame | None
    target: pd.DataFrame | None

    @classmethod
    def open(
        cls, stores: Sequence[Path], shots: Sequence[Path], source: Path | None = None, target: Path | None = None
    ) -> "Media":
        """Reads the tables and opens the stores."""
        columns = ("id", "dataset", "class", "label", "kind", "part")
        return cls(
            FrameStore(stores),
            read_shots(shots),
            None if source is None else storage.read_csv(source, columns),
            None if target is None else storage.read_csv(target, ("id", "dataset")),
        )

    def labelled(self, kind: str, part: str) -> pd.DataFrame:
        """The web items of a kind, of the part `train` or `held_out`."""
        return self.source[(self.source["kind"] == kind) & (self.source["part"] == part)]

    def streams(self, settings: dict, *, batch_size: int) -> dict[str, Stream]:
        """One stream with labels per kind of `settings["sources"]`, and `target` without if there is one.

        settings: `inputs` with size_px and short_side_px and, for clips, `chunks` with span and stride. Without chunks
        an image is one frame and a video its key frames; with them a video is its shots. batch_size: of each stream.
        """
        inputs = settings["inputs"]
        found = {kind: self._stream(self.labelled(kind, "train"), inputs, batch_size) for kind in settings["sources"]}
        return found if self.target is None else {**found, TARGET: self._stream(self.target, inputs, batch_size)}

    def _stream(self, table: pd.DataFrame, inputs: dict, batch_size: int) -> Stream:
        crop, moving = Crop.of(inputs), inputs.get("chunks")
        rows = shots_of(table, self.shots) if moving else keyframes_of(table, self.shots)
        labels = rows["label"].astype(int).tolist() if "label" in rows else None
        keys = rows["key"].tolist()
        if moving:
            bounds = list(zip(rows["start"].tolist(), rows["stop"].tolist(), strict=True))
            items = Chunks(self.store, keys, bounds, moving["span"], moving["stride"], crop, labels)
        else:
            items = Keyframes(self.store, keys, rows["frame"].tolist(), crop, labels)
        return Stream(items, batch_size)


def centred(store: FrameStore, row: NamedTuple, inputs: dict) -> np.ndarray:
    """What a test sees of a row of `keyframes_of` or `shots_of`: uint8 (1, s, s, 3), or (1, t, s, s, 3) of a chunk in
    the middle of the shot.
    """
    crop, moving = Crop.of(inputs), inputs.get("chunks")
    if not moving:
        return crop.centre(store.frames(row.key, [row.frame]))
    return crop.centre(store.frames(row.key, chunks.centre_chunk(row.start, row.stop, **moving)))[None]


def _joined(table: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    keyed = table.assign(key=storage.keys(table))
    missing = sorted(set(keyed["key"]) - set(parts["key"]))
    if missing:
        raise ValueError(f"shots: none of {len(missing)} items ({missing[0]}), some of each wanted; detect them anew")
    return keyed.merge(parts, on="key", how="left", sort=False).reset_index(drop=True)
