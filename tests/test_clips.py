from functools import partial

import numpy as np
import pytest

from i2v_core import clips
from i2v_core.clips import C3DClips, ViewClips
from i2v_core.media.frames import FrameStore, write_store
from i2v_core.media.views import Rgb
from tests import toy


@pytest.fixture(scope="module")
def view(tmp_path_factory):
    paths = toy.world(tmp_path_factory.mktemp("world"))
    return Rgb(FrameStore([paths["videos0"], paths["videos1"]]), resize_px=34, size_px=32)


KEYS = [f"toy-videos/v{k}" for k in range(6)]


def test_a_sample_depends_on_seed_and_turn_alone(view):
    items = ViewClips(view, KEYS, partial(clips.consecutive, frames=3, stride=1), list(range(6)))
    first, again = items.draw(2, 0, 1, 0), items.draw(2, 0, 1, 0)
    assert first.label == first.index == 2
    assert first.frames.shape == (3, 32, 32, 3)
    np.testing.assert_array_equal(first.frames, again.frames)
    others = [items.draw(2, *turn).frames.tobytes() for turn in [(1, 1, 0), (0, 2, 0), (0, 1, 1), (0, 1, 2)]]
    assert len({first.frames.tobytes(), *others}) > 3  # a place and a flip may repeat by chance


def test_whole_takes_every_frame_and_repeats_a_short_video():
    random = np.random.default_rng(0)
    assert partial(clips.whole, frames=4)(4, random)[0].tolist() == [0, 1, 2, 3]
    assert partial(clips.whole, frames=4)(3, random)[0].tolist() == [0, 1, 2, 0]
    assert partial(clips.whole, frames=4)(4, random)[1] is None


def test_strided_spreads_frames_as_st_i2v_does():
    # 33 frames, 4 wanted: a gap of floor(32 / 4) = 8.
    assert partial(clips.strided, frames=4)(33, np.random.default_rng(0))[0].tolist() == [0, 8, 16, 24]


def test_paced_draws_every_pace_and_labels_it():
    sample = partial(clips.paced, frames=3, paces=5)
    random = np.random.default_rng(0)
    drawn = [sample(1000, random) for _ in range(400)]
    for indices, label in drawn:
        assert np.diff(indices).tolist() in (
            [label + 1] * 2,
            *([[label + 1 - 1000, label + 1]]),
            [label + 1, label + 1 - 1000],
        )
    # Each of 5 paces is expected 80 times, with a deviation of 8: 48 and 112 are 4 deviations off.
    counts = np.bincount([label for _, label in drawn], minlength=5)
    assert counts.min() > 48
    assert counts.max() < 112


def test_paced_starts_anywhere():
    sample, random = partial(clips.paced, frames=2, paces=2), np.random.default_rng(0)
    assert {int(sample(5, random)[0][0]) for _ in range(100)} == {0, 1, 2, 3, 4}


def test_the_pace_is_the_label_where_items_have_none(view):
    items = ViewClips(view, KEYS, partial(clips.paced, frames=4, paces=3))
    assert {items.draw(k % 6, 0, k).label for k in range(40)} == {0, 1, 2}
    assert len(items) == 6


def test_consecutive_clips_start_at_chance_and_keep_their_stride():
    sample, random = partial(clips.consecutive, frames=3, stride=2), np.random.default_rng(0)
    starts = set()
    for _ in range(100):
        indices, label = sample(7, random)
        assert label is None
        assert np.diff(indices).tolist() == [2, 2]
        starts.add(int(indices[0]))
    assert starts == {0, 1, 2}


def test_a_clip_of_c3d_is_drawn_by_seed_and_turn_alone_from_anywhere_in_the_video(tmp_path):
    frames = np.arange(24, dtype=np.uint8)[:, None, None, None] * np.full((1, 32, 40, 3), 10, np.uint8)
    write_store([("v", frames, 25.0)], tmp_path / "long.h5", dataset="d")
    items = C3DClips(FrameStore([tmp_path / "long.h5"]), ["d/v"], [1])
    drawn = [items.draw(0, 0, epoch, 0) for epoch in range(40)]
    assert np.array_equal(drawn[3].frames, items.draw(0, 0, 3, 0).frames)
    assert (drawn[0].frames.shape, drawn[0].index, drawn[0].label) == ((16, 112, 112, 3), 0, 1)
    starts = {round(int(sample.frames[0, 0, 0, 0]) / 10) for sample in drawn}
    assert starts == set(range(9))  # 24 - 16 + 1 starts; 40 draws miss one with chance 0.08, these do not
