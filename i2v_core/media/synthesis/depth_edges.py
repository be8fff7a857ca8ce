"""Sharp edges in a depth map: networks smear them, and a smeared edge tears into points when the camera moves."""

import numpy as np

WINDOW, HALF = 5, 2


def sharpened(depth: np.ndarray, *, iterations: int = 2, disparity_step: float = 0.04) -> np.ndarray:
    """Depth with each pixel near an edge replaced by the median of its surroundings off the edge.

    depth float32 (h, w), positive -> float32 (h, w). An iteration: (1) a pixel off the border is an edge if its
    disparity 1/depth differs by more than `disparity_step` from one of its four neighbours; (2) the border of the depth
    and of the edges takes the values one pixel inside; (3) a pixel whose 5x5 window, edge-padded, holds an edge becomes
    the upper median of the depths in the window that are not edges; it stays if there are none. The filter of 3D photo
    inpainting, as Depthstillation uses it, to the bit.
    Raises ValueError unless h, w >= 3.
    """
    if depth.ndim != 2 or min(depth.shape) < 3:
        raise ValueError(f"depth of shape {depth.shape} found, (h, w) with at least 3 pixels a side wanted")
    depth = depth.astype(np.float32)
    for _ in range(iterations):
        depth = _iteration(depth, disparity_step)
    return depth


def _iteration(depth: np.ndarray, disparity_step: float) -> np.ndarray:
    edges = np.pad(edge_mask(depth, disparity_step)[1:-1, 1:-1], 1 + HALF, mode="edge")
    padded = np.pad(depth[1:-1, 1:-1], 1 + HALF, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view
    counts = windows(edges, (WINDOW, WINDOW)).sum(axis=(2, 3), dtype=np.int32)
    near = (counts > 0) & (counts < WINDOW**2)
    values = np.where(edges, np.float32(np.inf), padded)
    around = np.sort(windows(values, (WINDOW, WINDOW))[near].reshape(-1, WINDOW**2), axis=1)
    out = padded[HALF:-HALF, HALF:-HALF].copy()
    out[near] = np.take_along_axis(around, _RANKS[WINDOW**2 - counts[near]][:, None], axis=1)[:, 0]
    return out


def edge_mask(depth: np.ndarray, disparity_step: float = 0.04) -> np.ndarray:
    """Where the disparity steps by more than `disparity_step` to a neighbour -> bool (h, w), False on the border."""
    disparity = 1 / depth
    down = np.abs(np.diff(disparity, axis=0)) > disparity_step
    right = np.abs(np.diff(disparity, axis=1)) > disparity_step
    mask = np.zeros(depth.shape, bool)
    mask[1:-1, 1:-1] = down[1:, 1:-1] | down[:-1, 1:-1] | right[1:-1, 1:] | right[1:-1, :-1]
    return mask


def _median_ranks() -> np.ndarray:
    """Rank of the upper median among n values, n = 0..25: the first at which the sum of weights 1/n exceeds a half.

    The reference adds float32 weights, so that for an even n rounding decides on which side of the tie it falls.
    """
    ranks = np.zeros(WINDOW**2 + 1, np.intp)
    for count in range(1, WINDOW**2 + 1):
        weights = np.full(count, np.float32(1) / np.float32(count))
        ranks[count] = np.argmax(np.cumsum(weights, dtype=np.float32) > 0.5)
    return ranks


_RANKS = _median_ranks()
