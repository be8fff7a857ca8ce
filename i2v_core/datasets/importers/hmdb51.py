"""HMDB51: `<class>/<name>.avi`, directly or in `hmdb51_org/`, and `testTrainMulti_7030_splits/`.

The latter holds `<class>_test_split<k>.txt` with lines `<name>.avi <code> `, a trailing blank included; code 1 = train,
2 = test, 0 = in neither part of the split. The class is that of the split file and of the folder, never a part of the
video name, which is free text and may hold other class words.

Choice: HMDB51 publishes no groups. The group here is what precedes the attributes in a name such as
`<title>_<class>_f_nm_np1_fr_med_3`, without the class: roughly the film. Other names are their own group. The official
splits were not drawn along it, so clips of one film may be in both parts. That cannot be refused without leaving the
official lists, on which the published figures stand; how many groups of a split are so is in `make_benchmark`'s log.
"""

import re
from pathlib import Path

from i2v_core.datasets import listing

DATASET = "HMDB51"
EXPECTED = "<class>/<name>.avi and testTrainMulti_7030_splits/<class>_test_split<k>.txt"
SPLITS = "testTrainMulti_7030_splits"
SPLIT_FILE = re.compile(r"(.+)_test_split([123])\.txt")
ATTRIBUTES = re.compile(r"(.+)_[a-z]_(?:cm|nm)_np\d+_[a-z]{2}_[a-z]{3}_\d+")
PARTS = {"0": "", "1": "train", "2": "test"}


def index(root: Path, *, counts: dict | None = None):
    """Catalog and problems of an HMDB51 folder, by the official lists; see `listing.tables` for both tables.

    Raises FileNotFoundError if the folder, its lists or its class folders are absent.
    """
    root = Path(root)
    listing.require(root, EXPECTED)
    listing.require(root / SPLITS, EXPECTED)
    folder = "hmdb51_org" if (root / "hmdb51_org").is_dir() else ""
    folders, files = listing.scan(root / folder)
    folders = set(folders) - {SPLITS}
    named, problems = _named(root)
    if not folders or not named:
        raise listing.nothing_found(root, EXPECTED)
    problems += listing.strays(folder, files, listing.VIDEO_SUFFIXES)
    for name in folders - set(named):
        wanted = f"split files of {name} in {SPLITS}"
        problems.append((listing.below(folder, name), "unknown-class", f"class folder {name}", wanted))
    items = []
    for label, names in named.items():
        paths, found = listing.pair(root, listing.below(folder, label), names, listing.VIDEO_SUFFIXES)
        problems += found
        for name, path in paths.items():
            stem = name.rpartition(".")[0]
            items.append((stem, path, "video", label, _group(stem, label), *names[name].parts()))
    return listing.tables(items, problems, counts)


def _named(root: Path) -> tuple[dict[str, dict[str, listing.Named]], list[listing.Problem]]:
    """What the split files name, by class and file."""
    named, problems, absent = {}, [], set()
    for file in listing.scan(root / SPLITS)[1]:
        match = SPLIT_FILE.fullmatch(file)
        if not match:
            problems.append(
                (f"{SPLITS}/{file}", "surplus", "not a split file by its name", "<class>_test_split<k>.txt")
            )
            continue
        if match[1] not in named:
            absent |= {f"{SPLITS}/{match[1]}_test_split{split}.txt" for split in (1, 2, 3)}
        names = named.setdefault(match[1], {})
        absent.discard(f"{SPLITS}/{file}")
        for where, line in listing.lines(root, f"{SPLITS}/{file}"):
            name, code = line.rsplit(maxsplit=1) if len(line.split()) > 1 else (line, "")
            if "/" in name or code not in PARTS:
                problems.append(listing.bad_line(where, line, "<name>.avi <code>, code 0, 1 or 2"))
            else:
                problems += listing.name_part(names, name, int(match[2]), PARTS[code], where)
    return named, problems + [listing.missing(file, "the three split files of a class") for file in absent]


def _group(stem: str, label: str) -> str:
    match = ATTRIBUTES.fullmatch(stem)
    return match[1].removesuffix(f"_{label}") if match else stem
