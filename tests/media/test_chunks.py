"""Chunks of shots."""

import numpy as np
import pytest

from i2v_core.media import chunks


def test_the_middle_of_a_shot_by_hand():
    # 30 frames from 100: 6 over a span of 24, so it begins at 103
    assert chunks.centre_chunk(100, 130, span=24, stride=2).tolist() == list(range(103, 127, 2))
    assert len(chunks.centre_chunk(100, 130, span=24, stride=2)) == 12
    assert chunks.centre_chunk(0, 5, span=3, stride=1).tolist() == [1, 2, 3]


def test_random_chunks_reach_both_ends_of_the_shot_and_no_frame_beyond():
    random = np.random.default_rng(0)
    drawn = [chunks.random_chunk(10, 16, random, span=4, stride=1).tolist() for _ in range(100)]
    assert {tuple(chunk) for chunk in drawn} == {(10, 11, 12, 13), (11, 12, 13, 14), (12, 13, 14, 15)}


def test_a_short_shot_begins_again_at_its_own_start():
    random = np.random.default_rng(0)
    wanted = [7, 9, 8, 7, 9, 8]  # 7 8 9 7 8 9 7 8 9 7 8 9, every second
    assert chunks.centre_chunk(7, 10, span=12, stride=2).tolist() == wanted
    assert chunks.random_chunk(7, 10, random, span=12, stride=2).tolist() == wanted


def test_a_shot_without_a_frame_is_named():
    with pytest.raises(ValueError, match=r"shot \[4, 4\): no frame found"):
        chunks.centre_chunk(4, 4, span=2, stride=1)
