"""`i2v inspect FILE...`: pseudo-label files, banks, tables of predictions and models, in a few lines for people."""

import argparse
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.table import Table

from i2v_core import storage

SHOWN = 5  # items named at either end of a list


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="CSV, model.pt, or a folder of banks")


def run(*, files: list[Path]) -> int:
    """Prints what each file holds -> 0. Raises FileNotFoundError or ValueError for a file that is none of these."""
    console = Console(markup=False, emoji=False, highlight=False)  # names may look like markup
    for path in files:
        console.print(str(path), style="bold")
        for part in describe(path):
            console.print(part)
    return 0


def describe(path: Path) -> list[str | Table]:
    """Lines and tables on one file."""
    if path.is_dir():
        return _banks(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file or folder")
    if path.suffix == ".pt":
        return _model(path)
    table = storage.read_csv(path)
    known = {
        ("id", "class", "confidence", "votes", "kept"): _pseudo_labels,
        ("class", "rank", "id", "confidence"): _bank,
        ("class", "confidence"): _predictions,
    }
    for columns, function in known.items():
        if set(columns) <= set(table.columns):
            return function(table)
    if any(column.startswith("distance_") for column in table.columns):
        return _clusters(table)
    raise ValueError(
        f"{path}: columns {list(table.columns)} found, those of pseudo labels, of a bank or of predictions wanted"
    )


def _pseudo_labels(table: pd.DataFrame) -> list[str | Table]:
    kept = table[table["kept"] == 1]
    return [
        f"pseudo labels of {len(table)} videos, {len(kept)} kept ({_percent(len(kept), len(table))})",
        _by_class(table, kept="kept"),
        _ends(table, "least sure of the kept" if len(kept) else "least sure", kept if len(kept) else table),
    ]


def _clusters(table: pd.DataFrame) -> list[str | Table]:
    """STCDA's pseudo labels, view by view."""
    found: list[str | Table] = [f"clustered pseudo labels of {len(table)} videos"]
    for view in (column.removeprefix("distance_") for column in table.columns if column.startswith("distance_")):
        names = {name: f"{name}_{view}" for name in ("class", "kept", "distance")}
        shown = _titled(f"class by {view}", "videos", "kept", "mean distance to its centre")
        for name, part in table.groupby(names["class"], sort=True):
            counts = (len(part), int(part[names["kept"]].astype(int).sum()))
            shown.add_row(str(name), *map(str, counts), f"{part[names['distance']].mean():.3f}")
        found.append(shown)
    return found


def _predictions(table: pd.DataFrame) -> list[str | Table]:
    return [f"predictions of {len(table)} videos", _by_class(table), _ends(table, "least sure", table)]


def _bank(table: pd.DataFrame) -> list[str | Table]:
    videos = table["id"].nunique()
    own = int((table["id"] == "").sum())
    twice = int(table.loc[table["id"] != "", "id"].duplicated().sum())
    line = f"a bank of {len(table)} entries in {table['class'].nunique()} classes, {videos} different videos"
    return [f"{line}; {own} entries without one, {twice} a second time", _by_class(table)]


def _banks(folder: Path) -> list[str | Table]:
    paths = sorted(folder.glob("epoch*.csv"))
    if not paths:
        raise ValueError(f"{folder}: no epoch*.csv found, a folder of banks wanted")
    shown, before = _titled("epoch", "entries", "mean confidence", "new since the bank before"), None
    for path in paths:
        table = storage.read_csv(path, ("class", "rank", "id", "confidence"))
        now = set(zip(table["class"], table["id"], strict=True))
        new = "" if before is None else _percent(len(now - before), len(now))
        shown.add_row(path.stem.removeprefix("epoch"), str(len(table)), f"{table['confidence'].mean():.3f}", new)
        before = now
    return [f"{len(paths)} banks", shown]


def _model(path: Path) -> list[str | Table]:
    content = storage.load_weights(path)
    if not (isinstance(content, dict) and "classes" in content):
        raise ValueError(f"{path}: no model of this project found, an exported one or one of a training stage wanted")
    parts = content.get("parts", {"": content})
    lines = [
        f"{content.get('method', content.get('kind'))}, {len(content['classes'])} classes: "
        + ", ".join(content["classes"])
    ]
    for name, part in parts.items():
        count = _numbers(part.get("state", part))
        lines.append(
            f"{name or 'network'}: {part.get('kind', 'weights')}, {count:,} numbers, inputs {part.get('inputs', {})}"
        )
    if "frames" in content:
        lines.append(f"frames: short side {content['frames']['short_side_px']} px")
    return lines


def _numbers(state: object) -> int:
    """How many numbers the tensors of a state hold, at any depth."""
    if isinstance(state, dict):
        return sum(map(_numbers, state.values()))
    return state.numel() if hasattr(state, "numel") else 0


def _by_class(table: pd.DataFrame, kept: str = "") -> Table:
    shown = _titled("class", "videos", *(["kept"] if kept else []), "mean confidence", "lowest", "highest")
    for name, part in table.groupby("class", sort=True):
        numbers = [
            f"{value:.3f}" for value in (part["confidence"].mean(), part["confidence"].min(), part["confidence"].max())
        ]
        shown.add_row(str(name), str(len(part)), *([str(int(part[kept].sum()))] if kept else []), *numbers)
    return shown


def _ends(table: pd.DataFrame, title: str, part: pd.DataFrame) -> str:
    name = "path" if "path" in table else "id"
    rows = part.sort_values("confidence", kind="stable").head(SHOWN)
    return f"{title}: " + ", ".join(
        f"{row[name]} ({row['class']}, {row['confidence']:.3f})" for _, row in rows.iterrows()
    )


def _titled(*columns: str) -> Table:
    shown = Table()
    for number, column in enumerate(columns):
        shown.add_column(column, justify="left" if number == 0 else "right")
    return shown


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.0f} %"
