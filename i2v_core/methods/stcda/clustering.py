"""Pseudo labels of target videos by clustering from the source's class centres (STCDA, section 3.2).

The printed rule cannot be run: its centres are sums of unit vectors, longer for larger classes, while V is of any
length, so that the Euclidean distance puts nearly all videos in the smallest class.
Deviation: V and centres are scaled to length 1, which is spherical k-means; CAN, where the rule is from, measures
angles. The distance stays Euclidean, |V - C| = sqrt(2 - 2 cos), and is added over the views.
Choice: centres stay per view; one sentence of the paper calls them fused, its equations do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Assignment:
    """Arrays by view, one value for every target video (m,). labels: its class, the same in all views where they are
    fused; distances: (1 - cos) / 2 to the centre of that class; own: the nearest class by that view alone; kept: if
    the filters left it. iterations, converged: of the slowest clustering."""

    labels: Arrays
    distances: Arrays
    own: Arrays
    kept: Arrays
    iterations: int
    converged: bool

    @property
    def agreement(self) -> float:
        """Share of target videos that all views, each by itself, would put in the same class."""
        views = np.stack(list(self.own.values()))
        return float((views == views[0]).all(axis=0).mean())


def cluster(
    features_src: Arrays,
    labels_src: np.ndarray,
    features_tgt: Arrays,
    *,
    classes: int,
    fuse: bool = True,
    match: bool = True,
    tolerance: float = 0.005,
    iterations: int = 50,
    filter_threshold: float = 1.0,
    min_per_class: int = 0,
) -> Assignment:
    """Classes of target videos by k-means that starts at the source's class centres.

    C_mc <- sum of V_m / |V_m| over source videos of class c; then in turn
    (1) y = argmin_c sum_m | V_m / |V_m| - C_mc / |C_mc| |, the first of equal ones; (2) C_mc <- sum of V_m / |V_m| over
    target videos with y = c; until the mean of (1 - cos) / 2 between old and new centres is below `tolerance` in each
    view, or after `iterations`; then (1) once more.
    A class without a video gets back its source centre (CAN). Choice: tolerance and iterations are CAN's.
    fuse: False clusters each view by its own distances (table 6b, "w/o fusion"). match: final centres are assigned to
    source centres one to one by least summed distance (CAN). Choice: on, as there; the paper does not say.
    filter_threshold: videos with a larger (1 - cos) / 2, its mean over fused views, are not kept; 1 keeps all.
    min_per_class: classes with fewer kept videos lose them. Choice: neither filters; the paper names no filter.
    features: view -> V, source (n, d), target (m, d); labels_src (n,)
    Raises ValueError for other shapes, no target video, a class without a source video, or a V of length 0.
    """
    _check(features_src, labels_src, features_tgt, classes)
    source = {view: _units(x, f"source {view}") for view, x in features_src.items()}
    target = {view: _units(x, f"target {view}") for view, x in features_tgt.items()}
    starts = {view: _centres(x, labels_src, np.zeros((classes, x.shape[1]))) for view, x in source.items()}
    groups = [tuple(target)] if fuse else [(view,) for view in target]
    labels, distances, kept, own, ends = {}, {}, {}, {}, []
    for views in groups:
        part, start = ({view: arrays[view] for view in views} for arrays in (target, starts))
        centres, *end = _iterate(part, start, tolerance, iterations)
        if match:
            centres = _matched(centres, start)
        chosen = _nearest(part, centres)
        far = {view: (1 - _rowwise(x, centres[view][chosen])) / 2 for view, x in part.items()}
        near = np.mean(list(far.values()), axis=0) <= filter_threshold
        near &= np.bincount(chosen[near], minlength=classes)[chosen] >= min_per_class
        labels |= dict.fromkeys(views, chosen)
        kept |= dict.fromkeys(views, near)
        distances |= far
        own |= {view: _nearest({view: x}, centres) for view, x in part.items()}
        ends.append(end)
    counts, converged = zip(*ends, strict=True)
    return Assignment(labels, distances, own, kept, max(counts), all(converged))


def table(found: Assignment, ids: Sequence[str], classes: Sequence[str]) -> pd.DataFrame:
    """One row per target video: `id`, then for each view `label_<view>, class_<view>, own_<view>, distance_<view>,
    kept_<view>`."""
    columns: dict[str, object] = {"id": list(ids)}
    names = np.array(classes, dtype=object)
    for view, labels in found.labels.items():
        columns |= {f"label_{view}": labels, f"class_{view}": names[labels]}
        parts = {"own": found.own, "distance": found.distances, "kept": found.kept}
        columns |= {f"{name}_{view}": values[view] for name, values in parts.items()}
    return pd.DataFrame(columns)


def _iterate(target: Arrays, start: Arrays, tolerance: float, iterations: int) -> tuple[Arrays, int, bool]:
    """Centres, the number of updates, and whether the last one moved them less than `tolerance`."""
    centres = start
    for count in range(1, iterations + 1):
        labels = _nearest(target, centres)
        new = {view: _centres(x, labels, start[view]) for view, x in target.items()}
        moved = [np.mean((1 - _rowwise(new[view], centres[view])) / 2) for view in target]
        centres = new
        if max(moved) < tolerance:
            return centres, count, True
    return centres, iterations, False


def _nearest(target: Arrays, centres: Arrays) -> np.ndarray:
    return sum(_distances(x, centres[view]) for view, x in target.items()).argmin(axis=1)


def _distances(rows: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Euclidean distances of unit vectors: (m, d), (k, d) -> (m, k)."""
    return np.sqrt(np.maximum(2 - 2 * rows @ centres.T, 0))


