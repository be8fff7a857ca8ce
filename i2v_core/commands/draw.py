"""`i2v draw FOLDER`: drawn images and videos in folders as people have them, to try `i2v adapt` with."""

import argparse
from pathlib import Path

import yaml

from i2v_core import storage
from i2v_core.datasets.mini_world import own_folders
from i2v_core.datasets.mini_world.settings import settings_from

PROJECT = Path(__file__).parents[2]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    parser.add_argument("folder", type=Path, help="is made: images, videos, labels.csv")
    parser.add_argument("--images", type=int, default=60, help="of each of six classes")
    parser.add_argument("--videos", type=int, default=240, help="of all classes together")
    parser.add_argument("--labelled", type=float, default=0.5, help="share of the videos that labels.csv names")
    parser.add_argument("--seed", type=int, default=0)


def run(*, folder: Path, images: int, videos: int, labelled: float, seed: int) -> int:
    """Writes the folder whole or not at all -> 0. Raises ValueError if it is there already."""
    if folder.exists():
        raise ValueError(f"{folder}: there already; name another folder")
    settings = settings_from(yaml.safe_load((PROJECT / "params.yaml").read_text())["mini_world"]["settings"])
    with storage.atomic(folder) as temporary:
        temporary.mkdir()
        own_folders.write(temporary, seed, settings, images=images, videos=videos, labelled=labelled)
    return 0
