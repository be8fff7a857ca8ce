"""Draws one data set of the video world, the mini world's video domains, in the layout of the real one."""

from pathlib import Path

from i2v_core import cli
from i2v_core.datasets.mini_world import a2u_layouts, epic_layout, video_world_layouts, writing
from i2v_core.datasets.mini_world.video_settings import video_settings_from

WRITERS = {
    "ucf101": video_world_layouts.write_ucf101,
    "hmdb51": video_world_layouts.write_hmdb51,
    "olympic_sports": video_world_layouts.write_olympic_sports,
    "epic_kitchens": epic_layout.write_epic_kitchens,
    "bu101": video_world_layouts.write_bu101,
    "ucf101_a2u": a2u_layouts.write_ucf101_a2u,
    "willow_actions": a2u_layouts.write_willow_actions,
    "action_db": a2u_layouts.write_action_db,
    "ppmi": a2u_layouts.write_ppmi,
    "still_db": a2u_layouts.write_still_db,
}


def run(*, dataset: str, out: Path, listing: Path, seed: int, settings: dict) -> None:
    """Writes the data set into the folder `out`, which appears whole or not at all, and then its table of contents.

    listing: CSV `path, bytes, sha256` of all files.
    settings: values of `mini_world.video_settings.VideoSettings` that differ from the shipped ones.
    Raises ValueError for an unknown data set or setting.
    """
    if dataset not in WRITERS:
        raise ValueError(f"video world data set {dataset!r} found, one of {sorted(WRITERS)} wanted; see params.yaml")
    writing.write(WRITERS[dataset], out, listing, seed, video_settings_from(settings))


if __name__ == "__main__":
    cli.entry(run)
