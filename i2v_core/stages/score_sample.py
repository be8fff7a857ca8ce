"""Scores the predictions of all rows of one job on a sample of DIVAFN's protocol."""

from pathlib import Path

from i2v_core import cli, storage
from i2v_core.evaluation import scores


def run(*, predictions: Path, test_labels: Path, classes: Path, out: Path) -> None:
    """Writes scores.json: by row what score_predictions writes for one model.

    predictions: `row, id, class`. test_labels: `id, class` of the sample's test. classes: `index, class`.
    Raises ValueError for a row without a prediction for each test video.
    """
    names = scores.class_names(storage.read_csv(classes, ("index", "class")), name=str(classes))
    labels = storage.read_csv(test_labels, ("id", "class"))
    found = {}
    for row, table in storage.read_csv(predictions, ("row", "id", "class")).groupby("row", sort=False):
        both = scores.align(table[["id", "class"]], labels, names, name=f"{predictions} row {row}")
        found[row] = scores.prediction_scores(both["true"].to_numpy(), both["predicted"].to_numpy(), names)
    storage.write_json(found, out)


if __name__ == "__main__":
    cli.entry(run)
