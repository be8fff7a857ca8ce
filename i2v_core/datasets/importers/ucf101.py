"""UCF101: `UCF-101/<Class>/v_<Class>_gXX_cYY.avi` (or the class folders directly) and `ucfTrainTestlist/`.

The class is the folder of the list entry `<Class>/<file>`, never a part of the file name: the files of HandstandPushups
are called v_HandStandPushups_*. Copies spell folder or files the other way, so the case of letters is free. The group,
one source video cut into clips, is `<Class>/gXX`, '' if a name has no gXX.
"""

import re
from pathlib import Path

from i2v_core.datasets import listing

DATASET = "UCF101"
GROUPS_OFFICIAL = True  # the official splits keep them whole
EXPECTED = "UCF-101/<Class>/<file>.avi and ucfTrainTestlist/{classInd,trainlist01,testlist01,...}.txt"
LISTS = "ucfTrainTestlist"
CLASSES = f"{LISTS}/classInd.txt"
GROUP = re.compile(r"_(g\d+)_c\d+$")


def index(root: Path, *, counts: dict | None = None):
    """Catalog and problems of a UCF101 folder, by the official lists; see `listing.tables` for both tables.

    Raises FileNotFoundError if the folder, its lists or its class folders are absent.
    """
    root = Path(root)
    listing.require(root, EXPECTED)
    listing.require(root / LISTS, EXPECTED)
    folder = "UCF-101" if (root / "UCF-101").is_dir() else ""
    ids, problems = _class_ids(root)
    named = _named(root, folder, ids, problems)
    folders, files = listing.scan(root / folder)
    folders = set(folders) - {LISTS}
    if not folders:
        raise listing.nothing_found(root, EXPECTED)
    problems += listing.strays(folder, files, listing.VIDEO_SUFFIXES)
    known = set(ids) | set(named)
    places = _places(folders, known)
    for name in folders - set(places.values()):
        problems.append((listing.below(folder, name), "unknown-class", f"class folder {name}", f"a class of {CLASSES}"))
    for name in known - set(places) - set(named):
        problems.append(listing.missing(listing.below(folder, name), f"a folder for each class of {CLASSES}"))
    items = []
    for label in sorted(known):
        names, place = named.get(label, {}), listing.below(folder, places.get(label, label))
        paths, found = listing.pair(root, place, names, listing.VIDEO_SUFFIXES)
        problems += found
        for name, path in paths.items():
            stem = name.rpartition(".")[0]
            clip = GROUP.search(stem)
            items.append((stem, path, "video", label, f"{label}/{clip[1]}" if clip else "", *names[name].parts()))
    return listing.tables(items, problems, counts)


def _places(folders: set[str], known: set[str]) -> dict[str, str]:
    """The folder of each class that has one: of its name, else of its name in letters of another case."""
    others = {name.casefold(): name for name in sorted(folders - known)}
    found = {label: label if label in folders else others.get(label.casefold()) for label in known}
    return {label: name for label, name in found.items() if name}


def _class_ids(root: Path) -> tuple[dict[str, str], list[listing.Problem]]:
    if not (root / CLASSES).is_file():
        return {}, [listing.missing(CLASSES, "lines `<id> <Class>`")]
    ids, problems = {}, []
    for where, line in listing.lines(root, CLASSES):
        fields = line.split()
        if len(fields) == 2 and fields[0].isdecimal() and fields[1] not in ids:
            ids[fields[1]] = fields[0]
        else:
            problems.append(listing.bad_line(where, line, "<id> <Class>, each class once"))
    return ids, problems


def _named(root: Path, folder: str, ids: dict, problems: list) -> dict[str, dict[str, listing.Named]]:
    """What the six lists name, by class and file; problems found on the way are appended."""
    named = {}
    for split, part in ((split, part) for split in (1, 2, 3) for part in ("train", "test")):
        file = f"{LISTS}/{part}list0{split}.txt"
        wanted = "<Class>/<file> <class id>" if part == "train" else "<Class>/<file>"
        if not (root / file).is_file():
            problems.append(listing.missing(file, f"lines `{wanted}` of split {split}"))
            continue
        for where, line in listing.lines(root, file):
            entry, *number = line.split()
            label, _, name = entry.partition("/")
            if not label or not name or "/" in name or len(number) > 1 or (part == "train" and not number):
                problems.append(listing.bad_line(where, line, wanted))
            elif ids and label not in ids:
                path = listing.below(folder, entry)
                problems.append((path, "unknown-class", f"class {label} in {where}", f"a class of {CLASSES}"))
            elif ids and number and number[0] != ids[label]:
                problems.append(listing.bad_line(where, line, f"class id {ids[label]} as in {CLASSES}"))
            else:
                problems += listing.name_part(named.setdefault(label, {}), name, split, part, where)
    return named
