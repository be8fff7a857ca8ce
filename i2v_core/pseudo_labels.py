"""Pseudo labels: which predictions to trust, and how the frames of a video vote on its label (CycDA, section 2)."""

import numpy as np
import pandas as pd

from i2v_core.probabilities import Probabilities

VIDEO_COLUMNS = ["id", "class", "label", "confidence", "votes", "frames_kept", "frames", "kept"]


def confidence_threshold(best: np.ndarray, *, p: float) -> float:
    """The threshold that lets a fraction p of the videos keep at least one frame (CycDA, stages 2 and 4).

    best (n,): each video's highest frame confidence. With n_keep = floor(n p), at least 1: 0 if n_keep = n, else the
    midpoint between the last value dropped and the first one kept. Ties at the threshold are all kept, so that more
    than n_keep videos may remain (float32 confidences saturate at 1).
    Raises ValueError if p is not in (0, 1] or there is no video.
    """
    if not 0 < p <= 1:
        raise ValueError(f"p: {p} found, a fraction in (0, 1] wanted; see cycda.p_stage2 in params.yaml")
    if len(best) == 0:
        raise ValueError("no videos to choose a confidence threshold from; the target's training list is empty")
    keep = max(1, int(np.floor(len(best) * p + 1e-9)))
    if keep == len(best):
        return 0.0
    ordered = np.sort(np.asarray(best, np.float64))
    return float((ordered[-keep - 1] + ordered[-keep]) / 2)


def majority_vote(labels: np.ndarray, confidences: np.ndarray, classes: int) -> tuple[int, int]:
    """The most frequent label of the kept frames -> (label, its votes).

    Choice: the paper names no tie rule; among tied labels the larger sum of confidences wins, then the smaller index.
    """
    votes = np.bincount(labels, minlength=classes)
    sums = np.bincount(labels, weights=confidences, minlength=classes)
    label = max(range(classes), key=lambda k: (votes[k], sums[k], -k))
    return label, int(votes[label])


def mean_softmax(values: np.ndarray) -> tuple[int, int]:
    """The class of the largest mean probability of the kept frames, as the official code does -> (label, its votes)."""
    label = int(values.mean(axis=0, dtype=np.float64).argmax())
    return label, int((values.argmax(axis=1) == label).sum())


def from_frames(frames: Probabilities, *, p: float, vote: str = "majority") -> tuple[pd.DataFrame, pd.DataFrame]:
    """Video and frame pseudo labels from frame probabilities (image model -> video model, before stages 2 and 4).

    vote: `majority` (paper) or `mean_softmax` (official). Videos without a kept frame get the label their frames would
    vote for, and kept = 0. Video confidence: mean confidence of the kept frames that voted for the label.
    -> videos `id, class, label, confidence, votes, frames_kept, frames, kept`,
       frames `id, frame, class, label, confidence, kept`.
    """
    if vote not in ("majority", "mean_softmax"):
        raise ValueError(
            f"vote: {vote!r} found, 'majority' or 'mean_softmax' wanted; see cycda.switches in params.yaml"
        )
    labels, confidences = frames.values.argmax(axis=1), frames.values.max(axis=1)
    ends = np.cumsum(frames.counts)
    starts = ends - frames.counts
    best = np.maximum.reduceat(confidences, starts)
    threshold = confidence_threshold(best, p=p)
    kept = confidences.astype(np.float64) >= threshold  # in float32 the threshold could round down to a dropped value
    videos = []
    for name, start, end in zip(frames.ids, starts, ends, strict=True):
        chosen = np.flatnonzero(kept[start:end]) + start
        voters = chosen if len(chosen) else np.arange(start, end)
        if vote == "majority":
            label, votes = majority_vote(labels[voters], confidences[voters], len(frames.classes))
        else:
            label, votes = mean_softmax(frames.values[voters])
        agreeing = voters[labels[voters] == label]
        confidence = confidences[agreeing].mean(dtype=np.float64) if len(agreeing) else 0.0
        shares = (votes, len(chosen), end - start, int(len(chosen) > 0))
        videos.append((name, frames.classes[label], label, confidence, *shares))
    video_table = pd.DataFrame(videos, columns=VIDEO_COLUMNS)
    frame_table = pd.DataFrame(
        {
            "id": np.repeat(frames.ids, frames.counts),
            "frame": np.concatenate([np.arange(count) for count in frames.counts]),
            "class": np.array(frames.classes)[labels],
            "label": labels,
            "confidence": confidences,
            "kept": kept.astype(int),
        }
    )
    return video_table, frame_table


def from_videos(videos: Probabilities, *, p: float = 1.0, second_softmax: bool = False) -> pd.DataFrame:
    """Video pseudo labels from video probabilities (video model -> image model, before stage 3).

    p: the share of videos kept, the most confident ones (1.0: all, the paper's setting). Deviation: below 1 the same
    midpoint rule as for frames; the official code keeps one video more.
    second_softmax: the official code applies softmax to probabilities once more, which squeezes confidences.
    -> table as `from_frames` gives it; a video model casts one vote for the video as a whole.
    """
    values = videos.per_video()
    if second_softmax:
        values = np.exp(values) / np.exp(values).sum(axis=1, keepdims=True)
    labels, confidences = values.argmax(axis=1), values.max(axis=1)
    kept = confidences >= confidence_threshold(confidences, p=p)
    return pd.DataFrame(
        {
            "id": videos.ids,
            "class": np.array(videos.classes)[labels],
            "label": labels,
            "confidence": confidences,
            "votes": 1,
            "frames_kept": 0,
            "frames": 0,
            "kept": kept.astype(int),
        }
    )


def kept_videos(target_train: pd.DataFrame, pseudo_labels: pd.DataFrame) -> pd.DataFrame:
    """The target's training videos that kept a pseudo label, in the split's order -> `id, dataset, label`.

    Raises ValueError if none is kept or a pseudo label is for a video that is not in the split.
    """
    surplus = sorted(set(pseudo_labels["id"]) - set(target_train["id"]))
    if surplus:
        raise ValueError(
            f"pseudo labels for {len(surplus)} videos that are not in the target's training split, "
            f"first {surplus[0]!r}; make them from this split"
        )
    kept = pseudo_labels.loc[pseudo_labels["kept"] == 1, ["id", "label"]]
    if kept.empty:
        raise ValueError("no target video kept its pseudo label; raise p in params.yaml")
    return target_train.merge(kept.astype({"label": int}), on="id", how="inner", validate="one_to_one")
