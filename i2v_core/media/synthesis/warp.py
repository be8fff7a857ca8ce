"""Forward warp: the points of a picture land in a new view, and the nearest of those that land on a pixel owns it."""

from typing import NamedTuple

import numpy as np
from numba import njit

# Points of one surface this close in disparity share a pixel's depth; the one that lands nearest its centre owns it.
SURFACE_DISPARITY = 0.01
JUMP_DISPARITY = 0.04


class Landing(NamedTuple):
    """What landed on each pixel of the new view, all (h, w).

    owner int32: the raster index of the pixel that is seen, -1 for none. has_collision: two or more points landed.
    has_jump: points landed whose disparities differ by more than 0.04, so that one hides the other.
    """

    owner: np.ndarray
    has_collision: np.ndarray
    has_jump: np.ndarray


def projection(pose: np.ndarray, intrinsics: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A = M R M^-1 (3, 3) and b = M t (3,), float64, of a move x' = R x + t and intrinsics M.

    A pixel p = (x, y, 1) at depth D then goes to D A p + b = z' (x', y', 1): equation 1 of the paper, with one product
    per pixel. In float64, so that no move at all leaves pixels where they are.
    """
    pose, intrinsics = pose.astype(np.float64), intrinsics.astype(np.float64)
    return intrinsics @ pose[:3, :3] @ np.linalg.inv(intrinsics), intrinsics @ pose[:3, 3]


def grid(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions x and y of the pixels, float64 (h, w) each."""
    y, x = np.mgrid[:height, :width].astype(np.float64)
    return x, y


def project(
    x: np.ndarray, y: np.ndarray, depth: np.ndarray, matrix: np.ndarray, shift: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """New positions x', y' in pixels and new depths z' of pixels at (x, y), all (h, w); z' <= 0 is behind the camera.

    matrix, shift: from `projection`. Deviation: the released code divides by z' + 1e-7, which moves pixels at rest.
    """
    across, down, along = (depth * (a * x + b * y + c) + d for (a, b, c), d in zip(matrix, shift, strict=True))
    with np.errstate(divide="ignore", invalid="ignore"):
        return across / along, down / along, along


def landing(
    x: np.ndarray, y: np.ndarray, depth: np.ndarray, projection: tuple[np.ndarray, np.ndarray], supersampling: int = 1
) -> Landing:
    """The new view of pixels at positions (x, y) and depths `depth`, float64 (h, w) each.

    Positions are rounded; points outside the view or behind the camera are dropped; the nearest owns a pixel. At equal
    depth the point that lands nearest the pixel's centre does, then the first in raster order.
    With `supersampling` 2 a pixel is four points, a quarter of a pixel off its centre with its depth and colour, which
    closes the cracks of a surface that comes nearer. There, points within 0.01 of disparity count as equally deep:
    else the nearer side of a slant would grow.

    Deviations from the released code, whose errors add up over a video: it cuts positions to integers instead of
    rounding, moves points outside the view onto its border, knows no behind, and stores a depth that lost.
    """
    offsets = (np.arange(supersampling) + 0.5) / supersampling - 0.5
    tolerance = 0.0 if supersampling == 1 else SURFACE_DISPARITY
    arrays = (np.ascontiguousarray(array, np.float64) for array in (x, y, depth, *projection))
    owner, counts, nearest, farthest = _land(*arrays, offsets, tolerance)
    with np.errstate(divide="ignore"):
        has_jump = (counts > 1) & (1 / nearest - 1 / farthest > JUMP_DISPARITY)
    return Landing(owner, counts > 1, has_jump)


@njit(cache=True)
def _land(x, y, depth, matrix, shift, offsets, tolerance):
    """Two passes over the points: nearest depth per pixel, then its owner among the points of that depth."""
    height, width = depth.shape
    per_pixel = offsets.size * offsets.size
    places = np.full(height * width * per_pixel, -1, np.int32)
    depths, gaps = np.empty(places.size), np.empty(places.size)
    nearest, farthest = np.full(height * width, np.inf), np.zeros(height * width)
    counts = np.zeros(height * width, np.int32)
    for row in range(height):
        for column in range(width):
            for part in range(per_pixel):
                px = x[row, column] + offsets[part % offsets.size]
                py = y[row, column] + offsets[part // offsets.size]
                far = depth[row, column]
                z = far * (matrix[2, 0] * px + matrix[2, 1] * py + matrix[2, 2]) + shift[2]
                if not z > 0:
                    continue
                u = (far * (matrix[0, 0] * px + matrix[0, 1] * py + matrix[0, 2]) + shift[0]) / z
                v = (far * (matrix[1, 0] * px + matrix[1, 1] * py + matrix[1, 2]) + shift[1]) / z
                left, top = np.floor(u + 0.5), np.floor(v + 0.5)
                if left < 0 or left >= width or top < 0 or top >= height:
                    continue
                place = int(top) * width + int(left)
                point = (row * width + column) * per_pixel + part
                places[point], depths[point] = place, z
                gaps[point] = (u - left) ** 2 + (v - top) ** 2
                counts[place] += 1
                nearest[place], farthest[place] = min(nearest[place], z), max(farthest[place], z)
    owner = np.full(height * width, -1, np.int32)
    best = np.full(height * width, np.inf)
    for point in range(places.size):
        place = places[point]
        if place < 0 or gaps[point] >= best[place]:
            continue
        if depths[point] <= nearest[place] or 1 / nearest[place] - 1 / depths[point] <= tolerance:
            best[place], owner[place] = gaps[point], point // per_pixel
    shape = (height, width)
    return owner.reshape(shape), counts.reshape(shape), nearest.reshape(shape), farthest.reshape(shape)
