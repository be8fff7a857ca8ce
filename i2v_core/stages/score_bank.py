"""Scores the banks of one training against the hidden target labels; for people only, no training reads the result."""

from pathlib import Path

from i2v_core import cli, storage
from i2v_core.evaluation import bank_quality, scores


def run(*, banks: Path, target_labels: Path, classes: Path, size: int, title: str, out: Path, figure: Path) -> None:
    """Writes a table to `out`, one row per epoch, and its curves as PNG to `figure`.

    banks: folder of `epoch<number>.csv` with `class, rank, id, confidence` among the columns. target_labels: `id,
    class` of at least the target's training videos. classes: `index, class`. size: slots per class.
    """
    names = scores.class_names(storage.read_csv(classes, ("index", "class")), name=str(classes))
    labels = storage.read_csv(target_labels, ("id", "class"))
    table = bank_quality.bank_scores(bank_quality.read(banks), labels, names, size=size, name=str(banks))
    storage.write_csv(table, out)
    bank_quality.draw(table, title=title, out=figure)


if __name__ == "__main__":
    cli.entry(run)