def _rowwise(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Cosines of unit vectors with the same number: twice (m, d) -> (m,)."""
    return np.clip((left * right).sum(axis=1), -1, 1)


def _centres(rows: np.ndarray, labels: np.ndarray, empty: np.ndarray) -> np.ndarray:
    """Directions of the sums of each class (k, d); that of `empty` for a class without rows or whose sum is 0."""
    sums = np.stack([rows[labels == label].sum(axis=0) for label in range(len(empty))])
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    return np.where(lengths > 0, sums / np.where(lengths > 0, lengths, 1), empty)


def _matched(centres: Arrays, start: Arrays) -> Arrays:
    """Centres in the order of the source centres that they are assigned to."""
    from scipy.optimize import linear_sum_assignment  # half a second to import; most of STCDA's stages do not call this

    cost = sum(_distances(x, start[view]) for view, x in centres.items())
    rows, wanted = linear_sum_assignment(cost)
    return {view: x[rows[np.argsort(wanted)]] for view, x in centres.items()}


def _units(features: np.ndarray, name: str) -> np.ndarray:
    features = np.asarray(features, np.float64)
    lengths = np.linalg.norm(features, axis=1, keepdims=True)
    wrong = np.flatnonzero(~(np.isfinite(lengths) & (lengths > 0)))
    if len(wrong):
        raise ValueError(
            f"{name} features: length {lengths[wrong[0], 0]} in row {wrong[0]} found, a finite one above 0 wanted; "
            "look at the training log of the stage before"
        )
    return features / lengths


def _check(features_src: Arrays, labels_src: np.ndarray, features_tgt: Arrays, classes: int) -> None:
    if not features_src or features_src.keys() != features_tgt.keys():
        raise ValueError(f"views: {list(features_src)} and {list(features_tgt)} found, the same ones wanted")
    count = len(next(iter(features_tgt.values())))
    for view, source in features_src.items():
        shapes = source.shape, features_tgt[view].shape
        if shapes != ((len(labels_src), source.shape[-1]), (count, source.shape[-1])) or count == 0:
            raise ValueError(
                f"{view} features: shapes {shapes[0]} and {shapes[1]} found, ({len(labels_src)}, d) of the source and "
                f"(m, d) of the target with the same m >= 1 in all views wanted"
            )
    present = np.unique(labels_src)
    if len(present) != classes or not np.isin(present, np.arange(classes)).all():
        raise ValueError(
            f"labels_src: classes {present.tolist()} found, all of 0 to {classes - 1} wanted; "
            "every class needs a source video"
        )
