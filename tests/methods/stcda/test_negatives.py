import itertools
import math

import numpy as np
import pytest
import torch

from i2v_core.methods.stcda import negatives


def clip(frames=16, size=4, channels=3):
    """Every value of it is different, so a frame shows how it was turned."""
    return np.arange(frames * size * size * channels, dtype=np.float32).reshape(frames, size, size, channels)


def random(seed=0):
    return np.random.default_rng(seed)


def torch_random(seed=0):
    return torch.Generator().manual_seed(seed)


def poses(frame):
    turned = [frame[:, ::-1], frame[::-1], np.rot90(frame), np.rot90(frame, 2), np.rot90(frame, 3)]
    return [pose.tobytes() for pose in turned]


def test_spatial_turns_some_frames_and_leaves_the_others():
    right = clip()
    for seed in range(50):
        wrong = negatives.spatial(right, random(seed))
        changed = [i for i in range(16) if not np.array_equal(wrong[i], right[i])]
        assert 4 <= len(changed) <= 12
        assert all(np.ascontiguousarray(wrong[i]).tobytes() in poses(right[i]) for i in changed)


def test_all_five_poses_and_all_shares_occur():
    right, kinds, counts = clip(), set(), set()
    for seed in range(200):
        wrong = negatives.spatial(right, random(seed))
        changed = [i for i in range(16) if not np.array_equal(wrong[i], right[i])]
        counts.add(len(changed))
        kinds |= {poses(right[i]).index(np.ascontiguousarray(wrong[i]).tobytes()) for i in changed}
    assert kinds == set(range(5))
    assert counts == set(range(4, 13))


@pytest.mark.parametrize("frames", [2, 3, 4, 5])
def test_short_clips_keep_a_right_frame_and_get_a_wrong_one(frames):
    for seed in range(30):
        wrong = negatives.spatial(clip(frames), random(seed))
        same = sum(np.array_equal(a, b) for a, b in zip(wrong, clip(frames), strict=True))
        assert 1 <= same < frames


def test_temporal_is_another_order_of_the_same_frames():
    right = clip()
    for seed in range(50):
        wrong = negatives.temporal(right, random(seed))
        assert not np.array_equal(wrong, right)
        assert sorted(frame.tobytes() for frame in wrong) == sorted(frame.tobytes() for frame in right)


def test_temporal_draws_all_wrong_orders_alike():
    right, draws = clip(3, 1, 1), random(1)
    seen = [tuple(negatives.temporal(right, draws).ravel().astype(int)) for _ in range(3000)]
    wrong = set(itertools.permutations(range(3))) - {(0, 1, 2)}
    assert set(seen) == wrong
    # Binomial counts of mean 600 stray by sqrt(3000 * 0.2 * 0.8) = 22; five of them.
    assert all(abs(seen.count(order) - 600) < 110 for order in wrong)


def test_two_frames_are_exchanged():
    assert np.array_equal(negatives.temporal(clip(2), random()), clip(2)[::-1])


def test_corrupted_takes_either_kind_alike():
    right, draws, spatial = clip(16, 2, 1), random(2), 0
    for _ in range(400):
        wrong = negatives.corrupted(right, draws)
        is_order = sorted(frame.tobytes() for frame in wrong) == sorted(frame.tobytes() for frame in right)
        spatial += not is_order
    assert abs(spatial - 200) < 50  # five standard deviations sqrt(400 / 4) = 10


@pytest.mark.parametrize("kind", negatives.KINDS)
def test_one_kind_alone_can_be_asked_for(kind):
    wanted = negatives.spatial if kind == "spatial" else negatives.temporal
    for seed in range(5):
        draws = random(seed)
        draws.integers(1)
        assert np.array_equal(negatives.corrupted(clip(), random(seed), kinds=(kind,)), wanted(clip(), draws))


