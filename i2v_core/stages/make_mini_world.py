"""Draws one data set of the mini world, in the layout of the real one."""

from pathlib import Path

from i2v_core import cli
from i2v_core.datasets.mini_world import photo_layouts, video_layouts, writing
from i2v_core.datasets.mini_world.settings import settings_from

WRITERS = {
    "stanford40": photo_layouts.write_stanford40,
    "hii": photo_layouts.write_hii,
    "bu101": photo_layouts.write_bu101,
    "ucf101": video_layouts.write_ucf101,
    "hmdb51": video_layouts.write_hmdb51,
    "pretrain_images": photo_layouts.write_pretrain_images,
    "pretrain_videos": video_layouts.write_pretrain_videos,
}


def run(*, dataset: str, out: Path, listing: Path, seed: int, settings: dict) -> None:
    """Writes the data set into the folder `out`, which appears whole or not at all, and then its table of contents.

    listing: CSV `path, bytes, sha256` of all files.
    settings: values of `datasets.mini_world.settings.Settings` that differ from the shipped ones.
    Raises ValueError for an unknown data set or setting.
    """
    if dataset not in WRITERS:
        raise ValueError(f"mini world data set {dataset!r} found, one of {sorted(WRITERS)} wanted; see params.yaml")
    writing.write(WRITERS[dataset], out, listing, seed, settings_from(settings))


if __name__ == "__main__":
    cli.entry(run)
