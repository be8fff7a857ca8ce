"""Draws the confusion matrix of one model."""

from pathlib import Path

from i2v_core import cli, storage
from i2v_core.evaluation import figures


def run(*, scores: Path, title: str, out: Path) -> None:
    """Writes a PNG. scores: scores.json of one model. title: says model, benchmark and data."""
    content = storage.read_json(scores)
    figures.confusion(content["confusion"], content["classes"], title=title, out=out)


if __name__ == "__main__":
    cli.entry(run)
