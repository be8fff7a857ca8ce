"""Nearest neighbours as products of blocks of rows: no matrix of all pairs is kept."""

import numpy as np

BLOCK = 1024  # rows; 8 k reference rows then take 64 MiB of products


def nearest_labels(reference: np.ndarray, labels: np.ndarray, queries: np.ndarray) -> np.ndarray:
    """Label of the nearest reference row by Euclidean distance: (n, k), (n,), (m, k) -> (m,). Ties go by rounding.

    |q - r|^2 = |q|^2 - 2 (q r - |r|^2 / 2), so the largest q r - |r|^2 / 2 wins. Rows are taken from the references'
    mean, where products lose fewest digits.
    """
    centre = reference.mean(axis=0)
    reference = reference - centre
    half_squares = np.square(reference).sum(axis=1) / 2
    nearest = np.empty(len(queries), np.int64)
    for start in range(0, len(queries), BLOCK):
        products = (queries[start : start + BLOCK] - centre) @ reference.T
        nearest[start : start + BLOCK] = (products - half_squares).argmax(axis=1)
    return labels[nearest]


def most_similar(rows: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The other rows with the largest inner products: (n, k) -> their numbers (n, count) and the products (n, count).

    count at most n - 1. In each row the order is from largest to smallest.
    """
    numbers, products = np.empty((len(rows), count), np.int64), np.empty((len(rows), count))
    for start in range(0, len(rows), BLOCK):
        block = rows[start : start + BLOCK] @ rows.T
        block[np.arange(len(block)), start + np.arange(len(block))] = -np.inf
        best = np.argpartition(-block, count - 1, axis=1)[:, :count]
        found = np.take_along_axis(block, best, axis=1)
        order = np.argsort(-found, axis=1, kind="stable")
        numbers[start : start + BLOCK] = np.take_along_axis(best, order, axis=1)
        products[start : start + BLOCK] = np.take_along_axis(found, order, axis=1)
    return numbers, products
