"""Willow-Actions (Delaitre, Laptev and Sivic 2010): `JPEGImages/<image>` and `ImageSets/Action/<Class>_<part>.txt`.

Sourced, from code that wrote the data set in this form and from code that reads willowactions.zip: the folders
JPEGImages, Annotations and ImageSets/Action, the seven class names, the parts train, val, trainval and test, and lines
`<image> <person> <label>` as in PASCAL VOC's action task, one for each person, the label 1 or -1. The images of all
parts together are labelled source images, so every split column says train. Annotations is not read.
Choice: an image is of a class if any person in it has label 1 for it. One that is of several classes, or of none, has
no label here: it is reported as bad-split-line and left out. The image is named with its suffix or without.
Choice: of a class either trainval or train has to be there, and test.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from i2v_core.datasets import class_folders, listing

DATASET = "WillowActions"
EXPECTED = "JPEGImages/<image> and ImageSets/Action/<Class>_{trainval,test}.txt"
LISTS = "ImageSets/Action"
CLASSES = (
    "InteractingWithComputer",
    "Photographing",
    "PlayingMusic",
    "RidingBike",
    "RidingHorse",
    "Running",
    "Walking",
)
LIST_FILE = re.compile(r"(.+)_(train|val|trainval|test)\.txt")
LINE = "<image> <person> <label>, label 1 or -1"


def index(
    root: Path,
    *,
    counts: dict | None = None,
    aliases: dict[str, str] | None = None,
    classes: list[str] | None = None,
):
    """Catalog and problems of a Willow-Actions folder, by its lists; see `listing.tables` for both tables.

    aliases: the class's name in a list file -> class; classes: those whose lists have to be there, all seven by
    default. Raises FileNotFoundError if a folder is absent or holds nothing, ValueError for an unknown class.
    """
    root, aliases = Path(root), aliases or {}
    for folder in (root, root / "JPEGImages", root / LISTS):
        listing.require(folder, EXPECTED)
    wanted = class_folders.check_classes(CLASSES, classes)
    class_folders.check_aliases(CLASSES, aliases)
    named, shown, parts, problems = _lists(root, aliases)
    if not named:
        raise listing.nothing_found(root, EXPECTED)
    problems += [row for label in wanted for row in _absent(label, parts.get(label, set()))]
    paths, found = listing.pair(root, "JPEGImages", named, listing.IMAGE_SUFFIXES)
    items = []
    for name, path in paths.items():
        labels = sorted(shown.get(name, ()))
        if len(labels) == 1:
            items.append((f"{labels[0]}/{name}", path, "image", labels[0], "", *listing.TRAIN_ONLY))
        else:
            what = f"{name} is of {' and '.join(labels) or 'no class'}"
            problems.append((path, "bad-split-line", what, "one class an image"))
    return listing.tables(items, problems + found, counts)


def _lists(root: Path, aliases: Mapping[str, str]) -> tuple[dict, dict, dict, list[listing.Problem]]:
    """Images as lists name them, the classes of each, the parts of each class, and problems."""
    known = {listing.normalised(name): name for name in CLASSES}
    named, shown, parts, problems = {}, {}, {}, []
    for file in listing.scan(root / LISTS)[1]:
        match = LIST_FILE.fullmatch(file)
        label = match and known.get(listing.normalised(aliases.get(match[1], match[1])))
        if not label:
            problems.append((f"{LISTS}/{file}", "unknown-class", f"list {file}", f"<Class>_<part>.txt for {CLASSES}"))
            continue
        parts.setdefault(label, set()).add(match[2])
        for where, line in listing.lines(root, f"{LISTS}/{file}"):
            fields = line.split()
            if len(fields) != 3 or fields[2] not in ("1", "-1"):
                problems.append(listing.bad_line(where, line, LINE))
                continue
            named.setdefault(_stem(fields[0]), listing.Named(where))
            if fields[2] == "1":
                shown.setdefault(_stem(fields[0]), set()).add(label)
    return named, shown, parts, problems


def _stem(name: str) -> str:
    """The name of an image without its suffix, if it has one of an image."""
    stem, dot, suffix = name.rpartition(".")
    return stem if dot and f".{suffix.lower()}" in listing.IMAGE_SUFFIXES else name


def _absent(label: str, parts: set[str]) -> list[listing.Problem]:
    """Problem rows of the lists that a class lacks."""
    rows = [] if parts & {"train", "trainval"} else [f"{LISTS}/{label}_trainval.txt"]
    rows += [] if "test" in parts else [f"{LISTS}/{label}_test.txt"]
    return [listing.missing(row, "the lists of the class, or `classes` without it") for row in rows]
