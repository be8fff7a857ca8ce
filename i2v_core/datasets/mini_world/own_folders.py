"""Folders as people have them, drawn: labelled photos in class folders, a tree of unlabelled videos, labels of some."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from i2v_core import seeding, storage
from i2v_core.datasets.mini_world import clips, photos
from i2v_core.datasets.mini_world.media_files import write_photo, write_video
from i2v_core.datasets.mini_world.settings import Settings

# Class folder -> action; names of no data set.
CLASSES = {
    "bow and arrow": "archery",
    "knee bends": "squats",
    "sandbag": "punching_bag",
    "speed ball": "speed_bag",
    "star jumps": "jumping_jack",
    "chin-ups": "pull_ups",
}
SUFFIXES = (".mp4", ".avi", ".mkv", ".mov")
GROUP = 2  # videos of the same people and place
PER_FOLDER = 25


def write(root: Path, seed: int, settings: Settings, *, images: int, videos: int, labelled: float) -> None:
    """images: of each class; videos: of all classes together; labelled: share of the videos that labels.csv names.

    Writes images/<class>/<number>.jpg, videos/disk <d>/<f>/clip <number>.<suffix> in an order that tells nothing of the
    classes, and labels.csv `path,class`.
    """
    for name, action in CLASSES.items():
        (root / "images" / name).mkdir(parents=True)
        for number in range(images):
            rng = seeding.generator(seed, "own image", name, number)
            picture = photos.photo_with_box(action, rng, settings)[0]
            write_photo(picture, root / "images" / name / f"{number:04d}.jpg", quality=int(rng.integers(70, 93)))
    order = seeding.generator(seed, "own order").permutation(videos).tolist()
    rows = ["path,class"]
    for place, (name, frames) in zip(order, _clips(videos, seed, settings), strict=True):
        folder = root / "videos" / f"disk {place % 2}" / f"{place // PER_FOLDER:03d}"
        path = folder / f"clip {place:05d}{SUFFIXES[place % len(SUFFIXES)]}"
        folder.mkdir(parents=True, exist_ok=True)
        write_video(frames, path, fps=settings.fps, quantiser=settings.codec_quantiser)
        if place < labelled * videos:
            rows.append(f"{path.relative_to(root / 'videos').as_posix()},{name}")
    with storage.atomic(root / "labels.csv") as temporary:
        temporary.write_text("\n".join([rows[0], *sorted(rows[1:])]) + "\n")


def _clips(count: int, seed: int, settings: Settings) -> Iterator[tuple[str, np.ndarray]]:
    names = list(CLASSES)
    for number in range(count):
        name, group = names[number % len(names)], number // (len(names) * GROUP)
        shared = clips.group_by_chance(seeding.generator(seed, "own group", name, group), settings)
        rng = seeding.generator(seed, "own video", number)
        yield name, clips.render_clip(CLASSES[name], shared, rng, settings, with_depth=False)[0]
