"""Clips of the targets that web data has copies of, drawn again from the seeds that drew them."""

from dataclasses import dataclass, replace

import numpy as np

from i2v_core import seeding
from i2v_core.datasets.mini_world import clips
from i2v_core.datasets.mini_world.classes import VIDEO_CLASSES
from i2v_core.datasets.mini_world.settings import Settings
from i2v_core.datasets.mini_world.video_layouts import LETTERS
from i2v_core.datasets.mini_world.web_classes import KINETICS_CLASSES
from i2v_core.datasets.mini_world.web_settings import WORLD, WebSettings


@dataclass(frozen=True)
class Clip:
    """A clip of a target: id as its importer has it, frames uint8 RGB (t, h, w, 3)."""

    id: str
    frames: np.ndarray


def ucf101_clip(name: str, number: int, settings: WebSettings) -> Clip:
    """Clip `number` (from 0, over all groups) of a class of the mini world's UCF101."""
    target, seed = settings.target_settings(), settings.target_seed
    group, clip = divmod(number, target.clips_per_group)
    shared = clips.group_by_chance(seeding.generator(seed, "ucf101", name, group + 1), target)
    rng = seeding.generator(seed, "ucf101", name, group + 1, clip + 1)
    frames, _ = clips.render_clip(VIDEO_CLASSES["ucf101"][name], shared, rng, target, with_depth=False)
    stem = "v_HandStandPushups" if name == "HandstandPushups" else f"v_{name}"
    return Clip(f"{stem}_g{group + 1:02d}_c{clip + 1:02d}", frames)


def kinetics_clip(name: str, number: int, seed: int, settings: WebSettings) -> Clip:
    """Video `number` (from 0, training videos first) of a class of the mini world's Kinetics-400."""
    rng = seeding.generator(seed, WORLD, "kinetics400", name, number)
    key = "".join(LETTERS[place] for place in rng.integers(len(LETTERS), size=11))
    start = int(rng.integers(0, 300))
    look = _kinetics_look(rng, settings.target_settings())
    frames, _ = clips.render_clip(KINETICS_CLASSES[name], clips.group_by_chance(rng, look), rng, look, with_depth=False)
    return Clip(f"{key}_{start:06d}_{start + 10:06d}", frames)


def _kinetics_look(rng: np.random.Generator, base: Settings) -> Settings:
    """Videos of many makers: each with its own size and strength of the gap."""
    width = 2 * int(rng.integers(44, 60))
    return replace(
        base,
        gap=base.gap * rng.uniform(0.6, 1.6),
        video_width_px=width,
        video_height_px=2 * round(width * 0.375),
        short_share=0.0,
    )


def target_clips(target: str, settings: WebSettings) -> int:
    """How many clips of a class a target has."""
    if target == "ucf101":
        return settings.target_settings().groups_per_class * settings.target_settings().clips_per_group
    return settings.kinetics_train_videos + settings.kinetics_val_videos


def target_clip(target: str, name: str, number: int, seed: int, settings: WebSettings) -> Clip:
    """Clip `number` of a class of a target, `ucf101` or `kinetics400`."""
    if target == "ucf101":
        return ucf101_clip(name, number, settings)
    return kinetics_clip(name, number, seed, settings)
