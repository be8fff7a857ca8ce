"""Which frames of a video are left out, and which runs of the others are shots."""

import numpy as np

from i2v_core.media.shots.measures import Measures
from i2v_core.media.shots.settings import Settings


def valid_frames(found: Measures, fps: float, settings: Settings) -> np.ndarray:
    """Whether each frame stays -> bool (n,): not at an end, not of low quality, in no transition."""
    n = len(found.dark)
    margin = round(settings.margin_sec * fps)
    valid = np.ones(n, bool)
    valid[:margin] = False
    valid[max(0, n - margin) :] = False
    low, change = settings.low_quality_share, settings.transition_share
    tests = [
        (-found.dark, -settings.dark, low),
        (-found.blurred, -settings.blurred, low),
        (found.uniform, settings.uniform, low),
        (found.cut, settings.cut, change),
        (found.edges, settings.edges, change),
    ]
    for badness, threshold, share in tests:
        valid[worst(badness, threshold, share)] = False
    return valid


def worst(badness: np.ndarray, threshold: float, share: float) -> np.ndarray:
    """Frames whose badness reaches the threshold, at most `share` of all, the worst first (the earliest of equals)."""
    failed = np.flatnonzero(badness >= threshold)
    order = np.argsort(-badness[failed], kind="stable")
    return failed[order][: int(share * len(badness))]


def shot_runs(valid: np.ndarray, cut: np.ndarray, fps: float, settings: Settings) -> list[tuple[int, int]]:
    """Shots as [start, stop): runs of valid frames of more than five, long ones cut before (see `inner_cuts`)."""
    least = round(settings.min_shot_sec * fps)
    valid = valid.copy()
    for start, stop in runs_of(valid):
        for place in inner_cuts(cut[start:stop], least):
            valid[start + place - 1 : start + place + 1] = False
    found = [run for run in runs_of(valid) if run[1] - run[0] >= settings.min_shot_frames]
    if settings.hecate_compat and found:
        found[0] = (0, found[0][1])
    return found


def inner_cuts(cut: np.ndarray, least: int) -> list[int]:
    """Where a run is cut: frames with the largest cut scores, taken greedily, that keep `least` frames to both ends and
    to each other; at most len / least, and none in a run shorter than 3 least. A cut at i is between i - 1 and i.
    """
    n = len(cut)
    if least < 1 or n < 3 * least:
        return []
    places: list[int] = []
    for place in np.argsort(-cut, kind="stable"):
        apart = all(abs(place - other) >= least for other in places)
        if least <= place <= n - least and apart:
            places.append(int(place))
        if len(places) == n // least:
            break
    return sorted(places)


def runs_of(valid: np.ndarray) -> list[tuple[int, int]]:
    """Maximal runs of True as [start, stop)."""
    steps = np.flatnonzero(np.diff(np.concatenate([[False], valid, [False]]).astype(np.int8)))
    return list(zip(steps[::2].tolist(), steps[1::2].tolist(), strict=True))
