"""Which videos a picture of both domains shows: the first of a class. Target labels choose, and do nothing else."""

from pathlib import Path

import pandas as pd

from i2v_core import storage
from i2v_core.evaluation import scores


def by_domain(source: Path, target: Path, target_labels: Path) -> dict[str, pd.DataFrame]:
    """Tables `id, dataset, class` of "source" and "target"; target: `id, dataset` of a file without classes."""
    videos = storage.read_csv(target, ("id", "dataset"))
    labels = storage.read_csv(target_labels, ("id", "class"))[["id", "class"]]
    labels = scores.restrict(labels, videos["id"].tolist(), name=str(target_labels))
    return {"source": storage.read_csv(source, ("id", "dataset", "class")), "target": videos.merge(labels, on="id")}


def first(table: pd.DataFrame, name: str, domain: str) -> str:
    """The key of a class's first video by id. Raises ValueError if it has none."""
    chosen = table[table["class"] == name].sort_values("id")
    if chosen.empty:
        known = sorted(set(table["class"]))
        raise ValueError(f"class {name!r}: no {domain} video found, one wanted; choose among {known}")
    return f"{chosen['dataset'].iloc[0]}/{chosen['id'].iloc[0]}"
