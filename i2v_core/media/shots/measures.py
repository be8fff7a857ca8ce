"""What is kept of each frame of a video: how dark, blurred and uniform, how far from its neighbours, what it shows."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np

LONG_SIDE_PX = 160
GREY_BINS, FULLEST = 128, 6
COLOUR_BINS, GRADIENT_BINS = 128, 8
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of R, G, B
REACH = cv2.getStructuringElement(cv2.MORPH_CROSS, (11, 11))  # how far an edge may move and still be the same


@dataclass(frozen=True)
class Measures:
    """One number per frame (n,) float64, and descriptors float32 (n, 2000).

    dark: mean luminance in 0..1. blurred: mean gradient of grey in 0..1. uniform: share of the grey histogram in its
    six fullest bins. cut: difference to both neighbours. edges: share of edges that go or come.
    """

    dark: np.ndarray
    blurred: np.ndarray
    uniform: np.ndarray
    cut: np.ndarray
    edges: np.ndarray
    descriptors: np.ndarray


def measured(blocks: Iterable[np.ndarray], *, compat: bool = False) -> Measures:
    """Measures of a video's frames, uint8 RGB (t, h, w, 3) in blocks; one small frame is kept at a time.

    cut_i = (|f_i - f_(i-1)| + |f_i - f_(i+1)|) / (2 W H), Euclidean norms over all values 0..255 of the small frames
    edges_i = max(share of the edges of frame i - 1 that are not near one of i, and of i not near one of i - 1)
    compat: differences below 0 count as 0, as of unsigned bytes, and both shares are over the edges of i - 1.
    Choice: small videos are enlarged to the long side of 160 px, as `cut` depends on the size; an end of the video has
    one neighbour, which counts twice. Raises ValueError for a video without a frame.
    """
    numbers, steps, descriptors, before = [], [], [], None
    for block in blocks:
        for picture in block:
            small = resized(picture)
            grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (3, 3), 0)
            outlines = _outlines(grey)
            edges = 0.0 if before is None else _edges_changed(before[1], outlines, compat=compat)
            if before is not None:
                steps.append(_difference(before[0], small, compat=compat))
            numbers.append((_luminance(small), _gradient(grey), _uniform(grey), edges))
            descriptors.append(descriptor(small, grey))
            before = small, outlines
    if before is None:
        raise ValueError("shots: a video without a frame found, one or more wanted; decode it again")
    dark, blurred, uniform, edges = np.array(numbers, np.float64).T
    height, width = before[0].shape[:2]
    return Measures(dark, blurred, uniform, _cut(steps, height * width), edges, np.stack(descriptors))


def resized(picture: np.ndarray) -> np.ndarray:
    """A frame with a long side of 160 px, ratio kept."""
    height, width = picture.shape[:2]
    scale = LONG_SIDE_PX / max(height, width)
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    method = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return picture if size == (width, height) else cv2.resize(picture, size, interpolation=method)


def descriptor(small: np.ndarray, grey: np.ndarray) -> np.ndarray:
    """Histograms of the whole frame and its four quarters: 128 bins each of H, S and V, 8 of the orientation and 8 of
    the magnitude of Scharr gradients; each histogram has length 1 -> float32 (2000,).
    """
    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV_FULL)
    dx, dy = (cv2.Scharr(grey, cv2.CV_32F, *order) / (255 * 16) for order in ((1, 0), (0, 1)))
    magnitude, angle = cv2.cartToPolar(dx, dy)
    halves = [[slice(0, side // 2), slice(side // 2, side)] for side in grey.shape]
    quarters = [(rows, columns) for rows in halves[0] for columns in halves[1]]
    parts = []
    for rows, columns in [(slice(None), slice(None)), *quarters]:
        patch = hsv[rows, columns]
        parts += [_histogram(patch, channel, COLOUR_BINS, 256) for channel in range(3)]
        parts.append(_histogram(angle[rows, columns], 0, GRADIENT_BINS, 2 * np.pi + 1e-3))
        parts.append(_histogram(magnitude[rows, columns], 0, GRADIENT_BINS, 2**0.5 + 1e-3))
    return np.concatenate(parts)


def _histogram(values: np.ndarray, channel: int, bins: int, top: float) -> np.ndarray:
    counts = cv2.calcHist([np.ascontiguousarray(values)], [channel], None, [bins], [0, top]).ravel()
    return counts / max(float(np.linalg.norm(counts)), 1e-12)


def _luminance(small: np.ndarray) -> float:
    return float(small.reshape(-1, 3).mean(axis=0) @ LUMINANCE / 255)


def _gradient(grey: np.ndarray) -> float:
    scaled = grey.astype(np.float32) / 255
    dx, dy = (cv2.Sobel(scaled, cv2.CV_32F, *order, ksize=3) for order in ((1, 0), (0, 1)))
    return float(cv2.magnitude(dx, dy).mean())


def _uniform(grey: np.ndarray) -> float:
    counts = _histogram(grey, 0, GREY_BINS, 256)
    return float(np.sort(counts)[-FULLEST:].sum() / counts.sum())


def _difference(before: np.ndarray, now: np.ndarray, *, compat: bool) -> float:
    change = cv2.subtract(now, before) if compat else cv2.absdiff(now, before)
    return float(np.linalg.norm(change.astype(np.float64)))


def _cut(steps: list[float], area: int) -> np.ndarray:
    if not steps:
        return np.zeros(1)
    padded = np.array([steps[0], *steps, steps[-1]])
    return (padded[:-1] + padded[1:]) / (2 * area)


def _outlines(grey: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Edges (Canny between Otsu's threshold and 1.2 times it), and all that is near one."""
    threshold, _ = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    edges = cv2.Canny(grey, threshold, 1.2 * threshold)
    return edges > 0, cv2.dilate(edges, REACH) > 0


def _edges_changed(before: tuple, now: tuple, *, compat: bool) -> float:
    gone, come = (before[0] & ~now[1]).sum(), (now[0] & ~before[1]).sum()
    count_before, count_now = before[0].sum(), now[0].sum()
    out = gone / count_before if count_before else 0.0
    over = count_before if compat else count_now
    return float(max(out, come / over if over else 0.0))
