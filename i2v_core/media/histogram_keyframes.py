"""One key frame of a video by differences of colour histograms.

DIVAFN takes its key frames by the "histogram difference" of an earlier paper of its authors and prints no parameter of
it. Public implementations of that name cut where the L1 difference of neighbouring histograms exceeds mean + m standard
deviations (m = 3 or 1.5) and give several frames a video; DIVAFN needs exactly one for each.
Choice: the deterministic rule "medoid" of `keyframe`, with m = 3; the other two rules are for comparison.
"""

from dataclasses import dataclass

import cv2
import numpy as np

VERSION = 1  # of the rules; to be raised with any change of the frames they give
BINS = (8, 8, 8)  # of hue, saturation and value
RANGES = (0, 180, 0, 256, 0, 256)  # OpenCV's, for uint8
RULES = ("medoid", "first_above", "middle")


@dataclass(frozen=True)
class KeyFrame:
    """The frame of a video, and why: index; differences (t - 1,) of neighbours; cuts, first frames of the segments
    after the first; rule and its version. All of it belongs beside the frame, so that a change is seen.
    """

    index: int
    differences: np.ndarray
    cuts: np.ndarray
    rule: str
    version: int = VERSION


def keyframe(frames: np.ndarray, *, rule: str = "medoid", deviations: float = 3.0) -> KeyFrame:
    """The key frame of a video, uint8 RGB (t, h, w, 3).

    rule: medoid        in the longest segment between cuts (the first of equals) the frame whose histogram is nearest
                        in L1 to the segment's mean histogram (the first of equals)
          first_above   the first frame behind the first cut; without a cut the first frame
          middle        frame floor((t - 1) / 2); the differences play no part
    deviations: see `cuts`.
    Raises ValueError for an unknown rule, negative deviations, frames of another type or shape, and for none.
    """
    if rule not in RULES:
        raise ValueError(f"keyframe rule: {rule!r} found, one of {RULES} wanted; see params.yaml")
    found = histograms(frames)
    steps = differences(found)
    firsts = cuts(steps, deviations=deviations)
    if rule == "middle":
        index = (len(frames) - 1) // 2
    elif rule == "first_above":
        index = int(firsts[0]) if len(firsts) else 0
    else:
        index = _medoid(found, firsts)
    return KeyFrame(index, steps, firsts, rule)


def histograms(frames: np.ndarray) -> np.ndarray:
    """Share of the pixels in each of 8 x 8 x 8 bins of hue, saturation and value: (t, h, w, 3) -> (t, 512) float64.

    Raises ValueError for frames of another type or shape, and for none.
    """
    if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[3] != 3 or frames.size == 0:
        raise ValueError(f"keyframe: {frames.dtype} {frames.shape} found, uint8 RGB (t, h, w, 3) wanted; decode it so")
    hsv = (cv2.cvtColor(np.ascontiguousarray(frame), cv2.COLOR_RGB2HSV) for frame in frames)
    counts = [cv2.calcHist([frame], [0, 1, 2], None, list(BINS), list(RANGES)).ravel() for frame in hsv]
    return np.stack(counts).astype(np.float64) / (frames.shape[1] * frames.shape[2])


def differences(histograms: np.ndarray) -> np.ndarray:
    """L1 difference of each histogram to the next: (t, b) -> (t - 1,), 0 to 2."""
    return np.abs(np.diff(histograms, axis=0)).sum(axis=1)


def cuts(differences: np.ndarray, *, deviations: float = 3.0) -> np.ndarray:
    """First frames of new segments, i + 1 where difference i > mean + deviations * std (of the population) -> int64.

    Of n numbers none is more than sqrt(n - 1) standard deviations above the mean: with 3 a cut takes at least 12
    frames. In general: of k equal cuts among n differences that are else 0 each lies sqrt(n / k - 1) deviations above
    the mean, so with 3 none is found where cuts are a tenth or more of the differences; such a video is one segment.
    Raises ValueError for deviations below 0.
    """
    if not deviations >= 0:
        raise ValueError(f"keyframe deviations: {deviations} found, 0 or more wanted; see params.yaml")
    if len(differences) == 0:
        return np.empty(0, np.int64)
    return np.flatnonzero(differences > differences.mean() + deviations * differences.std()) + 1


def _medoid(histograms: np.ndarray, cuts: np.ndarray) -> int:
    bounds = np.concatenate([[0], cuts, [len(histograms)]])
    longest = int(np.argmax(np.diff(bounds)))
    segment = histograms[bounds[longest] : bounds[longest + 1]]
    distances = np.abs(segment - segment.mean(axis=0)).sum(axis=1)
    # Equal frames may differ by rounding of the mean; the first of them is meant.
    return int(bounds[longest] + np.argmax(distances <= distances.min() + 1e-12))
