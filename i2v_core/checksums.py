"""Digests of weight files: pinned ones are compared before any job, published ones where somebody asks.

Choice: a pinned file is compared when the graph is planned, not in each stage: a wrong one stops the run before the
first job, and pinning a file that is in use makes nothing run again. It is read once, as its digest is remembered.
"""

import hashlib
import os
import re
from pathlib import Path
from typing import NamedTuple

from i2v_core import storage

KNOWN = Path(__file__).parent / "known_weights.csv"
NAMED = re.compile(r"-([0-9a-f]{8})\.[a-z]+$")  # as torchvision, timm and OpenMMLab name files: start of the SHA-256


class Statement(NamedTuple):
    """What somebody states of a file's digest: by sha256, md5 or git (its id as a blob), by whom, and if it is so."""

    algorithm: str
    source: str
    is_so: bool


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    return _digest(path, hashlib.sha256())


def check(config: dict, memory: Path) -> None:
    """Compares the files of `checksums` in params.yaml with the SHA-256 beside each.

    memory: JSON file of digests by path; a file of the same size and time is not read again. A file that is not there
    is left to the rule that wants it, which says so, but for one that no setting names: that is a slip of the pen.
    Raises ValueError with a line for each file that is another.
    """
    known = storage.read_json(memory) if Path(memory).is_file() else {}
    taken, problems = dict(known), []
    for path, wanted in config["checksums"].items():
        if not Path(path).is_file():
            if not _is_named(path, {**config, "checksums": None}):
                problems.append(f"checksums: {path!r} found, no such file, and no setting names it; mend or remove it")
            continue
        stat = Path(path).stat()
        state = [stat.st_size, stat.st_mtime_ns]
        if taken.get(path, {}).get("state") != state:
            taken[path] = {"state": state, "sha256": sha256(Path(path))}
        found = taken[path]["sha256"]
        if found != wanted.lower():
            problems.append(
                f"{path}: SHA-256 {found} found, {wanted.lower()} wanted; fetch the file again, or mend `checksums` in "
                "params.yaml if this is the right one"
            )
    if taken != known:
        storage.write_json(taken, memory)
    if problems:
        raise ValueError("\n".join(problems))


def stated(path: Path) -> list[Statement]:
    """What its name and `known_weights.csv` state of a file with such a name (or folder and name)."""
    path, found = Path(path), []
    named = NAMED.search(path.name)
    if named:
        found.append(Statement("sha256", "its name", sha256(path).startswith(named[1])))
    for _, row in storage.read_csv(KNOWN).iterrows():
        if Path(path).absolute().as_posix().endswith(f"/{row['file']}"):
            is_so = _by(row["algorithm"], path) == row["digest"]
            found.append(Statement(row["algorithm"], row["source"], is_so))
    return found


def _by(algorithm: str, path: Path) -> str:
    if algorithm == "git":
        start = f"blob {path.stat().st_size}\0".encode()
        return _digest(path, hashlib.sha1(start, usedforsecurity=False))
    return _digest(path, hashlib.new(algorithm, usedforsecurity=False))


def _digest(path: Path, begun) -> str:
    """begun: an object of hashlib, which may have eaten something before the file."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, lambda: begun).hexdigest()


def _is_named(path: str, settings: object) -> bool:
    """Whether a text anywhere in the settings is the path, or a folder above it."""
    if isinstance(settings, dict):
        return any(_is_named(path, value) for value in settings.values())
    if isinstance(settings, list):
        return any(_is_named(path, value) for value in settings)
    if not isinstance(settings, str) or not settings:
        return False
    named, whole = os.path.normpath(settings), os.path.normpath(path)
    return whole == named or whole.startswith(f"{named}/")
