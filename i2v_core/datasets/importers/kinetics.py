"""Kinetics, training part, for pretraining: `train/<class>/<id>_<start>_<end>.mp4`, start and end in seconds.

The class is the folder (names hold blanks and brackets), the group the video `<id>` a clip is cut from.
"""

import re
from pathlib import Path

from i2v_core.datasets import listing

DATASET = "Kinetics"
EXPECTED = "train/<class>/<id>_<start>_<end>.mp4"
CLIP = re.compile(r"(.+)_\d+_\d+")


def index(root: Path, *, counts: dict | None = None):
    """Catalog and problems of a Kinetics folder; see `listing.tables` for both tables.

    Raises FileNotFoundError if the folder, its `train` or any class folder is absent.
    """
    root = Path(root)
    listing.require(root, EXPECTED)
    listing.require(root / "train", EXPECTED)
    folders, _ = listing.scan(root / "train")
    if not folders:
        raise listing.nothing_found(root, EXPECTED)
    items, problems = [], []
    for label in folders:
        below, files = listing.scan(root / "train" / label)
        problems += [(f"train/{label}/{name}", "surplus", "a folder", "videos only") for name in below]
        for name, size in files.items():
            path = f"train/{label}/{name}"
            stem, _, suffix = name.rpartition(".")
            clip = CLIP.fullmatch(stem)
            if not clip or f".{suffix}".lower() not in listing.VIDEO_SUFFIXES:
                problems.append((path, "surplus", "not a clip by its name", "<id>_<start>_<end>.mp4"))
                continue
            items.append((stem, path, "video", label, clip[1], *listing.TRAIN_ONLY))
            problems += listing.empty(path, size)
    return listing.tables(items, problems, counts)
