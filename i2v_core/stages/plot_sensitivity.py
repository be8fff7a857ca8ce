"""Draws accuracy over the values of parameters, one panel a parameter."""

from pathlib import Path

from i2v_core import cli, storage
from i2v_core.evaluation import sensitivity, specs


def run(*, spec: dict, out: Path, table: Path) -> None:
    """Writes a PNG to `out` and the numbers behind it to `table`, in percent, one row per run.

    spec: what stands in the figure, see evaluation/sensitivity.py; its runs name scores.json files, or series of them,
    see evaluation/specs.py.
    """
    spec = specs.expanded_figure(spec)
    sensitivity.check_spec(spec)
    files = {entry["scores"] for entry in specs.figure_runs(spec)}
    points = sensitivity.points(spec, {file: storage.read_json(file) for file in sorted(files)})
    storage.write_csv(points, table)
    sensitivity.draw(points, spec, out)


if __name__ == "__main__":
    cli.entry(run)
