"""What the image model learns from: labelled still images, frames of labelled videos, or both (CycDA, Table 1)."""

import pandas as pd
import torch

from i2v_core import batches, storage
from i2v_core.batches import Batch, Frames, Stream
from i2v_core.media.frames import FrameStore
from i2v_core.seeding import generator

COLUMNS = ("id", "dataset", "label", "kind")
# What an image model sees of a labelled video: frames drawn anew in each epoch, or one frame for good.
VIDEOS = ("frames", "random_still", "middle_still")
IMAGES, FRAMES = "source", "source_frames"  # names of the streams


def streams(
    store: FrameStore, table: pd.DataFrame, inputs: dict, *, batch_size: int, frames_per_video: int, videos: str
) -> dict[str, Stream]:
    """The labelled streams: `source`, and `source_frames` beside it if the source has images and whole videos.

    table: rows of source.csv, `COLUMNS`, kind `image` or `video`. videos: one of `VIDEOS`; a still counts as an image
    (frame-to-video), else `frames_per_video` frames of each video, one of each equal part, are drawn in an epoch. Of a
    mixed source each kind makes up half of a batch, images the smaller half (CycDA's code: 16 and 16).
    Choice: the paper does not say which frame of a video it takes; a random one, the same in all runs.
    Raises ValueError for another word of `videos`.
    """
    if videos not in VIDEOS:
        raise ValueError(f"source_videos: {videos!r} found, one of {', '.join(VIDEOS)} wanted; see params.yaml")
    stills, moving = _parted(table, videos)
    parts = {}
    if len(stills):
        labels = stills["label"].astype(int).tolist()
        fixed = _stills(store, stills, videos)
        parts[IMAGES] = batches.frames_of(store, stills, inputs, labels=labels, fixed=fixed)
    if len(moving):
        labels = moving["label"].astype(int).tolist()
        parts[FRAMES if parts else IMAGES] = batches.frames_of(
            store, moving, inputs, labels=labels, per_video=frames_per_video
        )
    sizes = [batch_size // 2, batch_size - batch_size // 2] if len(parts) == 2 else [batch_size]
    return {name: Stream(items, size) for (name, items), size in zip(parts.items(), sizes, strict=True)}


def whole_videos(table: pd.DataFrame, videos: str) -> pd.DataFrame:
    """The rows whose videos a video model may learn from: none where a still of each is all that is known."""
    return _parted(table, videos)[1]


def merged(batch: dict[str, Batch]) -> Batch:
    """Images and frames of a step as one labelled batch; indices, which count in each stream, are left out."""
    parts = [batch[name] for name in (IMAGES, FRAMES) if name in batch]
    if len(parts) == 1:
        return parts[0]
    inputs, labels = torch.cat([part.inputs for part in parts]), torch.cat([part.labels for part in parts])
    return Batch(inputs, torch.full_like(labels, -1), labels)


def labels_of(stream: Stream) -> list[int]:
    """The label of every sample of a stream of frames, in the order of the batches' indices."""
    items = stream.items
    if not isinstance(items, Frames):
        raise TypeError(f"stream of {type(items).__name__} found, Frames wanted")
    return [label for label in items.labels for _ in range(items.per_video)]


def _parted(table: pd.DataFrame, videos: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    is_whole = (table["kind"] == "video") & (videos == "frames")
    return table[~is_whole], table[is_whole]


def _stills(store: FrameStore, table: pd.DataFrame, videos: str) -> list[int]:
    """The frame of each row: 0 of an image; of a video the middle one, or one by chance that its name alone decides."""
    lengths = [store.length(key) for key in storage.keys(table)]
    if videos == "middle_still":
        return [length // 2 for length in lengths]
    pairs = zip(storage.keys(table), lengths, strict=True)
    return [int(generator(0, "still", key).integers(length)) for key, length in pairs]
