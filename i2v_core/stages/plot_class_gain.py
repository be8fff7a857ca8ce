"""Draws what one method gains in each class over another."""

from pathlib import Path

from i2v_core import cli, storage
from i2v_core.evaluation import class_gain


def run(*, before: list[Path], after: list[Path], titles: list[str], data: str, out: Path, table: Path) -> None:
    """Writes a PNG to `out`, numbers to `table`. before, after: scores.json of both methods, run by run.

    titles: of both methods, in this order. data: says on which data it is.
    Raises ValueError unless there are two titles and as many runs of both methods.
    """
    if len(titles) != 2:
        raise ValueError(f"titles: {titles} found, two wanted, of the method before and of the method after")
    found = class_gain.gains(*([storage.read_json(path) for path in paths] for paths in (before, after)))
    storage.write_csv(found, table)
    class_gain.draw(found, titles=titles, data=data, out=out)


if __name__ == "__main__":
    cli.entry(run)
