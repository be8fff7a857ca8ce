"""Makes a dataset's index: its catalog less the items with problems, known from the lists or met while decoding."""

from pathlib import Path

from i2v_core import cli, storage
from i2v_core.datasets import catalog as catalogs
from i2v_core.datasets import listing


def run(*, name: str, catalog: Path, problems: list[Path], policy: str, out: Path, report: Path) -> None:
    """Writes all problems to `report`, then the index `out`. An index of an earlier run goes first.

    problems  tables of the catalog and of the decoding shards
    policy    stop: a problem is an error, and no index is written; drop: the items are left out
    Raises ValueError under `stop` with problems, and if no item is left.
    """
    items = storage.read_csv(catalog, listing.CATALOG_COLUMNS)
    found = catalogs.merged_problems([storage.read_csv(path, listing.PROBLEM_COLUMNS) for path in problems])
    Path(out).unlink(missing_ok=True)
    storage.write_csv(found, report)
    storage.write_csv(catalogs.usable(name, items, found, policy=policy, report=report), out)


if __name__ == "__main__":
    cli.entry(run)
