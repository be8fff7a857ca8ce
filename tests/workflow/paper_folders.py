"""Folders of the real data sets' size, with empty files under their true names, for the paper's preset to plan on."""

from pathlib import Path

import pandas as pd

from i2v_core.datasets.importers import bu101, hii, ucf101
from tests.workflow import project

PAPER = "workflow/presets/paper.yaml"
UCF101_CLIPS, BU101_IMAGES, STANFORD40_IMAGES, HII_IMAGES, HMDB51_CLIPS = 13320, 23800, 9532, 1972, 6766

WEIGHTS = ("rgb_imagenet.pt", "flow_imagenet.pt")
WEIGHTS += ("imagenet-vgg-f.mat", "c3d.pickle", "GoogleNews-vectors-negative300.bin")


def planned(folder: Path) -> Path:
    """A project with all files of CycDA's and CFB's data sets, empty, and of the public weights."""
    project.sources(folder)
    raw = folder / "data/raw"
    classes = pd.read_csv(bu101.UCF101_CLASSES)["class"].tolist()
    write_ucf101(raw / "UCF101", classes)
    touch(raw / "BU101", [f"images/{classes[k % 101]}/{k:05d}.jpg" for k in range(BU101_IMAGES)])
    touch(raw / "Stanford40", [f"JPEGImages/action{k % 40}_{k:04d}.jpg" for k in range(STANFORD40_IMAGES)])
    touch(raw / "HII", [f"{hii.CLASSES[k % 10]}/{k:04d}.jpg" for k in range(HII_IMAGES)])
    touch(raw / "HMDB51", [f"class{k % 51}/{k:04d}.avi" for k in range(HMDB51_CLIPS)])
    touch(folder, [f"data/weights/{name}" for name in WEIGHTS])
    return folder


def touch(root: Path, paths: list[str]) -> None:
    for folder in {str(Path(path).parent) for path in paths}:
        (root / folder).mkdir(parents=True, exist_ok=True)
    for path in paths:
        (root / path).touch()


def write_ucf101(root: Path, classes: list[str]) -> None:
    """101 classes of 25 groups; clips go round the groups until there are 13,320."""
    rounds = [(label, group, clip) for clip in range(1, 8) for label in classes for group in range(1, 26)][
        :UCF101_CLIPS
    ]
    entries = [(group, f"{label}/v_{label}_g{group:02d}_c{clip:02d}.avi") for label, group, clip in rounds]
    touch(root / "UCF-101", [entry for _, entry in entries])
    lists = root / ucf101.LISTS
    lists.mkdir()
    number = {label: position for position, label in enumerate(classes, start=1)}
    (lists / "classInd.txt").write_text("".join(f"{number[label]} {label}\n" for label in classes))
    for split in (1, 2, 3):
        test = [entry for group, entry in entries if (group - 1) // 7 == split - 1]
        train = [entry for group, entry in entries if (group - 1) // 7 != split - 1]
        (lists / f"testlist0{split}.txt").write_text("".join(f"{entry}\n" for entry in test))
        (lists / f"trainlist0{split}.txt").write_text(
            "".join(f"{entry} {number[entry.partition('/')[0]]}\n" for entry in train)
        )
