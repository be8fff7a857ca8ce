"""Draws accuracy over the values of parameters, one panel a parameter."""

from pathlib import Path

from i2v_core import cli, storage
from i2v_core.evaluation import sensitivity


def run(*, spec: dict, out: Path, table: Path) -> None:
    """Writes a PNG to `out` and the numbers behind it to `table`, in percent, one row per run.

    spec: what stands in the figure, see evaluation/sensitivity.py; its runs name scores.json files.
    """
    sensitivity.check_spec(spec)
    places = [place for panel in spec["panels"] for place in (*panel["points"], panel["reference"]) if place]
    files = {entry["scores"] for place in places for entry in place["runs"]}
    points = sensitivity.points(spec, {file: storage.read_json(file) for file in sorted(files)})
    storage.write_csv(points, table)
    sensitivity.draw(points, spec, out)


if __name__ == "__main__":
    cli.entry(run)
