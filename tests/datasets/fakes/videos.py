"""Fakes of the data sets of videos, but for EPIC-Kitchens. What of a layout is sourced stands in its importer."""

import csv
import io
from pathlib import Path

import pandas as pd

from i2v_core.datasets import listing, mapping
from i2v_core.datasets.importers import bu101, olympic_sports, ucf50
from tests.datasets import trees
from tests.datasets.fakes.parts import (
    EMPTY,
    NOT_LISTED,
    TRAIN,
    Fake,
    Fault,
    added,
    appended,
    both,
    emptied,
    gone,
    left_behind,
)  # fmt: skip

UCF101 = tuple(pd.read_csv(bu101.UCF101_CLASSES)["class"])
UCF101_LISTS, HMDB51_LISTS, OLYMPIC_LISTS = "ucfTrainTestlist", "testTrainMulti_7030_splits", "train_test_split"
GROUPS = {1: ("test", "train", "train"), 8: ("train", "test", "train"), 15: ("train", "train", "test"), 22: TRAIN}
HMDB51 = (Path(__file__).parent / "hmdb51_names.txt").read_text().split()  # true names, four a class
HMDB51_CODES = (("1", "2", "0"), ("2", "1", "1"), ("0", "1", "2"), ("1", "0", "1"))  # of the four, in splits 1 to 3
PARTS = {"0": "", "1": "train", "2": "test"}
KINETICS = tuple(mapping.read("web_kinetics400")["target_class"].drop_duplicates())
NOT_A_VIDEO = ("surplus", "not a video by its suffix", "one of " + " ".join(sorted(listing.ANY_VIDEO_SUFFIXES)))


def write_ucf101(root: Path) -> list[tuple[str, ...]]:
    """A clip of groups 1, 8, 15 and 22 of each class; lists with CRLF, classInd.txt with a byte order mark."""
    rows, lists = [], {(part, split): [] for part in ("train", "test") for split in (1, 2, 3)}
    for number, label in enumerate(UCF101, start=1):
        for group, parts in GROUPS.items():
            stem = f"v_{label.replace('HandstandPushups', 'HandStandPushups')}_g{group:02d}_c01"
            suffix = ".AVI" if label == "YoYo" else ".avi"
            trees.put(root / f"UCF-101/{label}/{stem}{suffix}")
            rows.append((stem, f"UCF-101/{label}/{stem}{suffix}", "video", label, f"{label}/g{group:02d}", *parts))
            for split, part in enumerate(parts, start=1):
                lists[part, split].append(f"{label}/{stem}.avi {number if part == 'train' else ''}")
    for (part, split), lines in lists.items():
        trees.put(root / f"{UCF101_LISTS}/{part}list0{split}.txt", trees.crlf([*lines, ""]))
    known = trees.crlf([f"{number} {label}" for number, label in enumerate(UCF101, start=1)])
    trees.put(root / f"{UCF101_LISTS}/classInd.txt", "\ufeff" + known)
    left_behind(root, "UCF-101", "UCF-101/YoYo", UCF101_LISTS)
    return sorted(rows)


def write_hmdb51(root: Path) -> list[tuple[str, ...]]:
    """Four true names a class; the archive's own folder; lines with a blank at their end, of kick with CRLF as well.

    The list of run has no line end after its last line, as published copies have it.
    """
    rows, named = [], {}
    for entry in HMDB51:
        label, name = entry.split("/")
        codes = HMDB51_CODES[len(named.setdefault(label, []))]
        named[label].append((name, codes))
        trees.put(root / f"hmdb51_org/{entry}")
        stem = name.removesuffix(".avi")
        group = stem.rsplit("_", 6)[0].removesuffix(f"_{label}")
        rows.append((stem, f"hmdb51_org/{entry}", "video", label, group, *(PARTS[code] for code in codes)))
    for label, videos in named.items():
        for split in (1, 2, 3):
            end = "\r\n" if label == "kick" else "\n"
            text = "".join(f"{name} {codes[split - 1]} {end}" for name, codes in videos)
            trees.put(root / f"{HMDB51_LISTS}/{label}_test_split{split}.txt", text.strip() if label == "run" else text)
    trees.put(root / "hmdb51_org/brush_hair.rar")
    left_behind(root, "hmdb51_org", "hmdb51_org/kick", HMDB51_LISTS)
    return sorted(rows)


def write_ucf50(root: Path) -> list[tuple[str, ...]]:
    """A clip of groups 1, 8, 15 and 22 of each class; the files of Billiards are called v_Billards_*."""
    rows = []
    for label in ucf50.CLASSES:
        for group, parts in GROUPS.items():
            stem = f"v_{'Billards' if label == 'Billiards' else label}_g{group:02d}_c01"
            trees.put(root / f"UCF50/{label}/{stem}.avi")
            rows.append((stem, f"UCF50/{label}/{stem}.avi", "video", label, f"{label}/g{group:02d}", *parts))
    left_behind(root, "UCF50", "UCF50/YoYo")
    return sorted(rows)


