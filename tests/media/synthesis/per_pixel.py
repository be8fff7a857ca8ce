"""What view synthesis computes, written from its definitions pixel by pixel: slow, for tests and benchmarks."""

import numpy as np


def sharpened(depth: np.ndarray, *, iterations: int = 2, disparity_step: float = 0.04) -> np.ndarray:
    """As `depth_edges.sharpened`: the weighted median with float32 weights, summed one by one."""
    height, width = depth.shape
    for _ in range(iterations):
        disparity = 1 / depth
        edges = np.zeros(depth.shape, bool)
        for row in range(1, height - 1):
            for column in range(1, width - 1):
                here = disparity[row, column]
                around = ((row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1))
                edges[row, column] = any(abs(here - disparity[place]) > disparity_step for place in around)
        depth, edges = np.pad(depth[1:-1, 1:-1], 1, mode="edge"), np.pad(edges[1:-1, 1:-1], 1, mode="edge")
        padded, padded_edges = np.pad(depth, 2, mode="edge"), np.pad(edges, 2, mode="edge")
        out = depth.copy()
        for row in range(height):
            for column in range(width):
                near = padded_edges[row : row + 5, column : column + 5].ravel()
                if near.any() and not near.all():
                    weights = (~near).astype(np.float32)
                    weights /= weights.sum()
                    values = padded[row : row + 5, column : column + 5].ravel()
                    order = np.argsort(values)
                    out[row, column] = values[order][np.digitize(0.5, np.cumsum(weights[order]))]
        depth = out
    return depth


def owners(x: np.ndarray, y: np.ndarray, depth: np.ndarray, pose: np.ndarray, intrinsics: np.ndarray) -> np.ndarray:
    """As `warp.landing(...).owner` without supersampling: equation 1 for one point after the other, in scan order."""
    height, width = depth.shape
    owner, nearest, gap = (np.full(depth.shape, fill) for fill in (-1, np.inf, np.inf))
    inverse = np.linalg.inv(intrinsics)
    for row in range(height):
        for column in range(width):
            point = depth[row, column] * (inverse @ [x[row, column], y[row, column], 1])
            u, v, z = intrinsics @ (pose[:3, :3] @ point + pose[:3, 3])
            if z <= 0:
                continue
            left, top = int(np.floor(u / z + 0.5)), int(np.floor(v / z + 0.5))
            if not (0 <= left < width and 0 <= top < height):
                continue
            off = (u / z - left) ** 2 + (v / z - top) ** 2
            if (z, off) < (nearest[top, left], gap[top, left]):
                owner[top, left], nearest[top, left], gap[top, left] = row * width + column, z, off
    return owner
