"""Writers of the video world: UCF101, HMDB51 and Olympic Sports in the styles of their domains, and BU101."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from i2v_core import seeding
from i2v_core.datasets.mini_world import photos
from i2v_core.datasets.mini_world.media_files import write_photo, write_video
from i2v_core.datasets.mini_world.settings import Settings
from i2v_core.datasets.mini_world.styled_clips import styled_clip, styled_group
from i2v_core.datasets.mini_world.styles import FRAME_SIZES_PX
from i2v_core.datasets.mini_world.video_classes import (
    ACTIONS,
    BU101_CLASSES,
    HMDB51_CLASSES,
    OLYMPIC_SPORTS_CLASSES,
    UCF101_CLASSES,
)
from i2v_core.datasets.mini_world.video_layouts import LETTERS, lay_out_hmdb51, lay_out_ucf101
from i2v_core.datasets.mini_world.video_settings import WORLD, VideoSettings

PHOTO_LOOK = Settings()  # of web photos, as the mini world ships them
DIVING = "diving_"  # the word that the official lists of Olympic Sports leave out


def _group_writer(dataset: str, classes: dict[str, str], seed: int, settings: VideoSettings) -> Callable:
    """A function that writes the clips of one group of a class to paths."""
    style = settings.style(dataset)

    def write_group(name: str, group: int, paths: list[Path]) -> None:
        shared = styled_group(seeding.generator(seed, WORLD, dataset, name, group), style)
        for number, path in enumerate(paths, start=1):
            rng = seeding.generator(seed, WORLD, dataset, name, group, number)
            frames = styled_clip(ACTIONS[classes[name]], shared, rng, style, settings, FRAME_SIZES_PX[dataset])
            write_video(frames, path, fps=settings.fps, quantiser=settings.codec_quantiser)

    return write_group


def write_ucf101(root: Path, seed: int, settings: VideoSettings) -> None:
    """See `video_layouts.lay_out_ucf101`."""
    write_group = _group_writer("ucf101", UCF101_CLASSES, seed, settings)
    lay_out_ucf101(root, list(UCF101_CLASSES), settings.groups_per_class, settings.clips_per_group, write_group)


def write_hmdb51(root: Path, seed: int, settings: VideoSettings) -> None:
    """See `video_layouts.lay_out_hmdb51`."""
    write_group = _group_writer("hmdb51", HMDB51_CLASSES, seed, settings)
    lay_out_hmdb51(root, list(HMDB51_CLASSES), settings.groups_per_class, settings.clips_per_group, write_group)


def write_olympic_sports(root: Path, seed: int, settings: VideoSettings) -> None:
    """<class>/<id of 11 characters>_<start>_<end>.avi and train_test_split/{train,test}/<class>.txt.

    The lists name videos without suffix; their own names have blanks for underscores and lack the word diving, as the
    real ones. Every video is a group of its own.
    """
    write_group = _group_writer("olympic_sports", OLYMPIC_SPORTS_CLASSES, seed, settings)
    for part in ("train", "test"):
        (root / "train_test_split" / part).mkdir(parents=True)
    for name in OLYMPIC_SPORTS_CLASSES:
        (root / name).mkdir()
        names = []
        for number in range(1, settings.olympic_train_videos + settings.olympic_test_videos + 1):
            names.append(_source_name(seeding.generator(seed, WORLD, "olympic_sports", name, number, "name")))
            write_group(name, number, [root / name / f"{names[-1]}.avi"])
        file = f"{name.removeprefix(DIVING).replace('_', ' ')}.txt"
        cut = settings.olympic_train_videos
        for part, chosen in (("train", names[:cut]), ("test", names[cut:])):
            text = "".join(f"{line}\n" for line in sorted(chosen))
            (root / "train_test_split" / part / file).write_text(text)


def _source_name(rng: np.random.Generator) -> str:
    key = "".join(LETTERS[place] for place in rng.integers(len(LETTERS), size=11))
    start = int(rng.integers(0, 2000))
    return f"{key}_{start:05d}_{start + int(rng.integers(60, 300)):05d}"


def write_bu101(root: Path, seed: int, settings: VideoSettings) -> None:
    """One folder a class in mixed spellings; every tenth file is a PNG, every twentieth one with an alpha channel."""
    for name, action in BU101_CLASSES.items():
        (root / name).mkdir(parents=True)
        others = sorted(set(BU101_CLASSES.values()) - {action})
        for number in range(1, settings.photos_per_class + 1):
            rng = seeding.generator(seed, WORLD, "bu101", name, number)
            fate = rng.uniform()
            shown = others[rng.integers(len(others))] if fate < PHOTO_LOOK.photo_wrong_label_share else action
            has_action = 1 - fate >= PHOTO_LOOK.photo_off_topic_share
            picture, _ = photos.render_photo(ACTIONS[shown], rng, PHOTO_LOOK, has_action=has_action)
            path = root / name / f"{name}_{number:04d}.{'jpg' if number % 10 else 'png'}"
            write_photo(picture, path, quality=int(rng.integers(70, 93)), has_alpha=number % 20 == 0)
