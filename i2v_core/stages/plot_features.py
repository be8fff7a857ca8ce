"""Draws the features of source and target videos in the plane, models side by side (t-SNE)."""

from pathlib import Path

import pandas as pd

from i2v_core import cli, storage
from i2v_core.evaluation import feature_files, feature_map, scores


def run(
    *,
    features: list[Path],
    titles: list[str],
    target_labels: Path,
    classes: Path,
    perplexity: float,
    out: Path,
    table: Path,
) -> None:
    """Writes a PNG to `out` and the coordinates to `table`.

    features: one HDF5 file per model with `source/features, source/labels, target/features, target/ids`; titles: one
    per model. target_labels: `id, class`, for the colours alone. classes: `index, class`.
    Raises ValueError if there are not as many titles as files, or one stands twice.
    """
    if not features or len(titles) != len(features) or len(set(titles)) < len(titles):
        raise ValueError(
            f"{len(features)} files of features, titles {titles} found, a title of its own for each wanted"
        )
    names = scores.class_names(storage.read_csv(classes, ("index", "class")), name=str(classes))
    labels = storage.read_csv(target_labels, ("id", "class"))
    tables = []
    for path, title in zip(features, titles, strict=True):
        given = feature_files.read(path, classes=len(names))
        truth = scores.restrict(labels, given.target_ids, name=str(target_labels))
        places = feature_map.coordinates(given, perplexity=perplexity)
        known = dict(zip(truth["id"], truth["class"], strict=True))
        tables.append(feature_map.tidy(given, places, labels=known, classes=names, model=title))
    joint = pd.concat(tables, ignore_index=True)
    storage.write_csv(joint, table)
    feature_map.draw(joint, names, out)


if __name__ == "__main__":
    cli.entry(run)
