"""Writers of the web data as a crawler leaves it, of Kinetics-400, and of what was planted where."""

from pathlib import Path

import pandas as pd

from i2v_core import storage
from i2v_core.datasets.mini_world.media_files import write_photo, write_video
from i2v_core.datasets.mini_world.web_classes import CLASSES, KINETICS_CLASSES
from i2v_core.datasets.mini_world.web_photos import web_image
from i2v_core.datasets.mini_world.web_settings import WebSettings
from i2v_core.datasets.mini_world.web_target import kinetics_clip
from i2v_core.datasets.mini_world.web_videos import web_video

IMAGE_COLUMNS = ["path", "class", "fate", "action", "copy_of", "copy_kind"]
VIDEO_COLUMNS = ["path", "class", "fate", "shot", "start", "stop", "content", "action", "copy_of"]
PAGE = 25  # images of a page of results


def write_web_images(root: Path, target: str, seed: int, settings: WebSettings, truth: Path) -> None:
    """<class>/<file> and, from the second page of results on, <class>/page<n>/<file>; pages and half files beside them.

    truth: CSV of IMAGE_COLUMNS, outside the dataset.
    """
    rows = []
    for name in CLASSES[target]:
        (root / name).mkdir(parents=True)
        (root / name / "index.html").write_text(f"<html><title>{name} - Search</title></html>\n")
        (root / name / "000099.jpg.part").write_bytes(b"\xff\xd8")
        for number in range(settings.images_per_class):
            made = web_image(target, name, number, seed, settings)
            path = _image_path(name, number)
            (root / path).parent.mkdir(exist_ok=True)
            write_photo(made.picture, root / path, quality=made.quality)
            rows.append((path, name, made.fate, made.action, made.copy_of, made.copy_kind))
    storage.write_csv(pd.DataFrame(rows, columns=IMAGE_COLUMNS), truth)


def _image_path(name: str, number: int) -> str:
    suffix = {0: ".png", 7: ".jpeg"}.get(number % 14, ".jpg")
    page = number // PAGE
    return f"{name}/{number:06d}{suffix}" if page == 0 else f"{name}/page{page + 1}/img_{number:04d}{suffix}"


def write_web_videos(root: Path, target: str, seed: int, settings: WebSettings, truth: Path) -> None:
    """<class>/<title>-<id>.mp4, and what a downloader leaves beside. truth: CSV of VIDEO_COLUMNS, a row per shot."""
    rows = []
    for name in CLASSES[target]:
        (root / name).mkdir(parents=True)
        for number in range(settings.videos_per_class):
            made = web_video(target, name, number, seed, settings)
            path = f"{name}/{'how to ' if number % 3 == 0 else ''}{name.lower()} #{number}-{number:011d}.mp4"
            write_video(made.frames, root / path, fps=settings.fps, quantiser=settings.codec_quantiser)
            (root / path).with_suffix(".info.json").write_text("{}\n")
            for place, shot in enumerate(made.shots):
                part = (place, shot.start, shot.stop, shot.content, shot.action, shot.copy_of)
                rows.append((path, name, made.fate, *part))
    storage.write_csv(pd.DataFrame(rows, columns=VIDEO_COLUMNS), truth)


def write_kinetics400(root: Path, target: str, seed: int, settings: WebSettings, truth: Path) -> None:
    """train|val/<class>/<id>_<start>_<end>.mp4 and annotations/{train,val}.csv. Nothing is planted: truth is empty."""
    lists: dict[str, list[tuple]] = {"train": [], "val": []}
    for name in KINETICS_CLASSES:
        for number in range(settings.kinetics_train_videos + settings.kinetics_val_videos):
            part = "train" if number < settings.kinetics_train_videos else "val"
            clip = kinetics_clip(name, number, seed, settings)
            folder = root / part / name
            folder.mkdir(parents=True, exist_ok=True)
            write_video(clip.frames, folder / f"{clip.id}.mp4", fps=settings.fps, quantiser=settings.codec_quantiser)
            key, start, end = clip.id[:11], int(clip.id[12:18]), int(clip.id[19:])
            lists[part].append((name, key, start, end, part))
    (root / "annotations").mkdir()
    columns = ["label", "youtube_id", "time_start", "time_end", "split"]
    for part, rows in lists.items():
        pd.DataFrame(rows, columns=columns).to_csv(root / "annotations" / f"{part}.csv", index=False)
    storage.write_csv(pd.DataFrame(columns=IMAGE_COLUMNS), truth)