def write_olympic_sports(root: Path) -> list[tuple[str, ...]]:
    """Two training and one test video a class, converted, with the .seq file beside; lists are spelled with blanks."""
    rows = []
    for number, label in enumerate(olympic_sports.CLASSES):
        names = {f"-{number:02d}aB_x{k}_{k:05d}_00171": "test" if k == 2 else "train" for k in range(3)}
        for name, part in names.items():
            for suffix in (".seq", ".avi"):
                trees.put(root / label / f"{name}{suffix}")
            rows.append((name, f"{label}/{name}.avi", "video", label, "", part, part, part))
        for part in ("train", "test"):
            file = f"{OLYMPIC_LISTS}/{part}/{label.removeprefix('diving_').replace('_', ' ')}.txt"
            trees.put(root / file, "".join(f"{name} \n" for name in names if names[name] == part))
    left_behind(root, "bowling", f"{OLYMPIC_LISTS}/train")
    return sorted(rows)


def _kinetics_name(number: int, part: str) -> str:
    """As a video's name and seconds are: eleven letters, digits, `-` and `_`, also the first."""
    return f"{'-_'[number % 2]}{part[:2]}{number:04d}aB-{'x_'[number % 2]}"[:11]


def write_kinetics(root: Path) -> list[tuple[str, ...]]:
    """A clip a class and part: train in class folders, val flat; lists as first published, with quotes, in CRLF."""
    rows = []
    for part, name in (("train", "train"), ("val", "validate")):
        listed = []
        for number, label in enumerate(KINETICS):
            key = _kinetics_name(number, part)
            stem = f"{key}_{number:06d}_{number + 10:06d}"
            path = f"train/{label}/{stem}.mp4" if part == "train" else f"val/{stem}.mp4"
            trees.put(root / path)
            listed.append((label, key, number, number + 10, name, "0"))
            rows.append((stem, path, "video", label, key, *(TRAIN if part == "train" else ("test",) * 3)))
        text = io.StringIO()
        quoting = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n")
        quoting.writerows([("label", "youtube_id", "time_start", "time_end", "split", "is_cc"), *listed])
        trees.put(root / f"annotations/{name}.csv", text.getvalue())
    left_behind(root, "train", "val", "train/yoga")
    return sorted(rows)


def write_web_videos(root: Path) -> list[tuple[str, ...]]:
    """Two videos a query, one in a folder of its own, and what a downloader writes beside them."""
    rows = []
    for label in UCF101:
        for stem, suffix in (("How to #1 [-aB_x9]", ".mp4"), ("channel/Film (2)", ".WEBM")):
            trees.put(root / label / f"{stem}{suffix}")
            rows.append((f"{label}/{stem}", f"{label}/{stem}{suffix}", "video", label, f"{label}/{stem}", *TRAIN))
        for suffix in (".info.json", ".jpg", ".en.vtt", ".description", ".f137.mp4.part"):
            trees.put(root / label / f"How to #1 [-aB_x9]{suffix}")
    left_behind(root, "YoYo")
    return sorted(rows)


