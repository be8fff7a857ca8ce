"""Clips for C3D as its authors cut them: 16 frames, overlap 8, frames of 171 x 128 px, the middle 112 x 112 px.

To train it they take a random crop of the same size, mirrored half of the time (Tran et al. 2015, section 3.1).
"""

import cv2
import numpy as np

from i2v_core.media import augmentation, sampling

FRAMES, STEP = 16, 8
WIDTH_PX, HEIGHT_PX, SIDE_PX = 171, 128, 112


def clip_frames(length: int) -> np.ndarray:
    """Frame indices of the clips of a video: starts 0, 8, 16, ... as long as 16 frames follow -> (m, 16).

    Choice: a video with fewer frames is one clip that wraps to the beginning; frames behind the last whole clip are
    left out, as in the authors' extraction. Raises ValueError for a video without frames.
    """
    if length < 1:
        raise ValueError(f"C3D clips: a video of {length} frames found, at least 1 wanted; drop it from the index")
    starts = range(0, max(length - FRAMES, 0) + 1, STEP)
    return np.stack([sampling.clip(length, start, frames=FRAMES) for start in starts])


def cut(frames: np.ndarray) -> np.ndarray:
    """The clips of a video: uint8 RGB (t, h, w, 3) -> (m, 16, 112, 112, 3), see `clip_frames`.

    The crop begins 29 px from the left and 8 px from the top of the squashed frame (integer halves of what is cut off,
    as in Caffe). Raises ValueError for another type or shape.
    """
    indices = clip_frames(len(frames))
    return _cropped(squashed(frames), (HEIGHT_PX - SIDE_PX) // 2, (WIDTH_PX - SIDE_PX) // 2)[indices]


def drawn(frames: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """The frames of a clip, one random crop for all of them and about every other clip mirrored, for training:
    uint8 RGB (16, h, w, 3) -> (16, 112, 112, 3). Raises ValueError for another type or shape.
    """
    top, left = int(random.integers(HEIGHT_PX - SIDE_PX + 1)), int(random.integers(WIDTH_PX - SIDE_PX + 1))
    return augmentation.random_flip(_cropped(squashed(frames), top, left), random)


def squashed(frames: np.ndarray) -> np.ndarray:
    """Frames at 171 x 128 px whatever their ratio, bilinearly, without smoothing, as OpenCV does for the authors:
    uint8 RGB (t, h, w, 3) -> (t, 128, 171, 3). Raises ValueError for another type or shape, and for no frame.
    """
    if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[3] != 3 or len(frames) == 0:
        raise ValueError(
            f"C3D clips: {frames.dtype} {frames.shape} found, uint8 RGB (t, h, w, 3) wanted with t of at least 1; "
            "decode it so"
        )
    return np.stack([cv2.resize(frame, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_LINEAR) for frame in frames])


def _cropped(frames: np.ndarray, top: int, left: int) -> np.ndarray:
    return frames[:, top : top + SIDE_PX, left : left + SIDE_PX]
