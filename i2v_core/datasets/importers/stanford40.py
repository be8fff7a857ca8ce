"""Stanford40 Actions: `JPEGImages/<action>_<nnn>.jpg` (flat) and `ImageSplits/{actions,train,test}.txt`.

The class is the text before the last underscore (names hold underscores, and a misspelling: throwing_frisby). The
images of train.txt and test.txt together are labelled source images, so every split column says train.
"""

from pathlib import Path

from i2v_core.datasets import listing

DATASET = "Stanford40"
EXPECTED = "JPEGImages/<action>_<nnn>.jpg and ImageSplits/{actions,train,test}.txt"
ACTIONS = "ImageSplits/actions.txt"


def index(root: Path, *, counts: dict | None = None):
    """Catalog and problems of a Stanford40 folder, by the official lists; see `listing.tables` for both tables.

    Raises FileNotFoundError if the folder, JPEGImages or ImageSplits are absent or hold nothing.
    """
    root = Path(root)
    for folder in (root, root / "JPEGImages", root / "ImageSplits"):
        listing.require(folder, EXPECTED)
    if not listing.scan(root / "JPEGImages")[1]:
        raise listing.nothing_found(root, EXPECTED)
    actions, problems = _actions(root)
    named = {}
    for part in ("train", "test"):
        file = f"ImageSplits/{part}.txt"
        if not (root / file).is_file():
            problems.append(listing.missing(file, "one image name a line"))
            continue
        for where, line in listing.lines(root, file):
            if "/" in line or len(line.split()) != 1 or not _action(line):
                problems.append(listing.bad_line(where, line, "<action>_<nnn>.jpg"))
            elif line in named:
                problems.append(
                    listing.bad_line(where, f"{line} is named twice", "each file once in train.txt and test.txt")
                )
            else:
                named[line] = listing.Named(where)
    paths, found = listing.pair(root, "JPEGImages", named, listing.IMAGE_SUFFIXES)
    problems += found
    items = []
    for name, path in paths.items():
        label = _action(name)
        if actions and label not in actions:
            problems.append((path, "unknown-class", f"class {label}", f"a class of {ACTIONS}"))
        else:
            items.append((name.rpartition(".")[0], path, "image", label, "", *listing.TRAIN_ONLY))
    return listing.tables(items, problems, counts)


def _action(name: str) -> str:
    return name.rpartition(".")[0].rpartition("_")[0]


def _actions(root: Path) -> tuple[set[str], list[listing.Problem]]:
    """Class names of actions.txt, whose first line is a header; a count follows each name."""
    if not (root / ACTIONS).is_file():
        return set(), [listing.missing(ACTIONS, "a header, then lines `<action> <count>`")]
    names, problems = set(), []
    for where, line in list(listing.lines(root, ACTIONS))[1:]:
        fields = line.split()
        if len(fields) == 2 and fields[1].isdecimal() and fields[0] not in names:
            names.add(fields[0])
        else:
            problems.append(listing.bad_line(where, line, "<action> <count>, each action once"))
    return names, problems
