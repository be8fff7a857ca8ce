"""What importers share: folders and official lists read by name, rows of the catalog, rows of its problems.

Nothing here decodes a file. A file of zero bytes (or a link to nowhere) is seen by its size: it is undecodable.
Choice: files and folders whose name begins with a dot are not looked at, nor `LEFT_BY_SYSTEMS`; systems leave them in
unpacked archives and in folders that somebody looked into.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

CATALOG_COLUMNS = ("id", "path", "kind", "label", "group", "split1", "split2", "split3")
PROBLEM_COLUMNS = ("path", "problem", "found", "wanted")
IMAGE_SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".bmp", ".gif", ".webp", ".tif", ".tiff"))
VIDEO_SUFFIXES = frozenset((".avi", ".mp4", ".mkv", ".mov", ".webm", ".mpg", ".mpeg"))
# And what cameras, phones and downloaders write.
ANY_VIDEO_SUFFIXES = VIDEO_SUFFIXES | frozenset((".m4v", ".3gp", ".3g2", ".mts", ".m2ts", ".ts", ".wmv", ".flv"))
ANY_VIDEO_SUFFIXES |= frozenset((".f4v", ".ogv", ".vob", ".asf", ".mxf"))
LEFT_BY_SYSTEMS = frozenset(("__MACOSX", "Thumbs.db", "desktop.ini"))
TRAIN_ONLY = ("train", "train", "train")
NO_IMAGE = ("missing", "no image in this class folder", "images, or no such folder")
COUNT_KEYS = ("items", "classes", "split1", "split2", "split3", "per_class")

Problem = tuple[str, str, str, str]
Item = tuple[str, ...]  # as CATALOG_COLUMNS, and further columns where the layout has them


@dataclass
class Named:
    """A file as the official lists name it: the first mention, and its part in splits 1 to 3 (None = not named yet)."""

    where: str
    splits: list[str | None] = field(default_factory=lambda: [None, None, None])

    def parts(self) -> tuple[str, ...]:
        return tuple(part or "" for part in self.splits)


def normalised(name: str) -> str:
    """A class name as it is compared where spellings differ: lower case, without `_`, `-` and blanks."""
    return "".join(character for character in name.casefold() if character not in "_- ")


def require(folder: Path, expected: str) -> None:
    """Raises FileNotFoundError if `folder` is none, saying what was expected there."""
    if not Path(folder).is_dir():
        raise FileNotFoundError(f"{folder}: no such folder; {expected} wanted; unpack the dataset or change its root")


def nothing_found(root: Path, expected: str) -> FileNotFoundError:
    """The error of a dataset folder that holds none of what it should."""
    return FileNotFoundError(f"{root}: nothing of this layout found; {expected} wanted; check root and layout")


def below(folder: str, name: str) -> str:
    """Path of `name` in `folder`, both below the dataset's root; '' is the root itself."""
    return f"{folder}/{name}" if folder else name


def scan(folder: Path) -> tuple[list[str], dict[str, int]]:
    """Names of the folders, and names of the files with their size in bytes, each sorted. Absent folder: nothing."""
    if not folder.is_dir():
        return [], {}
    folders, files = [], {}
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name in LEFT_BY_SYSTEMS:
                continue
            if entry.is_dir():
                folders.append(entry.name)
            else:
                files[entry.name] = entry.stat().st_size if entry.is_file() else 0
    return sorted(folders), dict(sorted(files.items()))


def walked(root: Path, folder: str = "") -> Iterator[tuple[str, dict[str, int]]]:
    """Each folder below `root/folder`, itself first: its path below `root`, and its files as `scan` has them."""
    folders, files = scan(root / folder)
    yield folder, files
    for name in folders:
        yield from walked(root, below(folder, name))


def unwrapped(root: Path, is_class: Callable[[str], object]) -> str:
    """The folder below `root` that holds the class folders: '' itself, or inside the single folders archives leave."""
    folder = ""
    while True:
        folders = scan(root / folder)[0]
        if len(folders) != 1 or is_class(folders[0]) or not scan(root / folder / folders[0])[0]:
            return folder
        folder = below(folder, folders[0])


