"""Writers of the photo data sets: Stanford40, HII, BU101, and the pretraining images."""

from pathlib import Path

import numpy as np

from i2v_core import seeding
from i2v_core.datasets.mini_world import clips, photos
from i2v_core.datasets.mini_world.classes import PHOTO_CLASSES, PRETRAINING_CLASSES
from i2v_core.datasets.mini_world.media_files import write_photo
from i2v_core.datasets.mini_world.settings import Settings

TRAIN_SHARE = 0.42  # of Stanford40, as in the real one (4000 of 9532)


def _photo(dataset: str, name: str, number: int, seed: int, settings: Settings) -> tuple:
    """One photo of a class with the data set's share of off-topic and wrongly labelled ones, its box, and a quality."""
    rng = seeding.generator(seed, dataset, name, number)
    action, fate = PHOTO_CLASSES[dataset][name], rng.uniform()
    others = sorted(set(PHOTO_CLASSES[dataset].values()) - {action})
    if fate < settings.photo_wrong_label_share:
        action = others[rng.integers(len(others))]
    is_off_topic = 1 - fate < settings.photo_off_topic_share
    picture, _, box = photos.photo_with_box(action, rng, settings, has_action=not is_off_topic)
    return picture, box, int(rng.integers(70, 93))


def write_stanford40(root: Path, seed: int, settings: Settings) -> None:
    """JPEGImages, XMLAnnotations and ImageSplits (actions.txt, train and test lists of all and of each class)."""
    for folder in ("JPEGImages", "XMLAnnotations", "ImageSplits"):
        (root / folder).mkdir(parents=True)
    lists: dict[str, list[str]] = {"train": [], "test": []}
    actions = ["action_name\tnumber_of_images"]
    for name in PHOTO_CLASSES["stanford40"]:
        files = []
        for number in range(1, settings.photos_per_class + 1):
            stem = f"{name}_{number:03d}"
            picture, box, quality = _photo("stanford40", name, number, seed, settings)
            write_photo(picture, root / "JPEGImages" / f"{stem}.jpg", quality=quality)
            (root / "XMLAnnotations" / f"{stem}.xml").write_text(_annotation(stem, name, picture.shape, box))
            files.append(f"{stem}.jpg")
        actions.append(f"{name}\t{len(files)}")
        cut = round(TRAIN_SHARE * len(files))
        for part, chosen in (("train", files[:cut]), ("test", files[cut:])):
            lists[part] += chosen
            _write_lines(root / "ImageSplits" / f"{name}_{part}.txt", chosen)
    for part, chosen in lists.items():
        _write_lines(root / "ImageSplits" / f"{part}.txt", chosen)
    _write_lines(root / "ImageSplits" / "actions.txt", actions)


def _write_lines(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))


def _annotation(stem: str, name: str, shape: tuple, box: tuple) -> str:
    left, top, right, bottom = box
    return (
        f"<annotation>\n  <filename>{stem}.jpg</filename>\n"
        f"  <size><width>{shape[1]}</width><height>{shape[0]}</height><depth>3</depth></size>\n"
        f"  <object>\n    <name>person</name>\n    <action>{name}</action>\n    <bndbox>"
        f"<xmax>{right}</xmax><xmin>{left}</xmin><ymax>{bottom}</ymax><ymin>{top}</ymin></bndbox>\n"
        "  </object>\n</annotation>\n"
    )


def write_hii(root: Path, seed: int, settings: Settings) -> None:
    """One folder a class, files `<nnn>.jpg`."""
    for name in PHOTO_CLASSES["hii"]:
        (root / name).mkdir(parents=True)
        for number in range(1, settings.photos_per_class + 1):
            picture, _, quality = _photo("hii", name, number, seed, settings)
            write_photo(picture, root / name / f"{number:03d}.jpg", quality=quality)


def write_bu101(root: Path, seed: int, settings: Settings) -> None:
    """One folder a class in mixed spellings; every tenth file is a PNG, every twentieth one with an alpha channel."""
    for name in PHOTO_CLASSES["bu101"]:
        (root / name).mkdir(parents=True)
        for number in range(1, settings.photos_per_class + 1):
            picture, _, quality = _photo("bu101", name, number, seed, settings)
            path = root / name / f"{name}_{number:04d}.{'jpg' if number % 10 else 'png'}"
            write_photo(picture, path, quality=quality, has_alpha=number % 20 == 0)


def write_pretrain_images(root: Path, seed: int, settings: Settings) -> None:
    """One folder a class, files `<nnn>.jpg`: photos, and single frames in the look of the videos."""
    for name, action in PRETRAINING_CLASSES.items():
        (root / name).mkdir(parents=True)
        for number in range(1, settings.pretrain_images_per_class + 1):
            rng = seeding.generator(seed, "pretrain_images", name, number)
            if rng.uniform() < settings.pretrain_video_look_share:
                picture = _video_look(action, rng, settings)
            else:
                picture, _ = photos.render_photo(action, rng, settings)
            write_photo(picture, root / name / f"{number:03d}.jpg", quality=int(rng.integers(70, 93)))


def _video_look(action: str, rng: np.random.Generator, settings: Settings) -> np.ndarray:
    group = clips.group_by_chance(rng, settings)
    pictures, _ = clips.render_clip(action, group, rng, settings, frames=2, with_depth=False)
    return pictures[1]
