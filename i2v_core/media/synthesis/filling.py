"""Holes of a new view: which pixels the photo does not show, and what is put there."""

import cv2
import numpy as np

from i2v_core.media.synthesis.warp import Landing

FILLS = ("telea", "nearest")
RINGS = ("none", "collisions", "depth_jumps")
TELEA_RADIUS_PX = 3


def holes(landing: Landing, ring: str) -> np.ndarray:
    """Pixels to be filled -> bool (h, w): nothing landed there, or they lie in the ring around a collision.

    ring: "collisions": the pixels that a 3x3 dilation adds to those where two or more points landed, as the released
    code of Depthstillation does; it removes foreground that bleeds into the background, and costs much of the picture
    wherever a surface shrinks. "depth_jumps": the same around collisions where one surface hides another. "none".
    Raises ValueError for another ring.
    """
    if ring not in RINGS:
        raise ValueError(f"ring {ring!r} found, one of {list(RINGS)} wanted")
    empty = landing.owner < 0
    if ring == "none":
        return empty
    core = (landing.has_collision if ring == "collisions" else landing.has_jump).astype(np.uint8)
    return empty | (cv2.dilate(core, np.ones((3, 3), np.uint8)) > core)


def filled(image: np.ndarray, holes: np.ndarray, method: str) -> np.ndarray:
    """The image uint8 (h, w, 3) with its holes bool (h, w) filled; other pixels stay to the byte.

    method: "telea" continues the surroundings into the hole (Telea 2004, radius 3 px), "nearest" copies the nearest
    pixel. Raises ValueError for another method, or if every pixel is a hole.
    """
    if method not in FILLS:
        raise ValueError(f"fill {method!r} found, one of {list(FILLS)} wanted")
    if holes.all():
        raise ValueError("nothing of the photo is in view; lower the camera's translation or angle_deg")
    if not holes.any():
        return image
    mask = holes.astype(np.uint8)
    if method == "telea":
        blank = np.where(holes[..., None], np.uint8(0), image)  # OpenCV reads holes on the border of the image
        return cv2.inpaint(blank, mask, TELEA_RADIUS_PX, cv2.INPAINT_TELEA)
    labels = cv2.distanceTransformWithLabels(mask, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)[1]
    colours = np.zeros((labels.max() + 1, 3), np.uint8)
    colours[labels[~holes]] = image[~holes]
    return colours[labels]


def filled_depth(depth: np.ndarray, holes: np.ndarray) -> np.ndarray:
    """The depth (h, w) with its holes bool (h, w) filled by the far neighbour.

    That is the farthest of the first known pixels to the left, right, above and below: what comes into view from
    behind an object belongs to the background. Choice: the paper does not say what depth a filled pixel has.
    Raises ValueError if every pixel is a hole.
    """
    if holes.all():
        raise ValueError("no depth is known in the view; lower the camera's translation or angle_deg")
    depth = np.where(holes, -np.inf, depth)
    for _ in range(2):  # a pixel with neither its row nor its column known waits for one of them
        found = [_first_known(depth, holes, axis, flip) for axis in (0, 1) for flip in (False, True)]
        depth = np.where(holes, np.maximum.reduce(found), depth)
        holes = np.isneginf(depth)
    return depth


def _first_known(depth: np.ndarray, holes: np.ndarray, axis: int, flip: bool) -> np.ndarray:
    """At each pixel the depth of the last known pixel before it along the axis, -inf where there is none."""
    if flip:
        depth, holes = np.flip(depth, axis), np.flip(holes, axis)
    order = np.expand_dims(np.arange(depth.shape[axis]), 1 - axis)
    last = np.maximum.accumulate(np.where(holes, 0, order), axis=axis)
    taken = np.take_along_axis(depth, last, axis=axis)
    return np.flip(taken, axis) if flip else taken
