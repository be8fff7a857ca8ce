"""From a dataset's layout on disk to its catalog; from catalog and problems to the index that later steps use."""

import importlib
import inspect
from pathlib import Path
from types import ModuleType

import pandas as pd

from i2v_core.datasets import listing, segments

POLICIES = ("stop", "drop")


def layouts() -> list[str]:
    """Names of the layouts: the files of the folder `importers`."""
    folder = Path(__file__).parent / "importers"
    return sorted(file.stem for file in folder.glob("*.py") if file.stem != "__init__")


def importer(layout: str) -> ModuleType:
    """The module that reads a layout; it has `index` and `DATASET`, the dataset's name in the class maps.

    Raises ValueError for an unknown layout.
    """
    if layout not in layouts():
        raise ValueError(f"layout {layout!r} found, one of {layouts()} wanted; correct params.yaml")
    return importlib.import_module(f"i2v_core.datasets.importers.{layout}")


def check_options(layout: str, options: dict) -> None:
    """Raises ValueError for an unknown layout, and for options that are no keyword arguments of its `index`."""
    known = [name for name in inspect.signature(importer(layout).index).parameters if name != "root"]
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise ValueError(f"layout {layout}: options {unknown} found, some of {known} wanted; correct params.yaml")


def read(layout: str, root: Path, options: dict) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Catalog and problems of the dataset below `root`; `options` are keyword arguments of the layout's `index`.

    Raises ValueError for an unknown layout or option, FileNotFoundError if the dataset is not there.
    """
    check_options(layout, options)
    return importer(layout).index(root, **options)


def merged_problems(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Problem tables as one, sorted by path; a problem that listing and decoding both found stands once."""
    columns = list(listing.PROBLEM_COLUMNS)
    rows = sorted({row for table in tables for row in table[columns].astype(str).itertuples(index=False, name=None)})
    merged = pd.DataFrame(rows, columns=columns, dtype=str)
    twice = (merged["problem"] == "undecodable") & merged.duplicated(["path", "problem"])
    return merged[~twice].reset_index(drop=True)


def usable(name: str, catalog: pd.DataFrame, problems: pd.DataFrame, *, policy: str, report: Path) -> pd.DataFrame:
    """The catalog without items whose file, or whose segment of it (see `segments.place`), has a problem.

    policy `stop`: any problem is an error; `drop`: what has a problem is left out.
    Raises ValueError for an unknown policy, under `stop` with problems, and if no item is left. `report` is where the
    problems stand in full, for the messages.
    """
    if policy not in POLICIES:
        raise ValueError(f"datasets.{name}.on_problem: {policy!r} found, one of {list(POLICIES)} wanted")
    if policy == "stop" and len(problems):
        kinds = ", ".join(f"{count} {kind}" for kind, count in problems["problem"].value_counts().sort_index().items())
        first = ", ".join(problems["path"].drop_duplicates()[:3])
        raise ValueError(
            f"dataset {name}: {kinds} (first: {first}); the full list is in {report}; "
            f"fix the files or set datasets.{name}.on_problem: drop"
        )
    columns = [name for name in ("path", *segments.COLUMNS) if name in catalog]
    places = [segments.place(*row) for row in catalog[columns].itertuples(index=False, name=None)]
    bad = set(problems["path"])
    index = catalog[~(catalog["path"].isin(bad) | pd.Series(places, catalog.index, dtype=object).isin(bad))]
    if index.empty:
        raise ValueError(f"dataset {name}: all {len(catalog)} items have a problem; see {report}; fix the files")
    return index
