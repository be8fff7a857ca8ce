"""Lists a dataset: a catalog of its items and a table of all that is wrong with the folder, by names and lists only."""

from pathlib import Path

from i2v_core import cli, storage
from i2v_core.datasets import catalog


def run(*, layout: str, root: Path, options: dict, out: Path, problems: Path) -> None:
    """Writes `problems`, then the catalog `out` (sorted by id).

    options  of the layout: counts (items, classes, split1..3 and per_class as [train, test]), aliases (hii)
    Raises FileNotFoundError if the dataset is not there, ValueError if no item is usable; problems alone are no error.
    """
    items, rows = catalog.read(layout, root, options)
    storage.write_csv(rows, problems)
    if items.empty:
        first = "; ".join(f"{row.path}: {row.problem}, {row.found} found" for row in rows.head(3).itertuples())
        raise ValueError(f"{root}: no usable item of layout {layout} found, {len(rows)} problems, first: {first}")
    storage.write_csv(items, out)


if __name__ == "__main__":
    cli.entry(run)
