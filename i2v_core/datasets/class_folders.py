"""Photo data sets of class folders whose trees differ from copy to copy: class folders are found by name.

A folder is matched to a class without regard to case, `_`, `-` and blanks, or by an alias (folder name, or path below
the root: class name). A folder that only leads to class folders is walked through. Images count in a class folder
itself and in its `parts` (such as train and test), whose names then stand in their ids: `<class>/<part>/<stem>`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from i2v_core.datasets import listing

DEPTH = 4  # folders from the root down to a class folder


@dataclass(frozen=True)
class Tree:
    """What the folders of a data set are called. names: folder of a class -> class; `ignored` folders are let be."""

    expected: str
    names: Mapping[str, str]
    parts: Sequence[str] = ()
    ignored: Sequence[str] = ()

    def label(self, name: str) -> str | None:
        """The class of a folder's or a class's name in any spelling."""
        known = {listing.normalised(label): label for label in self.names.values()}
        known |= {listing.normalised(key): label for key, label in self.names.items()}
        return known.get(listing.normalised(name))


def index(
    root: Path,
    tree: Tree,
    *,
    folder: str = "",
    classes: Sequence[str] | None = None,
    aliases: Mapping[str, str] | None = None,
    counts: Mapping | None = None,
):
    """Catalog and problems of the class folders below `root/folder`; see `listing.tables` for both tables.

    classes: those that have to be there, all of the tree where nothing is said. Others are catalogued all the same.
    Raises FileNotFoundError if there is no class folder, ValueError for an unknown class in `classes` or `aliases`, and
    for an alias of a folder that is not there.
    """
    aliases = dict(aliases or {})
    wanted = check_classes(tree.names.values(), classes)
    check_aliases(tree.names.values(), aliases)
    labels, problems = _walk(root, folder, tree, aliases, DEPTH)
    for name in sorted(set(aliases) - set(labels) - {path.rpartition("/")[2] for path in labels}):
        raise ValueError(f"aliases: {name!r} is no folder in {root}, {sorted(labels)} found; correct the alias")
    if not labels:
        raise listing.nothing_found(root, tree.expected)
    items = []
    for base, label in labels.items():
        images, found = _images(root, base, label, tree)
        items, problems = items + images, problems + found
    way_out = "a folder of this class or an alias for one, or `classes` without it"
    shown = set(labels.values())
    places = {label: listing.below(folder, name) for name, label in tree.names.items()}
    problems += [listing.missing(places[label], way_out) for label in wanted if label not in shown]
    return listing.tables(items, problems, counts)


def check_classes(known: Collection[str], classes: Sequence[str] | None) -> list[str]:
    """`classes`, or all that are known where none are given. Raises ValueError for an unknown one."""
    unknown = sorted(set(classes or ()) - set(known))
    if unknown:
        raise ValueError(f"classes: {unknown} found, some of {list(known)} wanted; correct the dataset's classes")
    return list(known if classes is None else classes)


def check_aliases(known: Collection[str], aliases: Mapping[str, str]) -> None:
    """Raises ValueError for an alias that stands for no known class."""
    for name, label in aliases.items():
        if label not in known:
            raise ValueError(f"aliases: {name!r} stands for {label!r}, one of {list(known)} wanted; correct the alias")


def _walk(root: Path, folder: str, tree: Tree, aliases: Mapping, depth: int) -> tuple[dict, list]:
    """Path of each class folder -> class, and problems."""
    folders, files = listing.scan(root / folder)
    labels, problems = {}, listing.strays(folder, files, listing.IMAGE_SUFFIXES)
    ignored = {listing.normalised(name) for name in tree.ignored}
    for name in folders:
        path = listing.below(folder, name)
        label = tree.label(aliases.get(path, aliases.get(name, name)))
        if label:
            labels[path] = label
        elif listing.normalised(name) not in ignored:
            inner, found = _walk(root, path, tree, aliases, depth - 1) if depth > 1 else ({}, [])
            wanted = f"one of {' '.join(tree.names)}, or an alias for the folder"
            unknown = [(path, "unknown-class", f"class folder {name}", wanted)]
            labels, problems = labels | inner, problems + (found if inner else unknown)
    return labels, problems


def _images(root: Path, base: str, label: str, tree: Tree) -> tuple[list, list]:
    """Images in a class folder and in its parts; other folders there are problems unless they are let be."""
    parts, ignored = ({listing.normalised(name) for name in names} for names in (tree.parts, tree.ignored))
    inner = listing.scan(root / base)[0]
    places = {base: label} | {
        f"{base}/{name}": f"{label}/{name}" for name in inner if listing.normalised(name) in parts
    }
    items, problems = [], []
    for place, prefix in places.items():
        images, found = listing.folder_images(root, place, prefix, label)
        items, problems = items + images, problems + found
        for name in listing.scan(root / place)[0]:
            path = f"{place}/{name}"
            if path not in places and listing.normalised(name) not in ignored:
                allowed = " or ".join(["images", *(tree.parts if place == base else ())])
                problems.append((path, "surplus", "a folder", f"{allowed} only"))
    if not items:
        problems.append((base, *listing.NO_IMAGE))
    return items, problems
