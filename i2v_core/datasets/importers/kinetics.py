"""Kinetics-400: `<part>/<class>/<id>_<start>_<end>.mp4`, part train, val or test, start and end in seconds.

The flat form of mirrors is read as well: `<part>/<id>_<start>_<end>.mp4`, classes from `annotations/<part>.csv` or
`<part>.csv`, for val also validate.csv as it was first published (`label,youtube_id,time_start,time_end,split`, perhaps
further columns). Clips of a list that are not there
are problems (many videos have left the net). Without `val` all is for training, as in pretraining. The class is the
folder (names hold blanks and brackets, or `_` in their place), the group the video `<id>`. Each split's test part is
`val`; the labels of `test` are not public.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from i2v_core.datasets import listing

DATASET = "Kinetics"
EXPECTED = "train/<class>/<id>_<start>_<end>.mp4 (and val/...)"
CLIP = re.compile(r"(.+)_(\d+)_(\d+)")
PARTS = {"train": listing.TRAIN_ONLY, "val": ("test", "test", "test")}
LISTS = {"train": ("train",), "val": ("val", "validate")}
FIELDS = ("label", "youtube_id", "time_start", "time_end")


def index(root: Path, *, counts: dict | None = None):
    """Catalog and problems of a Kinetics folder; see `listing.tables` for both tables.

    Raises FileNotFoundError if the folder, its `train` or any clip's folder is absent.
    """
    root = Path(root)
    listing.require(root, EXPECTED)
    listing.require(root / "train", EXPECTED)
    lists = {part: _list(root, part) for part in PARTS}
    folders, files = listing.scan(root / "train")
    if not folders and not (lists["train"][0] and files):
        raise listing.nothing_found(root, EXPECTED)
    items, problems = [], []
    spelled = _spellings(lists, folders)
    for part in PARTS:
        named, faults = lists[part]
        own, bad = _part(root, part, named, spelled)
        items, problems = items + own, problems + faults + bad
        shown = {_key(CLIP.fullmatch(item[0])) for item in own}
        for stem, (label, where) in named.items():
            if stem not in shown:
                problems.append(listing.missing(f"{part}/{label}/{stem}.mp4", f"the clip named in {where}"))
    hidden = [name for name in ("test",) if (root / name).is_dir()]
    problems += [(name, "surplus", "a part without public labels", "train and val") for name in hidden]
    return listing.tables(items, problems, counts)


def _part(root: Path, part: str, named: dict, spelled: dict) -> tuple[list, list]:
    items, problems = [], []
    for label, path, size in _clips(root, part, problems):
        stem, _, suffix = path.rpartition("/")[2].rpartition(".")
        clip = CLIP.fullmatch(stem)
        if not clip or f".{suffix}".lower() not in listing.VIDEO_SUFFIXES:
            problems.append((path, "surplus", "not a clip by its name", "<id>_<start>_<end>.mp4"))
            continue
        label = spelled.get(listing.normalised(label), label) if label else named.get(_key(clip), ("", ""))[0]
        if not label:
            problems.append((path, "surplus", "a file that no list names", "a class folder, or a line in the list"))
            continue
        items.append((stem, path, "video", label, clip[1], *PARTS[part]))
        problems += listing.empty(path, size)
    return items, problems


def _clips(root: Path, part: str, problems: list) -> Iterator[tuple[str, str, int]]:
    """Class (of the folder, or ''), path and size of each file of a part; folders within class folders are problems."""
    folders, files = listing.scan(root / part)
    for name, size in files.items():
        yield "", f"{part}/{name}", size
    for label in folders:
        below, inner = listing.scan(root / part / label)
        problems.extend((f"{part}/{label}/{name}", "surplus", "a folder", "videos only") for name in below)
        for name, size in inner.items():
            yield label, f"{part}/{label}/{name}", size


def _list(root: Path, part: str) -> tuple[dict[str, tuple[str, str]], list]:
    """Clip -> class and where it is named, of a part's list, and problems of its lines; nothing where there is none."""
    names = [f"{place}{name}.csv" for place in ("annotations/", "") for name in LISTS[part]]
    file = next((name for name in names if (root / name).is_file()), None)
    if file is None:
        return {}, []
    named, problems = {}, []
    with (root / file).open(newline="", encoding="utf-8-sig") as lines:
        for number, row in enumerate(csv.DictReader(lines), start=2):
            where = f"{file} line {number}"
            try:
                label, key, *times = (row[name].strip() for name in FIELDS)
                start, end = (int(float(time)) for time in times)
            except (KeyError, AttributeError, ValueError):
                problems.append(listing.bad_line(where, str(row)[:80], ",".join(FIELDS)))
                continue
            named[f"{key}_{start:06d}_{end:06d}"] = label, where
    return named, problems


def _spellings(lists: dict, folders: list[str]) -> dict[str, str]:
    """Class by its normalised name: as the lists spell it, else as folders of `train` do."""
    spelled = {listing.normalised(name): name for name in folders}
    return spelled | {listing.normalised(label): label for named, _ in lists.values() for label, _ in named.values()}


def _key(clip: re.Match) -> str:
    return f"{clip[1]}_{int(clip[2]):06d}_{int(clip[3]):06d}"
