"""The class-wise flow memory bank of CFB: which target videos stand in for a class (section 3.2)."""

import hashlib
from collections.abc import Sequence

import numpy as np
import pandas as pd

COLUMNS = ["class", "rank", "id", "label", "confidence"]


def build(
    probabilities: np.ndarray,
    ids: Sequence[str],
    classes: Sequence[str],
    *,
    size: int,
    empty: str = "own_flow",
) -> pd.DataFrame:
    """The `size` most confident videos of each pseudo label.

    label = argmax_c q_c, the first of equal ones; confidence = q_label, q = (softmax RGB + softmax flow) / 2. Per class
    the videos are sorted by falling confidence, equal ones by a digest of their id, since an id may tell the class or
    the film it is from; fewer than `size` are all kept.
    Choice: the paper does not define the confidence; half the fused score lies in [0, 1] and sorts the same.
    empty: what to do for a class that no video is labelled as; the paper is silent. Choice: `own_flow` leaves the class
    out, so that its source videos keep their flow; `highest` takes the `size` videos of highest q_c, whatever they are
    labelled as.
    probabilities (n, k), rows sum to 1; ids: n target training videos; classes: k names
    -> `class, rank, id, label, confidence`, by class and rank, rank from 1. The order of the rows given is irrelevant.
    Raises ValueError for unfit shapes, repeated ids, rows that do not sum to 1, a size below 1, another policy.
    """
    probabilities = np.asarray(probabilities, np.float64)
    _check(probabilities, ids, classes, size, empty)
    names = np.array(ids, dtype=object)
    digests = np.array([hashlib.sha256(name.encode()).hexdigest() for name in ids])
    labels = probabilities.argmax(axis=1)
    parts = []
    for label, name in enumerate(classes):
        members = np.flatnonzero(labels == label)
        if len(members) == 0 and empty == "highest":
            members = np.arange(len(names))
        order = np.lexsort((digests[members], -probabilities[members, label]))
        chosen = members[order[:size]]
        ranks, confidences = np.arange(1, len(chosen) + 1), probabilities[chosen, label]
        parts.append(pd.DataFrame(dict(zip(COLUMNS, (name, ranks, names[chosen], label, confidences), strict=True))))
    return pd.concat(parts, ignore_index=True).astype({"id": str, "class": str, "rank": int, "label": int})


def summary(bank: pd.DataFrame, previous: pd.DataFrame | None, classes: Sequence[str]) -> dict:
    """What the log says of a bank, without any true label.

    -> entries; mean_confidence; churn: share of entries (id, label) that `previous` lacks, None without a previous
    bank; fill: entries of each class; empty: names of classes without any.
    """
    fill = {name: int((bank["label"] == label).sum()) for label, name in enumerate(classes)}
    churn = None
    if previous is not None:
        held = set(zip(previous["id"], previous["label"].astype(int), strict=True))
        entries = zip(bank["id"], bank["label"].astype(int), strict=True)
        churn = float(np.mean([entry not in held for entry in entries]))
    return {
        "entries": len(bank),
        "mean_confidence": float(bank["confidence"].mean()),
        "churn": churn,
        "fill": fill,
        "empty": [name for name, count in fill.items() if count == 0],
    }


def _check(probabilities: np.ndarray, ids: Sequence[str], classes: Sequence[str], size: int, empty: str) -> None:
    if len(ids) == 0 or probabilities.shape != (len(ids), len(classes)):
        raise ValueError(
            f"probabilities: shape {probabilities.shape} found, ({len(ids)}, {len(classes)}) wanted for the ids and "
            "classes given, with one video or more; predict the target's training videos again"
        )
    if len(set(ids)) < len(ids):
        repeated = pd.Series(list(ids))[pd.Series(list(ids)).duplicated()].iloc[0]
        raise ValueError(f"id {repeated!r} occurs more than once among the target's videos; make the split again")
    sums = probabilities.sum(axis=1)
    # float32 softmax of some hundred classes: 1e-6; the sum of two branches, not halved, gives 2
    wrong = np.flatnonzero(~(np.abs(sums - 1) < 1e-3) | (probabilities < 0).any(axis=1))
    if len(wrong):
        raise ValueError(
            f"probabilities of {ids[wrong[0]]!r}: sum {sums[wrong[0]]:.4f} found, 1 wanted and no negative value; "
            "fuse branches as (rgb + flow) / 2"
        )
    if size < 1:
        raise ValueError(f"size: {size} bank entries per class found, at least 1 wanted; see params.yaml")
    if empty not in ("own_flow", "highest"):
        raise ValueError(f"empty: {empty!r} found, 'own_flow' or 'highest' wanted; see params.yaml")
