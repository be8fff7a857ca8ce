"""Histograms of directions around points, by integral images: HOG, HOF and MBH of one frame at one scale."""

import cv2
import numpy as np

from i2v_core.media.idt_lite.settings import PATCH_PX

DIRECTIONS = 8
SMALLEST_FLOW_PX = 0.4  # shorter flow counts, as one, in a ninth bin of HOF
OFFSET = 0.05  # added to each cell's bins, so that a plain patch has a histogram too
BINS = {"hog": DIRECTIONS, "hof": DIRECTIONS + 1, "mbh_x": DIRECTIONS, "mbh_y": DIRECTIONS}
CELLS = 4  # 2 x 2
WIDTH = CELLS * sum(BINS.values())


def integral(gray: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """Sums of the bins of all four kinds over what lies above and left: (h, w), (h, w, 2) -> (h + 1, w + 1, 33).

    HOG has the gradient of the image, HOF the flow, MBH the gradient of the flow's x and of its y. The gradient is the
    difference of the two neighbours. float64, so that differences of sums stay exact enough.
    """
    planes = np.concatenate(
        [
            directions(*_gradient(gray)),
            directions(flow[..., 0], flow[..., 1], smallest=SMALLEST_FLOW_PX),
            directions(*_gradient(flow[..., 0])),
            directions(*_gradient(flow[..., 1])),
        ],
        axis=2,
    )
    return cv2.integral(planes, sdepth=cv2.CV_64F)


def directions(x: np.ndarray, y: np.ndarray, *, smallest: float | None = None) -> np.ndarray:
    """Length of each vector in 8 bins of its direction, shared by the two nearest: (h, w) twice -> (h, w, 8) float32.

    Bin i is for direction i 45 degrees. smallest: vectors up to that length are 1 in a ninth bin instead.
    """
    length = np.hypot(x, y).ravel()
    place = np.arctan2(y, x).ravel() % (2 * np.pi) * (DIRECTIONS / (2 * np.pi))
    low = place.astype(np.int64)
    upper = (place - low) * length
    lower = length - upper
    rows = np.arange(length.size)
    planes = np.zeros((length.size, DIRECTIONS + (smallest is not None)), np.float32)
    if smallest is not None:
        is_small = length <= smallest
        planes[is_small, DIRECTIONS] = 1
        lower[is_small] = upper[is_small] = 0
    planes[rows, low % DIRECTIONS] = lower
    planes[rows, (low + 1) % DIRECTIONS] = upper
    return planes.reshape(*x.shape, -1)


def around(points: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """The four histograms of the 32 x 32 px around each point, side by side: (n, 2) of x, y -> (n, 132) float32.

    A patch that would leave the image is moved inside. Each kind has 2 x 2 cells, the column of cells slower than the
    row, the bins fastest; all its bins are divided by their sum, and the roots are taken, so that its length is 1.
    """
    bounds = np.array([sums.shape[1] - 1, sums.shape[0] - 1]) - PATCH_PX
    corners = np.clip(np.rint(points).astype(np.int64) - PATCH_PX // 2, 0, bounds)
    edges = np.arange(0, PATCH_PX + 1, PATCH_PX // 2)
    x, y = corners[:, :1] + edges, corners[:, 1:] + edges
    cells = np.diff(np.diff(sums[y[:, None, :], x[:, :, None]], axis=1), axis=2)  # (n, 2 of x, 2 of y, 33)
    kinds, start = [], 0
    for bins in BINS.values():
        kind = np.maximum(cells[..., start : start + bins], 0).reshape(len(points), CELLS * bins) + OFFSET
        kinds.append(np.sqrt(kind / kind.sum(axis=1, keepdims=True)))
        start += bins
    return np.concatenate(kinds, axis=1).astype(np.float32)


def _gradient(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return cv2.Sobel(image, cv2.CV_32F, 1, 0, ksize=1), cv2.Sobel(image, cv2.CV_32F, 0, 1, ksize=1)
