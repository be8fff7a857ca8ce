import numpy as np
import pytest

from i2v_core.media.flow_store import FlowStore, write_flows
from i2v_core.media.frames import FrameStore, write_store
from i2v_core.media.views import Flow, Rgb, augmented, centred


@pytest.fixture
def flow(tmp_path):
    """A video of 3 frames, 20 x 40 px, that moves by (2, -1) px a frame; the store's bound is 4 px."""
    write_flows([("a", np.full((2, 20, 40, 2), (2.0, -1.0), np.float32))], tmp_path / "f.h5", dataset="d", bound_px=4.0)
    return Flow(FlowStore([tmp_path / "f.h5"]), resize_px=10, size_px=8)


@pytest.fixture
def rgb(tmp_path):
    ramp = np.repeat(np.arange(40, dtype=np.uint8)[None, None, :, None] * 6, 3, axis=3).repeat(20, axis=1)
    write_store([("a", ramp.repeat(3, axis=0), 25.0)], tmp_path / "r.h5", dataset="d", jpeg_quality=100)
    return Rgb(FrameStore([tmp_path / "r.h5"]), resize_px=10, size_px=8)


def test_flow_is_in_parts_of_the_bound_and_shrinks_with_the_frame(flow):
    # (2, -1) px of a bound of 4 px: (0.5, -0.25), stored as 64/127 and -32/127; 40 -> 10 px in x, 20 -> 10 px in y.
    clip = flow.read("d/a", np.array([0, 1, 2]))
    assert clip.shape == (3, 10, 10, 2)
    assert clip.dtype == np.float32
    np.testing.assert_allclose(clip[..., 0], 64 / 127 / 4, rtol=1e-6)  # float32
    np.testing.assert_allclose(clip[..., 1], -32 / 127 / 2, rtol=1e-6)


def test_a_mirrored_flow_moves_the_other_way_in_x_alone(flow):
    clip = np.arange(2 * 3 * 4 * 2, dtype=np.float32).reshape(2, 3, 4, 2)
    mirrored = flow.flipped(clip)
    np.testing.assert_array_equal(mirrored[..., 0], -clip[:, :, ::-1, 0])
    np.testing.assert_array_equal(mirrored[..., 1], clip[:, :, ::-1, 1])


def test_a_mirrored_picture_is_mirrored(rgb):
    frames = rgb.read("d/a", np.array([0]))
    np.testing.assert_array_equal(rgb.flipped(frames), frames[:, :, ::-1])


def test_frames_are_squashed_without_keeping_their_ratio(rgb):
    frames = rgb.read("d/a", np.array([0, 2]))
    assert frames.shape == (2, 10, 10, 3)
    # Each of ten columns is the mean of four of the ramp 0, 6, 12, ...: 9, 33, 57, ...; JPEG may be off by a few.
    np.testing.assert_allclose(frames[0, 5, :, 0], np.arange(10) * 24 + 9, atol=4)


def test_the_centre_crop_leaves_equal_margins(rgb):
    whole = rgb.read("d/a", np.array([1]))
    np.testing.assert_array_equal(centred(rgb, "d/a", np.array([1])), whole[:, 1:9, 1:9])


def test_one_crop_and_flip_for_the_whole_clip_and_all_of_them_occur(flow):
    marked = np.arange(100, dtype=np.float32).reshape(1, 10, 10, 1).repeat(3, axis=0).repeat(2, axis=3) + 1
    seen = set()
    for seed in range(200):
        clip = augmented(flow, marked, np.random.default_rng(seed))
        assert clip.shape == (3, 8, 8, 2)
        np.testing.assert_array_equal(clip[0], clip[2])
        seen.add((abs(float(clip[0, 0, 0, 1])), bool(clip[0, 0, 0, 0] < 0)))
    # 3 x 3 places, mirrored or not: 18 kinds; one is missed by 200 draws with chance 18 (17/18)^200 < 0.0002.
    assert len(seen) == 18


def test_lengths_count_frames(flow, rgb):
    assert flow.length("d/a") == rgb.length("d/a") == 3
