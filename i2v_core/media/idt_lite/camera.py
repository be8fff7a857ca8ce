"""Motion of the camera between two frames, a homography, and the second frame seen without it (IDT, section 3.1).

Deviation: the key points are SIFT's; IDT's SURF is not in OpenCV's builds, for reasons of patents. Deviation: there is
no detector of humans, whose boxes keep matches on people out of the homography; it is an option in IDT too.
"""

from typing import NamedTuple

import cv2
import numpy as np

CORNERS, CORNER_QUALITY, CORNER_DISTANCE_PX = 1000, 0.001, 3
WINDOW_PX = 25  # key points further apart in x or y do not match
RANSAC_PX = 1.0
FEWEST_PAIRS, FEWEST_INLIERS = 50, 25  # both must be exceeded; else the camera stands still
MARGIN_PX = 5


class KeyPoints(NamedTuple):
    """Places (n, 2) and SIFT descriptors (n, 128), float32."""

    places: np.ndarray
    descriptors: np.ndarray


def key_points(gray: np.ndarray, *, most: int) -> KeyPoints:
    """SIFT key points of an image; those of the highest contrast where there are more than `most`."""
    found, descriptors = cv2.SIFT_create(nfeatures=most).detectAndCompute(gray, None)
    if not found:
        return KeyPoints(np.empty((0, 2), np.float32), np.empty((0, 128), np.float32))
    return KeyPoints(np.array([point.pt for point in found], np.float32), descriptors.astype(np.float32))


def homography(first: np.ndarray, flow: np.ndarray, points: KeyPoints, points_second: KeyPoints) -> np.ndarray:
    """H (3, 3) float64, which takes places of the background in the first frame to the second; the identity if unsure.

    first: gray (h, w). flow: to the second, (h, w, 2). points: of either frame.
    Pairs are the key points of the second frame with the nearest of the first in descriptor, and corners of the first
    with where the flow takes them; RANSAC to 1 px. Unsure: 50 pairs or fewer, 25 inliers or fewer.
    """
    matched = _matches(points, points_second)
    followed = _followed(first, flow)
    before, after = (np.concatenate(sides) for sides in zip(matched, followed, strict=True))
    if len(before) > FEWEST_PAIRS:
        found, is_inlier = cv2.findHomography(before, after, cv2.RANSAC, RANSAC_PX)
        if found is not None and is_inlier.sum() > FEWEST_INLIERS:
            return found
    return np.eye(3)


def stabilised(first: np.ndarray, second: np.ndarray, homography: np.ndarray) -> np.ndarray:
    """The second frame as the camera of the first would see it: gray images (h, w) -> (h, w).

    Where that lies outside the second frame, or within 5 px of its edge, stands the first: no motion there.
    """
    height, width = first.shape
    options = cv2.WARP_INVERSE_MAP
    seen = cv2.warpPerspective(second, homography, (width, height), flags=cv2.INTER_LINEAR | options)
    inner = np.zeros_like(first)
    inner[MARGIN_PX + 1 : -MARGIN_PX - 1, MARGIN_PX + 1 : -MARGIN_PX - 1] = 1
    is_inside = cv2.warpPerspective(inner, homography, (width, height), flags=cv2.INTER_NEAREST | options)
    return np.where(is_inside > 0, seen, first)


def _matches(first: KeyPoints, second: KeyPoints) -> tuple[np.ndarray, np.ndarray]:
    """Places (m, 2) in the first and in the second frame: each key point of the second with its nearest in a window."""
    if len(first.places) == 0 or len(second.places) == 0:
        return np.empty((0, 2), np.float32), np.empty((0, 2), np.float32)
    apart = (np.abs(there[:, None] - here) for there, here in zip(second.places.T, first.places.T, strict=True))
    is_near = np.logical_and(*(axis < WINDOW_PX for axis in apart))
    # The squared distance less |d|^2 of the second's descriptor, which is the same for all of the first.
    distances = (first.descriptors**2).sum(axis=1) - 2 * second.descriptors @ first.descriptors.T
    nearest = np.where(is_near, distances, np.inf).argmin(axis=1)
    has_match = is_near.any(axis=1)
    return first.places[nearest[has_match]], second.places[has_match]


def _followed(first: np.ndarray, flow: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners (m, 2) of the first frame, and where the flow takes them."""
    corners = cv2.goodFeaturesToTrack(first, CORNERS, CORNER_QUALITY, CORNER_DISTANCE_PX)
    if corners is None:
        return np.empty((0, 2), np.float32), np.empty((0, 2), np.float32)
    places = corners.reshape(-1, 2)
    x, y = np.rint(places).astype(int).T
    return places, places + flow[y, x]
