"""Scores the pseudo labels of the target training videos; for people only, no training reads the result."""

from pathlib import Path

from i2v_core import cli, storage
from i2v_core.evaluation import scores


def run(*, pseudo_labels: Path, target_labels: Path, classes: Path, out: Path) -> None:
    """Writes a JSON file with precision_kept, accuracy_all, coverage, n, n_kept and counts per class.

    pseudo_labels: `id, class, kept` among its columns, one row per target training video. target_labels: `id, class,
    label` of training and test videos; the ids of `pseudo_labels` count. classes: `index, class`.
    """
    names = scores.class_names(storage.read_csv(classes, ("index", "class")), name=str(classes))
    given = storage.read_csv(pseudo_labels, ("id", "class", "kept"))
    labels = scores.restrict(
        storage.read_csv(target_labels, ("id", "class")), given["id"].tolist(), name=str(target_labels)
    )
    table = scores.align(given, labels, names, name=str(pseudo_labels))
    storage.write_json(
        scores.pseudo_label_scores(
            table["true"].to_numpy(), table["predicted"].to_numpy(), table["kept"].to_numpy(), names
        ),
        out,
    )


if __name__ == "__main__":
    cli.entry(run)
