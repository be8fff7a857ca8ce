"""Draws one dataset of the mini world's web data, and writes down what was planted in it."""

from pathlib import Path

from i2v_core import cli
from i2v_core.datasets.mini_world import web_layouts, writing
from i2v_core.datasets.mini_world.web_settings import web_settings_from

WRITERS = {
    "web_images": (web_layouts.write_web_images, "ucf101"),
    "web_videos": (web_layouts.write_web_videos, "ucf101"),
    "web_images_kinetics": (web_layouts.write_web_images, "kinetics400"),
    "web_videos_kinetics": (web_layouts.write_web_videos, "kinetics400"),
    "kinetics400": (web_layouts.write_kinetics400, "kinetics400"),
}


def run(*, dataset: str, out: Path, listing: Path, truth: Path, seed: int, settings: dict) -> None:
    """Writes the dataset into the folder `out`, which appears whole or not at all, and then its table of contents.

    listing: CSV `path, bytes, sha256` of all files. truth: CSV of what each image or shot is, see `web_layouts`; no
    training reads it. settings: values of `web_settings.WebSettings` that differ from the shipped ones.
    Raises ValueError for an unknown dataset or setting.
    """
    if dataset not in WRITERS:
        raise ValueError(f"web world dataset {dataset!r} found, one of {sorted(WRITERS)} wanted; see params.yaml")
    writer, target = WRITERS[dataset]
    writing.write(writer, out, listing, target, seed, web_settings_from(settings), truth)


if __name__ == "__main__":
    cli.entry(run)
