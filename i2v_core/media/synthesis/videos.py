"""Videos from photos: a virtual camera moves through the photo lifted to its depth (CFB section 3.1, Depthstillation).

1. Inverse depth becomes depth (`camera`), its edges are sharpened once (`depth_edges`).
2. A random motion is drawn (`camera`).
3. Each view is a forward warp of the view before it or of the photo (`warp`); what nothing landed on is filled
   (`filling`).

Choice: the photo itself is the first of the frames; the paper does not say whether it counts as one of the 16.
Choice: the depth of a view is that of the points in it, where a depth network could be run again on each frame.
Choice: in a chain every pixel keeps the exact place at which its point landed. Rounded at each step, a background that
moves less than half a pixel a frame would stand still for ever. The price is more cracks, see `Motion.supersampling`; a
pixel that closes a crack takes the place in it that is nearest to its point.
"""

from dataclasses import dataclass

import numpy as np

from i2v_core import seeding
from i2v_core.media.synthesis import camera, depth_edges, filling, warp


@dataclass(frozen=True)
class Generated:
    """A video: frames uint8 RGB (t, h, w, 3), frame 0 the photo; real bool (t, h, w), True where a pixel's colour is
    one of the photo's, by warps alone; poses float32 (t, 4, 4), the moves x' = R x + t from the first camera to each.
    """

    frames: np.ndarray
    real: np.ndarray
    poses: np.ndarray


@dataclass(frozen=True)
class View:
    """A picture uint8 (h, w, 3), real bool (h, w); of each pixel's point x, y (px) and depth, float64 (h, w)."""

    image: np.ndarray
    real: np.ndarray
    x: np.ndarray
    y: np.ndarray
    depth: np.ndarray


def generate(
    image: np.ndarray, inverse_depth: np.ndarray, preset: str, *, frames: int = 16, seed: int = 0, **settings: object
) -> Generated:
    """A video of a photo uint8 (h, w, 3) and its inverse depth float32 (h, w) in [0, 1], 1 = nearest.

    preset: a name of `camera.PRESETS`; settings: fields of `camera.Motion` that replace the preset's. The same seed
    gives the same video.
    Raises ValueError for wrong shapes, types, presets or settings.
    """
    motion = camera.motion(preset, **settings)
    _check(image, inverse_depth, frames)
    steps = camera.random_steps(motion, frames - 1, seeding.generator(seed, "camera"))
    poses = camera.cumulative(steps)
    depth = depth_edges.sharpened(camera.depth_from_inverse(inverse_depth)).astype(np.float64)
    matrix = camera.intrinsics(*depth.shape, has_square_pixels=motion.has_square_pixels)
    view = photo = View(image, np.ones(depth.shape, bool), *warp.grid(*depth.shape), depth)
    views = [photo]
    for step, pose in zip(steps, poses[1:], strict=True):
        if motion.is_chained:
            view = moved(view, warp.projection(step, matrix), motion)
        else:
            view = moved(photo, warp.projection(pose, matrix), motion)
        views.append(view)
    pictures, real = np.stack([view.image for view in views]), np.stack([view.real for view in views])
    return Generated(pictures, real, poses.astype(np.float32))


def moved(view: View, projection: tuple[np.ndarray, np.ndarray], motion: camera.Motion) -> View:
    """The view after a move of the camera; projection: from `warp.projection`."""
    landing = warp.landing(view.x, view.y, view.depth, projection, motion.supersampling)
    holes, empty = filling.holes(landing, motion.ring), landing.owner < 0
    image = filling.filled(view.image.reshape(-1, 3)[landing.owner], holes, motion.fill)
    real = view.real.ravel()[landing.owner] & ~holes
    if not motion.is_chained:
        return View(image, real, view.x, view.y, view.depth)
    x, y, depth = (array.ravel()[landing.owner] for array in warp.project(view.x, view.y, view.depth, *projection))
    across, down = warp.grid(*empty.shape)
    x, y = (np.where(empty, at, np.clip(place, at - 0.5, at + 0.5)) for at, place in ((across, x), (down, y)))
    return View(image, real, x, y, filling.filled_depth(depth, empty))


def _check(image: np.ndarray, inverse_depth: np.ndarray, frames: int) -> None:
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"image {image.dtype} {image.shape} found, uint8 (h, w, 3) wanted")
    if inverse_depth.shape != image.shape[:2]:
        raise ValueError(f"inverse depth {inverse_depth.shape} found, the image's {image.shape[:2]} wanted")
    low, high = float(inverse_depth.min()), float(inverse_depth.max())
    if not 0 <= low <= high <= 1:  # also not a number
        raise ValueError(f"inverse depth in {low:.4g}..{high:.4g} found, 0..1 wanted; 1 is the nearest point")
    if frames < 1:
        raise ValueError(f"{frames} frames asked for, at least 1 wanted")
