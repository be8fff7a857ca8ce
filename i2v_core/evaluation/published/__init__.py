"""Published numbers of the CycDA paper's tables, read from the CSV files beside this module."""

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
}


@cache
def table(number: int) -> pd.DataFrame:
    """The filled cells of Table 1 (video-to-video, frame-to-video, mixed source) or 2 (image-to-video), one row each.

    Columns `table, setting, method, backbone, benchmark, metric, value, note`; value in percent, rows in the paper's
    order. Raises ValueError for another number.
    """
    if number not in (1, 2):
        raise ValueError(f"published table {number!r} asked for, 1 or 2 wanted; see {FOLDER}")
    return storage.read_csv(FOLDER / f"cycda_table{number}.csv", COLUMNS)


def methods() -> list[tuple[str, str]]:
    """(method, backbone) of each row of Table 2, in the paper's order."""
    return list(dict.fromkeys(zip(table(2)["method"], table(2)["backbone"], strict=True)))


def cell(method: str, backbone: str, benchmark: str) -> pd.Series | None:
    """One cell of Table 2 with its columns, or None where the paper prints a dash.

    Raises ValueError if Table 2 has no such row or no such column.
    """
    if (method, backbone) not in methods():
        rows = "; ".join(f"{name}, {nets}" for name, nets in methods())
        raise ValueError(f"published method {method!r}, backbone {backbone!r} found, a row of Table 2 wanted: {rows}")
    if benchmark not in BENCHMARKS:
        raise ValueError(f"published benchmark {benchmark!r} found, a column of Table 2 wanted: {list(BENCHMARKS)}")
    cells = table(2)
    found = cells[(cells["method"] == method) & (cells["backbone"] == backbone) & (cells["benchmark"] == benchmark)]
    return None if found.empty else found.iloc[0]


def value(method: str, backbone: str, benchmark: str) -> float | None:
    """Top-1 accuracy in percent that Table 2 prints, or None where it prints a dash. Raises as `cell` does."""
    found = cell(method, backbone, benchmark)
    return None if found is None else float(found["value"])
