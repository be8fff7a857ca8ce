"""Clips of the video world: the same bytes each time, and every value of a style changes something."""

from dataclasses import fields, replace
from functools import cache

import numpy as np
import pytest

from i2v_core import seeding, storage
from i2v_core.datasets.mini_world.sports_ground import bystanders, sports_ground
from i2v_core.datasets.mini_world.styled_clips import recorded, styled_clip, styled_group, tone_table
from i2v_core.datasets.mini_world.styles import STYLES, Style
from i2v_core.datasets.mini_world.video_classes import ACTIONS
from i2v_core.datasets.mini_world.video_settings import VideoSettings

SHORT = VideoSettings(frames_min=6, frames_max=9)
STILL = Style(pan=0, shake=0, zoom=0, slide=0, smear=0, softness_px=0, grain=0, clutter=0, follow=1.0)
SIZE_PX = (96, 72)


def clip(style, action="walk", *, group=0, number=0, settings=SHORT):
    shared = styled_group(seeding.generator(5, "group", group), style)
    return styled_clip(ACTIONS[action], shared, seeding.generator(5, "clip", number), style, settings, SIZE_PX)


def test_same_seed_same_bytes_other_number_other_bytes():
    style = STYLES["hmdb51"]
    assert storage.digest(clip(style)) == storage.digest(clip(style))
    assert storage.digest(clip(style)) != storage.digest(clip(style, number=1))
    assert storage.digest(clip(style)) != storage.digest(clip(style, group=1))


def test_shape_type_and_length():
    lengths = set()
    for number in range(12):
        frames = clip(STILL, number=number)
        assert (frames.dtype, frames.shape[1:]) == (np.uint8, (72, 96, 3))
        lengths.add(len(frames))
    assert lengths <= set(range(6, 10))
    assert len(lengths) > 2


def test_a_still_camera_shows_a_still_wall_and_each_motion_moves_it():
    style = replace(STILL, contrast=1.0, share=(0.6, 0.7))
    top = clip(style, "push_ups")[:, :5].astype(int)
    assert np.abs(top - top[0]).max() <= 1
    for name in ("pan", "shake", "zoom", "slide"):
        moved = clip(replace(style, **{name: 1.5}), "push_ups")[:, :5].astype(int)
        assert np.abs(moved - moved[0]).max() > 3, name


def test_a_camera_that_follows_keeps_a_rider_in_the_middle():
    """How far the rider's patch of the picture shifts in a clip, by the columns that differ from the empty wall."""

    def shift(follow):
        frames = clip(
            replace(STILL, follow=follow, contrast=0.0, share=(0.4, 0.4)),
            "ride_bike",
            settings=VideoSettings(frames_min=30, frames_max=30),
        ).astype(int)
        is_rider = np.abs(frames - frames[:, :1, :1]).sum(axis=3)[:, :50].max(axis=1) > 60
        places = [np.flatnonzero(row).mean() for row in is_rider]
        return np.ptp(places)

    assert shift(1.0) < 8
    assert shift(0.5) > 20


def test_an_event_is_shown_once_whatever_the_length():
    """The first frame shows the diver up on the board, the last one down: length changes speed, not content."""
    for frames in (16, 44):
        settings = VideoSettings(frames_min=frames, frames_max=frames)
        style = replace(STILL, contrast=0.0, share=(0.8, 0.8), spread_deg=0.0)
        pictures = clip(style, "dive", settings=settings).astype(int)
        change = np.abs(pictures[0] - pictures[-1]).sum(axis=2) > 60
        rows = np.flatnonzero(change.any(axis=1))
        assert len(pictures) == frames
        assert np.ptp(rows) > 40


@cache
def content(style):
    """Digests of a few clips of different groups."""
    return [storage.digest(clip(style, group=group, number=group)) for group in range(4)]


@pytest.mark.parametrize("name", sorted(field.name for field in fields(Style)))
def test_each_value_of_a_style_matters(name):
    style = replace(STYLES["hmdb51"], stadium=0.5)
    was = getattr(style, name)
    value = tuple(0.8 * number for number in was) if isinstance(was, tuple) else was + (0.4 if was < 1.5 else 3.0)

    assert content(replace(style, **{name: value})) != content(style)


def test_recorded_leaves_a_plain_style_alone():
    pictures = seeding.generator(0, "p").integers(0, 256, size=(3, 8, 10, 3)).astype(np.uint8)
    plain = Style(smear=0, softness_px=0, grain=0, saturation=1, gamma=1, lift=0, gains=(1, 1, 1), vignette=0, bars=0)
    np.testing.assert_array_equal(recorded(seeding.generator(0, "r"), pictures, plain), pictures)


def test_recorded_without_colour_is_grey_and_bars_are_black():
    pictures = seeding.generator(0, "p").integers(0, 256, size=(2, 20, 10, 3)).astype(np.uint8)
    style = Style(smear=0, softness_px=0, grain=0, saturation=0, lift=10, bars=0.1)
    out = recorded(seeding.generator(0, "r"), pictures, style)
    assert (out[..., 0] == out[..., 1]).all()
    assert (out[:, :2] == 0).all()
    assert (out[:, -2:] == 0).all()
    assert (out[:, 2:-2] >= 10).all()


def test_smear_mixes_in_the_frame_before():
    pictures = np.stack([np.full((8, 8, 3), value, np.uint8) for value in (0, 100)])
    plain = Style(smear=0.25, softness_px=0, grain=0, lift=0)
    assert recorded(seeding.generator(0, "r"), pictures, plain)[1, 0, 0].tolist() == [75, 75, 75]


def test_a_tone_table_lifts_black_and_gains_channels():
    # Level 0: 51 * gain; level 255: 255 * gain; gamma 2 at level 51 (0.2): 51 + 204 * 0.04 = 59.16.
    table = tone_table((1.0, 0.5, 2.0), 2.0, 51.0)[0]
    assert table[0].tolist() == [51, 25, 102]
    assert table[255].tolist() == [255, 127, 255]
    assert table[51, 0] == 59


def test_a_stand_is_busy_above_a_calm_ground():
    place = sports_ground(seeding.generator(0, "g"), 0.0, 0.5)
    wall, floor = (np.abs(np.diff(texture.astype(int), axis=1)).mean() for texture in (place.wall, place.floor))
    assert wall > floor
    bare = sports_ground(seeding.generator(0, "g"), 0.0, 0.0)
    assert np.ptp(bare.wall.reshape(-1, 3), axis=0).max() == 0


def test_bystanders_stand_behind_the_action_on_the_ground():
    group = styled_group(seeding.generator(0, "people"), STYLES["olympic_sports"])
    solids = bystanders(seeding.generator(0, "b"), list(group.cast.people), 4.0)
    assert len(solids.radii) == len(solids.colours)
    assert solids.capsules[..., 2].max() < 0  # z of the action is 0, towards the camera is positive
    assert solids.capsules[..., 1].min() > 0
    assert bystanders(seeding.generator(0, "b"), [], 4.0) is None
