import cv2
import numpy as np
import pytest

from i2v_core.media.idt_lite import flow
from tests.media.idt_lite.textures import panned, texture


def test_sizes_shrink_by_the_root_of_two_to_a_patch():
    # 240 / sqrt(2)^k: 240, 169.7, 120, 84.9, 60, 42.4, and 30 is below a patch of 32 px.
    assert flow.sizes(240, 320, scales=8) == [(240, 320), (170, 226), (120, 160), (85, 113), (60, 80), (42, 57)]
    assert flow.sizes(240, 320, scales=2) == [(240, 320), (170, 226)]
    assert len(flow.sizes(720, 1280, scales=8)) == 8
    assert flow.sizes(32, 32, scales=8) == [(32, 32)]


def test_frames_smaller_than_a_patch_are_refused():
    with pytest.raises(ValueError, match="frames of 100 x 31 px found, sides of at least 32 px wanted"):
        flow.sizes(31, 100, scales=8)


def pair_flow(first, second):
    sizes = flow.sizes(*first.shape, scales=8)
    return flow.pyramid_flow(flow.pyramid(first, sizes), flow.pyramid(second, sizes))


@pytest.mark.parametrize("step", [1, 2, 12])
def test_translation_is_found_at_every_scale(step):
    video = panned(2, step=step)
    found = pair_flow(*video)
    assert [part.shape[:2] for part in found] == [(96, 128), (68, 91), (48, 64), (34, 45)]
    for part in found:
        # The window of 10 px sees what leaves the image on either side; the inner half is free of it.
        height, width = part.shape[:2]
        inner = part[height // 4 : -height // 4, width // 4 : -width // 4].reshape(-1, 2)
        expected = np.array([-step * width / 128, 0])
        assert np.abs(np.median(inner, axis=0) - expected).max() < (
            0.1 if part is found[-1] else 0.03
        )  # px; the coarsest is edge mostly


def test_equal_images_have_no_flow():
    image = texture(64, 64)
    # At the right and lower edge OpenCV compares with nothing; the window of 10 px carries that inwards.
    assert max(np.abs(part[12:-12, 12:-12]).max() for part in pair_flow(image, image)) < 1e-3
    assert max(np.abs(part).max() for part in pair_flow(image, image)) < 0.2


def test_plain_wall_has_no_flow():
    wall = np.full((48, 48), 120, np.uint8)
    assert max(np.abs(part).max() for part in pair_flow(wall, wall)) == 0


def test_zoom_gives_flow_that_grows_from_the_middle():
    image = texture(96, 96, size_px=3)
    zoom = np.array([[1.04, 0, -0.04 * 47.5], [0, 1.04, -0.04 * 47.5]])  # about the middle, 47.5
    found = pair_flow(image, cv2.warpAffine(image, zoom, (96, 96)))[0]
    y, x = np.mgrid[:96, :96]
    expected = 0.04 * np.stack([x - 47.5, y - 47.5], axis=2)
    inner = np.s_[16:80, 16:80]
    assert np.abs(found - expected)[inner].mean() < 0.1  # px; flow of up to 1.3 px
