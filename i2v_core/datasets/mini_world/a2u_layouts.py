"""Writers of the benchmark A->U: photos of Willow-Actions, Action DB, PPMI and Still DB, and videos of UCF101."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from i2v_core import seeding
from i2v_core.datasets.mini_world import photos
from i2v_core.datasets.mini_world.a2u_classes import (
    ACTION_DB_CLASSES,
    ACTIONS,
    PPMI_CLASSES,
    STILL_DB_CLASSES,
    UCF101_CLASSES,
    WILLOW_CLASSES,
)
from i2v_core.datasets.mini_world.actions_music import HELD
from i2v_core.datasets.mini_world.media_files import write_photo, write_video
from i2v_core.datasets.mini_world.settings import Settings
from i2v_core.datasets.mini_world.styled_clips import styled_clip, styled_group
from i2v_core.datasets.mini_world.styles import FRAME_SIZES_PX
from i2v_core.datasets.mini_world.video_layouts import lay_out_ucf101
from i2v_core.datasets.mini_world.video_settings import WORLD, VideoSettings

PHOTO_LOOK = Settings()  # of web photos, as the mini world ships them
NORMALISED_LOOK = replace(PHOTO_LOOK, photo_side_min_px=128, photo_side_max_px=128)  # PPMI's are squares of one size
TRAIN_SHARE = 0.6  # of Action DB, as in the real one; of the others too
VAL_SHARE = 0.5  # of Willow-Actions' trainval

Photo = tuple[np.ndarray, tuple, int]  # picture, box around the people, quality


def _photo_maker(dataset: str, classes: dict[str, str], seed: int, look: Settings = PHOTO_LOOK) -> Callable[..., Photo]:
    """A function that draws photo `number` of a class, with web photos' share of wrong labels and of no action."""

    def photo(name: str, number: int) -> Photo:
        rng = seeding.generator(seed, WORLD, dataset, name, number)
        fate = rng.uniform()
        others = sorted(set(classes.values()) - {classes[name]})
        shown = others[rng.integers(len(others))] if fate < look.photo_wrong_label_share else classes[name]
        has_action = 1 - fate >= look.photo_off_topic_share
        picture, _, box = photos.photo_with_box(ACTIONS[shown], rng, look, has_action=has_action)
        return picture, box, int(rng.integers(70, 93))

    return photo


def _part(number: int, count: int) -> str:
    return "train" if number <= round(TRAIN_SHARE * count) else "test"


def write_willow_actions(root: Path, seed: int, settings: VideoSettings) -> None:
    """JPEGImages/action<nnnn>.jpg, Annotations, and ImageSets/Action/<Class>_{train,val,trainval,test}.txt.

    Each list names all images of its part, with the number of the person and 1 or -1, without suffix.
    """
    for folder in ("JPEGImages", "Annotations", "ImageSets/Action"):
        (root / folder).mkdir(parents=True)
    photo, count = _photo_maker("willow_actions", WILLOW_CLASSES, seed), settings.photos_per_class
    members: dict[str, list[tuple[str, str]]] = {"train": [], "val": [], "trainval": [], "test": []}
    for index, name in enumerate(WILLOW_CLASSES):
        for number in range(1, count + 1):
            stem = f"action{index * count + number:04d}"
            picture, box, quality = photo(name, number)
            write_photo(picture, root / "JPEGImages" / f"{stem}.jpg", quality=quality)
            (root / "Annotations" / f"{stem}.xml").write_text(_annotation(stem, name, picture.shape, box))
            part = _part(number, count)
            if part == "train":
                members["trainval"].append((stem, name))
                part = "train" if number <= round(VAL_SHARE * TRAIN_SHARE * count) else "val"
            members[part].append((stem, name))
    for name in WILLOW_CLASSES:
        for part, rows in members.items():
            lines = [f"{stem} 1 {1 if shown == name else -1}\n" for stem, shown in rows]
            (root / "ImageSets/Action" / f"{name}_{part}.txt").write_text("".join(lines))


