"""Smooth random textures and videos made of them by known maps."""

import cv2
import numpy as np


def texture(height: int, width: int, *, seed: int = 0, size_px: float = 2.0) -> np.ndarray:
    """Gray uint8 (height, width): smoothed noise with spots of about `size_px`, from 0 to 255."""
    noise = cv2.GaussianBlur(np.random.default_rng(seed).random((height, width)), (0, 0), size_px)
    return np.rint(255 * (noise - noise.min()) / np.ptp(noise)).astype(np.uint8)


def panned(frames: int, *, step: int = 2, height: int = 96, width: int = 128, seed: int = 0) -> np.ndarray:
    """Gray video of a texture of which each frame sees a part `step` px further to the right: it moves left."""
    whole = texture(height, width + step * frames, seed=seed)
    return np.stack([whole[:, step * i : step * i + width] for i in range(frames)])


def with_object(video: np.ndarray, *, step: int, top: int, left: int, size_px: int, seed: int = 1) -> np.ndarray:
    """The video with a textured square that moves `step` px per frame to the right in it."""
    video, square = video.copy(), texture(size_px, size_px, seed=seed)
    for number, frame in enumerate(video):
        frame[top : top + size_px, left + step * number : left + step * number + size_px] = square
    return video
