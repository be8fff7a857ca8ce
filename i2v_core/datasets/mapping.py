"""Class maps: which class of an image dataset corresponds to which class of a video dataset. Tables in `class_maps/`.

Several source classes may feed one target class (UCF101 -> HMDB51: climb, punch); a source class feeds one only.
e2h_15 is DIVAFN's variant of Stanford40 + HII -> HMDB51, not the 13-class benchmark.

Choice: the 12 classes of Stanford40 -> UCF101 are published nowhere we know of, so `s2u_12` is a choice among 13 pairs
of equal meaning. Ten are DIVAFN's list, which alone is sourced (`s2u_10`). Of the other three Biking and HorseRiding
are in and PlayingViolin is out, since (a) DIVAFN takes the Stanford40 images of riding_a_bike and riding_a_horse as
sources of video classes elsewhere (Table III), but violin images only from another dataset (Table II), and (b) UCF101
has 100 videos of PlayingViolin, fewer than the 110 a class that DIVAFN uses; each of the twelve has 110 or more.
Results on it belong under the name s2u_12, not beside published numbers without a remark.
"""

from pathlib import Path

import pandas as pd

from i2v_core import storage

COLUMNS = ("source_dataset", "source_class", "target_dataset", "target_class", "confidence", "source")
FOLDER = Path(__file__).parent / "class_maps"


def names() -> list[str]:
    """Names of the class maps in the package."""
    return sorted(file.stem for file in FOLDER.glob("*.csv"))


def read(name: str) -> pd.DataFrame:
    """The class map `name`, one row per source class, columns `COLUMNS`.

    Raises ValueError for an unknown name or a table that fails `check`.
    """
    if name not in names():
        raise ValueError(f"class map {name!r} found, one of {names()} wanted; correct the benchmark's class_map")
    table = storage.read_csv(FOLDER / f"{name}.csv", COLUMNS)
    check(table, name)
    return table


def check(table: pd.DataFrame, name: str) -> None:
    """Raises ValueError unless the map has rows, no empty field, one target dataset, and each source class once."""
    if table.empty:
        raise ValueError(f"class map {name}: no rows found, one per source class wanted; complete the table")
    for column in COLUMNS:
        if (table[column] == "").any():
            row = int((table[column] == "").to_numpy().argmax()) + 2
            raise ValueError(f"class map {name}: line {row} has no {column}; complete the table")
    twice = table[table.duplicated(["source_dataset", "source_class"])]
    if len(twice):
        first = twice.iloc[0]
        raise ValueError(
            f"class map {name}: {first['source_dataset']} {first['source_class']} found twice, "
            "one target class per source class wanted; remove a row"
        )
    targets = sorted(set(table["target_dataset"]))
    if len(targets) > 1:
        raise ValueError(f"class map {name}: target datasets {targets} found, one wanted; split the table")
