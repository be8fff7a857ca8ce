"""Which flows of the bank a source video takes: the seven aggregations of CFB's Table 3, as weights."""

import numpy as np

AGGREGATIONS = (
    "random",
    "mean",
    "similarity_sum",
    "similarity_mean_top5",
    "similarity_sum_top5",
    "similarity_top1",
    "similarity_random_top5",
)
TOP = 5


def weights(aggregation: str, similarity: np.ndarray | None, count: int, random: np.random.Generator) -> np.ndarray:
    """Weights of the `count` bank entries of one class in a source video's flow -> float64 (count,), >= 0, sum 1.

    random: one entry, each with chance 1 / count (the paper's method); mean: all alike; similarity_*: the cosine of
    RGB features decides: `sum` weighs all entries by it, `sum_top5` the five nearest, `mean_top5` takes those alike,
    `top1` the nearest alone, `random_top5` one of the five at random. Fewer than five entries: all of them. Among
    equal similarities the entry of better rank is the nearer one.
    Choice: sums are weighted means; raw cosines near 0.8 would make a flow of 60 some 48 times too large. A negative
    cosine weighs 0, and if all do the entries count alike.
    similarity (count,): cosines in the order of the entries, None where the aggregation does not look at them.
    Raises ValueError for another aggregation, no entries, or a similarity that is missing, unfit or not finite.
    """
    if aggregation not in AGGREGATIONS:
        raise ValueError(f"aggregation: {aggregation!r} found, one of {', '.join(AGGREGATIONS)} wanted")
    if count < 1:
        raise ValueError(f"aggregation {aggregation!r}: {count} bank entries found, at least 1 wanted in the class")
    if aggregation == "random":
        return _only(int(random.integers(count)), count)
    if aggregation == "mean":
        return np.full(count, 1 / count)
    nearest = np.argsort(-_checked(aggregation, similarity, count), kind="stable")
    if aggregation == "similarity_top1":
        return _only(nearest[0], count)
    if aggregation == "similarity_random_top5":
        return _only(nearest[int(random.integers(min(TOP, count)))], count)
    kept = nearest if aggregation == "similarity_sum" else nearest[:TOP]
    shares = np.ones(len(kept))
    if aggregation != "similarity_mean_top5":
        clipped = np.maximum(np.asarray(similarity, np.float64)[kept], 0)
        shares = clipped if clipped.any() else shares
    found = np.zeros(count)
    found[kept] = shares / shares.sum()
    return found


def cosine(feature: np.ndarray, features: np.ndarray) -> np.ndarray:
    """Cosines between one feature (d,) and m others (m, d) -> float64 (m,) in [-1, 1]; 0 where a vector is 0."""
    feature, features = np.asarray(feature, np.float64), np.asarray(features, np.float64)
    norms = np.linalg.norm(feature) * np.linalg.norm(features, axis=1)
    return np.clip(features @ feature / np.where(norms > 0, norms, 1), -1, 1)


def _only(entry: int, count: int) -> np.ndarray:
    found = np.zeros(count)
    found[entry] = 1
    return found


def _checked(aggregation: str, similarity: np.ndarray | None, count: int) -> np.ndarray:
    if similarity is None:
        raise ValueError(f"aggregation {aggregation!r}: no similarity found, cosines of {count} entries wanted")
    similarity = np.asarray(similarity, np.float64)
    if similarity.shape != (count,) or not np.isfinite(similarity).all():
        raise ValueError(
            f"aggregation {aggregation!r}: similarity of shape {similarity.shape} found, ({count},) and finite wanted"
        )
    return similarity
