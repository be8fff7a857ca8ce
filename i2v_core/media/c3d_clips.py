"""Clips for C3D as its authors cut them: 16 frames, overlap 8, frames of 171 x 128 px, the middle 112 x 112 px."""

import cv2
import numpy as np

from i2v_core.media import sampling

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

    Frames are squashed to 171 x 128 px bilinearly, without smoothing, as OpenCV does for the authors; the crop begins
    29 px from the left and 8 px from the top (integer halves of what is cut off, as in Caffe).
    Raises ValueError for another type or shape.
    """
    if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[3] != 3:
        raise ValueError(f"C3D clips: {frames.dtype} {frames.shape} found, uint8 RGB (t, h, w, 3) wanted; decode it so")
    indices = clip_frames(len(frames))
    top, left = (HEIGHT_PX - SIDE_PX) // 2, (WIDTH_PX - SIDE_PX) // 2
    squashed = [cv2.resize(frame, (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_LINEAR) for frame in frames]
    return np.stack([frame[top : top + SIDE_PX, left : left + SIDE_PX] for frame in squashed])[indices]
