"""UCF50: `UCF50/<Class>/v_<Class>_gXX_cYY.avi`, or the class folders directly. It is published without a split.

The class is the folder, never a part of the file name: the files of Billiards are called v_Billards_*. The group, one
source video cut into clips, is `<Class>/gXX`; there are 25 a class.
Choice: the splits are those of UCF101's official lists, which hold the later version of this dataset: groups 1 to 7 are
for testing in split 1, 8 to 14 in split 2, 15 to 21 in split 3, all others for training. No group straddles a split.
"""

import re
from pathlib import Path

from i2v_core.datasets import listing

DATASET = "UCF50"
GROUPS_OFFICIAL = True
EXPECTED = "UCF50/<Class>/v_<Class>_gXX_cYY.avi"
CLIP = re.compile(r"v_.+_g(\d+)_c\d+")
TESTED_GROUPS = 7  # of each split
CLASSES = (
    "BaseballPitch", "Basketball", "BenchPress", "Biking", "Billiards", "BreastStroke", "CleanAndJerk", "Diving",
    "Drumming", "Fencing", "GolfSwing", "HighJump", "HorseRace", "HorseRiding", "HulaHoop", "JavelinThrow",
    "JugglingBalls", "JumpRope", "JumpingJack", "Kayaking", "Lunges", "MilitaryParade", "Mixing", "Nunchucks",
    "PizzaTossing", "PlayingGuitar", "PlayingPiano", "PlayingTabla", "PlayingViolin", "PoleVault", "PommelHorse",
    "PullUps", "Punch", "PushUps", "RockClimbingIndoor", "RopeClimbing", "Rowing", "SalsaSpin", "SkateBoarding",
    "Skiing", "Skijet", "SoccerJuggling", "Swing", "TaiChi", "TennisSwing", "ThrowDiscus", "TrampolineJumping",
    "VolleyballSpiking", "WalkingWithDog", "YoYo",
)  # fmt: skip


def index(root: Path, *, counts: dict | None = None):
    """Catalog and problems of a UCF50 folder; see `listing.tables` for both tables.

    Raises FileNotFoundError if there is no class folder.
    """
    root = Path(root)
    listing.require(root, EXPECTED)
    folder = "UCF50" if (root / "UCF50").is_dir() else ""
    folders, files = listing.scan(root / folder)
    if not folders:
        raise listing.nothing_found(root, EXPECTED)
    items, problems = [], listing.strays(folder, files, listing.VIDEO_SUFFIXES)
    for label in folders:
        base = listing.below(folder, label)
        if label not in CLASSES:
            problems.append((base, "unknown-class", f"class folder {label}", "a class of UCF50"))
            continue
        below, files = listing.scan(root / base)
        problems += [(f"{base}/{name}", "surplus", "a folder", "videos only") for name in below]
        for name, size in files.items():
            stem, _, suffix = name.rpartition(".")
            clip = CLIP.fullmatch(stem)
            if not clip or f".{suffix}".lower() not in listing.VIDEO_SUFFIXES:
                problems.append((f"{base}/{name}", "surplus", "not a clip by its name", "v_<Class>_gXX_cYY.avi"))
                continue
            items.append((stem, f"{base}/{name}", "video", label, f"{label}/g{clip[1]}", *_parts(int(clip[1]))))
            problems += listing.empty(f"{base}/{name}", size)
    return listing.tables(items, problems, counts)


def _parts(group: int) -> tuple[str, ...]:
    """Part of a group in splits 1 to 3."""
    tested_in = (group - 1) // TESTED_GROUPS + 1
    return tuple("test" if split == tested_in else "train" for split in (1, 2, 3))
