"""idt_lite: dense trajectories without the camera's motion, and their descriptors, on OpenCV and NumPy.

After Wang and Schmid 2013 (improved dense trajectories, IDT), which DIVAFN takes its first video feature from. It is
not IDT, and numbers made with it are not to be reported as IDT: the authors' binary needs an OpenCV of its time and is
under the GPL, so this is written anew from the papers and from its published constants. `original` reads the files of
that binary, where one has them.

The same: 8 scales of factor sqrt(2), grid of 5 px, tracks of 15 steps, Farneback flow with its settings, homography by
RANSAC of 1 px, flow without the camera from the second frame turned back, tests of tracks, 2 x 2 x 3 cells,
426 numbers a track: trajectory 30, HOG 96, HOF 108, MBHx 96, MBHy 96.
Deviation: SIFT instead of SURF key points. Deviation: OpenCV's Farneback flow at each scale, started from the coarser
one's; the binary has a changed copy that makes the polynomials of all scales from the whole image.
Choice: the trajectory part is the motion without the camera, divided by its length, as the release prints it.
"""

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np

from i2v_core.media.idt_lite import camera, flow, histograms
from i2v_core.media.idt_lite.settings import CELLS_IN_TIME, Settings
from i2v_core.media.idt_lite.tracks import Tracks

KINDS = {kind: histograms.CELLS * CELLS_IN_TIME * bins for kind, bins in histograms.BINS.items()}


class Trajectories(NamedTuple):
    """Finished tracks: last_frame (n,) int64, centres (n, 2) px of the video, scales (n,) px of the video in a px of
    the track's scale, descriptors (n, 426) float32; see `parts`.
    """

    last_frame: np.ndarray
    centres: np.ndarray
    scales: np.ndarray
    descriptors: np.ndarray


def parts(track_length: int = 15) -> dict[str, slice]:
    """Columns of each kind of descriptor: trajectory, hog, hof, mbh_x, mbh_y."""
    columns, start = {}, 0
    for kind, width in {"trajectory": 2 * track_length, **KINDS}.items():
        columns[kind] = slice(start, start + width)
        start += width
    return columns


def describe(frames: np.ndarray, settings: Settings | None = None) -> Trajectories:
    """The trajectories of a video: uint8 RGB (t, h, w, 3) or gray (t, h, w), sides of at least 32 px.

    settings: None for the defaults. A video of `track_length` frames or fewer, or without motion, has none (n = 0).
    Rows are in order of the last frame, then of scale. Equal frames give equal numbers.
    Raises ValueError for frames of another type or shape, and smaller ones.
    """
    settings = settings or Settings()
    is_rgb = frames.ndim == 4 and frames.shape[3] == 3
    if frames.dtype != np.uint8 or not (is_rgb or frames.ndim == 3) or len(frames) == 0:
        raise ValueError(
            f"idt_lite: {frames.dtype} {frames.shape} found, uint8 (t, h, w) or (t, h, w, 3) wanted; decode it so"
        )
    sizes = flow.sizes(*frames.shape[1:3], scales=settings.scales)
    tracks = [Tracks(settings, factor=flow.STEP**scale) for scale in range(len(sizes))]
    found = []
    for number, (images, flows, motions) in enumerate(_pairs(frames, sizes, settings), start=1):
        for track, image, moved, motion in zip(tracks, images, flows, motions, strict=True):
            track.start(image)
            finished = track.advance(moved, motion, histograms.integral(image, motion))
            rows = len(finished.centres)
            found.append((np.full(rows, number), finished.centres, np.full(rows, track.factor), finished.descriptors))
    if not found:
        width = 2 * settings.track_length + sum(KINDS.values())
        empty = (np.empty((0, 2), np.float32), np.empty(0), np.empty((0, width), np.float32))
        return Trajectories(np.empty(0, np.int64), *empty)
    return Trajectories(*(np.concatenate(column) for column in zip(*found, strict=True)))


def _pairs(frames: np.ndarray, sizes: list[tuple[int, int]], settings: Settings) -> Iterator[tuple[list, list, list]]:
    """For each two neighbouring frames, at all scales: images of the first, flow, and flow without the camera's."""
    first = points = None
    for frame in frames:
        gray = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) if frame.ndim == 3 else np.ascontiguousarray(frame)
        second = flow.pyramid(gray, sizes)
        points_second = camera.key_points(gray, most=settings.keypoints) if settings.camera != "none" else None
        if first is not None:
            flows = motions = flow.pyramid_flow(first, second)
            if settings.camera != "none":
                found = camera.homography(first[0], flows[0], points, points_second)
                seen = camera.stabilised(first[0], gray, found)
                motions = flow.pyramid_flow(first, flow.pyramid(seen, sizes))
            yield first, flows, motions
        first, points = second, points_second
