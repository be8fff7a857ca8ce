"""Numbers and descriptors of frames."""

import numpy as np
import pytest

from i2v_core.media.shots import measures
from tests.media.shots.scenes import scene


def flat(value, frames=3, size=(90, 160)):
    return np.full((frames, *size, 3), value, np.uint8)


def of(video, **how):
    return measures.measured([video], **how)


def test_luminance_weighs_colours_as_rec_709():
    assert of(flat([255, 0, 0])).dark[0] == pytest.approx(0.2126)
    assert of(flat([0, 255, 0])).dark[0] == pytest.approx(0.7152)
    assert of(flat(51)).dark[0] == pytest.approx(0.2)


def test_a_flat_picture_is_blurred_and_uniform_and_a_textured_one_is_neither():
    plain, textured = of(flat(120)), of(scene(1, 3, height=90, width=160))
    assert plain.blurred.tolist() == [0.0] * 3
    assert plain.uniform == pytest.approx(1.0)
    assert textured.blurred.min() > 0.08
    assert textured.uniform.max() < 0.8


def test_cut_is_the_mean_distance_to_both_neighbours_over_the_area():
    video = flat(100)
    video[1] = 110  # every value differs by 10: |difference| = 10 sqrt(3 W H)
    step = 10 * np.sqrt(3 * 90 * 160) / (90 * 160)
    # frame 0 has one neighbour that counts twice
    assert of(video).cut.tolist() == pytest.approx([step, step, step])
    steady = flat(100, frames=4)
    steady[3] = 110
    assert of(steady).cut.tolist() == pytest.approx([0.0, 0.0, step / 2, step])


def test_the_tool_as_it_is_sees_no_change_to_darker():
    video = flat(100)
    video[1:] = 90
    assert of(video, compat=True).cut.tolist() == [0.0] * 3
    assert of(video).cut[0] > 0


def test_edges_that_go_and_come_are_shares_of_their_own_frames():
    """From one square to that and two more: none goes, two thirds come; over the edges before they are twice all."""
    video = flat(0, frames=2)
    video[:, 20:40, 10:30] = 255
    video[1, 20:40, 60:80] = video[1, 20:40, 110:130] = 255
    assert of(video).edges.tolist() == pytest.approx([0.0, 2 / 3], abs=0.02)
    assert of(video, compat=True).edges[1] == pytest.approx(2.0, abs=0.05)
    assert of(video[::-1]).edges[1] == pytest.approx(2 / 3, abs=0.02)


def test_an_edge_that_moves_by_five_pixels_is_the_same_edge():
    video = flat(0, frames=2)
    video[0, 20:60, 40:80], video[1, 20:60, 44:84] = 255, 255
    assert of(video).edges[1] == 0.0
    video[1] = 0
    video[1, 20:60, 60:100] = 255
    assert of(video).edges[1] > 0.3


def test_a_descriptor_has_25_histograms_of_length_1():
    (found,) = of(scene(1, 1, height=90, width=160)).descriptors
    assert found.shape == (2000,)
    assert found.dtype == np.float32
    patches = found.reshape(5, 400)
    parts = [patches[:, 128 * k : 128 * k + 128] for k in range(3)] + [patches[:, 384:392], patches[:, 392:]]
    assert all(np.linalg.norm(part, axis=1) == pytest.approx(1.0, abs=1e-5) for part in parts)


def test_quarters_tell_where_a_colour_is():
    left, right = flat(60, frames=1), flat(60, frames=1)
    left[0, :, :80], right[0, :, 80:] = (200, 40, 40), (200, 40, 40)
    first, second = of(left).descriptors[0], of(right).descriptors[0]
    assert np.abs(first[:384] - second[:384]).max() < 1e-5  # the whole frame has the same colours
    assert np.linalg.norm(first - second) > 1


def test_small_videos_are_enlarged_and_large_ones_shrunk_to_the_same_long_side():
    assert measures.resized(flat(1, 1, (45, 80))[0]).shape == (90, 160, 3)
    assert measures.resized(flat(1, 1, (640, 360))[0]).shape == (160, 90, 3)
