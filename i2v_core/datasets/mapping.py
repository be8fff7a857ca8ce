"""Class maps: which class of one dataset corresponds to which class of a video dataset. Tables in `class_maps/`.

Several source classes may feed one target class (UCF101 -> HMDB51: climb, punch); a source class feeds one only.
Without roles (`joint`) a map serves in both directions, and maps of one target dataset serve together: with UCF101 as
target and HMDB51 and BU101 as sources, ucf_hmdb_full_12 and bu_to_ucf_hmdb_12 give twelve classes named as in HMDB51.
e2h_15 is DIVAFN's variant of Stanford40 + HII -> HMDB51, not the 13-class benchmark.
a2u_10 is DIVAFN's Table II; that its "Action DB" is the data set of the importer action_db is inferred.

Choice: the 12 classes of Stanford40 -> UCF101 are published nowhere we know of, so `s2u_12` is a choice among 13 pairs
of equal meaning. Ten are DIVAFN's list, which alone is sourced (`s2u_10`). Of the other three Biking and HorseRiding
are in and PlayingViolin is out, since (a) DIVAFN takes the Stanford40 images of riding_a_bike and riding_a_horse as
sources of video classes elsewhere (Table III), but violin images only from another dataset (Table II), and (b) UCF101
has 100 videos of PlayingViolin, fewer than the 110 a class that DIVAFN uses; each of the twelve has 110 or more.
Results on it belong under the name s2u_12, not beside published numbers without a remark.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from i2v_core import storage

COLUMNS = ("source_dataset", "source_class", "target_dataset", "target_class", "confidence", "source")
JOINT_COLUMNS = ("dataset", "dataset_class", "class")
OWN = "own"  # instead of a map: the sources' classes under their own names
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


def joint(names: Sequence[str]) -> pd.DataFrame:
    """The class maps `names` as one table without roles; see `without_roles`.

    Raises ValueError for no name, an unknown one, and maps that do not go together.
    """
    if not names:
        raise ValueError("class_map: none found, at least one wanted; name one in the benchmark's class_map")
    return without_roles({name: read(name) for name in names})


def own(sources: Mapping[str, Sequence[str]], target: str) -> pd.DataFrame:
    """A map of classes by their own names -> columns `JOINT_COLUMNS`. sources: classes by dataset; target: a dataset.

    Raises ValueError for fewer than two classes.
    """
    classes = sorted({name for names in sources.values() for name in names})
    if len(classes) < 2:
        raise ValueError(f"classes {classes} found in the sources, at least two wanted; one folder a class")
    rows = [(dataset, name, name) for dataset, names in sources.items() for name in sorted(set(names))]
    return pd.DataFrame([*rows, *((target, name, name) for name in classes)], columns=list(JOINT_COLUMNS))


def without_roles(maps: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Maps by name -> one row per class of a dataset, columns `JOINT_COLUMNS`; any dataset may be source or target.

    class is the name in the maps' target dataset, whose own classes stand for themselves.
    Raises ValueError if the maps have different target datasets or give a class of a dataset two meanings.
    """
    targets = {name: table["target_dataset"].iloc[0] for name, table in maps.items()}
    if len(set(targets.values())) > 1:
        raise ValueError(
            f"class maps of the targets {targets} found, one target dataset wanted, as it names the classes; "
            "correct the benchmark's class_map"
        )
    sides = [
        table[[f"{side}_dataset", f"{side}_class", "target_class"]].set_axis(list(JOINT_COLUMNS), axis="columns")
        for side in ("source", "target")
        for table in maps.values()
    ]
    rows = pd.concat(sides).drop_duplicates().reset_index(drop=True)
    twice = rows[rows.duplicated(["dataset", "dataset_class"])]
    if len(twice):
        first = twice.iloc[0]
        same = (rows["dataset"] == first["dataset"]) & (rows["dataset_class"] == first["dataset_class"])
        meanings = sorted(rows.loc[same, "class"])
        raise ValueError(
            f"class maps {list(maps)}: {first['dataset']} {first['dataset_class']} stands for {meanings}, one class "
            "wanted; correct the benchmark's class_map"
        )
    return rows


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
