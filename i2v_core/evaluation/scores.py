"""Scores of predictions and of pseudo labels against the target labels that training never sees."""

import math

import numpy as np
import pandas as pd

Z_95 = 1.959963984540054
FIRST_SHOWN = 3


def class_names(classes: pd.DataFrame, *, name: str = "classes.csv") -> list[str]:
    """Class names by index, from a table `index, class`.

    Raises ValueError if the indices are not 0 .. k-1, a name stands twice, or there is no class.
    """
    ordered = classes.sort_values("index")
    indices, names = ordered["index"].tolist(), ordered["class"].tolist()
    if not names or indices != list(range(len(names))) or len(set(names)) != len(names):
        raise ValueError(
            f"{name}: indices {indices[:10]} with {len(set(names))} different names found, "
            "0 .. k-1 with one name each wanted; make the benchmark's split files again"
        )
    return names


def restrict(labels: pd.DataFrame, ids: list[str], *, name: str = "target_labels.csv") -> pd.DataFrame:
    """The rows of `labels` whose id is among `ids`, one each.

    Raises ValueError if an id of `ids` has no row in `labels`.
    """
    absent = sorted(set(ids) - set(labels["id"]))
    if absent:
        raise ValueError(
            f"{name}: no label for {len(absent)} of {len(set(ids))} videos ({_first(absent)}), one row per video "
            "wanted; check that both files come from the same benchmark and split"
        )
    return labels[labels["id"].isin(set(ids))]


def align(
    predictions: pd.DataFrame, labels: pd.DataFrame, classes: list[str], *, name: str = "predictions.csv"
) -> pd.DataFrame:
    """Joins predictions to labels by id, both with columns `id, class`; the order of either changes no score.

    -> the rows of `predictions` in the order of `labels`, with the class indices `predicted` and `true` besides.
    Raises ValueError if an id is missing, surplus or double on either side, or a class is not among `classes`.
    """
    found, wanted = predictions["id"], labels["id"]
    faults = {
        "missing": sorted(set(wanted) - set(found)),
        "surplus": sorted(set(found) - set(wanted)),
        "double": sorted(found[found.duplicated()].unique()),
        "double among the labels": sorted(wanted[wanted.duplicated()].unique()),
    }
    told = [f"{len(ids)} {fault} ({_first(ids)})" for fault, ids in faults.items() if ids]
    if told:
        raise ValueError(
            f"{name}: ids {', '.join(told)}; exactly the {wanted.nunique()} labelled ids wanted, once each; "
            "make the file again for this benchmark and split"
        )
    for side, table in ((name, predictions), ("labels", labels)):
        unknown = sorted(set(table["class"]) - set(classes))
        if unknown:
            raise ValueError(
                f"{side}: {len(unknown)} unknown classes ({_first(unknown)}), the {len(classes)} names of "
                "classes.csv wanted; check that both files come from the same benchmark"
            )
    index = {label: position for position, label in enumerate(classes)}
    aligned = predictions.set_index("id").loc[wanted].reset_index()
    aligned["predicted"] = aligned["class"].map(index).astype(int)
    aligned["true"] = labels["class"].map(index).to_numpy(int)
    return aligned


def top1(true: np.ndarray, predicted: np.ndarray) -> float:
    """Share of videos with the right class; true, predicted (n,), n >= 1.

    Raises ValueError if there is no video.
    """
    if len(true) == 0:
        raise ValueError("0 videos to score, at least 1 wanted; the split's list of target videos is empty")
    return float(np.mean(true == predicted))


