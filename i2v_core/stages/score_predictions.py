"""Scores one model's predictions on the target test videos."""

from pathlib import Path

from i2v_core import cli, storage
from i2v_core.evaluation import scores


def run(
    *,
    predictions: Path,
    target_labels: Path,
    classes: Path,
    target_test: Path,
    labelled_only: bool = False,
    out: Path,
) -> None:
    """Writes scores.json: top-1 accuracy with its interval, mean class accuracy, per-class accuracy, confusion matrix.

    predictions: `id, class, confidence`. target_labels: `id, class, label` of training and test videos. target_test:
    the ids that count. classes: `index, class`. labelled_only: ids without a label are left out, of which there may be
    any number, and where none is left (all labelled videos unreadable) only `n`, 0, is written; without it they are an
    error.
    """
    names = scores.class_names(storage.read_csv(classes, ("index", "class")), name=str(classes))
    test = storage.read_csv(target_test, ("id",))["id"].tolist()
    known, given = storage.read_csv(target_labels, ("id", "class")), storage.read_csv(predictions, ("id", "class"))
    if labelled_only:
        labelled = set(known["id"])
        test, given = [name for name in test if name in labelled], given[given["id"].isin(labelled)]
        if not test:
            storage.write_json({"n": 0}, out)
            return
    table = scores.align(given, scores.restrict(known, test, name=str(target_labels)), names, name=str(predictions))
    storage.write_json(
        scores.prediction_scores(table["true"].to_numpy(), table["predicted"].to_numpy(), names),
        out,
    )


if __name__ == "__main__":
    cli.entry(run)