FENCING = "UCF-101/Fencing/v_Fencing_g01_c01.avi"
KICK, STAIRS = "hmdb51_org/kick/50_FIRST_DATES_kick_f_cm_np1_ba_med_19.avi", "hmdb51_org/moonwalk"
LAST_VAL = f"{_kinetics_name(399, 'val')}_000399_000409"
FAKES = {
    "ucf101": Fake(
        "ucf101",
        write_ucf101,
        {
            "missing": Fault(
                gone(FENCING),
                [(FENCING, "missing", "not there",
                  f"the file named in {UCF101_LISTS}/testlist01.txt line {UCF101.index('Fencing') + 1}")],
            ),
            "surplus": Fault(
                added("UCF-101/Fencing/v_Fencing_g99_c01.avi"),
                [("UCF-101/Fencing/v_Fencing_g99_c01.avi", *NOT_LISTED)],
            ),
            "unknown-class": Fault(
                added("UCF-101/Yodeling/v_Yodeling_g01_c01.avi"),
                [("UCF-101/Yodeling", "unknown-class", "class folder Yodeling",
                  f"a class of {UCF101_LISTS}/classInd.txt")],
            ),
            "bad-split-line": Fault(
                appended(f"{UCF101_LISTS}/testlist01.txt", "v_Fencing_g01_c01.avi"),
                [(f"{UCF101_LISTS}/testlist01.txt", "bad-split-line", "line 103: v_Fencing_g01_c01.avi",
                  "<Class>/<file>")],
            ),
            "undecodable": Fault(emptied(FENCING), [(FENCING, *EMPTY)]),
        },
    ),
    "hmdb51": Fake(
        "hmdb51",
        write_hmdb51,
        {
            "missing": Fault(
                gone(KICK),
                [(KICK, "missing", "not there", f"the file named in {HMDB51_LISTS}/kick_test_split1.txt line 1")],
            ),
            "surplus": Fault(
                added("hmdb51_org/clap/We_Clap_Hands_clap_u_nm_np1_fr_med_0.avi"),  # ends like one that is listed
                [("hmdb51_org/clap/We_Clap_Hands_clap_u_nm_np1_fr_med_0.avi", *NOT_LISTED)],
            ),
            "unknown-class": Fault(
                added(f"{STAIRS}/a.avi"),
                [(STAIRS, "unknown-class", "class folder moonwalk", f"split files of moonwalk in {HMDB51_LISTS}")],
            ),
            "bad-split-line": Fault(
                appended(f"{HMDB51_LISTS}/kick_test_split2.txt", "kick.avi 3 "),
                [(f"{HMDB51_LISTS}/kick_test_split2.txt", "bad-split-line", "line 5: kick.avi 3",
                  "<name>.avi <code>, code 0, 1 or 2")],
            ),
            "undecodable": Fault(emptied(KICK), [(KICK, *EMPTY)]),
        },
    ),
    "ucf50": Fake(
        "ucf50",
        write_ucf50,
        {
            "surplus": Fault(
                added("UCF50/YoYo/renamed.avi"),
                [("UCF50/YoYo/renamed.avi", "surplus", "not a clip by its name", "v_<Class>_gXX_cYY.avi")],
            ),
            "unknown-class": Fault(
                added("UCF50/Yodeling/v_Yodeling_g01_c01.avi"),
                [("UCF50/Yodeling", "unknown-class", "class folder Yodeling", "a class of UCF50")],
            ),
            "undecodable": Fault(
                emptied("UCF50/YoYo/v_YoYo_g01_c01.avi"), [("UCF50/YoYo/v_YoYo_g01_c01.avi", *EMPTY)]
            ),
        },
    ),
    "olympic_sports": Fake(
        "olympic_sports",
        write_olympic_sports,
        {
            "missing": Fault(
                both(gone("bowling/-01aB_x0_00000_00171.avi"), gone("bowling/-01aB_x0_00000_00171.seq")),
                [("bowling/-01aB_x0_00000_00171.avi", "missing", "not there",
                  f"the file named in {OLYMPIC_LISTS}/train/bowling.txt line 1")],
            ),
            "surplus": Fault(added("bowling/other.avi"), [("bowling/other.avi", *NOT_LISTED)]),
            "unknown-class": Fault(
                added("juggling/a.avi"),
                [("juggling", "unknown-class", "class folder juggling", f"one of {' '.join(olympic_sports.CLASSES)}")],
            ),
            "bad-split-line": Fault(
                appended(f"{OLYMPIC_LISTS}/test/platform 10m.txt", "two words"),
                [(f"{OLYMPIC_LISTS}/test/platform 10m.txt", "bad-split-line", "line 2: two words",
                  "the name of a video, without its suffix")],
            ),
            "undecodable": Fault(
                emptied("bowling/-01aB_x0_00000_00171.avi"), [("bowling/-01aB_x0_00000_00171.avi", *EMPTY)]
            ),
        },
    ),
    "kinetics": Fake(
        "kinetics",
        write_kinetics,
        {
            "missing": Fault(
                gone(f"val/{LAST_VAL}.mp4"),
                [(f"val/{KINETICS[399]}/{LAST_VAL}.mp4", "missing", "not there",
                  "the clip named in annotations/validate.csv line 401")],
            ),
            "surplus": Fault(
                added("val/aaaaaaaaaaa_000001_000011.mp4"),
                [("val/aaaaaaaaaaa_000001_000011.mp4", "surplus", "a file that no list names",
                  "a class folder, or a line in the list")],
            ),
            "undecodable": Fault(emptied(f"val/{LAST_VAL}.mp4"), [(f"val/{LAST_VAL}.mp4", *EMPTY)]),
        },
    ),
    "web_videos": Fake(
        "web_videos",
        write_web_videos,
        {
            "missing": Fault(
                added("yodeling/a.info.json"),
                [("yodeling", "missing", "no video in this class folder", "videos, or no such folder")],
            ),
            "surplus": Fault(added("Archery/noname"), [("Archery/noname", *NOT_A_VIDEO)]),
            "undecodable": Fault(
                emptied("Archery/How to #1 [-aB_x9].mp4"), [("Archery/How to #1 [-aB_x9].mp4", *EMPTY)]
            ),
        },
    ),
}  # fmt: skip
