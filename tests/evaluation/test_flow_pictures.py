import numpy as np
import pytest
from matplotlib import image

from i2v_core.evaluation import figures, flow_pictures


def rows(*, length: float = 2.0, moments: int = 2, count: int = 2) -> list[flow_pictures.Row]:
    frames = np.full((moments, 12, 16, 3), 90, np.uint8)
    flows = np.full((moments, 12, 16, 2), length, np.float32)
    return [flow_pictures.Row("hug", domain, frames, flows) for domain in ("source", "target")[:count]]


def drawn(given, out, **changes) -> bytes:
    flow_pictures.draw(given, **{"scale_px": 5.0, "title": "flow", **changes}, out=out)
    return out.read_bytes()


@pytest.mark.parametrize(
    ("flow", "colour"),
    [
        ((0, 0), (255, 255, 255)),
        ((4, 0), (255, 0, 0)),  # hue 0
        ((0, 4), (128, 255, 0)),  # hue 90: between yellow and green
        ((-4, 0), (0, 255, 255)),  # hue 180
        ((0, -4), (128, 0, 255)),  # hue 270
        ((2, 0), (255, 128, 128)),  # half the scale: half saturated, 255 (1 - 1/2)
        ((40, 0), (255, 0, 0)),  # longer than the scale: as the scale
    ],
)
def test_hue_is_direction_and_saturation_is_length(flow, colour):
    found = flow_pictures.colours(np.array([[flow]], np.float32), scale_px=4.0)
    assert found.dtype == np.uint8
    # rounding of the conversion
    assert np.abs(found[0, 0].astype(int) - colour).max() <= 1


def test_a_scale_of_nothing_is_refused():
    with pytest.raises(ValueError, match=r"scale 0 px found, above 0 wanted"):
        flow_pictures.colours(np.zeros((2, 2, 2)), scale_px=0.0)


def test_the_wheel_is_white_in_the_middle_and_outside_and_full_at_the_rim():
    wheel = flow_pictures.wheel(101).astype(int)
    assert wheel.shape == (101, 101, 3)
    # 1 % of the radius off the centre at most: 3 of 255
    assert wheel[50, 50].min() >= 252
    assert wheel[0, 0].tolist() == [255, 255, 255]
    right = wheel[50, 100]
    assert right[0] == 255
    assert right[1:].max() <= 10


def test_equal_input_gives_equal_bytes(tmp_path):
    first = drawn(rows(), tmp_path / "a.png")
    assert first == drawn(rows(), tmp_path / "b.png")
    assert b"Software" not in first


def test_flow_scale_and_title_are_drawn(tmp_path):
    pictures = [
        drawn(rows(), tmp_path / "a.png"),
        drawn(rows(length=3.0), tmp_path / "b.png"),
        drawn(rows(), tmp_path / "c.png", scale_px=4.0),
        drawn(rows(), tmp_path / "d.png", title="other"),
    ]
    assert len(set(pictures)) == 4


def test_a_picture_grows_with_rows_and_moments(tmp_path):
    sizes = []
    for given in (rows(), rows(count=1), rows(moments=1)):
        drawn(given, tmp_path / "a.png")
        sizes.append(image.imread(tmp_path / "a.png").shape[:2])
    assert sizes[0][0] - sizes[1][0] == round(1.45 * figures.DPI)
    assert sizes[0][1] - sizes[2][1] == round(3.1 * figures.DPI)


@pytest.mark.parametrize("given", [[], [rows()[0], rows(moments=3)[1]]])
def test_rows_must_have_one_number_of_moments(given, tmp_path):
    with pytest.raises(ValueError, match=r"flow pictures: \d rows of .* moments found, some of one number wanted"):
        drawn(given, tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []
