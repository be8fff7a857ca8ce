"""Batches for the alignment of classes: the same few classes from both domains (STCDA's VCA, after CAN)."""

import numpy as np


def class_aware_batches(
    labels_src: np.ndarray,
    labels_tgt: np.ndarray,
    random: np.random.Generator,
    *,
    batches: int,
    per_class: int = 3,
    most_classes: int = 12,
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Positions in the source and in the target of `per_class` videos of each class that both domains have.

    With more than `most_classes` such classes each batch has that many, drawn anew. A class with fewer than `per_class`
    videos gives some of them more than once. labels_tgt: pseudo labels, negative where there is none.
    Choice: the paper does not say how its batches are drawn; CAN draws 3 images of each of 10 classes.
    -> for each batch two arrays of the same length, by class; an empty list if no class is in both domains.
    Raises ValueError for a number below 1.
    """
    for name, value in (("batches", batches), ("per_class", per_class), ("most_classes", most_classes)):
        if value < 1:
            raise ValueError(f"{name}: {value} found, 1 or more wanted; see params.yaml")
    shared = np.intersect1d(labels_src, labels_tgt)
    if len(shared) == 0:
        return []
    members = [{label: np.flatnonzero(labels == label) for label in shared} for labels in (labels_src, labels_tgt)]
    drawn = []
    for _ in range(batches):
        chosen = shared
        if len(shared) > most_classes:
            chosen = np.sort(random.choice(shared, most_classes, replace=False))
        sides = [np.concatenate([_some(side[label], per_class, random) for label in chosen]) for side in members]
        drawn.append((sides[0], sides[1]))
    return drawn


def _some(positions: np.ndarray, count: int, random: np.random.Generator) -> np.ndarray:
    """`count` positions, each as often as any other give or take once."""
    rounds = [random.permutation(positions) for _ in range(-(-count // len(positions)))]
    return np.concatenate(rounds)[:count]