def lines(root: Path, file: str) -> Iterator[tuple[str, str]]:
    """Lines of an official list without line ends of any system and outer blanks, empty lines left out.

    Before each stands where it is, `<file> line <number>`, numbers from 1.
    """
    text = (root / file).read_bytes().decode("utf-8-sig", errors="replace")
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield f"{file} line {number}", line.strip()


def name_part(named: dict[str, Named], name: str, split: int, part: str, where: str) -> list[Problem]:
    """Notes that a list puts `name` into `part` of `split`; a second mention in the split is a bad-split-line."""
    entry = named.setdefault(name, Named(where))
    if entry.splits[split - 1] is not None:
        return [bad_line(where, f"{name} a second time in split {split}", "each file once in a split")]
    entry.splits[split - 1] = part
    return []


def bad_line(where: str, found: str, wanted: str) -> Problem:
    """A problem row for a line of a list; `where` is `<path> line <number>`."""
    path, _, number = where.rpartition(" line ")
    return (path, "bad-split-line", f"line {number}: {found}", wanted)


def pair(root: Path, folder: str, named: Mapping[str, Named], suffixes: frozenset) -> tuple[dict, list[Problem]]:
    """Pairs the files that lists name in one folder with what lies there: name -> path below `root`, and problems.

    A named file that is absent is looked for with another of `suffixes` (mirrors re-encode .avi as .mp4), then with
    letters of another case, where one file alone has it (v_HandStandPushups_*, v_HandstandPushups_*). Exact names
    otherwise, never a pattern or a substring: HMDB51 names hold `[ ] ( )` and some are suffixes of others.
    """
    folders, files = scan(root / folder)
    stems = {stem: stem + suffix for stem, suffix in map(os.path.splitext, files) if suffix.lower() in suffixes}
    cases = Counter(stem.casefold() for stem in stems)
    any_case = {stem.casefold(): file for stem, file in stems.items() if cases[stem.casefold()] == 1}
    paths, problems, used = {}, [], set()
    for name, entry in named.items():
        stem = os.path.splitext(name)[0]
        present = name if name in files else stems.get(stem, any_case.get(stem.casefold()))
        if present is None or present in used:
            problems.append(missing(below(folder, name), f"the file named in {entry.where}"))
            continue
        used.add(present)
        paths[name] = below(folder, present)
        problems += empty(paths[name], files[present])
    for name in files.keys() - used:
        problems.append((below(folder, name), "surplus", "a file that no list names", "a line in the lists"))
    problems += [(below(folder, name), "surplus", "a folder", "files only") for name in folders]
    return paths, problems


def missing(path: str, wanted: str) -> Problem:
    """The problem row of a file or folder that is not there."""
    return (path, "missing", "not there", wanted)


def strays(folder: str, files: Iterable[str], suffixes: frozenset) -> list[Problem]:
    """Problem rows of media that lie beside the class folders instead of in them; other files there are let be."""
    names = [name for name in files if os.path.splitext(name)[1].lower() in suffixes]
    return [(below(folder, name), "surplus", "a file outside the class folders", "<class>/<file>") for name in names]


def empty(path: str, size: int) -> list[Problem]:
    """The problem row of a file of no bytes; no row for any other."""
    return [] if size else [(path, "undecodable", "0 bytes (an empty file or a broken link)", "a file with content")]


def class_images(root: Path, folder: str, labels: Mapping[str, str]) -> tuple[list[Item], list[Problem]]:
    """Images in class folders below `root/folder`; `labels` gives the class of each class folder. All splits `train`.

    id `<class>/<stem>`. Choice: where files of one folder share a stem (1.jpg, 1.png) their ids keep the suffix.
    """
    items, problems = [], strays(folder, scan(root / folder)[1], IMAGE_SUFFIXES)
    for class_folder, label in labels.items():
        base = below(folder, class_folder)
        problems += [(f"{base}/{name}", "surplus", "a folder", "images only") for name in scan(root / base)[0]]
        images, found = folder_images(root, base, label, label)
        if not images:
            problems.append((base, *NO_IMAGE))
        items, problems = items + images, problems + found
    return items, problems


