"""Fakes of the data sets of still images. What of a layout is sourced stands in its importer."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from i2v_core.datasets.importers import action_db, bu101, hii, ppmi, still_db, willow_actions
from tests.datasets import trees
from tests.datasets.fakes.parts import (
    EMPTY,
    NOT_AN_IMAGE,
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

STANFORD40 = (
    "applauding", "blowing_bubbles", "brushing_teeth", "cleaning_the_floor", "climbing", "cooking", "cutting_trees",
    "cutting_vegetables", "drinking", "feeding_a_horse", "fishing", "fixing_a_bike", "fixing_a_car", "gardening",
    "holding_an_umbrella", "jumping", "looking_through_a_microscope", "looking_through_a_telescope", "phoning",
    "playing_guitar", "playing_violin", "pouring_liquid", "pushing_a_cart", "reading", "riding_a_bike",
    "riding_a_horse", "rowing_a_boat", "running", "shooting_an_arrow", "smoking", "taking_photos", "texting_message",
    "throwing_frisby", "using_a_computer", "walking_the_dog", "washing_dishes", "watching_TV", "waving_hands",
    "writing_on_a_board", "writing_on_a_book",
)  # fmt: skip
HII = {  # folders, each in another of the spellings that people give them
    "Boxing - Punching": "boxing-punching", "Dining": "dining", "Hand_Shaking": "handshaking", "high five": "highfive",
    "HUGGING": "hugging", "kicking": "kicking", "Kissing": "kissing", "partying": "partying", "Speech": "speech",
    "talking": "talking",
}  # fmt: skip
HII_AROUND = "facial_descriptors_dataset"
UCF101 = tuple(pd.read_csv(bu101.UCF101_CLASSES)["class"])
ACTION_DB_AROUND = "pami2009_release/pami09_preRelease"
PLAYED = "norm_image/play_instrument"
SPLITS, ACTIONS = "ImageSplits", "ImageSets/Action"
NO_CLASS_FOLDER = ("missing", "not there", "a folder of this class or an alias for one, or `classes` without it")


def write_stanford40(root: Path) -> list[tuple[str, ...]]:
    """Four images an action, two in either list; lists with CRLF, one with a byte order mark; one image is a .JPG."""
    names = {action: [f"{action}_{number:03d}.jpg" for number in range(1, 5)] for action in STANFORD40}
    rows = []
    for action, images in names.items():
        for name in images:
            stem, suffix = name[:-4], ".JPG" if name == "watching_TV_004.jpg" else ".jpg"
            trees.put(root / f"JPEGImages/{stem}{suffix}")
            trees.put(root / f"XMLAnnotations/{stem}.xml")
            rows.append((stem, f"JPEGImages/{stem}{suffix}", "image", action, "", *TRAIN))
        for part, own in (("train", images[:2]), ("test", images[2:])):
            trees.put(root / f"{SPLITS}/{action}_{part}.txt", trees.crlf(own))
    known = trees.crlf(["action_name  number", *(f"{action} \t2" for action in names)])
    trees.put(root / f"{SPLITS}/actions.txt", "\ufeff" + known)
    for part, own in (("train", slice(2)), ("test", slice(2, 4))):
        listed = [f"{name} " for images in names.values() for name in images[own]]
        trees.put(root / f"{SPLITS}/{part}.txt", trees.crlf(listed))
    left_behind(root, "JPEGImages", SPLITS)
    return sorted(rows)


def write_hii(root: Path) -> list[tuple[str, ...]]:
    """Three images a class, suffixes of any kind and case, inside a folder that an archive left."""
    rows = []
    for folder, label in HII.items():
        for name in ("001.jpg", "002.JPG", "003.jpeg"):
            trees.put(root / HII_AROUND / folder / name)
            rows.append((f"{label}/{name[:3]}", f"{HII_AROUND}/{folder}/{name}", "image", label, "", *TRAIN))
        left_behind(root, f"{HII_AROUND}/{folder}")
    return sorted(rows)


def write_bu101(root: Path) -> list[tuple[str, ...]]:
    """Two images a class; folders in small letters as in a figure of DIVAFN; blanks and points in names."""
    rows = []
    for label in UCF101:
        for name in ("image 1.v2.jpg", "2.PNG"):
            trees.put(root / f"images/{label.lower()}/{name}")
            stem = name.rpartition(".")[0]
            rows.append((f"{label}/{stem}", f"images/{label.lower()}/{name}", "image", label, "", *TRAIN))
    left_behind(root, "images", "images/archery")
    return sorted(rows)


def write_willow_actions(root: Path) -> list[tuple[str, ...]]:
    """Four images a class: one each of train and val, two of test; every list names all images of its part."""
    rows, classes = [], willow_actions.CLASSES
    labels = {number: classes[number % 7] for number in range(1, 29)}
    for number, label in labels.items():
        trees.put(root / f"JPEGImages/action{number:04d}.jpg")
        trees.put(root / f"Annotations/action{number:04d}.xml")
        rows.append((f"{label}/action{number:04d}", f"JPEGImages/action{number:04d}.jpg", "image", label, "", *TRAIN))
    parts = {"train": range(1, 8), "val": range(8, 15), "trainval": range(1, 15), "test": range(15, 29)}
    for shown in classes:
        for part, numbers in parts.items():
            lines = [f"action{n:04d}  1 {'1' if labels[n] == shown else '-1'} " for n in numbers]
            trees.put(root / f"{ACTIONS}/{shown}_{part}.txt", trees.crlf(lines))
    left_behind(root, "JPEGImages", ACTIONS)
    return sorted(rows)


def write_action_db(root: Path) -> list[tuple[str, ...]]:
    """Two images in train and test of a class under the same names, with the outlines of the archive."""
    rows = []
    for label in action_db.CLASSES:
        for part in ("train", "test"):
            for stem in ("image01", "image02"):
                path = f"{ACTION_DB_AROUND}/{label}/{part}/{stem}.png"
                trees.put(root / path)
                rows.append((f"{label}/{part}/{stem}", path, "image", label, "", *TRAIN))
        trees.put(root / f"{ACTION_DB_AROUND}/{label}/silh/sil01.png")
    trees.put(root / f"{ACTION_DB_AROUND}/object_annotations/batting_bat.mat")
    left_behind(root, f"{ACTION_DB_AROUND}/croquet/train")
    return sorted(rows)


def write_ppmi(root: Path) -> list[tuple[str, ...]]:
    """Two images of who plays an instrument, and of who only holds it, under the same names."""
    rows = []
    for name in ppmi.INSTRUMENTS:
        for part in ("train", "test"):
            trees.put(root / f"norm_image/with_instrument/{name}/{part}/001.jpg")
            trees.put(root / f"{PLAYED}/{name}/{part}/001.jpg")
            row = (f"{PLAYED}/{name}/{part}/001.jpg", "image", f"playing_{name}", "", *TRAIN)
            rows.append((f"playing_{name}/{part}/001", *row))
    trees.put(root / "README")
    left_behind(root, PLAYED, f"{PLAYED}/harp/train")
    return sorted(rows)


def write_still_db(root: Path) -> list[tuple[str, ...]]:
    """Two images a class, in folders with capitals."""
    rows = []
    for label in still_db.CLASSES:
        for name in ("1.jpg", "b 2.PNG"):
            trees.put(root / label.title() / name)
            rows.append((f"{label}/{name[:-4]}", f"{label.title()}/{name}", "image", label, "", *TRAIN))
    left_behind(root, "Running")
    return sorted(rows)


def write_web_images(root: Path) -> list[tuple[str, ...]]:
    """Three images a query, one below a page of results, and what a crawler writes beside them."""
    rows = []
    for label in UCF101:
        for stem, suffix in (("000001", ".jpg"), ("how to #2 (best)", ".JPEG"), ("page 2/000001", ".webp")):
            trees.put(root / label / f"{stem}{suffix}")
            rows.append((f"{label}/{stem}", f"{label}/{stem}{suffix}", "image", label, "", *TRAIN))
        for name in ("index.html", "urls.txt", "000004.jpg.part"):
            trees.put(root / label / name)
    left_behind(root, "YoYo")
    return sorted(rows)


def _folder_faults(image: str, stranger: str, wanted: str) -> dict[str, Fault]:
    """Faults of class folders. image: one of them; stranger: path of a folder of no class, and what is wanted there."""
    stray = f"{image.rpartition('/')[0]}/notes.doc"
    unknown = (stranger, "unknown-class", f"class folder {stranger.rpartition('/')[2]}", wanted)
    return {
        "surplus": Fault(added(stray), [(stray, *NOT_AN_IMAGE)]),
        "unknown-class": Fault(added(f"{stranger}/1.jpg"), [unknown]),
        "undecodable": Fault(emptied(image), [(image, *EMPTY)]),
    }


def _one_of(names: Iterable[str]) -> str:
    return f"one of {' '.join(names)}, or an alias for the folder"


FAKES = {
    "stanford40": Fake(
        "stanford40",
        write_stanford40,
        {
            "missing": Fault(
                gone("JPEGImages/climbing_001.jpg"),
                [("JPEGImages/climbing_001.jpg", "missing", "not there",
                  f"the file named in {SPLITS}/train.txt line 9")],
            ),
            "surplus": Fault(added("JPEGImages/climbing_099.jpg"), [("JPEGImages/climbing_099.jpg", *NOT_LISTED)]),
            "unknown-class": Fault(
                both(added("JPEGImages/yodeling_001.jpg"), appended(f"{SPLITS}/test.txt", "yodeling_001.jpg")),
                [("JPEGImages/yodeling_001.jpg", "unknown-class", "class yodeling",
                  f"a class of {SPLITS}/actions.txt")],
            ),
            "bad-split-line": Fault(
                appended(f"{SPLITS}/test.txt", "climbing 001.jpg"),
                [(f"{SPLITS}/test.txt", "bad-split-line", "line 81: climbing 001.jpg", "<action>_<nnn>.jpg")],
            ),
            "undecodable": Fault(emptied("JPEGImages/climbing_001.jpg"), [("JPEGImages/climbing_001.jpg", *EMPTY)]),
        },
    ),
    "hii": Fake(
        "hii",
        write_hii,
        {
            "missing": Fault(
                both(*(gone(f"{HII_AROUND}/Kissing/{name}") for name in ("001.jpg", "002.JPG", "003.jpeg"))),
                [(f"{HII_AROUND}/Kissing", "missing", "no image in this class folder", "images, or no such folder")],
            ),
            **_folder_faults(f"{HII_AROUND}/Kissing/001.jpg", f"{HII_AROUND}/hug", _one_of(hii.CLASSES)),
        },
    ),
    "bu101": Fake(
        "bu101",
        write_bu101,
        {
            "missing": Fault(
                both(gone("images/yoyo/2.PNG"), gone("images/yoyo/image 1.v2.jpg")),
                [("images/yoyo", "missing", "no image in this class folder", "images, or no such folder")],
            ),
            **_folder_faults("images/yoyo/2.PNG", "images/yodeling", "a class of UCF101 (spelling is free)"),
        },
    ),
    "willow_actions": Fake(
        "willow_actions",
        write_willow_actions,
        {
            "missing": Fault(
                gone("JPEGImages/action0015.jpg"),
                [("JPEGImages/action0015", "missing", "not there",
                  f"the file named in {ACTIONS}/InteractingWithComputer_test.txt line 1")],
            ),
            "surplus": Fault(added("JPEGImages/action0099.jpg"), [("JPEGImages/action0099.jpg", *NOT_LISTED)]),
            "unknown-class": Fault(
                added(f"{ACTIONS}/Flying_test.txt"),
                [(f"{ACTIONS}/Flying_test.txt", "unknown-class", "list Flying_test.txt",
                  f"<Class>_<part>.txt for {willow_actions.CLASSES}")],
            ),
            "bad-split-line": Fault(
                appended(f"{ACTIONS}/Walking_test.txt", "action0015 1 yes"),
                [(f"{ACTIONS}/Walking_test.txt", "bad-split-line", "line 15: action0015 1 yes",
                  "<image> <person> <label>, label 1 or -1")],
            ),
            "undecodable": Fault(emptied("JPEGImages/action0015.jpg"), [("JPEGImages/action0015.jpg", *EMPTY)]),
        },
    ),
    "action_db": Fake(
        "action_db",
        write_action_db,
        {
            "missing": Fault(gone(f"{ACTION_DB_AROUND}/croquet"), [("croquet", *NO_CLASS_FOLDER)]),
            **_folder_faults(
                f"{ACTION_DB_AROUND}/croquet/test/image01.png", f"{ACTION_DB_AROUND}/polo", _one_of(action_db.CLASSES)
            ),
        },
    ),
    "ppmi": Fake(
        "ppmi",
        write_ppmi,
        {
            "missing": Fault(gone(f"{PLAYED}/harp"), [(f"{PLAYED}/harp", *NO_CLASS_FOLDER)]),
            **_folder_faults(f"{PLAYED}/harp/train/001.jpg", f"{PLAYED}/kazoo", _one_of(ppmi.INSTRUMENTS)),
        },
    ),
    "still_db": Fake(
        "still_db",
        write_still_db,
        {
            "missing": Fault(gone("Running"), [("running", *NO_CLASS_FOLDER)]),
            **_folder_faults("Running/1.jpg", "throw", _one_of(still_db.CLASSES)),
        },
    ),
    "web_images": Fake(
        "web_images",
        write_web_images,
        {
            "missing": Fault(
                added("yodeling/index.html"),
                [("yodeling", "missing", "no image in this class folder", "images, or no such folder")],
            ),
            "surplus": Fault(added("Archery/film.mp4"), [("Archery/film.mp4", *NOT_AN_IMAGE)]),
            "undecodable": Fault(emptied("Archery/000001.jpg"), [("Archery/000001.jpg", *EMPTY)]),
        },
    ),
}  # fmt: skip