def _annotation(stem: str, name: str, shape: tuple, box: tuple) -> str:
    left, top, right, bottom = box
    return (
        f"<annotation>\n  <folder>Willow-actions</folder>\n  <filename>{stem}.jpg</filename>\n"
        f"  <size><width>{shape[1]}</width><height>{shape[0]}</height><depth>3</depth></size>\n"
        "  <object>\n    <name>person</name>\n"
        f"    <bndbox><xmin>{left}</xmin><ymin>{top}</ymin><xmax>{right}</xmax><ymax>{bottom}</ymax></bndbox>\n"
        f"    <action><actionname>{name}</actionname><ambiguous>0</ambiguous></action>\n"
        "  </object>\n</annotation>\n"
    )


def write_action_db(root: Path, seed: int, settings: VideoSettings) -> None:
    """<class>/{train,test}/image<nn>.png, both counted from 1, and an empty object_annotations beside the classes."""
    photo, count = _photo_maker("action_db", ACTION_DB_CLASSES, seed), settings.photos_per_class
    (root / "object_annotations").mkdir()
    for name in ACTION_DB_CLASSES:
        made = {"train": 0, "test": 0}
        for part in made:
            (root / name / part).mkdir(parents=True)
        for number in range(1, count + 1):
            part = _part(number, count)
            made[part] += 1
            picture, _, quality = photo(name, number)
            write_photo(picture, root / name / part / f"image{made[part]:02d}.png", quality=quality)


def write_ppmi(root: Path, seed: int, settings: VideoSettings) -> None:
    """norm_image/{play,with}_instrument/<instrument>/{train,test}/<instrument><nnn>.jpg, and a README.

    Of those who only hold an instrument there are a fifth as many: they are there to be left out.
    """
    photo, count = _photo_maker("ppmi", PPMI_CLASSES, seed, NORMALISED_LOOK), settings.photos_per_class
    (root / "README").write_text("Photos of the mini world in the layout of PPMI.\n")
    for name in PPMI_CLASSES:
        played, held = (root / "norm_image" / f"{how}_instrument" / name for how in ("play", "with"))
        for folder in (played, held):
            for part in ("train", "test"):
                (folder / part).mkdir(parents=True)
        for number in range(1, count + 1):
            picture, _, quality = photo(name, number)
            file = f"{name}{number:03d}.jpg"
            write_photo(picture, played / _part(number, count) / file, quality=quality)
            if number % 5 == 0:
                rng = seeding.generator(seed, WORLD, "ppmi", "with", name, number)
                picture, _ = photos.render_photo(HELD[name], rng, NORMALISED_LOOK)
                write_photo(picture, held / _part(number, count) / file, quality=quality)


def write_still_db(root: Path, seed: int, settings: VideoSettings) -> None:
    """One folder a class, files `<class>_<nnn>.jpg`."""
    photo = _photo_maker("still_db", STILL_DB_CLASSES, seed)
    for name in STILL_DB_CLASSES:
        (root / name).mkdir(parents=True)
        for number in range(1, settings.photos_per_class + 1):
            picture, _, quality = photo(name, number)
            write_photo(picture, root / name / f"{name}_{number:03d}.jpg", quality=quality)


def write_ucf101_a2u(root: Path, seed: int, settings: VideoSettings) -> None:
    """The ten classes of A->U as UCF101 lays them out and in its style; see `video_layouts.lay_out_ucf101`.

    A data set of its own, with seeds of its own: the video world's UCF101 stays as it is.
    """
    style = settings.style("ucf101")

    def write_group(name: str, group: int, paths: list[Path]) -> None:
        shared = styled_group(seeding.generator(seed, WORLD, "ucf101_a2u", name, group), style)
        for number, path in enumerate(paths, start=1):
            rng = seeding.generator(seed, WORLD, "ucf101_a2u", name, group, number)
            action = ACTIONS[UCF101_CLASSES[name]]
            frames = styled_clip(action, shared, rng, style, settings, FRAME_SIZES_PX["ucf101"])
            write_video(frames, path, fps=settings.fps, quantiser=settings.codec_quantiser)

    lay_out_ucf101(root, list(UCF101_CLASSES), settings.groups_per_class, settings.clips_per_group, write_group)
