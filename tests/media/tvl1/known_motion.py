"""Pairs of textured images that differ by a known motion."""

import cv2
import numpy as np

MOTIONS = {  # matrix about the centre, then a shift in px
    "shift": (np.eye(2), (1.7, -0.8)),
    "rotation": (np.array([[np.cos(0.03), -np.sin(0.03)], [np.sin(0.03), np.cos(0.03)]]), (0.0, 0.0)),
    "zoom": (1.04 * np.eye(2), (0.0, 0.0)),
}


def texture(height: int, width: int, *, seed: int = 0) -> np.ndarray:
    """Noise of several grain sizes, float32 (height, width) in [0, 255]."""
    random, image = np.random.default_rng(seed), np.zeros((height, width), np.float32)
    for grain in (3, 6, 12, 24):
        noise = random.normal(size=(height // grain + 2, width // grain + 2)).astype(np.float32)
        image += grain**0.5 * cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)
    return (image - image.min()) * (255 / (image.max() - image.min()))


def moved(height: int, width: int, matrix: np.ndarray, shift: tuple[float, float], *, seed: int = 0) -> tuple:
    """Point c + q goes to c + matrix q + shift -> two gray images uint8 (h, w), true flow (h, w, 2) px."""
    margin = 32
    large = texture(height + 2 * margin, width + 2 * margin, seed=seed)
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    from_centre = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1) - centre
    origin = ((from_centre - shift) @ np.linalg.inv(matrix).T + centre + margin).astype(np.float32)
    second = cv2.remap(large, origin[..., 0], origin[..., 1], cv2.INTER_CUBIC)
    first = large[margin:-margin, margin:-margin]
    images = (np.clip(np.rint(image), 0, 255).astype(np.uint8) for image in (first, second))
    return *images, from_centre @ matrix.T + shift - from_centre


def batch(height: int, width: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All motions -> first and second images (3, h, w), true flow (3, h, w, 2)."""
    pairs = [moved(height, width, *motion, seed=seed) for motion in MOTIONS.values()]
    return tuple(np.stack(side) for side in zip(*pairs, strict=True))


def end_point_error(found: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Mean length of the difference over the pixels of each flow (n, h, w, 2) -> (n,) px."""
    return np.linalg.norm(found - wanted, axis=-1).mean(axis=(1, 2))
