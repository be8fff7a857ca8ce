"""Shots of a video, their parts and a key frame of each part: the steps of Hecate, frame by frame.

Web supervision takes its key frames and chunks by that tool (section 4.2). Steps, with its thresholds as `Settings`:
1. frames of a long side of 160 px; numbers and a descriptor of each (`measures`)
2. the ends of the video, and frames that are dark, blurred, uniform or in a transition are left out (`boundaries`)
3. long runs of frames that are left are cut at their largest differences; runs of more than five frames are shots
4. descriptors are clustered; frames of a shot in a row that share a cluster are a part; its key frame is the stillest
Memory holds 8 KB of a frame, not the frame (Hecate holds all frames).
"""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from i2v_core.media.shots import boundaries, measures
from i2v_core.media.shots.settings import Settings
from i2v_core.seeding import derive

RATE = 25.0  # Choice: frames per second of a video that does not say
MOST_ROUNDS, CLOSE = 1000, 1e-4  # of k-means


@dataclass(frozen=True)
class Part:
    """Frames [start, stop) of a shot that look alike, and one of them."""

    start: int
    stop: int
    keyframe: int


@dataclass(frozen=True)
class Shot:
    """Frames [start, stop), in parts that follow each other without a gap."""

    start: int
    stop: int
    parts: list[Part]


def detect(blocks: Iterable[np.ndarray], fps: float, settings: Settings, *, seed: int = 0) -> list[Shot]:
    """The shots of a video from first to last; at least one, but for hecate_compat.

    blocks: its frames in order, uint8 RGB (t, h, w, 3) with t >= 1 each; none of them is kept. fps: frames per second,
    0 where unknown. seed: of k-means. Choice: where no frame is left, or no run is long enough, the whole video is one
    shot with its stillest frame as key frame: clips of a few frames have one too.
    Raises ValueError for a video without a frame.
    """
    found = measures.measured(blocks, compat=settings.hecate_compat)
    n = len(found.dark)
    rate = fps if fps > 0 else RATE
    valid = boundaries.valid_frames(found, rate, settings)
    runs = boundaries.shot_runs(valid, found.cut, rate, settings)
    if not runs:
        if settings.hecate_compat:
            return []
        stillest = int(np.argmin(found.cut))
        return [Shot(0, n, [Part(0, n, stillest)])]
    clusters = _clusters(found.descriptors, runs, derive(seed, "shots"))
    return [Shot(start, stop, _parts(start, stop, clusters, found.cut)) for start, stop in runs]


def _clusters(descriptors: np.ndarray, runs: list[tuple[int, int]], seed: int) -> np.ndarray:
    """Cluster of each frame in a shot, -1 elsewhere: k-means++ with k = min(frames in shots / 2, shots)."""
    inside = np.concatenate([np.arange(start, stop) for start, stop in runs])
    clusters, count = np.full(len(descriptors), -1), max(1, min(len(inside) // 2, len(runs)))
    if count == 1:
        clusters[inside] = 0
        return clusters
    from sklearn.cluster import KMeans  # slow to import
    from threadpoolctl import threadpool_limits

    method = KMeans(count, init="k-means++", n_init=1, max_iter=MOST_ROUNDS, tol=CLOSE, random_state=seed % 2**32)
    with threadpool_limits(1):  # sums over several threads differ from run to run
        clusters[inside] = method.fit_predict(descriptors[inside])
    return clusters


def _parts(start: int, stop: int, clusters: np.ndarray, cut: np.ndarray) -> list[Part]:
    changes = start + 1 + np.flatnonzero(np.diff(clusters[start:stop]))
    bounds = [start, *changes.tolist(), stop]
    return [Part(first, end, first + int(np.argmin(cut[first:end]))) for first, end in itertools.pairwise(bounds)]
