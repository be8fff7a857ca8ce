"""Draws one data set of the mini world, in the layout of the real one."""

import hashlib
from pathlib import Path

import pandas as pd

from i2v_core import cli, storage
from i2v_core.datasets.mini_world import photo_layouts, video_layouts
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

    listing: CSV `path, bytes, sha256` of all files: later steps depend on it, as a folder has no content to compare.
    settings: values of `datasets.mini_world.settings.Settings` that differ from the shipped ones.
    Raises ValueError for an unknown data set or setting.
    """
    if dataset not in WRITERS:
        raise ValueError(f"mini world data set {dataset!r} found, one of {sorted(WRITERS)} wanted; see params.yaml")
    values = settings_from(settings)
    with storage.atomic(out) as temporary:
        temporary.mkdir()
        WRITERS[dataset](temporary, seed, values)
    files = sorted(path for path in out.rglob("*") if path.is_file())
    rows = [
        (path.relative_to(out).as_posix(), path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())
        for path in files
    ]
    storage.write_csv(pd.DataFrame(rows, columns=["path", "bytes", "sha256"]), listing)


if __name__ == "__main__":
    cli.entry(run)
