"""`i2v check-data DATASET`: what a data set's folder holds, and what is missing, surplus, mislabelled or miscounted."""

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import yaml

from i2v_core import cli, params, storage
from i2v_core.datasets import catalog, listing, segments, sources
from i2v_core.progress import track

ALL = "all"
SHOWN = 5  # paths of each kind of problem
KINDS = {  # in the order in which they are told
    "missing": "named or expected, and not there",
    "surplus": "there, and not named or not expected",
    "unknown-class": "of a class that the data set does not have",
    "bad-split-line": "lines of the lists that cannot be right",
    "undecodable": "cannot be read",
    "wrong-count": "differs from the counts asked for",
}


class Chosen(NamedTuple):
    """A data set to look at, and where it comes from."""

    name: str
    layout: str
    root: Path
    options: dict
    source: dict[str, str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    parser.add_argument("dataset", nargs="?", help="key in the configuration, or all that its tables use")
    files = {"type": Path, "nargs": "+", "default": [], "action": "extend", "metavar": "FILE"}
    parser.add_argument("--configfile", **files, help="over params.yaml, as snakemake takes them")
    parser.add_argument("--layout", choices=catalog.layouts(), help="without a configuration: of which form it is")
    parser.add_argument("--root", type=Path, help="the folder of --layout")
    parser.add_argument("--options", type=cli.mapping, default={}, help="of --layout, JSON, as in params.yaml")
    parser.add_argument("--decode", type=_count, default=0, metavar="N", help="open N items, spread evenly, or all")
    parser.add_argument("--out", type=Path, help="all problems as CSV")


def run(
    *,
    dataset: str | None,
    configfile: list[Path],
    layout: str | None,
    root: Path | None,
    options: dict,
    decode: int | None,
    out: Path | None,
) -> int:
    """Prints what is there and what is wrong -> 0 if nothing is, 1 for problems or absent data, 2 for bad arguments."""
    try:
        if bool(dataset) == bool(layout) or (layout and configfile) or (dataset and (root or options)):
            raise ValueError(
                "either DATASET, then perhaps --configfile, or --layout with --root and perhaps --options wanted; "
                "--configfile takes all words after it, so put DATASET first"
            )
        chosen = _by_layout(layout, root, options) if layout else _configured(dataset, configfile)
    except (ValueError, FileNotFoundError) as error:
        print("error: " + " ".join(str(error).split()), file=sys.stderr)
        return 2
    problems = pd.concat([_checked(one, decode).assign(dataset=one.name) for one in chosen])
    if out:
        storage.write_csv(problems[["dataset", *listing.PROBLEM_COLUMNS]], out)
    return int(len(problems) > 0)


def _count(text: str) -> int | None:
    """How many items to open; None: all of them."""
    if text != ALL and not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} found, a number or {ALL} wanted")
    return None if text == ALL else int(text)


def _by_layout(layout: str, root: Path | None, options: dict) -> list[Chosen]:
    if root is None:
        raise ValueError("--layout: no --root found, the folder of the data set wanted")
    catalog.check_options(layout, options)
    return [Chosen(layout, layout, root, options, sources.of(layout))]


def _configured(dataset: str | None, files: list[Path]) -> list[Chosen]:
    """The data set of that key, or all that the benchmarks of the tables read, as params.yaml and `files` have them."""
    from i2v_core.params import checking  # its libraries take a while to import

    if not Path("params.yaml").is_file():
        raise FileNotFoundError(f"{Path.cwd()}: no params.yaml found; run the command in the project's folder")
    config = _mapping(Path("params.yaml"))
    for file in files:
        if not file.is_file():
            raise FileNotFoundError(f"--configfile {file}: no such file")
        config = params.merged(config, _mapping(file))
    checking.check(config, Path("workflow/schemas/params.yaml"))
    names = [dataset]
    if dataset == ALL:
        used = [config["benchmarks"][name] for name in config["tables"]["benchmarks"]]
        names = sorted({name for section in used for name in (*section["source"], section["target"])})
    found = []
    for name in names:
        if name not in config["datasets"]:
            raise ValueError(f"data set {name!r} found, {ALL} or one of {list(config['datasets'])} wanted")
        section = config["datasets"][name]
        layout, root, options = section["layout"], section["root"], section["options"]
        catalog.check_options(layout, options)
        drawn = {"name": "drawn", "homepage": f"snakemake --cores all {root}"}
        source = drawn if section["mini_world"] else sources.of(layout)
        found.append(Chosen(name, layout, Path(root), options, source))
    return found


