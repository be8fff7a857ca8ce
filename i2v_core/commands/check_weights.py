"""`i2v check-weights KIND FILE`: whose keys a file has, how each meets the network's, and whether it loads."""

import argparse
from pathlib import Path

import pandas as pd

from i2v_core import checksums, cli, storage, weight_report
from i2v_core.models.weights import FAULTS, STATUSES, Match

EXAMPLES = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    parser.add_argument("kind", choices=weight_report.KINDS, metavar="KIND", help=", ".join(weight_report.KINDS))
    parser.add_argument("file", metavar="FILE", help="the file; for dpt and clip a folder or a hub id")
    parser.add_argument("--backbone", default="resnet18", help="of image: the network's name in timm (resnet18)")
    parser.add_argument(
        "--options", type=cli.mapping, default={}, help="""arguments of another network, as '{"width": 0.125}'"""
    )
    parser.add_argument("--out", type=Path, metavar="CSV", help="writes a row for every key")


def run(*, kind: str, file: str, backbone: str, options: dict, out: Path | None) -> int:
    """Prints the report -> 0, or 1 if the file does not load. Raises ValueError or OSError for what cannot be read."""
    found = weight_report.report(kind, file, backbone=backbone, options=options)
    print(file)
    print(f"  layout         {found.layout}")
    for path in found.files:
        _print_digests(path)
    given = sum(bool(match.given) for match in found.matches)
    absent = sum(match.status == "missing" or match.status == "kept as it is" for match in found.matches)
    print(f"  keys           {given} in the file, {absent} of the network not in it")
    for status in STATUSES:
        rows = [match for match in found.matches if match.status == status]
        if rows:
            print(f"  {status:14} {len(rows)}, as {'; '.join(map(_shown, rows[:EXAMPLES]))}")
    if not any(match.status in FAULTS for match in found.matches):
        print("  missing, surplus, of another shape: none")
    if out is not None:
        storage.write_csv(_table(found.matches), out)
    print(f"  loads          {'no: ' + found.problem if found.problem else 'yes'}")
    return 1 if found.problem else 0


def _print_digests(path: Path) -> None:
    print(f"  SHA-256        {checksums.sha256(path)}")
    print(f"  to pin it      {path}: {checksums.sha256(path)} below `checksums` in params.yaml")
    for statement in checksums.stated(path):
        verdict = "is so" if statement.is_so else "IS NOT SO: another file, or a damaged one"
        print(f"  {statement.algorithm:14} as {statement.source} states it: {verdict}")


def _shown(match: Match) -> str:
    names = " -> ".join(dict.fromkeys(name for name in (match.given, match.key) if name))
    shapes = " -> ".join(dict.fromkeys(_shape(shape) for shape in (match.shape, match.wanted) if shape))
    return f"{names} ({shapes})" if shapes else names


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def _table(matches: list[Match]) -> pd.DataFrame:
    return pd.DataFrame(
        [(match.given, _shape(match.shape), match.key, _shape(match.wanted), match.status) for match in matches],
        columns=["key_in_file", "shape_in_file", "key_in_model", "shape_in_model", "status"],
    )