def folder_images(root: Path, base: str, prefix: str, label: str) -> tuple[list[Item], list[Problem]]:
    """Images that lie in `root/base` itself, all of one class, ids `<prefix>/<stem>`; see `class_images`."""
    files = scan(root / base)[1]
    images = [name for name in files if os.path.splitext(name)[1].lower() in IMAGE_SUFFIXES]
    wanted = "one of " + " ".join(sorted(IMAGE_SUFFIXES))
    problems = [
        (f"{base}/{name}", "surplus", "not an image by its suffix", wanted) for name in files.keys() - set(images)
    ]
    stems, items = Counter(os.path.splitext(name)[0] for name in images), []
    for name in images:
        stem = os.path.splitext(name)[0]
        identity = f"{prefix}/{stem if stems[stem] == 1 else name}"
        items.append((identity, f"{base}/{name}", "image", label, "", *TRAIN_ONLY))
        problems += empty(f"{base}/{name}", files[name])
    return items, problems


def tables(
    items: Iterable[Item],
    problems: Iterable[Problem],
    counts: Mapping | None,
    columns: tuple[str, ...] = CATALOG_COLUMNS,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Catalog sorted by id, and problems sorted by path, with a row for each count that differs from `counts`.

    counts: any of `COUNT_KEYS`; sizes are [train, test], per_class the same for all classes or {class: [train, test]}.
    Of files with one id the first path stays, the others become `surplus`; so do names that are not UTF-8 text.
    """
    kept, rows = {}, list(problems)
    for item in sorted(items, key=lambda item: (item[0], item[1])):
        if not _is_text(item[1]):
            rows.append((item[1], "surplus", "a file name that is not UTF-8", "a name in UTF-8; rename the file"))
        elif item[0] in kept:
            rows.append((item[1], "surplus", f"id {item[0]}, which {kept[item[0]][1]} has", "each id once"))
        else:
            kept[item[0]] = item
    catalog = pd.DataFrame(list(kept.values()), columns=list(columns), dtype=str)
    rows += _count_problems(catalog, counts or {})
    rows = sorted({tuple(map(_as_text, row)) for row in rows})
    return catalog, pd.DataFrame(rows, columns=list(PROBLEM_COLUMNS), dtype=str)


def _is_text(name: str) -> bool:
    return _as_text(name) == name


def _as_text(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()


def _count_problems(catalog: pd.DataFrame, counts: Mapping) -> list[Problem]:
    _check_counts(counts)
    found = {"items": len(catalog), "classes": catalog["label"].nunique()}
    rows = [(key, found[key], counts[key]) for key in ("items", "classes") if key in counts]
    for split in (1, 2, 3):
        column = f"split{split}"
        if column in counts:
            rows.append((f"train and test of {column}", _sizes(catalog[column]), list(counts[column])))
        if "per_class" in counts:
            for label, wanted in _per_class(catalog, counts["per_class"]).items():
                part = catalog.loc[catalog["label"] == label, column]
                rows.append((f"train and test of {column}, {label}", _sizes(part), list(wanted)))
    return [(".", "wrong-count", f"{key}: {got}", f"{key}: {wanted}") for key, got, wanted in rows if got != wanted]


def _check_counts(counts: object) -> None:
    unknown = [counts] if not isinstance(counts, Mapping) else sorted(set(counts) - set(COUNT_KEYS))
    if unknown:
        raise ValueError(f"counts: {unknown} found, some of {list(COUNT_KEYS)} wanted; correct the dataset's counts")
    for key, value in counts.items():
        if key in ("items", "classes"):
            if not _is_count(value):
                raise ValueError(f"counts.{key}: {value!r} found, a whole number wanted; correct the dataset's counts")
            continue
        pairs = list(value.values()) if key == "per_class" and isinstance(value, Mapping) else [value]
        for pair in pairs:
            if not (isinstance(pair, list | tuple) and len(pair) == 2 and all(map(_is_count, pair))):
                raise ValueError(
                    f"counts.{key}: {pair!r} found, [train, test] wanted as two whole numbers; correct the dataset's "
                    "counts"
                )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _per_class(catalog: pd.DataFrame, wanted: Mapping | list) -> dict[str, list[int]]:
    if isinstance(wanted, Mapping):
        return {label: wanted.get(label, [0, 0]) for label in sorted(set(catalog["label"]) | set(wanted))}
    return dict.fromkeys(sorted(set(catalog["label"])), wanted)


def _sizes(parts: pd.Series) -> list[int]:
    return [int((parts == "train").sum()), int((parts == "test").sum())]