def _mapping(file: Path) -> dict:
    """The content of a settings file; an empty one is an empty mapping."""
    try:
        content = yaml.safe_load(file.read_text()) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{file}: not YAML ({error})") from None
    if not isinstance(content, dict):
        raise ValueError(f"{file}: a {type(content).__name__} found, a mapping of sections wanted")
    return content


def _checked(chosen: Chosen, decode: int | None) -> pd.DataFrame:
    """Prints all about one data set -> its problems; one that cannot be read at all is one problem."""
    source = chosen.source
    try:
        items, problems = catalog.read(chosen.layout, chosen.root, chosen.options)
    except (ValueError, OSError) as error:
        message = " ".join(str(error).split())
        where = f"; {source['name']}: {source['homepage']}, see docs/data_sets.md" if source else ""
        print(f"error: {chosen.name}: {message}{where}", file=sys.stderr)
        kind = "missing" if isinstance(error, FileNotFoundError) else "undecodable"
        return pd.DataFrame([(".", kind, message, source.get("homepage", ""))], columns=list(listing.PROBLEM_COLUMNS))
    print(f"{chosen.name}: {len(items)} items in {items['label'].nunique()} classes in {chosen.root}")
    for line in _parts(items):
        print(f"  {line}")
    if "counts" not in chosen.options:
        print(f"  no counts given to compare with; published: {source.get('counts', 'none')}")
    opened = _opened(chosen.root, items, decode)
    problems = catalog.merged_problems([problems, *opened])
    for kind, text in KINDS.items():
        rows = problems[problems["problem"] == kind]
        if len(rows):
            print(f"  {kind}: {len(rows)} ({text})")
        for row in rows.head(SHOWN).itertuples():
            print(f"    {row.path}: {row.found}; {row.wanted} wanted")
        if len(rows) > SHOWN:
            print(f"    ... and {len(rows) - SHOWN} more")
    if problems.empty:
        print("  no problem found")
    return problems


def _parts(items: pd.DataFrame) -> list[str]:
    """A line for each split, or for several that have the same sizes."""
    lines: dict[str, list[str]] = {}
    for split in ("1", "2", "3"):
        sizes = items[f"split{split}"].value_counts()
        parts = [f"{sizes.get(part, 0)} {part or 'in neither'}" for part in ("train", "test", "")]
        lines.setdefault(", ".join(part for part in parts if not part.startswith("0 ")), []).append(split)
    return [f"split {' and '.join(splits)}: {text}" for text, splits in lines.items() if text]


def _opened(root: Path, items: pd.DataFrame, decode: int | None) -> list[pd.DataFrame]:
    """Problems of `decode` items, spread evenly, that are decoded to their end; nothing is opened for 0."""
    number = len(items) if decode is None else min(decode, len(items))
    if not number:
        return []
    from i2v_core.media import decoding  # its libraries take a second to import

    rows, broken = items.iloc[np.unique(np.linspace(0, len(items) - 1, number).round().astype(int))], []
    for row in track(rows.itertuples(), "opening", len(rows)):
        segment = [getattr(row, name, "") for name in segments.COLUMNS]
        try:
            for _ in decoding.read_item(root / row.path, row.kind, *segment)[0]:
                pass
        except ValueError as error:
            found = str(error).removeprefix(f"{root / row.path}: ")
            broken.append((segments.place(row.path, *segment), "undecodable", found, f"a readable {row.kind}"))
    print(f"  {len(rows)} opened, {len(broken)} of them cannot be read")
    return [pd.DataFrame(broken, columns=list(listing.PROBLEM_COLUMNS))]
