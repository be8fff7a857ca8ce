"""Which frames of a video make a training or test sample. All functions give frame indices, int64."""

import itertools

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


def paced(length: int, start: int, *, frames: int, pace: int) -> np.ndarray:
    """`frames` indices at `pace` from `start` in an endless loop of the video -> (frames,).

    index_k = (start + pace k) mod length                    CFB, section 3.3, which counts frames from 1
    The loop is modular (frame 30 of 30 is followed, at pace 2, by frame 2), as the paper's example shows.
    """
    return clip(length, start, frames=frames, stride=pace)


def spread(length: int, *, frames: int) -> np.ndarray:
    """`frames` indices from the first to the last frame, equally far apart and rounded: the test indices of CFB.

    index_k = round(k (length - 1) / (frames - 1)) -> (frames,), ascending; a video with fewer frames repeats them.
    One frame wanted is the first. Halves, which occur for odd `frames` alone, are rounded to the even neighbour.
    """
    return np.round(np.linspace(0, length - 1, frames)).astype(np.int64)


def st_i2v_gap(length: int, *, frames: int) -> int:
    """Distance of frames in ST-I2V's code: max(1, floor((length - 1) / frames))."""
    return max(1, (length - 1) // frames)


def st_i2v_strided(length: int, *, frames: int) -> np.ndarray:
    """`frames` indices k gap from the first frame, as ST-I2V's code takes them for training and test -> (frames,).

    The rounded-down gap leaves out up to half of a video (64 frames, 32 wanted: 0 .. 31).
    Deviation: a video with fewer frames wraps to the beginning; that code runs past the end.
    """
    return clip(length, 0, frames=frames, stride=st_i2v_gap(length, frames=frames))


def random_strided(length: int, random: np.random.Generator, *, frames: int) -> np.ndarray:
    """Indices with ST-I2V's gap at a uniform start among those that fit; a video too short starts at 0 and wraps."""
    return random_clip(length, random, frames=frames, stride=st_i2v_gap(length, frames=frames))


def segment_windows(
    length: int, random: np.random.Generator | None, *, segments: int, frames: int, stride: int = 1
) -> np.ndarray:
    """One window of `frames` indices, `stride` apart, from each of `segments` equal parts -> (segments, frames).

    The start is uniform among those whose window lies within the part; without `random` it is the middle one of them.
    Choice: where a part is shorter than a window, the window is centred on the part as far as the video allows; a video
    shorter than a window wraps to its beginning. STCDA does not say how it places its clips.
    """
    span = stride * (frames - 1) + 1
    bounds = [length * part // segments for part in range(segments + 1)]
    windows = []
    for first, end in itertools.pairwise(bounds):
        room = end - first - span
        if room >= 0:
            start = first + (room // 2 if random is None else int(random.integers(room + 1)))
        else:
            start = min(max(0, first + room // 2), max(0, length - span))
        windows.append(clip(length, start, frames=frames, stride=stride))
    return np.stack(windows)
