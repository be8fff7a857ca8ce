"""Class probabilities of saved models for all frames, or for evenly placed clips, of videos in frame stores."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

from i2v_core import probabilities, storage
from i2v_core.batches import as_input
from i2v_core.media import augmentation, sampling
from i2v_core.media.frames import FrameStore
from i2v_core.models.saved import Saved
from i2v_core.progress import track

FRAMES_AT_ONCE = 512  # of a video, read together


def frame_probabilities(
    saved: Saved, store: FrameStore, keys: list[str], *, batch_size: int, device: torch.device, workers: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Softmax of the image model on the centre crop of every frame of every video; memory holds a part of a video.

    -> values float32 (total frames, k), counts (videos,)
    """
    counts = np.array([store.length(key) for key in keys])
    how = {"batch_size": batch_size, "device": device, "workers": workers}
    return _softmax(saved, frame_parts(keys, counts), partial(centred_frames, store, saved.inputs), **how), counts


def video_probabilities(
    saved: Saved, store: FrameStore, keys: list[str], *, batch_size: int, device: torch.device, workers: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Softmax of the video model, averaged over `inputs["clips"]` evenly placed clips.

    -> values float32 (videos, k), counts (videos,) of ones
    """
    how = {"batch_size": batch_size, "device": device, "workers": workers}
    values = _softmax(saved, keys, partial(even_clips, store, saved.inputs), **how)
    return values.reshape(len(keys), saved.inputs["clips"], -1).mean(axis=1), np.ones(len(keys), np.int64)


def _softmax(saved: Saved, keys: Sequence[Any], prepare: Callable[[Any], np.ndarray], **how: object) -> np.ndarray:
    return batched(saved.model, keys, prepare, lambda inputs: (saved.model(inputs).float().softmax(dim=1),), **how)[0]


def frame_parts(keys: Sequence[str], counts: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """All frames of all items, some of one item at a time: its key and their indices. counts: frames of each item."""
    return [
        (key, np.arange(first, min(first + FRAMES_AT_ONCE, count)))
        for key, count in zip(keys, counts.tolist(), strict=True)
        for first in range(0, count, FRAMES_AT_ONCE)
    ]


def centred_frames(store: FrameStore, inputs: dict, part: tuple[str, np.ndarray]) -> np.ndarray:
    """Centre crops of the frames of a part of `frame_parts` -> uint8 (t, size_px, size_px, 3)."""
    return _centre(store.frames(*part), inputs)


def even_clips(store: FrameStore, inputs: dict, key: str) -> np.ndarray:
    """Centre crops of an item's evenly placed clips -> uint8 (clips, t, size_px, size_px, 3)."""
    indices = sampling.uniform_clips(
        store.length(key), clips=inputs["clips"], frames=inputs["frames"], stride=inputs["stride"]
    )
    frames = _centre(store.frames(key, indices.ravel()), inputs)
    return frames.reshape(*indices.shape, *frames.shape[1:])


class _Prepared(Dataset):
    def __init__(self, keys: Sequence[Any], prepare: Callable[[Any], np.ndarray]) -> None:
        self._keys, self._prepare = keys, prepare

    def __len__(self) -> int:
        return len(self._keys)

    def __getitem__(self, position: int) -> np.ndarray:
        return self._prepare(self._keys[position])


def _centre(frames: np.ndarray, inputs: dict) -> np.ndarray:
    return augmentation.centre_crop(frames, size_px=inputs["size_px"], short_side_px=inputs["short_side_px"])


def _blocks(parts: Iterator[np.ndarray], size: int) -> Iterator[np.ndarray]:
    waiting: list[np.ndarray] = []
    for part in parts:
        waiting.append(part)
        while sum(map(len, waiting)) >= size:
            joined = np.concatenate(waiting)
            yield joined[:size]
            waiting = [joined[size:]]
    if sum(map(len, waiting)):
        yield np.concatenate(waiting)


@torch.inference_mode()
def batched(
    model: nn.Module,
    keys: Sequence[Any],
    prepare: Callable[[Any], np.ndarray],
    apply: Callable[[torch.Tensor], tuple[torch.Tensor, ...]],
    *,
    batch_size: int,
    device: torch.device,
    workers: int = 0,
) -> list[np.ndarray]:
    """What `apply` makes of all samples, in order, `batch_size` at a time; the model is in evaluation mode meanwhile.

    prepare: key -> samples of it with channels last, uint8 or float32 (samples, ..., c). apply: a batch of inputs ->
    tensors of as many rows each. -> one array per tensor of `apply`.
    """
    model.to(device).eval()
    parts = DataLoader(_Prepared(keys, prepare), batch_size=None, num_workers=workers, collate_fn=_as_is)
    values = []
    for block in _blocks(track(parts, "predicting", len(keys)), batch_size):
        found = apply(as_input(torch.from_numpy(block).movedim(-1, -3), device))
        values.append([part.cpu().numpy() for part in found])
    return [np.concatenate(column) for column in zip(*values, strict=True)]


def _as_is(value: np.ndarray) -> np.ndarray:
    return value


def write(
    saved: Saved,
    predict: Callable[..., tuple[np.ndarray, np.ndarray]],
    videos: Path,
    stores: list[Path],
    *,
    out: Path,
    predictions: Path,
    **how: object,
) -> None:
    """Predicts the videos of a table `id, dataset` with `predict`, one of the two functions above.

    out: HDF5 of probabilities; predictions: CSV `id, class, confidence`; how: batch_size, device and workers.
    """
    table = storage.read_csv(videos, ("id", "dataset"))
    values, counts = predict(saved, FrameStore(stores), storage.keys(table), **how)
    result = probabilities.Probabilities(table["id"].tolist(), counts, values, saved.classes)
    probabilities.write(result, out)
    storage.write_csv(probabilities.predictions(result), predictions)
