"""Draws the training curves of one model."""

from pathlib import Path

from i2v_core import cli, storage
from i2v_core.evaluation import figures


def run(*, log: Path, title: str, out: Path) -> None:
    """Writes a PNG with one panel per column. log: train_log.csv with `epoch` and one column per loss term."""
    figures.training_curves(storage.read_csv(log, ("epoch",)), title=title, out=out)


if __name__ == "__main__":
    cli.entry(run)
