"""Crops and flips on uint8 frames (t, h, w, 3): one draw for all frames of a sample, so that a clip stays a clip."""

import cv2
import numpy as np


def random_resized_crop(
    frames: np.ndarray,
    random: np.random.Generator,
    *,
    size_px: int,
    scale: tuple[float, float] = (0.08, 1.0),
    ratio: tuple[float, float] = (3 / 4, 4 / 3),
) -> np.ndarray:
    """Crop of a random share of the area and a random ratio of sides, resized -> (t, size_px, size_px, 3).

    Ten draws, then the largest centred crop whose ratio is allowed, as in common practice for ImageNet.
    """
    height, width = frames.shape[1:3]
    for _ in range(10):
        area = height * width * random.uniform(*scale)
        aspect = np.exp(random.uniform(np.log(ratio[0]), np.log(ratio[1])))
        crop_w, crop_h = round(np.sqrt(area * aspect)), round(np.sqrt(area / aspect))
        if 0 < crop_w <= width and 0 < crop_h <= height:
            top, left = int(random.integers(height - crop_h + 1)), int(random.integers(width - crop_w + 1))
            break
    else:
        crop_w, crop_h = min(width, round(height * ratio[1])), min(height, round(width / ratio[0]))
        top, left = (height - crop_h) // 2, (width - crop_w) // 2
    return resized(frames[:, top : top + crop_h, left : left + crop_w], width=size_px, height=size_px)


def multi_scale_crop(
    frames: np.ndarray, random: np.random.Generator, *, size_px: int, scales: tuple[float, ...] = (1.0, 0.8)
) -> np.ndarray:
    """Crop whose width and height are each a random `scales` part of the short side, at a random place, resized
    without keeping the ratio -> (t, size_px, size_px, 3). The video augmentation of CycDA's released settings.
    """
    height, width = frames.shape[1:3]
    side = min(height, width)
    crop_w, crop_h = (max(1, round(side * random.choice(scales))) for _ in range(2))
    top, left = int(random.integers(height - crop_h + 1)), int(random.integers(width - crop_w + 1))
    return resized(frames[:, top : top + crop_h, left : left + crop_w], width=size_px, height=size_px)


def random_flip(frames: np.ndarray, random: np.random.Generator, *, probability: float = 0.5) -> np.ndarray:
    """Mirrors all frames left to right with the given probability."""
    return frames[:, :, ::-1] if random.random() < probability else frames


def centre_crop(frames: np.ndarray, *, size_px: int, short_side_px: int | None = None) -> np.ndarray:
    """Resizes the short side to `short_side_px` (default `size_px`), cuts the centre -> (t, size_px, size_px, 3)."""
    height, width = frames.shape[1:3]
    scale = (short_side_px or size_px) / min(height, width)
    frames = resized(frames, width=max(size_px, round(width * scale)), height=max(size_px, round(height * scale)))
    top, left = (frames.shape[1] - size_px) // 2, (frames.shape[2] - size_px) // 2
    return frames[:, top : top + size_px, left : left + size_px]


def resized(frames: np.ndarray, *, width: int, height: int) -> np.ndarray:
    """Each frame at another size, by area where both sides shrink, else linearly -> (t, height, width, c)."""
    if frames.shape[1:3] == (height, width):
        return frames
    shrinks = frames.shape[1] > height and frames.shape[2] > width
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.stack([cv2.resize(frame, (width, height), interpolation=method) for frame in frames])
