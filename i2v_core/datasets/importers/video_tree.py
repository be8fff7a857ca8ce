"""Your own videos: every video file below a folder, however deep, in whatever tree; labels of some to score by.

What lies beside videos (pictures, texts, subtitles, half files) is let be.
"""

import os
from collections import Counter
from pathlib import Path

from i2v_core import storage
from i2v_core.datasets import listing
from i2v_core.datasets.listing import Item, Problem

DATASET = "own videos"
EXPECTED = "videos, perhaps in folders of any depth"
SUFFIXES = listing.ANY_VIDEO_SUFFIXES | {".gif"}


def index(root: Path, *, labels: str = "", counts: dict | None = None):
    """Catalog and problems of a tree of videos; see `listing.tables` for both tables.

    labels: a CSV `path,class` for any of the videos, paths below `root`; the others have the label "". id: the path
    without its suffix; where two files of a folder share that, ids keep the suffix. All are in every split's `train`.
    Raises FileNotFoundError if there is no folder or no file of labels, ValueError for a label table that is none.
    """
    root = Path(root)
    listing.require(root, EXPECTED)
    files = {
        listing.below(folder, name): size
        for folder, found in listing.walked(root)
        for name, size in found.items()
        if os.path.splitext(name)[1].lower() in SUFFIXES
    }
    named, problems = _labels(Path(labels), files) if labels else ({}, [])
    stems = Counter(os.path.splitext(path)[0] for path in files)
    items: list[Item] = []
    for path, size in files.items():
        stem = os.path.splitext(path)[0]
        is_plain = stems[stem] == 1 and stem not in files  # a.mp4.mkv beside a.mp4 keeps its suffix
        items.append((stem if is_plain else path, path, "video", named.get(path, ""), "", *listing.TRAIN_ONLY))
        problems += listing.empty(path, size)
    return listing.tables(items, problems, counts)


def _labels(path: Path, files: dict[str, int]) -> tuple[dict[str, str], list[Problem]]:
    """Class by path, and a problem for each row that names no video."""
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such file; a CSV `path,class` of labelled videos wanted")
    table = storage.read_csv(path, ("path", "class"))
    rows = list(zip(table["path"].astype(str), table["class"].astype(str), strict=True))
    twice = sorted(name for name, count in Counter(name for name, _ in rows).items() if count > 1)
    if twice:
        raise ValueError(f"{path}: {twice[0]} found twice, each video once wanted; remove a row")
    problems = [listing.missing(name, f"the video named in {path}") for name, _ in rows if name not in files]
    return {name: label for name, label in rows if name in files and label}, problems
