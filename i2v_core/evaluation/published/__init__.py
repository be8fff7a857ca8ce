"""Published numbers: one CSV file beside this module per table of a paper, named by its stem (`cycda_table2`).

Only filled cells have a row. Columns `table, setting, method, backbone, benchmark, metric, value, note`: `method` and
`backbone` together name a row of the printed table, `benchmark` names its column, `value` is in percent.
"""

from functools import cache
from pathlib import Path

import pandas as pd

from i2v_core import storage

FOLDER = Path(__file__).parent
COLUMNS = ("table", "setting", "method", "backbone", "benchmark", "metric", "value", "note")
BENCHMARKS = {
    "e2h": "EADs→HMDB51, 13 classes",
    "s2u": "Stanford40→UCF101, 12 classes",
    "b2u": "BU101→UCF101, 101 classes",
    "u2h": "UCF101→HMDB51, 12 classes",
    "h2u": "HMDB51→UCF101, 12 classes",
    "u2h_small": "UCF101→HMDB51, 5 classes",
    "h2u_small": "HMDB51→UCF101, 5 classes",
    "u2o": "UCF→Olympic, 6 classes",
    "o2u": "Olympic→UCF, 6 classes",
    **{f"epic_d{a}_d{b}": f"EPIC-Kitchens D{a}→D{b}, 8 verbs" for a in (1, 2, 3) for b in (1, 2, 3) if a != b},
    "epic_mean": "EPIC-Kitchens, mean of the six",
    **{
        f"divafn_{pair}_{ratio}": f"{words}, {ratio} % of the videos"
        for pair, (words, ratios) in {
            "s2u10": ("Stanford40→UCF101, 10 classes", (10, 20, 30, 40, 50)),
            "a2u10": ("ASD→UCF101, 10 classes", (10, 20, 30, 40, 50)),
            "e2h15": ("EAD→HMDB51, 15 classes", (10, 20, 30, 40, 50)),
            "b2u101": ("BU101→UCF101, 101 classes", (5, 10, 20, 33, 50, 100)),
        }.items()
        for ratio in ratios
    },
    "ucf101": "UCF101, 101 classes",
    "kinetics400": "Kinetics-400, 400 classes",
}


@cache
def table(name: str) -> pd.DataFrame:
    """The filled cells of one published table, columns COLUMNS, rows in the paper's order.

    Raises ValueError for a name without a file.
    """
    names = sorted(path.stem for path in FOLDER.glob("*.csv"))
    if name not in names:
        raise ValueError(f"published table {name!r} asked for, one of {', '.join(names)} wanted; see {FOLDER}")
    return storage.read_csv(FOLDER / f"{name}.csv", COLUMNS)


def methods(name: str) -> list[tuple[str, str]]:
    """(method, backbone) of each row of the table, in the paper's order. Raises as `table` does."""
    return list(dict.fromkeys(zip(table(name)["method"], table(name)["backbone"], strict=True)))


def benchmarks(name: str) -> list[str]:
    """The columns of the table, keys of BENCHMARKS, in the order of their first cells. Raises as `table` does."""
    return list(dict.fromkeys(table(name)["benchmark"]))


def cell(name: str, method: str, backbone: str, benchmark: str) -> pd.Series | None:
    """One cell of the table with its columns, or None where the paper prints a dash.

    Raises ValueError if the table has no such row or no such column, and as `table` does.
    """
    if (method, backbone) not in methods(name):
        rows = "; ".join(f"{row}, {nets}" for row, nets in methods(name))
        raise ValueError(f"published method {method!r}, backbone {backbone!r} found, a row of {name} wanted: {rows}")
    if benchmark not in benchmarks(name):
        raise ValueError(f"published benchmark {benchmark!r} found, a column of {name} wanted: {benchmarks(name)}")
    cells = table(name)
    found = cells[(cells["method"] == method) & (cells["backbone"] == backbone) & (cells["benchmark"] == benchmark)]
    return None if found.empty else found.iloc[0]


def value(name: str, method: str, backbone: str, benchmark: str) -> float | None:
    """Top-1 accuracy in percent that the table prints, or None where it prints a dash. Raises as `cell` does."""
    found = cell(name, method, backbone, benchmark)
    return None if found is None else float(found["value"])
