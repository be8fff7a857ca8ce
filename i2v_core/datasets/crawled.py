"""Folders as crawlers and downloaders leave them: a class folder per query, files and folders of any depth below it."""

import os
from collections import Counter
from pathlib import Path

from i2v_core.datasets import listing

# Written beside the media by crawlers and downloaders; half files by their last suffix.
SIDE_SUFFIXES = frozenset((".html", ".htm", ".json", ".txt", ".csv", ".tsv", ".xml", ".log", ".url", ".md"))
SIDE_SUFFIXES |= frozenset((".part", ".ytdl", ".tmp", ".crdownload", ".aria2", ".description", ".vtt", ".srt", ".db"))


def items(root: Path, kind: str, suffixes: frozenset, expected: str) -> tuple[list, list]:
    """Items and problems of all class folders of `root`, for `listing.tables`; all splits `train`.

    kind: image or video, with its suffixes in any case. Pictures beside videos are thumbnails and are let be.
    id: the path below `root` without its suffix; where two files of a folder share that, ids keep the suffix. The group
    of a video is itself. Raises FileNotFoundError if there is no class folder.
    """
    listing.require(root, expected)
    folders, files = listing.scan(root)
    if not folders:
        raise listing.nothing_found(root, expected)
    ignored = SIDE_SUFFIXES | (listing.IMAGE_SUFFIXES if kind == "video" else frozenset())
    found, problems = [], listing.strays("", files, suffixes)
    for label in folders:
        before = len(found)
        for folder, inside in listing.walked(root, label):
            own, bad = _folder_items(folder, inside, label, kind, suffixes, ignored)
            found, problems = found + own, problems + bad
        if len(found) == before:
            problems.append((label, "missing", f"no {kind} in this class folder", f"{kind}s, or no such folder"))
    return found, problems


def _folder_items(folder: str, files: dict, label: str, kind: str, suffixes: frozenset, ignored: frozenset) -> tuple:
    named = {name: os.path.splitext(name) for name in files}
    media = {name: parts for name, parts in named.items() if parts[1].lower() in suffixes}
    stems = Counter(stem for stem, _ in media.values())
    found, problems = [], []
    for name, (stem, _) in media.items():
        path = f"{folder}/{name}"
        identity = f"{folder}/{stem if stems[stem] == 1 else name}"
        found.append((identity, path, kind, label, identity if kind == "video" else "", *listing.TRAIN_ONLY))
        problems += listing.empty(path, files[name])
    for name, (_, suffix) in named.items():
        if name not in media and suffix.lower() not in ignored:
            what = f"not {'an' if kind == 'image' else 'a'} {kind} by its suffix"
            problems.append((f"{folder}/{name}", "surplus", what, "one of " + " ".join(sorted(suffixes))))
    return found, problems
