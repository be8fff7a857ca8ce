import itertools

import numpy as np
import pytest

from i2v_core.media import histogram_keyframes
from i2v_core.media.histogram_keyframes import cuts, differences, histograms, keyframe

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def plain(*colours):
    """A video of frames of 4 x 4 px of one colour each."""
    return np.array(colours, np.uint8)[:, None, None, :] * np.ones((1, 4, 4, 1), np.uint8)


def mixed(*counts):
    """A video of frames of 16 px, so many of which are red, the others green."""
    frames = plain(*[GREEN] * len(counts))
    for frame, count in zip(frames, counts, strict=True):
        frame.reshape(16, 3)[:count] = RED
    return frames


def test_histogram_of_plain_colours_is_one_bin():
    found = histograms(plain(RED, GREEN, BLUE))
    assert found.shape == (3, 512)
    # OpenCV's hues of red, green and blue are 0, 60 and 120 of 180: bins 0, 2 and 5 of 8; saturation and value 255: 7.
    assert [np.flatnonzero(row).tolist() for row in found] == [[63], [2 * 64 + 63], [5 * 64 + 63]]
    assert found.max(axis=1).tolist() == [1, 1, 1]


def test_difference_is_the_share_of_changed_pixels_twice():
    # 4 of 16 px turn from green to red: one bin loses 0.25, another gains 0.25. Then all 16 differ: 2.
    assert differences(histograms(mixed(0, 4, 4))).tolist() == [0.5, 0.0]
    assert differences(histograms(plain(RED, BLUE))).tolist() == [2.0]


def test_cut_lies_above_mean_and_deviations():
    steps = np.zeros(20)
    steps[6], steps[13] = 2.0, 0.5
    # Mean 0.125; variance (4 + 0.25) / 20 - 0.125^2 = 0.196875, deviation 0.4437: with 3 the bound is 1.456,
    # with 0.8 it is 0.48.
    assert cuts(steps).tolist() == [7]
    assert cuts(steps, deviations=0.8).tolist() == [7, 14]


def test_three_deviations_need_twelve_frames():
    # One change among n differences lies sqrt(n - 1) deviations above the mean: 3 for n = 10, 3.16 for 11.
    assert cuts(np.eye(10)[4]).tolist() == []
    assert cuts(np.eye(11)[4]).tolist() == [5]


def test_no_cut_is_found_where_they_are_a_tenth_of_the_differences():
    """k of n differences are 1: sqrt(n / k - 1) deviations above the mean, 3 for a tenth. Four of 41 are fewer."""
    steps = np.zeros(41)
    steps[5::10] = 1.0
    assert cuts(steps).tolist() == [6, 16, 26, 36]
    assert cuts(steps[:36]).tolist() == []  # a ninth


def test_keyframe_is_in_the_longest_segment():
    # 5 blue frames, then 10 frames of green with a few red pixels; the cut is behind frame 4.
    video = np.concatenate([plain(*[BLUE] * 5), mixed(0, 0, 0, 0, 0, 0, 0, 1, 2, 4)])
    found = keyframe(video)
    assert found.cuts.tolist() == [5]
    # Red pixels of the segment: 0 (seven times), 1, 2, 4, mean 0.7; the nearest is 1, frame 5 + 7.
    assert (found.index, found.rule, found.version) == (12, "medoid", 1)
    assert found.differences[4] == 2
    assert found.differences[-3:].tolist() == [0.125, 0.125, 0.25]  # 1, 1 and 2 pixels more of 16


def test_medoid_of_a_video_without_cuts():
    # Red pixels 0, 3, 4, 13: mean 5, distances 5, 2, 1, 8.
    assert keyframe(mixed(0, 3, 4, 13)).index == 2


def test_first_of_equal_segments_and_of_equal_frames():
    video = plain(*[RED] * 10, *[BLUE] * 10)
    found = keyframe(video)
    assert found.cuts.tolist() == [10]
    assert found.index == 0


def test_other_rules():
    video = plain(*[RED] * 3, *[BLUE] * 10, *[GREEN] * 2)
    assert keyframe(video, rule="first_above", deviations=1).index == 3
    assert keyframe(video, rule="medoid", deviations=1).index == 3  # the first of ten equal frames
    assert keyframe(video, rule="middle").index == 7  # floor(14 / 2)
    assert keyframe(video[:14], rule="middle").index == 6  # floor(13 / 2)
    assert keyframe(mixed(2, 3, 4), rule="first_above").index == 0  # no cut


@pytest.mark.parametrize("rule", histogram_keyframes.RULES)
def test_one_frame_is_the_keyframe(rule):
    found = keyframe(plain(RED), rule=rule)
    assert found.index == 0
    assert (len(found.differences), len(found.cuts)) == (0, 0)


def test_random_video_equals_a_slow_reference():
    random = np.random.default_rng(0)
    video = random.integers(0, 256, (30, 6, 5, 3), np.uint8)
    video[:11] //= 4  # dark frames, then light ones
    video[20:] //= 16
    found = keyframe(video, deviations=1.5)
    rows = histograms(video)
    steps = [sum(abs(a - b) for a, b in zip(rows[i], rows[i + 1], strict=True)) for i in range(29)]
    bound = np.mean(steps) + 1.5 * np.std(steps)
    bounds = [0, *[i + 1 for i in range(29) if steps[i] > bound], 30]
    assert bounds == [0, 11, 20, 30]
    start, end = max(itertools.pairwise(bounds), key=lambda pair: pair[1] - pair[0])
    mean = rows[start:end].mean(axis=0)
    assert found.index == min(range(start, end), key=lambda i: np.abs(rows[i] - mean).sum())
    np.testing.assert_allclose(found.differences, steps, atol=1e-12)  # sums of 512 numbers below 1


@pytest.mark.parametrize(
    "frames", [np.zeros((0, 4, 4, 3), np.uint8), np.zeros((5, 4, 4), np.uint8), np.zeros((5, 4, 4, 3))]
)
def test_other_frames_are_refused(frames):
    with pytest.raises(ValueError, match=r"keyframe: .* found, uint8 RGB \(t, h, w, 3\) wanted"):
        keyframe(frames)


def test_unknown_rule_and_negative_deviations_are_refused():
    with pytest.raises(ValueError, match=r"keyframe rule: 'last' found, one of \('medoid', 'first_above', 'middle'\)"):
        keyframe(plain(RED), rule="last")
    with pytest.raises(ValueError, match="keyframe deviations: -1 found, 0 or more wanted"):
        keyframe(plain(RED, BLUE), deviations=-1)