def test_rgb_and_flow_in_one_array_are_corrupted_alike():
    views = np.concatenate([clip(channels=3), clip(channels=2)], axis=3)
    for make in (negatives.spatial, negatives.temporal):
        together = make(views, random(3))
        assert np.array_equal(together[..., :3], make(clip(channels=3), random(3)))
        assert np.array_equal(together[..., 3:], make(clip(channels=2), random(3)))


def test_clips_are_left_as_they_are_and_keep_their_type():
    right = clip().astype(np.uint8)
    kept = right.copy()
    for make in (negatives.spatial, negatives.temporal, negatives.corrupted):
        found = make(right, random(4))
        assert found.dtype == np.uint8
        assert not np.shares_memory(found, right)
        assert np.array_equal(right, kept)


def numbered(count=500, segments=3):
    """Clip features (video, segment)."""
    videos, parts = torch.meshgrid(torch.arange(count), torch.arange(segments), indexing="ij")
    return torch.stack([videos, parts], dim=2).float()


def test_order_negatives_never_keep_the_right_order_and_draw_the_others_alike():
    found = negatives.order_negatives(numbered(2000), torch_random())
    assert torch.equal(found[:, :, 0], numbered(2000)[:, :, 0])  # each video its own clips
    orders = [tuple(row) for row in found[:, :, 1].int().tolist()]
    wrong = set(itertools.permutations(range(3))) - {(0, 1, 2)}
    assert set(orders) == wrong
    assert all(abs(orders.count(order) - 400) < 5 * math.sqrt(2000 * 0.2 * 0.8) for order in wrong)


def test_two_segments_are_exchanged():
    assert torch.equal(negatives.order_negatives(numbered(4, 2), torch_random()), numbered(4, 2).flip(1))


def test_clip_negatives_replace_at_least_one_clip_and_all_sets_alike():
    right = numbered(2100)
    found = negatives.clip_negatives(right, right + 10_000, torch_random())
    replaced = found[:, :, 0] >= 10_000
    assert torch.equal(found, torch.where(replaced[:, :, None], right + 10_000, right))
    sets = [tuple(row) for row in replaced.tolist()]
    wanted = set(itertools.product([False, True], repeat=3)) - {(False,) * 3}
    assert set(sets) == wanted
    assert all(abs(sets.count(one) - 300) < 5 * math.sqrt(2100 / 7 * 6 / 7) for one in wanted)


def test_gradients_reach_the_features_that_were_taken():
    clips, corrupted = numbered(3).requires_grad_(), numbered(3).requires_grad_()
    negatives.clip_negatives(clips, corrupted, torch_random()).sum().backward()
    assert torch.equal(clips.grad + corrupted.grad, torch.ones(3, 3, 2))
    assert corrupted.grad.sum() > 0
    clips.grad = None
    negatives.order_negatives(clips, torch_random()).sum().backward()
    assert torch.equal(clips.grad, torch.ones(3, 3, 2))


@pytest.mark.parametrize("make", [negatives.spatial, negatives.temporal])
def test_one_frame_has_no_wrong_order_or_pose_among_right_ones(make):
    with pytest.raises(ValueError, match=r"^clip: shape \(1, 4, 4, 3\) found, \(t, h, w, c\) with t >= 2 wanted"):
        make(clip(1), random())


def test_unfit_arguments_are_named():
    with pytest.raises(ValueError, match=r"^clip: frames of 4 x 3 px found, square ones wanted"):
        negatives.spatial(clip()[:, :, :3], random())
    with pytest.raises(ValueError, match=r"^negatives: \['colour'\] found, some of spatial, temporal wanted"):
        negatives.corrupted(clip(), random(), kinds=("colour",))
    with pytest.raises(ValueError, match=r"^negatives: \[\] found"):
        negatives.corrupted(clip(), random(), kinds=())
    with pytest.raises(ValueError, match=r"^segments: 1 found, 2 or more wanted"):
        negatives.order_negatives(numbered(2, 1), torch_random())
    with pytest.raises(ValueError, match=r"^clips, corrupted_clips: shapes \(2, 3, 2\) and \(3, 3, 2\) found"):
        negatives.clip_negatives(numbered(2), numbered(3), torch_random())
