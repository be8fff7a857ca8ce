import numpy as np
import pytest

from i2v_core.media import sampling


def random(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_clip_counts_on_by_its_stride():
    assert sampling.clip(20, 3, frames=4, stride=3).tolist() == [3, 6, 9, 12]


def test_a_clip_wraps_to_the_beginning():
    assert sampling.clip(5, 3, frames=4).tolist() == [3, 4, 0, 1]
    assert sampling.clip(3, 0, frames=7, stride=2).tolist() == [0, 2, 1, 0, 2, 1, 0]


@pytest.mark.parametrize("length", [1, 10, 63])
def test_a_video_shorter_than_the_clip_starts_at_0_and_wraps(length):
    for seed in range(5):
        found = sampling.random_clip(length, random(seed), frames=64)
        assert found.tolist() == [k % length for k in range(64)]


def test_a_video_of_exactly_the_clips_length_has_one_clip():
    assert sampling.random_clip(64, random(), frames=64).tolist() == list(range(64))


def test_every_start_that_fits_occurs_and_no_other():
    generator = random()
    starts = {int(sampling.random_clip(10, generator, frames=4, stride=2)[0]) for _ in range(200)}
    assert starts == {0, 1, 2, 3}  # the span is 2 * 3 + 1 = 7 frames: 10 - 7 = 3


def test_stride_counts_in_what_is_too_short():
    # 4 frames, 3 apart, span 10: a video of 9 starts at 0, 9 wraps
    assert sampling.random_clip(9, random(), frames=4, stride=3).tolist() == [0, 3, 6, 0]


@pytest.mark.parametrize(
    ("length", "clips", "starts"),
    [
        # a = (length - 63) / clips, start_i = floor(i a + a / 2)
        (126, 3, [10, 31, 52]),  # a = 21: 10.5, 31.5, 52.5
        (163, 3, [16, 50, 83]),  # a = 33.33: 16.67, 50, 83.33
        (163, 1, [50]),  # a = 100
        (64, 3, [0, 0, 0]),  # a = 1/3: 0.17, 0.5, 0.83
        (65, 2, [0, 1]),  # a = 1: 0.5, 1.5
        (63, 2, [0, 0]),
        (10, 3, [0, 0, 0]),
    ],
)
def test_test_clips_start_at_the_centres_of_equal_parts(length, clips, starts):
    found = sampling.uniform_clips(length, clips=clips, frames=64)
    assert found.shape == (clips, 64)
    assert found[:, 0].tolist() == starts
    assert found[0].tolist() == [(starts[0] + k) % length for k in range(64)]


def test_test_clips_take_the_stride():
    # span 7, a = (11 - 6) / 2 = 2.5: 1.25, 3.75
    assert sampling.uniform_clips(11, clips=2, frames=4, stride=2).tolist() == [[1, 3, 5, 7], [3, 5, 7, 9]]


@pytest.mark.parametrize("length", range(8, 40))
def test_no_test_clip_of_a_long_enough_video_wraps(length):
    for clips in (1, 2, 3, 10):
        found = sampling.uniform_clips(length, clips=clips, frames=4, stride=2)
        assert (np.diff(found, axis=1) == 2).all()


@pytest.mark.parametrize(("length", "frames"), [(1, [0, 0, 0, 0, 0]), (3, [0, 1, 2, 0, 1]), (4, [0, 1, 2, 3, 0])])
def test_fewer_frames_than_segments_repeat_from_the_start(length, frames):
    assert sampling.segment_frames(length, random(), segments=5).tolist() == frames


def test_as_many_frames_as_segments_gives_each_once():
    assert sampling.segment_frames(5, random(), segments=5).tolist() == [0, 1, 2, 3, 4]


def test_the_first_segments_are_longer_by_one():
    # 13 = 3 + 3 + 3 + 2 + 2
    generator = random()
    draws = np.array([sampling.segment_frames(13, generator, segments=5) for _ in range(300)])
    segments = [set(column.tolist()) for column in draws.T]
    assert segments == [{0, 1, 2}, {3, 4, 5}, {6, 7, 8}, {9, 10}, {11, 12}]


def test_one_segment_is_the_whole_video():
    generator = random()
    assert {int(sampling.segment_frames(4, generator, segments=1)[0]) for _ in range(100)} == {0, 1, 2, 3}


def paced_from_one(length: int, start: int, pace: int) -> list[int]:
    """The paper counts frames from 1."""
    return (sampling.paced(length, start - 1, frames=16, pace=pace) + 1).tolist()


def test_pace_two_gives_the_papers_own_list():
    wanted = [20, 22, 24, 26, 28, 30, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]
    assert paced_from_one(30, 20, 2) == wanted


def test_other_paces_worked_by_hand():
    assert paced_from_one(30, 20, 3) == [20, 23, 26, 29, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 2, 5]
    assert paced_from_one(30, 20, 5) == [20, 25, 30, 5, 10, 15, 20, 25, 30, 5, 10, 15, 20, 25, 30, 5]
    assert paced_from_one(30, 20, 1) == [*range(20, 31), 1, 2, 3, 4, 5]


@pytest.mark.parametrize("length", [1, 2, 5, 15, 16, 100])
def test_paced_indices_stay_in_the_video_and_step_by_the_pace(length):
    for pace in range(1, 6):
        for start in {0, length - 1}:
            found = sampling.paced(length, start, frames=16, pace=pace)
            assert found.tolist() == [(start + pace * k) % length for k in range(16)]
            assert found.dtype == np.int64


@pytest.mark.parametrize(
    ("length", "frames", "wanted"),
    [
        (9, 5, [0, 2, 4, 6, 8]),
        (8, 4, [0, 2, 5, 7]),  # 0, 2.33, 4.67, 7
        (3, 4, [0, 1, 1, 2]),  # 0, 0.67, 1.33, 2
        (2, 3, [0, 0, 1]),  # 0, 0.5, 1: the half to the even neighbour
        (1, 4, [0, 0, 0, 0]),
        (10, 1, [0]),
    ],
)
def test_spread_worked_by_hand(length, frames, wanted):
    found = sampling.spread(length, frames=frames)
    assert found.tolist() == wanted
    assert found.dtype == np.int64


@pytest.mark.parametrize("length", [1, 2, 31, 32, 33, 64, 105, 1776])
def test_spread_goes_from_the_first_to_the_last_frame_in_even_steps(length):
    found = sampling.spread(length, frames=32)
    # rounding of k (length - 1) / 31 in whole numbers; 31 is odd, so there are no halves
    assert found.tolist() == [(2 * k * (length - 1) + 31) // 62 for k in range(32)]
    assert (found[0], found[-1]) == (0, length - 1)
    steps = np.diff(found)
    assert steps.max() - steps.min() <= 1
    if length >= 32:
        assert len(set(found.tolist())) == 32


@pytest.mark.parametrize(
    ("length", "frames", "gap"),
    [(64, 32, 1), (65, 32, 2), (105, 32, 3), (105, 16, 6), (32, 16, 1), (33, 16, 2), (16, 16, 1), (5, 16, 1)],
)
def test_st_i2v_takes_every_gap_th_frame_from_the_first(length, frames, gap):
    # gap = max(1, floor((length - 1) / frames)): 63 / 32, 64 / 32, 104 / 32, 104 / 16, 31 / 16, 32 / 16, 15 / 16
    assert sampling.st_i2v_gap(length, frames=frames) == gap
    found = sampling.st_i2v_strided(length, frames=frames)
    assert found.tolist() == [k * gap % length for k in range(frames)]


@pytest.mark.parametrize("length", range(16, 120))
def test_st_i2v_indices_of_a_long_enough_video_ascend_within_it(length):
    found = sampling.st_i2v_strided(length, frames=16)
    assert (np.diff(found) > 0).all()
    assert found[-1] < length


def test_random_strides_keep_the_gap_and_reach_every_start_that_fits():
    # 40 frames, 8 wanted: gap floor(39 / 8) = 4, span 29, starts 0 .. 11
    generator = random()
    draws = np.array([sampling.random_strided(40, generator, frames=8) for _ in range(300)])
    assert (np.diff(draws, axis=1) == 4).all()
    assert set(draws[:, 0].tolist()) == set(range(12))


@pytest.mark.parametrize("length", [1, 3, 15])
def test_random_strides_of_a_short_video_start_at_0_and_wrap(length):
    found = sampling.random_strided(length, random(), frames=16)
    assert found.tolist() == [k % length for k in range(16)]


def test_windows_in_the_middle_of_three_parts_by_hand():
    # parts of 10 frames: rooms of 6, windows of 4 start 3 behind each part's first frame
    found = sampling.segment_windows(30, None, segments=3, frames=4)
    assert found.tolist() == [[3, 4, 5, 6], [13, 14, 15, 16], [23, 24, 25, 26]]


def test_random_windows_reach_every_start_within_their_part_and_no_other():
    random = np.random.default_rng(0)
    drawn = np.stack([sampling.segment_windows(30, random, segments=3, frames=4, stride=2) for _ in range(200)])
    assert [sorted(set(drawn[:, part, 0])) for part in range(3)] == [
        [first + k for k in range(4)]
        for first in (0, 10, 20)  # a window spans 7 of 10 frames
    ]
    assert (np.diff(drawn, axis=2) == 2).all()


def test_windows_longer_than_their_part_are_centred_on_it_within_the_video():
    # parts of 4 frames, windows of 6: the middle one starts at 4 - 1, the outer ones at the ends of the video
    found = sampling.segment_windows(12, None, segments=3, frames=6)
    assert found[:, 0].tolist() == [0, 3, 6]
    assert found[:, -1].tolist() == [5, 8, 11]


def test_windows_of_a_video_shorter_than_one_wrap():
    found = sampling.segment_windows(3, np.random.default_rng(0), segments=2, frames=5)
    assert found.tolist() == [[0, 1, 2, 0, 1]] * 2