def confusion_matrix(true: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Counts (k, k): row = true class, column = predicted class."""
    return np.bincount(true * classes + predicted, minlength=classes**2).reshape(classes, classes)


def class_accuracy(true: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """Accuracy within each true class (k,); NaN for a class without a video."""
    matrix = confusion_matrix(true, predicted, classes)
    counts = matrix.sum(axis=1)
    return np.divide(matrix.diagonal(), counts, out=np.full(classes, np.nan), where=counts > 0)


def mean_class_accuracy(true: np.ndarray, predicted: np.ndarray, classes: int) -> float:
    """Mean of the classes' accuracies.

    Choice: classes without a video are left out of the mean, since no accuracy is known for them.
    """
    return float(np.nanmean(class_accuracy(true, predicted, classes)))


def wilson(right: int, n: int) -> tuple[float, float]:
    """95 % interval of a proportion right / n (Wilson 1927): never empty, never outside [0, 1].

    centre = (q + z^2 / 2n) / (1 + z^2 / n),  half = z sqrt(q (1 - q) / n + z^2 / 4n^2) / (1 + z^2 / n),  q = right / n
    Raises ValueError unless 0 <= right <= n and n >= 1.
    """
    if n < 1 or not 0 <= right <= n:
        raise ValueError(f"interval of a proportion: {right} of {n} found, 0 <= right <= n and n >= 1 wanted")
    share, widening = right / n, Z_95**2 / n
    centre = share + widening / 2
    half = Z_95 * math.sqrt(share * (1 - share) / n + widening / (4 * n))
    return max(0.0, (centre - half) / (1 + widening)), min(1.0, (centre + half) / (1 + widening))


def prediction_scores(true: np.ndarray, predicted: np.ndarray, classes: list[str]) -> dict:
    """All scores of one model's predictions, as plain values for JSON (an accuracy of no videos is null).

    -> top1, low, high (Wilson, 95 %), mean_class_accuracy, n, classes, per_class {class: {n, accuracy}},
       confusion (row = true, column = predicted, both in the order of `classes`). Shares, not percent.
    """
    accuracy = top1(true, predicted)
    low, high = wilson(int(np.sum(true == predicted)), len(true))
    matrix = confusion_matrix(true, predicted, len(classes))
    per_class = class_accuracy(true, predicted, len(classes))
    return {
        "top1": accuracy,
        "low": low,
        "high": high,
        "mean_class_accuracy": mean_class_accuracy(true, predicted, len(classes)),
        "n": len(true),
        "classes": classes,
        "per_class": {
            label: {"n": int(count), "accuracy": None if count == 0 else float(share)}
            for label, count, share in zip(classes, matrix.sum(axis=1), per_class, strict=True)
        },
        "confusion": matrix.tolist(),
    }


def pseudo_label_scores(true: np.ndarray, predicted: np.ndarray, kept: np.ndarray, classes: list[str]) -> dict:
    """How good pseudo labels are; true, predicted (n,) class indices, kept (n,) 0 or 1.

    -> precision_kept (share of right labels among the kept videos, null if none is kept), accuracy_all (among all),
       coverage (share kept), n, n_kept, classes, and per_class {class: n true videos, n_labelled with the class,
       n_kept of those, n_kept_right of those}. Shares, not percent.
    Raises ValueError if there is no video or a value of kept is neither 0 nor 1.
    """
    odd = sorted(set(np.asarray(kept).tolist()) - {0, 1})
    if odd:
        raise ValueError(f"pseudo labels: kept is {odd[:FIRST_SHOWN]} somewhere, 0 or 1 wanted; make the file again")
    kept, right = np.asarray(kept).astype(bool), true == predicted
    return {
        "accuracy_all": top1(true, predicted),
        "precision_kept": float(right[kept].mean()) if kept.any() else None,
        "coverage": float(kept.mean()),
        "n": len(true),
        "n_kept": int(kept.sum()),
        "classes": classes,
        "per_class": {
            label: {
                "n": int(np.sum(true == k)),
                "n_labelled": int(np.sum(predicted == k)),
                "n_kept": int(np.sum(kept & (predicted == k))),
                "n_kept_right": int(np.sum(kept & right & (predicted == k))),
            }
            for k, label in enumerate(classes)
        },
    }


def _first(names: list[str]) -> str:
    shown = ", ".join(repr(str(name)) for name in names[:FIRST_SHOWN])
    return f"first {shown}" if len(names) > FIRST_SHOWN else shown
