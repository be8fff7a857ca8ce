"""EPIC-Kitchens-55, verbs: long videos `videos/<Pxx>/<Pxx_yy>.MP4` of one kitchen each, and segments cut out of them.

Videos may also lie in videos/train/<Pxx>/ and videos/test/<Pxx>/, as they are published. The segments' tables lie in
annotations/, or beside videos: EPIC_train_action_labels.csv, and D<k>_train.pkl and D<k>_test.pkl of MM-SADA's three
domains (kitchens P08, P01 and P22), which `epic_pickle` reads. The labels of test segments stand in D<k>_test.pkl
alone; the train tables are the CSV's rows of that kitchen. The classes are the verb classes 0 to 7, as in MM-SADA; rows
of other verbs are left out, and so are videos without a row.

The group is the video, and no video has segments in both parts. Choice: one list stands for splits 1 to 3.
"""

import os
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from i2v_core import storage
from i2v_core.datasets import epic_pickle, listing, segments

DATASET = "EPIC-Kitchens"
GROUPS_OFFICIAL = True
EXPECTED = "videos/<Pxx>/<Pxx_yy>.MP4 and, in annotations/, EPIC_train_action_labels.csv or D<k>_train.pkl"
VERBS = dict(zip("01234567", ("take", "put", "open", "close", "wash", "cut", "mix", "pour"), strict=True))
DOMAINS = ("D1", "D2", "D3")
TRAIN_CSV = "EPIC_train_action_labels.csv"
COLUMNS = ("uid", "video_id", "start_timestamp", "stop_timestamp", "verb_class")
FOLDERS = ("videos", "videos/train", "videos/test")  # of the participants' folders
VIDEO = re.compile(r"P\d+_\d+")
TIME = re.compile(r"(\d+):([0-5]\d):([0-5]\d(?:\.\d+)?)")


class Row(NamedTuple):
    """A row of a table, all in text, where it stands, and its part of the split."""

    where: str
    part: str
    uid: str
    video: str
    start: str
    stop: str
    verb: str

    @property
    def participant(self) -> str:
        """Whose kitchen it is."""
        return self.video.partition("_")[0]


def index(root: Path, *, counts: dict | None = None, domain: str | None = None, participants: list[str] | None = None):
    """Catalog with the segments' start_s and stop_s, and problems of an EPIC-Kitchens folder; see `listing.tables`.

    domain        D1, D2 or D3: the segments of D<k>_train.pkl and D<k>_test.pkl
    participants  such as [P08]: their segments in the CSV, and for test in all D<k>_test.pkl there are; none = all
    Raises FileNotFoundError if the folder, its videos or a table is absent; ValueError for both options, an unknown
    domain, a participant without segments, and a table that cannot be read.
    """
    root = Path(root)
    listing.require(root, EXPECTED)
    listing.require(root / "videos", EXPECTED)
    rows = [row for row in _rows(root, _tables(root, domain, participants)) if row.verb in VERBS]
    absent = sorted(set(participants or ()) - {row.participant for row in rows})
    if absent:
        raise ValueError(f"participants {absent}: no segment found in {root}, some wanted; correct the participants")
    if participants:
        rows = [row for row in rows if row.participant in participants]
    paths, problems = _videos(root, rows)
    items: dict[str, listing.Item] = {}
    for row in rows:
        if row.video in paths:
            problems += _add(items, row, paths[row.video])
    return listing.tables(items.values(), problems, counts, (*listing.CATALOG_COLUMNS, *segments.COLUMNS))


def _add(items: dict[str, listing.Item], row: Row, path: str) -> list[listing.Problem]:
    """Adds a row's segment to `items`, or says what is wrong with it."""
    start, stop = _seconds(row.start), _seconds(row.stop)
    if start is None or stop is None or not start < stop:
        found = f"uid {row.uid} from {row.start} to {row.stop}"
        return [listing.bad_line(row.where, found, "times hh:mm:ss.ss, the first before the second")]
    name = f"{row.video}_{row.uid.zfill(5)}"
    if name in items:
        return [listing.bad_line(row.where, f"uid {row.uid} a second time", "each segment once")]
    items[name] = (name, path, "video", VERBS[row.verb], row.video, row.part, row.part, row.part, str(start), str(stop))
    return []


def _tables(root: Path, domain: str | None, participants: list[str] | None) -> list[tuple[str, str]]:
    """The tables to read, below `root`, each with its part of the split."""
    folder = "annotations" if (root / "annotations").is_dir() else ""
    if domain is not None:
        if domain not in DOMAINS or participants is not None:
            found = f"domain {domain!r} and participants {participants}"
            raise ValueError(f"{found} found, a domain of {list(DOMAINS)} or participants wanted; correct the options")
        files = [(f"{domain}_{part}.pkl", part) for part in ("train", "test")]
    else:
        tests = [f"{domain}_test.pkl" for domain in DOMAINS]
        files = [(TRAIN_CSV, "train"), *((name, "test") for name in tests if (root / folder / name).is_file())]
    for name, _ in files:
        if not (root / folder / name).is_file():
            raise FileNotFoundError(
                f"{root / folder / name}: no such file; put the table there, or choose other segments by the options "
                "domain and participants"
            )
    return [(listing.below(folder, name), part) for name, part in files]


def _rows(root: Path, files: list[tuple[str, str]]) -> Iterator[Row]:
    for file, part in files:
        is_pickle = file.endswith(".pkl")
        table = epic_pickle.read_table(root / file) if is_pickle else storage.read_csv(root / file)
        missing = [name for name in COLUMNS if name not in table]
        if missing:
            raise ValueError(f"{root / file}: columns {list(table.columns)} found, {missing} wanted besides")
        cells = table[list(COLUMNS)].astype(str).itertuples(index=False, name=None)
        for number, row in enumerate(cells, start=1 if is_pickle else 2):
            yield Row(f"{file} line {number}", part, *row)


def _videos(root: Path, rows: list[Row]) -> tuple[dict[str, str], list[listing.Problem]]:
    """Paths of the videos that rows name, with any suffix of a video; a missing, empty or misnamed one is a problem."""
    paths, problems = {}, []
    for row in {row.video: row for row in reversed(rows)}.values():  # the first row of each
        if not VIDEO.fullmatch(row.video):
            problems.append(listing.bad_line(row.where, f"video {row.video}", "a video <Pxx_yy>"))
            continue
        sizes = _files_of(root, row)
        if sizes:
            paths[row.video] = min(sizes)
            problems += listing.empty(paths[row.video], sizes[paths[row.video]])
        else:
            path = f"videos/{row.participant}/{row.video}.MP4"
            problems.append(listing.missing(path, f"the video named in {row.where}"))
    return paths, problems


def _files_of(root: Path, row: Row) -> dict[str, int]:
    """Files that are a row's video, by path below `root`, with their sizes."""
    return {
        f"{folder}/{row.participant}/{name}": size
        for folder in FOLDERS
        for name, size in listing.scan(root / folder / row.participant)[1].items()
        if os.path.splitext(name)[0] == row.video and os.path.splitext(name)[1].lower() in listing.VIDEO_SUFFIXES
    }


def _seconds(time: str) -> Decimal | None:
    match = TIME.fullmatch(time)
    return match and 3600 * int(match[1]) + 60 * int(match[2]) + Decimal(match[3])
