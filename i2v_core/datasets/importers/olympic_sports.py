"""Olympic Sports: `<class>/<video>.avi` and `train_test_split/{train,test}/<class>.txt`, a video a line, no suffix.

The names of the lists have blanks for underscores, and those of the two diving classes lack the word diving (`platform
10m.txt`, `springboard 3m.txt`); lists and class folders are matched without regard to all of that. The videos are
distributed as .seq files and have to be converted, to .avi or .mp4 or another container, under the same names; the .seq
files may stay beside them.

Choice: there is one official split, which stands for splits 1 to 3. No groups are published and none are made up:
all groups are empty, so clips of one broadcast in both parts would go unnoticed.
"""

import os
from pathlib import Path

from i2v_core.datasets import listing

DATASET = "OlympicSports"
EXPECTED = "<class>/<video>.avi and train_test_split/{train,test}/<class>.txt"
SPLITS = "train_test_split"
CLASSES = (
    "basketball_layup", "bowling", "clean_and_jerk", "discus_throw", "diving_platform_10m", "diving_springboard_3m",
    "hammer_throw", "high_jump", "javelin_throw", "long_jump", "pole_vault", "shot_put", "snatch", "tennis_serve",
    "triple_jump", "vault",
)  # fmt: skip
SPELLINGS = {
    listing.normalised(spelling): name for name in CLASSES for spelling in (name, name.removeprefix("diving_"))
}


def index(root: Path, *, counts: dict | None = None):
    """Catalog and problems of an Olympic Sports folder, by the official lists; see `listing.tables` for both tables.

    Raises FileNotFoundError if the folder, its lists or its class folders are absent.
    """
    root = Path(root)
    listing.require(root, EXPECTED)
    listing.require(root / SPLITS, EXPECTED)
    named, problems = _named(root)
    folders, files = listing.scan(root)
    class_folders = {_class_of(name): name for name in folders if _class_of(name)}
    if not named or not class_folders:
        raise listing.nothing_found(root, EXPECTED)
    problems += listing.strays("", files, listing.VIDEO_SUFFIXES)
    for name in set(folders) - set(class_folders.values()) - {SPLITS}:
        problems.append((name, "unknown-class", f"class folder {name}", f"one of {' '.join(CLASSES)}"))
    items = []
    for label in sorted(set(class_folders) | set(named)):
        folder, names = class_folders.get(label, label), named.get(label, {})
        paths, found = listing.pair(root, folder, names, listing.VIDEO_SUFFIXES)
        converted = {os.path.splitext(path)[0] for path in paths.values()}
        problems += [row for row in found if not (row[0].endswith(".seq") and row[0][:-4] in converted)]
        for name, path in paths.items():
            part = names[name].splits[0]
            items.append((name.rpartition(".")[0], path, "video", label, "", part, part, part))
    return listing.tables(items, problems, counts)


def _class_of(name: str) -> str:
    return SPELLINGS.get(listing.normalised(name), "")


def _named(root: Path) -> tuple[dict[str, dict[str, listing.Named]], list[listing.Problem]]:
    """What the lists name, by class and video; names get the suffix .avi, for which others may stand on the disk."""
    named, problems = {}, []
    for part in ("train", "test"):
        for file in listing.scan(root / SPLITS / part)[1]:
            label = _class_of(file.removesuffix(".txt"))
            path = f"{SPLITS}/{part}/{file}"
            if not label or not file.endswith(".txt"):
                problems.append((path, "surplus", "not a list by its name", "<class>.txt"))
                continue
            names = named.setdefault(label, {})
            for where, line in listing.lines(root, path):
                if "/" in line or len(line.split()) != 1:
                    problems.append(listing.bad_line(where, line, "the name of a video, without its suffix"))
                else:
                    has_suffix = os.path.splitext(line)[1].lower() in listing.VIDEO_SUFFIXES
                    problems += listing.name_part(names, line if has_suffix else f"{line}.avi", 1, part, where)
    for label in named:
        for part in ("train", "test"):
            if not any(entry.splits[0] == part for entry in named[label].values()):
                problems.append(listing.missing(f"{SPLITS}/{part}/{label}.txt", "a list with a video of the class"))
    return named, problems
