"""Points of one scale, followed by the flow for a fixed number of steps; all tracks of the scale at once."""

from typing import NamedTuple

import cv2
import numpy as np

from i2v_core.media.idt_lite import histograms
from i2v_core.media.idt_lite.settings import CELLS_IN_TIME, Settings

CORNER_PX = 3
SMALLEST_SPREAD_PX, LARGEST_SPREAD_PX = 3**0.5, 50.0  # standard deviation of the places in x, in y
LARGEST_JUMP_PX, LARGEST_SHARE = 20.0, 0.7  # of one step, and of it in the length of the track
SMALLEST_MOTION_PX = 1.0  # without the camera's


class Finished(NamedTuple):
    """Tracks at their end: centres (n, 2) in px of the video, descriptors (n, 2 track_length + 396)."""

    centres: np.ndarray
    descriptors: np.ndarray


class Tracks:
    """Unfinished tracks of one scale.

    factor: px of the video in a px of the scale.
    """

    def __init__(self, settings: Settings, *, factor: float) -> None:
        length = settings.track_length
        self.settings, self.factor = settings, factor
        self.points = np.empty((0, length + 1, 2), np.float32)  # places, px of the scale
        self.motion = np.empty((0, length, 2), np.float32)  # steps without the camera's motion
        self.cells = np.empty((0, CELLS_IN_TIME, histograms.WIDTH), np.float32)  # sums of histograms
        self.age = np.empty(0, np.int64)  # steps made

    def start(self, gray: np.ndarray) -> None:
        """Begins a track in the middle of each square of the grid that has a corner there and no track in it.

        gray: image of this scale. A corner: the smaller eigenvalue of the gradients' covariance is more than `quality`
        times the largest in the image (Shi and Tomasi).
        """
        step = self.settings.grid_px
        rows, columns = (side // step for side in gray.shape)
        corner = cv2.cornerMinEigenVal(gray, CORNER_PX, ksize=3)
        y, x = (np.arange(count) * step + step // 2 for count in (rows, columns))
        is_free = corner[np.ix_(y, x)] > corner.max() * self.settings.quality
        here = (self._now() // step).astype(np.int64)
        here = here[(here[:, 0] < columns) & (here[:, 1] < rows)]
        is_free[here[:, 1], here[:, 0]] = False
        found = np.argwhere(is_free)[:, ::-1]
        new = len(found)
        self.points = np.concatenate([self.points, np.zeros((new, *self.points.shape[1:]), np.float32)])
        self.points[len(self.age) :, 0] = found * step + step // 2
        self.motion = np.concatenate([self.motion, np.zeros((new, *self.motion.shape[1:]), np.float32)])
        self.cells = np.concatenate([self.cells, np.zeros((new, *self.cells.shape[1:]), np.float32)])
        self.age = np.concatenate([self.age, np.zeros(new, np.int64)])

    def advance(self, flow: np.ndarray, motion: np.ndarray, sums: np.ndarray) -> Finished:
        """Moves all tracks by one frame; gives, and forgets, the ones that are finished. Those that leave are lost.

        flow, motion: (h, w, 2) px of the scale, with and without the camera's motion. sums: `histograms.integral` of
        the frame they start from. Of the finished tracks the static, erratic and jumping ones are left out, and those
        that only the camera moves.
        """
        height, width = flow.shape[:2]
        rows, now = np.arange(len(self.age)), self._now()
        x, y = np.clip(np.rint(now).astype(np.int64), 0, (width - 1, height - 1)).T
        there = now + flow[y, x]
        self.motion[rows, self.age] = motion[y, x]
        self.cells[rows, self.age * CELLS_IN_TIME // self.settings.track_length] += histograms.around(now, sums)
        self.age = self.age + 1
        self.points[rows, self.age] = there
        is_inside = ((there > 0) & (there < (width, height))).all(axis=1)
        is_finished = is_inside & (self.age == self.settings.track_length)
        finished = self._finished(np.flatnonzero(is_finished))
        self._keep(is_inside & ~is_finished)
        return finished

    def _now(self) -> np.ndarray:
        return self.points[np.arange(len(self.age)), self.age]

    def _keep(self, rows: np.ndarray) -> None:
        self.points, self.motion, self.cells, self.age = (
            part[rows] for part in (self.points, self.motion, self.cells, self.age)
        )

    def _finished(self, rows: np.ndarray) -> Finished:
        places, motion = self.points[rows] * self.factor, self.motion[rows] * self.factor
        is_valid = is_lively(places)
        lengths = np.linalg.norm(motion, axis=2)
        if self.settings.camera != "none":
            is_valid &= lengths.max(axis=1, initial=0) > SMALLEST_MOTION_PX
        places, motion, lengths, rows = places[is_valid], motion[is_valid], lengths[is_valid], rows[is_valid]
        trajectory = (motion / lengths.sum(axis=1)[:, None, None]).reshape(len(rows), 2 * self.settings.track_length)
        means = self.cells[rows] / (self.settings.track_length // CELLS_IN_TIME)
        kinds, start = [], 0
        for bins in histograms.BINS.values():
            width = histograms.CELLS * bins
            kinds.append(means[:, :, start : start + width].reshape(len(rows), CELLS_IN_TIME * width))
            start += width
        return Finished(places.mean(axis=1), np.concatenate([trajectory, *kinds], axis=1).astype(np.float32))


def is_lively(places: np.ndarray) -> np.ndarray:
    """Which tracks (n, steps + 1, 2), in px of the video, are neither static nor erratic nor jump -> (n,) bool.

    Static: the standard deviation of x and that of y are below sqrt(3) px. Erratic: one is above 50 px. A jump: a step
    of more than 20 px that is more than 0.7 of the whole length.
    """
    spread = places.std(axis=1)
    steps = np.linalg.norm(np.diff(places, axis=1), axis=2)
    longest = steps.max(axis=1, initial=0)
    is_static = (spread < SMALLEST_SPREAD_PX).all(axis=1)
    is_erratic = (spread > LARGEST_SPREAD_PX).any(axis=1)
    has_jump = (longest > LARGEST_JUMP_PX) & (longest > LARGEST_SHARE * steps.sum(axis=1))
    return ~(is_static | is_erratic | has_jump)
