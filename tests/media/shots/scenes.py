"""Videos of scenes that differ, for tests of shots."""

import numpy as np


def scene(seed: int, frames: int, *, height: int = 60, width: int = 80, drift: int = 1) -> np.ndarray:
    """A textured picture of its own colours that drifts by whole pixels -> uint8 (frames, height, width, 3)."""
    random = np.random.default_rng(seed)
    tone = random.integers(40, 216, 3)
    coarse = random.integers(-70, 70, (height // 6, (width + frames * drift) // 6 + 2, 1))
    ground = np.clip(tone + coarse, 0, 255).repeat(6, axis=0).repeat(6, axis=1).astype(np.uint8)
    return np.stack([ground[:height, drift * t : drift * t + width] for t in range(frames)])


def blocks(video: np.ndarray, size: int = 16):
    """The video in blocks of `size` frames."""
    for start in range(0, len(video), size):
        yield video[start : start + size]
