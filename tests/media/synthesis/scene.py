"""A photo and its inverse depth drawn by rule: a rising floor with a smooth texture, and upright figures on it."""

import cv2
import numpy as np


def photo(height: int = 256, width: int = 340, *, seed: int = 0, figures: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Image uint8 (height, width, 3) and inverse depth float32 (height, width), 0..1, with edges smeared over 2 px."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (height // 6, width // 6, 3)).astype(np.uint8)
    image = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    y, x = np.mgrid[:height, :width] / np.array([height, width])[:, None, None]
    inverse = 0.05 + 0.35 * y
    for figure in range(figures):
        centre, radius = random.uniform([0.1, 0.4], [0.9, 0.7]), random.uniform([0.06, 0.2], [0.13, 0.35])
        inside = ((x - centre[0]) / radius[0]) ** 2 + ((y - centre[1]) / radius[1]) ** 2 < 1
        inverse[inside] = 0.4 + 0.15 * figure
        image[inside] = image[inside] // 2 + random.integers(0, 128, 3).astype(np.uint8)
    inverse = cv2.GaussianBlur(inverse.astype(np.float32), (0, 0), 2)
    return image, (inverse - inverse.min()) / np.ptp(inverse)
