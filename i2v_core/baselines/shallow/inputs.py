"""Checks of what the shallow methods are given, in one place."""

from dataclasses import dataclass

import numpy as np


class TooManyDirections(ValueError):
    """A `dim` above what the features allow.

    dim: what was asked for. most: the largest that fits as far as is known yet.
    """

    def __init__(self, dim: int, most: int, reason: str) -> None:
        super().__init__(f"dim: {dim} found, 1 to {most} wanted: {reason}; change dim")
        self.dim, self.most = dim, most


@dataclass(frozen=True, eq=False)
class Domains:
    """Checked input: source (n_s, d), target (n_t, d) in float64, labels (n_s,) 0 .. C - 1 of `classes` (C,)."""

    source: np.ndarray
    labels: np.ndarray
    target: np.ndarray
    classes: np.ndarray

    @property
    def rows(self) -> np.ndarray:
        """Both domains, source first: (n_s + n_t, d)."""
        return np.concatenate([self.source, self.target])

    def numbers(self, labels: np.ndarray) -> np.ndarray:
        """Known target labels (n_t,) as 0 .. C - 1. Raises ValueError for another shape or a class the source lacks."""
        labels = _integers("target_labels", labels, len(self.target))
        strange = np.setdiff1d(labels, self.classes)
        if len(strange):
            raise ValueError(f"target_labels: class {strange[0]} found, the source's wanted: {self.classes.tolist()}")
        return np.searchsorted(self.classes, labels)


def checked(source: np.ndarray, labels: np.ndarray, target: np.ndarray) -> Domains:
    """Two domains fit to adapt: source (n_s, d), labels (n_s,) whole numbers, target (n_t, d), two rows or more each.

    Raises ValueError for other shapes, values that are not finite, labels that are not whole numbers, or one class.
    """
    source, target = features("source", source), features("target", target)
    if source.shape[1] != target.shape[1]:
        widths = f"{source.shape[1]} and {target.shape[1]}"
        raise ValueError(f"source, target: {widths} features found, one width wanted; take both from one network")
    for name, rows in (("source", source), ("target", target)):
        if len(rows) < 2:
            raise ValueError(f"{name}: {len(rows)} row found, 2 or more wanted; a domain's spread needs two")
    classes, numbers = np.unique(_integers("labels", labels, len(source)), return_inverse=True)
    if len(classes) < 2:
        raise ValueError(f"labels: class {classes[0]} alone found, 2 classes or more wanted")
    return Domains(source, numbers, target, classes)


def features(name: str, rows: np.ndarray) -> np.ndarray:
    """Rows as float64 (n, d). Raises ValueError for other axes, no columns, or values that are not finite."""
    rows = np.asarray(rows, np.float64)
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise ValueError(f"{name}: shape {rows.shape} found, (n, d) wanted")
    broken = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if len(broken):
        raise ValueError(
            f"{name}: row {broken[0]} with NaN or infinity found ({len(broken)} such), finite values wanted; drop it"
        )
    return rows


def positive(**settings: float) -> None:
    """Raises ValueError for the first setting that is not above 0."""
    for name, value in settings.items():
        if not value > 0:
            raise ValueError(f"{name}: {value} found, a number above 0 wanted")


def one_of(name: str, value: str, wanted: tuple[str, ...]) -> None:
    """Raises ValueError for a value that is not among those wanted."""
    if value not in wanted:
        raise ValueError(f"{name}: {value!r} found, one of {', '.join(wanted)} wanted")


def _integers(name: str, labels: np.ndarray, count: int) -> np.ndarray:
    labels = np.asarray(labels)
    if labels.shape != (count,) or not np.issubdtype(labels.dtype, np.integer):
        raise ValueError(f"{name}: {labels.dtype} {labels.shape} found, whole numbers ({count},) wanted, one per row")
    return labels.astype(np.int64)
