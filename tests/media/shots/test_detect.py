"""Shots, parts and key frames of whole videos."""

import weakref

import numpy as np
import pytest

from i2v_core.media import shots
from i2v_core.media.shots.settings import Settings, settings_from
from tests.media.shots.scenes import blocks, scene

THREE = np.concatenate([scene(seed, 90) for seed in (1, 2, 3)])  # three scenes of 3 s at 30 per second


def found(video, fps=30.0, *, size=16, seed=0, **changes):
    return shots.detect(blocks(video, size), fps, settings_from(changes), seed=seed)


def test_three_scenes_of_three_seconds_give_three_shots_with_a_key_frame_in_each():
    made = found(THREE)
    assert len(made) == 3
    for number, shot in enumerate(made):
        assert number * 90 <= shot.start < shot.stop <= number * 90 + 90
        assert shot.stop - shot.start > 60
        for part in shot.parts:
            assert part.start <= part.keyframe < part.stop
        assert [shot.start, *(part.stop for part in shot.parts)] == [*(part.start for part in shot.parts), shot.stop]


def test_neither_the_size_of_blocks_nor_a_repetition_changes_anything():
    assert found(THREE) == found(THREE, size=1) == found(THREE, size=len(THREE))


def test_frames_are_not_kept():
    """Blocks are gone when the next but one is asked for."""
    seen = []

    def watched():
        for start in range(0, len(THREE), 30):
            block = THREE[start : start + 30].copy()
            seen.append(weakref.ref(block))
            yield block
            del block
            assert all(reference() is None for reference in seen[:-2])

    assert len(shots.detect(watched(), 30.0, Settings())) == 3
    assert len(seen) == 9


@pytest.mark.parametrize("video", [scene(1, 1), scene(1, 5), scene(1, 30)], ids=["one frame", "five", "a second"])
def test_a_video_without_a_proper_shot_is_one_shot_with_its_stillest_frame(video):
    (shot,) = found(video)
    assert (shot.start, shot.stop) == (0, len(video))
    (part,) = shot.parts
    assert (part.start, part.stop) == (0, len(video))


def test_the_stillest_frame_is_the_one_nearest_to_its_neighbours():
    video = scene(1, 5, drift=3)
    video[2] = video[1] = video[3]
    (shot,) = found(video)
    assert shot.parts[0].keyframe == 2


def test_hecate_as_it_is_finds_nothing_in_a_second_of_video_whose_ends_are_left_out():
    assert found(scene(1, 30), hecate_compat=True) == []


def test_a_black_video_has_a_shot_as_no_test_leaves_out_more_than_its_share():
    (shot,) = found(np.zeros((60, 30, 40, 3), np.uint8))
    assert shot.stop - shot.start == 30


def test_hecate_as_it_is_begins_the_first_shot_at_frame_0():
    assert found(THREE)[0].start == 15  # half a second
    assert found(THREE, hecate_compat=True)[0].start == 0


def test_a_video_of_unknown_rate_is_taken_at_25_per_second():
    assert found(THREE, fps=0.0) == found(THREE, fps=25.0) != found(THREE, fps=12.0)


@pytest.mark.parametrize(
    "change",
    [
        {"margin_sec": 0.0},
        {"dark": 1.0},
        {"blurred": 1.0},
        {"uniform": 0.0},
        {"cut": 0.0},
        {"edges": 0.0},
        {"min_shot_sec": 0.5},
        {"min_shot_frames": 85},
    ],
)
def test_each_threshold_matters(change):
    assert found(THREE, **change) != found(THREE)


def test_shares_bound_what_the_tests_leave_out():
    left_out = [
        len(THREE) - sum(s.stop - s.start for s in found(THREE, margin_sec=0.0, cut=0.0, transition_share=share))
        for share in (0.1, 0.3)
    ]
    assert left_out[0] < left_out[1]


def test_unknown_settings_and_negative_values_and_no_frame_are_named():
    with pytest.raises(ValueError, match=r"websup.shots: 'fps' found, one of margin_sec, dark"):
        settings_from({"fps": 3})
    with pytest.raises(ValueError, match=r"websup.shots.dark: -1 found"):
        settings_from({"dark": -1})
    with pytest.raises(ValueError, match="a video without a frame found"):
        shots.detect(iter(()), 25.0, Settings())
