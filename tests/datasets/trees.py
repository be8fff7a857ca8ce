"""Folders as the real downloads leave them, with their true names and quirks, and files of a few bytes."""

from pathlib import Path

import pandas as pd

# Real names: three start like others, one is a suffix of another, one class word stands in another class's name.
HMDB51 = {
    "kick": ["Bad_kick_ball_f_cm_np1_fr_med_3.avi", "kick_f_cm_np1_fr_med_3.avi", "#20_kick_(1)_f_nm_np2_le_goo_0.avi"],
    "kick_ball": ["[Pele]_kick_ball_f_nm_np1_ri_bad_1.avi", "a&b;c~d@e!_kick_ball_f_cm_np1_ba_med_2.avi", "kick.avi"],
}
HMDB51_CODES = (("1", "2", "0"), ("2", "1", "0"), ("0", "1", "2"))  # of the three files, in splits 1 to 3
UCF101 = {"Archery": "Archery", "HandstandPushups": "HandStandPushups", "YoYo": "YoYo"}  # class: name in its files
STANFORD40 = ("climbing", "throwing_frisby", "writing_on_a_board")


def put(path: Path, content: str = "x") -> Path:
    """A file of `content` as it is: no line end is translated."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode())
    return path


def crlf(lines: list[str]) -> str:
    return "".join(line + "\r\n" for line in lines)


def ucf101(root: Path, videos: str = "UCF-101/", suffix: str = ".avi") -> Path:
    """Three classes, six groups of two clips; in split k groups k and k + 3 are test. All lists end lines with CRLF."""
    lists = root / "ucfTrainTestlist"
    put(lists / "classInd.txt", crlf([f"{number} {name}" for number, name in enumerate(UCF101, start=1)]))
    entries = [
        (group, number, f"{label}/v_{stem}_g{group:02d}_c{clip:02d}")
        for number, (label, stem) in enumerate(UCF101.items(), start=1)
        for group in range(1, 7)
        for clip in (1, 2)
    ]
    for _, _, entry in entries:
        put(root / f"{videos}{entry}{suffix}")
    for split in (1, 2, 3):
        test = [entry for group, _, entry in entries if group % 3 == split % 3]
        train = [(entry, number) for group, number, entry in entries if group % 3 != split % 3]
        put(lists / f"testlist0{split}.txt", crlf([f"{entry}.avi" for entry in test]))
        put(lists / f"trainlist0{split}.txt", crlf([f"{entry}.avi {number}" for entry, number in train]))
    return root


def hmdb51(root: Path, videos: str = "") -> Path:
    """Two classes of three videos; lines end with a blank, code 0 is unused."""
    for label, names in HMDB51.items():
        for name in names:
            put(root / videos / label / name)
        for split, codes in enumerate(HMDB51_CODES, start=1):
            lines = [f"{name} {code} \n" for name, code in zip(names, codes, strict=True)]
            put(root / "testTrainMulti_7030_splits" / f"{label}_test_split{split}.txt", "".join(lines))
    return root


def stanford40(root: Path) -> Path:
    """Three actions of four images, two in train.txt and two in test.txt; actions.txt has a header."""
    names = {action: [f"{action}_{number:03d}.jpg" for number in range(1, 5)] for action in STANFORD40}
    for action, images in names.items():
        for name in images:
            put(root / "JPEGImages" / name)
            put(root / "XMLAnnotations" / name.replace(".jpg", ".xml"))
        put(root / "ImageSplits" / f"{action}_train.txt", crlf(images[:2]))
    splits = root / "ImageSplits"
    put(splits / "actions.txt", crlf(["action_name\tnumber_of_test_images", *(f"{name}\t2" for name in STANFORD40)]))
    put(splits / "train.txt", crlf([name for images in names.values() for name in images[:2]]))
    put(splits / "test.txt", crlf([name for images in names.values() for name in images[2:]]))
    return root


def ucf50(root: Path, classes: tuple[str, ...] = ("Billiards", "PoleVault"), videos: str = "UCF50/") -> Path:
    """25 groups of two clips a class; the files of Billiards are called v_Billards_*."""
    for label in classes:
        stem = "Billards" if label == "Billiards" else label
        for group in range(1, 26):
            for clip in (1, 2):
                put(root / f"{videos}{label}/v_{stem}_g{group:02d}_c{clip:02d}.avi")
    return root


# Class: name of its lists, where the real ones have blanks and two of them lack a word.
OLYMPIC_SPORTS = {
    "basketball_layup": "basketball layup",
    "diving_springboard_3m": "springboard 3m",
    "pole_vault": "pole vault",
}


def olympic_sports(root: Path, suffix: str = ".avi") -> Path:
    """Three classes of four training and two test videos, by lists without suffixes."""
    for label, spelling in OLYMPIC_SPORTS.items():
        names = [f"{label[:2]}-x_{number:03d}" for number in range(6)]
        for name in names:
            put(root / label / f"{name}{suffix}")
        for part, members in (("train", names[:4]), ("test", names[4:])):
            put(root / "train_test_split" / part / f"{spelling}.txt", crlf(members))
    return root


# Video: its segments (uid, start, stop, verb_class); the last video of a kitchen is for testing.
EPIC_KITCHENS = {
    "P01_01": [(0, "00:00:00.14", "00:00:03.37", 2), (1, "00:00:04.37", "00:00:06.17", 12)],
    "P01_11": [(1924, "00:00:00.00", "00:00:01.89", 3)],
    "P08_01": [(12917, "00:00:07.29", "00:00:08.95", 3), (12916, "00:00:01.00", "00:00:02.00", 0)],
    "P08_28": [(13700, "01:02:03.50", "01:02:04.00", 7)],
    "P08_09": [(13744, "00:00:00.50", "00:00:01.25", 0)],
}
EPIC_TESTED = {"P01_11": "D2", "P08_09": "D1"}


def epic_kitchens(root: Path, annotations: str = "annotations/", suffix: str = ".MP4") -> Path:
    """Two kitchens: four training segments of the eight verbs and one of another, two test segments."""
    rows = pd.DataFrame(
        [
            (uid, video[:3], video, "a narration, with a comma", start, stop, 1, 2, "a verb", verb)
            for video, segments in EPIC_KITCHENS.items()
            for uid, start, stop, verb in segments
        ],
        columns=[
            "uid", "participant_id", "video_id", "narration", "start_timestamp", "stop_timestamp", "start_frame",
            "stop_frame", "verb", "verb_class",
        ],
    )  # fmt: skip
    for video in EPIC_KITCHENS:
        put(root / "videos" / video[:3] / f"{video}{suffix}")
    folder = root / annotations
    train = rows[~rows["video_id"].isin(EPIC_TESTED)]
    put(folder / "EPIC_train_action_labels.csv", train.to_csv(index=False))
    for domain, kitchen in (("D1", "P08"), ("D2", "P01")):
        own = rows["participant_id"] == kitchen
        is_test = rows["video_id"].isin(EPIC_TESTED)
        pickled(rows[own & ~is_test & (rows["verb_class"] < 8)], folder / f"{domain}_train.pkl")
        pickled(rows[own & is_test], folder / f"{domain}_test.pkl")
    return root


def pickled(table: pd.DataFrame, path: Path) -> Path:
    """The table as a pickle whose text is that of plain Python, whatever pandas would choose."""
    plain = table.astype({name: object for name in table if not pd.api.types.is_numeric_dtype(table[name])})
    plain.columns = pd.Index(list(table.columns), dtype=object)
    plain.to_pickle(path)
    return path


def images(root: Path, folders: dict[str, list[str]]) -> Path:
    """Class folders with the named files."""
    for folder, names in folders.items():
        for name in names:
            put(root / folder / name)
    return root


def rows(problems: pd.DataFrame) -> list[tuple[str, ...]]:
    """Problems as tuples (path, problem, found, wanted)."""
    return list(problems.itertuples(index=False, name=None))


def kinds(problems: pd.DataFrame) -> list[tuple[str, str]]:
    """Problems as pairs (path, problem)."""
    return list(zip(problems["path"], problems["problem"], strict=True))
