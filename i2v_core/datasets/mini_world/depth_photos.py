"""Photos with their true inverse depth, of the actions that no benchmark has."""

from dataclasses import replace

import cv2

from i2v_core import seeding
from i2v_core.datasets.mini_world import photos
from i2v_core.datasets.mini_world.classes import PRETRAINING_CLASSES
from i2v_core.datasets.mini_world.settings import Settings


def depth_photo(part: str, number: int, *, seed: int, short_side_px: int, is_square: bool) -> tuple:
    """The photo `number` of `part`: uint8 RGB (h, w, 3), inverse depth float32 (h, w) stretched to 0 (farthest) .. 1.

    Rendered as the mini world's data sets are, with the shipped settings, and shrunk to `short_side_px`; the actions
    take turns. is_square: sides alike, so that photos fit into one batch.
    """
    actions = list(PRETRAINING_CLASSES.values())
    rng, settings = seeding.generator(seed, "depth_photos", part, number), Settings()
    if is_square:
        side = int(rng.integers(settings.photo_side_min_px, settings.photo_side_max_px + 1))
        settings = replace(settings, photo_side_min_px=side, photo_side_max_px=side)
    picture, depth = photos.render_photo(actions[number % len(actions)], rng, settings)
    height, width = depth.shape
    scale = short_side_px / min(height, width)
    size = (round(width * scale), round(height * scale))
    inverse = cv2.resize(1 / depth, size, interpolation=cv2.INTER_AREA)
    low, high = inverse.min(), inverse.max()
    return cv2.resize(picture, size, interpolation=cv2.INTER_AREA), (inverse - low) / (high - low)
