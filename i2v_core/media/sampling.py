"""Which frames of a video make a training or test sample. All functions give frame indices, int64."""

import numpy as np


def clip(length: int, start: int, *, frames: int, stride: int = 1) -> np.ndarray:
    """`frames` indices from `start`, `stride` apart; past the end it wraps round to the beginning -> (frames,)."""
    return (start + stride * np.arange(frames)) % length


def random_clip(length: int, random: np.random.Generator, *, frames: int, stride: int = 1) -> np.ndarray:
    """One clip at a uniform start among those that fit; a video too short starts at 0 and wraps -> (frames,)."""
    span = stride * (frames - 1) + 1
    return clip(length, int(random.integers(max(length - span, 0) + 1)), frames=frames, stride=stride)


def uniform_clips(length: int, *, clips: int, frames: int, stride: int = 1) -> np.ndarray:
    """`clips` clips at the centres of equal parts of the range of starts: start_i = floor(i a + a / 2),
    a = (length - span + 1) / clips. A video too short gives `clips` times the same wrapped clip -> (clips, frames).
    """
    span = stride * (frames - 1) + 1
    step = (length - span + 1) / clips
    starts = [0 if length < span else int(i * step + step / 2) for i in range(clips)]
    return np.stack([clip(length, start, frames=frames, stride=stride) for start in starts])


def segment_frames(length: int, random: np.random.Generator, *, segments: int) -> np.ndarray:
    """One uniform frame from each of `segments` equal parts; the first `length mod segments` parts are longer by one.

    A video with fewer frames than segments gives every frame, then repeats from the start (the official code fails
    there) -> (segments,), ascending when length >= segments.
    """
    if length < segments:
        return np.arange(segments) % length
    sizes = np.full(segments, length // segments)
    sizes[: length % segments] += 1
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    return starts + random.integers(sizes)
