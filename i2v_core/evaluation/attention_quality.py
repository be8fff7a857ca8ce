"""How well attention weights tell what the mini world planted: areas under the ROC curve, known afterwards only."""

import numpy as np
import pandas as pd

CLEAN = "clean"
COLUMNS = ["seed", "against", "of", "n_against", "n_of", "auc"]


def area(high: np.ndarray, low: np.ndarray) -> float:
    """Chance that a number of `high` (n,) is above one of `low` (m,), ties half: the area under the ROC curve.

    AUC = (sum of the ranks of `high` - n (n + 1) / 2) / (n m)             Hanley and McNeil 1982
    Raises ValueError if a side is empty.
    """
    from scipy.stats import rankdata

    n, m = len(high), len(low)
    if not n or not m:
        raise ValueError(f"area under the ROC curve of {n} against {m} numbers asked for, some on both sides wanted")
    ranks = rankdata(np.concatenate([high, low]))
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * m))


def areas(weights: pd.DataFrame, fates: dict[str, str], *, seed: int) -> pd.DataFrame:
    """One row per fate other than clean, and one of all of them together (`any`): the area by which clean items weigh
    more -> columns COLUMNS.

    weights: `id, weight`, an item perhaps several times (key frames of a video), of which the mean counts. fates: of
    each item. 0.5 = the weights say nothing, 1 = every clean item weighs more than every other.
    Raises ValueError for an item without a fate, and if there is no clean one.
    """
    means = weights.groupby("id")["weight"].mean()
    unknown = sorted(set(means.index) - set(fates))
    if unknown:
        raise ValueError(f"attention weights: no fate of {len(unknown)} items ({unknown[0]}), one of each wanted")
    by_fate = {fate: part.to_numpy() for fate, part in means.groupby([fates[name] for name in means.index])}
    if CLEAN not in by_fate:
        raise ValueError(f"attention weights: items of fates {sorted(by_fate)} found, some that are clean wanted")
    clean = by_fate.pop(CLEAN)
    by_fate = dict(sorted(by_fate.items()))
    if by_fate:
        by_fate["any"] = np.concatenate(list(by_fate.values()))
    rows = [(seed, fate, CLEAN, len(low), len(clean), area(clean, low)) for fate, low in by_fate.items()]
    return pd.DataFrame(rows, columns=COLUMNS)


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """Mean and sample deviation of the areas over seeds -> `against, of, n_against, n_of, auc_mean, auc_std, seeds`."""
    rows = []
    for fate, part in table.groupby("against", sort=False):
        first = part.iloc[0]
        counts = {name: int(first[name]) for name in ("n_against", "n_of")}
        spread = {"auc_mean": part["auc"].mean(), "auc_std": part["auc"].std(ddof=1), "seeds": len(part)}
        rows.append({"against": fate, "of": first["of"], **counts, **spread})
    return pd.DataFrame(rows)
