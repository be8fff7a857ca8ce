"""What a fake data set is made of: rows of the catalog that its tree has to give, and faults that can be planted."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from i2v_core.datasets import listing
from tests.datasets import trees

TRAIN = ("train", "train", "train")
NOT_LISTED = ("surplus", "a file that no list names", "a line in the lists")
NOT_AN_IMAGE = ("surplus", "not an image by its suffix", "one of " + " ".join(sorted(listing.IMAGE_SUFFIXES)))
EMPTY = ("undecodable", "0 bytes (an empty file or a broken link)", "a file with content")

Plant = Callable[[Path], object]


class Fault(NamedTuple):
    """One thing that goes wrong with a folder, and all problems that it is, without counts."""

    plant: Plant
    problems: list[tuple[str, str, str, str]]


class Fake(NamedTuple):
    """A whole data set with its true names, few files a class. write: makes the tree -> the catalog's rows, by id."""

    layout: str
    write: Callable[[Path], list[tuple[str, ...]]]
    faults: dict[str, Fault]
    options: dict = {}  # noqa: RUF012


def counts(rows: list[tuple[str, ...]]) -> dict:
    """What a configuration would ask for of these rows."""
    sizes = {f"split{k}": [[row[4 + k] for row in rows].count(part) for part in ("train", "test")] for k in (1, 2, 3)}
    return {"items": len(rows), "classes": len({row[3] for row in rows}), **sizes}


def gone(path: str) -> Plant:
    return lambda root: shutil.rmtree(root / path) if (root / path).is_dir() else (root / path).unlink()


def added(path: str) -> Plant:
    return lambda root: trees.put(root / path)


def emptied(path: str) -> Plant:
    return lambda root: trees.put(root / path, "")


def appended(file: str, *lines: str) -> Plant:
    """Lines at the end of a list, with its own line ends."""
    return lambda root: (root / file).write_bytes((root / file).read_bytes() + trees.crlf(list(lines)).encode())


def both(*plants: Plant) -> Plant:
    return lambda root: [plant(root) for plant in plants]


def left_behind(root: Path, *folders: str) -> None:
    """What systems leave: folder settings, resource forks and thumbnails, none of them a file of the data set."""
    for folder in folders:
        for name in (".DS_Store", "._image_001.jpg", "._video_g01_c01.avi", "Thumbs.db", "desktop.ini"):
            trees.put(root / folder / name)
    trees.put(root / "__MACOSX" / "inner" / "._image_001.jpg")
