"""The two domains: photos and clips repeat to the byte, have true depth, and every setting changes something."""

from dataclasses import fields, replace

import numpy as np
import pytest

from i2v_core import seeding, storage
from i2v_core.datasets.mini_world import clips, photos
from i2v_core.datasets.mini_world.settings import Settings, settings_from

PLAIN = Settings()


def photo(settings=PLAIN, action="kick", number=0, **options):
    return photos.render_photo(action, seeding.generator(7, "photo", number), settings, **options)


def clip(settings=PLAIN, action="kick", number=0, **options):
    group = clips.group_by_chance(seeding.generator(7, "group"), settings)
    return clips.render_clip(action, group, seeding.generator(7, "clip", number), settings, **options)


def content(settings):
    """Digest of a few photos and clips."""
    pictures = [photo(settings, "drink", number)[0] for number in range(10)]
    pictures += [clip(settings, "drink", number)[0] for number in range(6)]
    return [storage.digest(picture) for picture in pictures]


def test_same_seed_same_bytes_other_seed_other_bytes():
    assert storage.digest(photo()[0]) == storage.digest(photo()[0])
    assert storage.digest(photo()[0]) != storage.digest(photo(number=1)[0])
    assert [storage.digest(part) for part in clip()] == [storage.digest(part) for part in clip()]
    assert storage.digest(clip()[0]) != storage.digest(clip(number=1)[0])


def test_shapes_and_types():
    picture, depth = photo()
    assert (picture.dtype, depth.dtype, picture.shape) == (np.uint8, np.float32, (*depth.shape, 3))
    assert all(PLAIN.photo_side_min_px <= side <= PLAIN.photo_side_max_px for side in depth.shape)
    frames, depths = clip()
    assert (frames.dtype, depths.dtype, frames.shape) == (np.uint8, np.float32, (len(frames), 72, 96, 3))
    assert depths.shape == frames.shape[:3]


def test_the_figure_is_nearer_than_the_wall_and_the_middle_shows_it():
    settings = replace(PLAIN, photo_clutter=0.0, photo_style_share=0.0, photo_text_share=0.0)
    for number in range(4):
        _, depth = photo(settings, "clap", number)
        empty = photo(settings, "clap", number, has_action=False)[1]
        is_figure = depth < empty - 0.01
        assert 0.05 < is_figure.mean() < 0.6
        assert depth[is_figure].max() < empty.max()
        assert (depth <= empty + 1e-6).all()


def test_an_off_topic_photo_has_no_figure():
    settings = replace(PLAIN, photo_clutter=0.0)
    depth = photo(settings, "clap", 2, has_action=False)[1]
    spread = np.ptp(depth, axis=1)
    assert spread.max() < 1e-5  # wall and floor alone: every row has one depth


def test_clips_of_one_group_show_the_same_clothes_and_place():
    def tones(number):
        frames = clip(replace(PLAIN, gap=0.0), "clap", number)[0]
        return np.histogram(frames[0] // 16, bins=16)[0] / frames[0].size

    group = clips.group_by_chance(seeding.generator(8, "group"), replace(PLAIN, gap=0.0))
    other = clips.render_clip("clap", group, seeding.generator(7, "clip", 1), replace(PLAIN, gap=0.0))[0]
    apart = np.abs(tones(0) - np.histogram(other[0] // 16, bins=16)[0] / other[0].size).sum()
    assert np.abs(tones(0) - tones(1)).sum() < apart


def test_clip_lengths_stay_in_their_ranges_and_some_are_short():
    rng = seeding.generator(0, "lengths")
    lengths = np.array([clips.clip_length(rng, replace(PLAIN, short_share=0.2)) for _ in range(300)])
    short = lengths < PLAIN.frames_min
    assert 0.1 < short.mean() < 0.3
    assert (lengths[short] >= 12).all()
    assert (lengths[short] <= 16).all()
    assert lengths.max() <= PLAIN.frames_max


def test_the_camera_moves_only_as_told():
    """With no motion, the wall beside the figure stays as it is; with motion it does not."""
    still = replace(PLAIN, camera_motion=0.0, noise=0.0, clutter=0.0, background_contrast=1.0)
    top = clip(still, "clap")[0][:, :6].astype(int)
    assert np.abs(top - top[0]).max() <= 1
    moved = clip(replace(still, camera_motion=1.0), "clap")[0][:, :6].astype(int)
    assert np.abs(moved - moved[0]).max() > 5


def test_a_faster_rate_moves_the_hands_faster():
    settings = replace(PLAIN, camera_motion=0.0, noise=0.0, gap=0.5)
    change = {
        name: np.abs(np.diff(clip(settings, name, frames=24)[1], axis=0)).mean()
        for name in ("punching_bag", "speed_bag")
    }
    assert change["speed_bag"] > 1.4 * change["punching_bag"]


def test_gap_zero_switches_every_strength_off():
    strengths = ("camera_motion", "clutter", "noise", "motion_blur", "palette_shift", "off_centre")
    off = replace(PLAIN, **dict.fromkeys(strengths, 0.0))
    assert content(off) == content(replace(PLAIN, gap=0.0))


AMOUNTS = {"photos_per_class", "groups_per_class", "clips_per_group", "pretrain_images_per_class"}
AMOUNTS |= {
    "pretrain_videos_per_class",
    "pretrain_video_look_share",
    "photo_off_topic_share",
    "photo_wrong_label_share",
}
FILES_ONLY = {"codec_quantiser"}


@pytest.mark.parametrize("name", sorted({field.name for field in fields(Settings)} - AMOUNTS - FILES_ONLY))
def test_each_setting_of_the_pictures_matters(name):
    shipped = getattr(PLAIN, name)
    changed = {
        "video_width_px": 80,
        "video_height_px": 64,
        "frames_max": 30,
        "figure_share_min": 0.1,
        "photo_share_min": 0.1,
    }
    step = shipped + 2 if isinstance(shipped, int) else shipped + 0.2
    value = changed.get(name, 1.0 - round(shipped) if name.endswith("_share") else step)
    assert content(replace(PLAIN, **{name: value})) != content(PLAIN)


def test_settings_refuse_what_they_do_not_know():
    with pytest.raises(ValueError, match=r"\['gab'\] found, names from .*'gap'.* wanted"):
        settings_from({"gab": 1})
    with pytest.raises(ValueError, match=r"photos_per_class: 2.5 found, a whole number not below 0 wanted"):
        settings_from({"photos_per_class": 2.5})
    with pytest.raises(ValueError, match=r"gap: -1 found, a number not below 0 wanted"):
        settings_from({"gap": -1})
    with pytest.raises(ValueError, match=r"photo_text_share: 1.2 found, a share in 0..1 wanted"):
        settings_from({"photo_text_share": 1.2})
    with pytest.raises(ValueError, match=r"frames_min, frames_max: 50 and 44 found"):
        settings_from({"frames_min": 50})
    with pytest.raises(ValueError, match=r"95 x 72 found, even numbers wanted"):
        settings_from({"video_width_px": 95})


def test_settings_take_what_is_given_and_keep_the_rest():
    assert settings_from({"gap": 0, "fps": 10}) == replace(PLAIN, gap=0, fps=10)
