import numpy as np
import pytest
import torch

from i2v_core.batches import Stream, epoch_batches
from i2v_core.media import feature_store
from i2v_core.media.feature_store import ClipFeatures
from i2v_core.video_samples import ClassBatches, VideoClips, Views

KEYS = [f"toy/v{k}" for k in range(6)]


def features(video: int, view: str, windows: int = 2) -> ClipFeatures:
    """Numbers that tell video, kind, window, segment and view."""
    sign = 1 if view == "rgb" else -1
    width = 2 if view == "rgb" else 3
    grid = np.add.outer(10 * np.arange(windows), np.arange(3))[..., None] * np.ones(width)
    parts = [100 * video + 1000 * kind + grid for kind in (1, 2, 3)]
    return ClipFeatures(*((sign * part).astype(np.float32) for part in (100 * video + grid[0], *parts)))


@pytest.fixture
def views(tmp_path):
    paths = []
    for view in ("flow", "rgb"):
        paths.append(tmp_path / f"{view}.h5")
        items = ((f"v{k}", features(k, view)) for k in range(6))
        feature_store.write_features(items, paths[-1], dataset="toy", view=view)
    return Views.open(paths)


def test_views_stand_side_by_side_rgb_first(views):
    assert views.widths == {"rgb": 2, "flow": 3}
    assert views.slices() == {"rgb": slice(0, 2), "flow": slice(2, 5)}
    test = views.test_clips(KEYS[1:3])
    assert test.shape == (2, 3, 5)
    assert test[0, :, 0].tolist() == [100, 101, 102]
    assert (test[..., :2].mean(axis=2) == -test[..., 2:].mean(axis=2)).all()


def test_one_view_alone_is_possible(tmp_path):
    feature_store.write_features([("v0", features(0, "flow"))], tmp_path / "a.h5", dataset="toy", view="flow")
    assert Views.open([tmp_path / "a.h5"]).slices() == {"flow": slice(0, 3)}


def test_a_sample_is_one_window_of_all_segments_the_same_in_both_views(views):
    clips = VideoClips(views, KEYS, labels=list(range(6)))
    sample = clips.draw(4, 0, 0, 0)
    assert sample.frames.shape == (1, 3, 5)
    assert (sample.index, sample.label) == (4, 4)
    (clean,) = sample.frames
    first = clean[0, 0] - 1400
    assert first in (0, 10)
    assert clean[:, 0].tolist() == [1400 + first, 1401 + first, 1402 + first]
    assert (clean[:, 2] == -clean[:, 0]).all()


def test_windows_are_drawn_anew_each_turn_and_are_the_same_for_the_same_turn(views):
    clips = VideoClips(views, KEYS)
    found = [clips.draw(0, 0, epoch, 0).frames[0, 0, 0] for epoch in range(20)]
    assert set(found) == {1000.0, 1010.0}
    assert found == [clips.draw(0, 0, epoch, 0).frames[0, 0, 0] for epoch in range(20)]


def test_a_corrupted_clip_is_of_the_same_window_and_a_second_one_of_another(views):
    clips = VideoClips(views, KEYS, parts=("clean", "corrupted", "second"))
    drawn = np.stack([clips.draw(0, 0, epoch, 0).frames[:, 0, 0] for epoch in range(60)])
    clean, corrupted, second = drawn.T
    assert set(corrupted - clean) == {1000.0, 2000.0}  # spatial and temporal ones
    assert set(second - clean) == {-10.0, 10.0}


@pytest.mark.parametrize(("windows", "gaps"), [(1, {0.0}), (2, {-10.0, 10.0}), (3, {-20.0, -10.0, 10.0, 20.0})])
def test_the_second_clip_is_any_other_window_and_the_same_only_where_there_is_one(tmp_path, windows, gaps):
    feature_store.write_features([("v0", features(0, "rgb", windows))], tmp_path / "a.h5", dataset="toy", view="rgb")
    clips = VideoClips(Views.open([tmp_path / "a.h5"]), ["toy/v0"], parts=("clean", "second"))
    drawn = np.stack([clips.draw(0, 0, epoch, 0).frames[:, 0, 0] for epoch in range(200)])
    found = drawn[:, 1] - drawn[:, 0]
    assert set(found) == gaps
    # 200 draws, each gap with a chance of at least 1 / 6: below 10 by chance once in 10^6
    assert all((found == gap).sum() >= 10 for gap in gaps)


def test_corruptions_that_a_backbone_cannot_see_are_left_out(views):
    clips = VideoClips(views, KEYS, parts=("clean", "corrupted"), corruptions=("spatial",))
    gaps = {float(np.diff(clips.draw(0, 0, epoch, 0).frames[:, 0, 0])[0]) for epoch in range(20)}
    assert gaps == {1000.0}


def test_class_batches_follow_their_plan(views):
    items = ClassBatches(VideoClips(views, KEYS, labels=[0, 0, 1, 1, 2, 2]))
    items.plan = [np.array([5, 0]), np.array([2, 2]), np.array([1, 3])]
    streams = {"plain": Stream(VideoClips(views, KEYS), 2), "aligned": Stream(items, 12)}
    batches = list(epoch_batches(streams, seed=0, epoch=0, workers=0, device=torch.device("cpu")))
    assert [sorted(step["aligned"].index.tolist()) for step in batches] == [[0, 5], [2, 2], [1, 3]]
    assert all((step["aligned"].index // 2 == step["aligned"].labels).all() for step in batches)
    assert batches[0]["aligned"].inputs.shape == (2, 1, 3, 5)


def test_the_same_video_twice_in_a_batch_is_drawn_twice(views):
    items = ClassBatches(VideoClips(views, KEYS), [np.zeros(40, int)])
    windows = {items.draw(position, 0, 0, 0).frames[0, 0, 0] for position in range(40)}
    assert windows == {1000.0, 1010.0}


def test_other_views_are_refused(tmp_path):
    feature_store.write_features([("v0", features(0, "rgb"))], tmp_path / "a.h5", dataset="toy", view="depth")
    with pytest.raises(ValueError, match=r"views \['depth'\] found, rgb or flow or both wanted"):
        Views.open([tmp_path / "a.h5"])
