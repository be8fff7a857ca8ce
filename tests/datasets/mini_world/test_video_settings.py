"""Styles and settings of the video world: what a gap of 0 and of 1 mean, and what is refused."""

import pytest

from i2v_core.datasets.mini_world.kitchen_styles import KITCHENS, NEUTRAL_KITCHEN
from i2v_core.datasets.mini_world.styles import FRAME_SIZES_PX, NEUTRAL, STYLES, Style, blended
from i2v_core.datasets.mini_world.video_settings import VideoSettings, video_settings_from

NAMES = (*STYLES, *KITCHENS)


def test_blended_goes_on_a_line_in_every_number():
    first, second = Style(grain=2.0, gains=(1.0, 1.0, 1.0)), Style(grain=6.0, gains=(1.0, 0.8, 0.6))
    half = blended(first, second, 0.5)
    assert half.grain == 4.0
    assert half.gains == pytest.approx((1.0, 0.9, 0.8))
    assert blended(first, second, 1.5).grain == 8.0


@pytest.mark.parametrize("name", NAMES)
def test_gap_one_gives_the_shipped_style_and_gap_zero_the_neutral_one(name):
    shipped = STYLES[name] if name in STYLES else KITCHENS[name]
    neutral = NEUTRAL if name in STYLES else NEUTRAL_KITCHEN
    style = VideoSettings().style(name)
    for value, wanted in ((style, shipped), (VideoSettings(gap=0.0).style(name), neutral)):
        for key, number in vars(wanted).items():
            assert getattr(value, key) == pytest.approx(number), key


def test_changes_of_a_style_apply_to_it_alone_and_lists_become_pairs():
    settings = video_settings_from({"styles": {"hmdb51": {"grain": 1.0, "share": [0.5, 0.6], "turn_deg": -5}}})
    assert (settings.style("hmdb51").grain, settings.style("hmdb51").turn_deg) == (1.0, -5.0)
    assert settings.style("hmdb51").share == pytest.approx((0.5, 0.6))
    assert settings.style("ucf101") == VideoSettings().style("ucf101")


def test_every_video_domain_has_a_frame_size_that_a_codec_takes():
    assert set(FRAME_SIZES_PX) == set(STYLES)
    assert all(side % 2 == 0 for size in FRAME_SIZES_PX.values() for side in size)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"gab": 1}, r"settings: \['gab'\] found, names from .*'gap'.* wanted; see"),
        ({"gap": -0.5}, r"setting gap: -0.5 found, a number not below 0 wanted"),
        ({"fps": 12.5}, r"setting fps: 12.5 found, a whole number not below 0 wanted"),
        ({"fps": True}, r"setting fps: True found, a whole number"),
        ({"frames_min": 50}, r"frames_min, frames_max: 50 and 44 found, the first at most the second wanted"),
        ({"segment_sec_min": 9.0}, r"segment_sec_min, segment_sec_max: 9.0 and 3.5 found"),
        ({"groups_per_class": 2}, r"groups_per_class: 2 found, at least 3 wanted"),
        ({"styles": {"ucf50": {}}}, r"styles: \['ucf50'\] found, names from .*'P01'.*'ucf101'.* wanted"),
        ({"styles": {"ucf101": {"sway": 1}}}, r"style ucf101: \['sway'\] found, names from .*'shake'.* wanted"),
        ({"styles": {"P01": {"shake": 1}}}, r"style P01: \['shake'\] found, names from .*'sway'.* wanted"),
        ({"styles": {"ucf101": {"share": [0.5]}}}, r"style ucf101, share: \[0.5\] found, 2 numbers wanted"),
        ({"styles": {"ucf101": {"share": 0.5}}}, r"style ucf101, share: 0.5 found, 2 numbers wanted"),
        ({"styles": {"ucf101": {"grain": "much"}}}, r"style ucf101, grain: 'much' found, a number not below 0 wanted"),
        ({"styles": {"ucf101": {"grain": [1.0]}}}, r"style ucf101, grain: \[1.0\] found, a number not below 0 wanted"),
    ],
)
def test_settings_refuse(values, message):
    with pytest.raises(ValueError, match=message):
        video_settings_from(values)
