import math

import pytest
import torch

from i2v_core.methods.stcda.memory_bank import MemoryBank


def bank(videos=4, segments=3, dim=2, **options):
    torch.manual_seed(0)
    return MemoryBank(videos=videos, segments=segments, dim=dim, **options)


def random(seed=0):
    return torch.Generator().manual_seed(seed)


def test_rows_start_uniform_with_an_expected_squared_length_of_1():
    rows = bank(videos=400, dim=512).features
    bound = math.sqrt(3 / 512)
    assert rows.shape == (1200, 512)
    assert bound * 0.999 < rows.max() <= bound
    assert -bound <= rows.min() < -bound * 0.999
    assert rows.square().sum(dim=1).mean().item() == pytest.approx(1, abs=0.01)  # standard error 0.0011
    assert abs(rows.mean().item()) < 5 * bound / math.sqrt(3 * rows.numel())


def test_slots_are_by_video_then_segment():
    assert bank().slots(torch.tensor([0, 2])).tolist() == [[0, 1, 2], [6, 7, 8]]


def test_update_worked_by_hand():
    """Row (1, 0), feature (0, 7) of length 1: (1/2, 1/2), scaled to length 1 (0.7071, 0.7071)."""
    found = bank()
    found.features[5] = torch.tensor([1.0, 0.0])
    before = found.features.clone()
    found.update(torch.tensor([5]), torch.tensor([[0.0, 7.0]]))
    torch.testing.assert_close(found.features[5], torch.tensor([0.5, 0.5]).sqrt())
    others = [i for i in range(12) if i != 5]
    assert torch.equal(found.features[others], before[others])


def test_momentum_is_the_share_of_the_old_row():
    """m = 0.75 of (1, 0) and 0.25 of (0, 1): direction (3, 1)."""
    found = bank(momentum=0.75)
    found.features[0] = torch.tensor([1.0, 0.0])
    found.update(torch.tensor([0]), torch.tensor([[0.0, 1.0]]))
    torch.testing.assert_close(found.features[0], torch.tensor([3.0, 1.0]) / math.sqrt(10))
    found = bank(momentum=0.0)
    found.update(torch.tensor([0]), torch.tensor([[3.0, 4.0]]))
    torch.testing.assert_close(found.features[0], torch.tensor([0.6, 0.8]))


def test_updated_rows_stay_of_length_1():
    found = bank(dim=8)
    for seed in range(10):
        found.update(torch.arange(12), 5 * torch.randn(12, 8, generator=random(seed)))
    torch.testing.assert_close(found.features.norm(dim=1), torch.ones(12))


def test_a_clip_that_occurs_twice_moves_once_by_the_mean_of_its_features():
    """Row (1, 0); features (0, 1) and (-1, 0): mean (-1/2, 1/2), sum (1/4, 1/4), scaled (0.7071, 0.7071)."""
    slots, features = torch.tensor([3, 1, 3]), torch.tensor([[0.0, 2.0], [5.0, 0.0], [-4.0, 0.0]])
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        found = bank()
        found.features[3] = torch.tensor([1.0, 0.0])
        found.update(slots[order], features[order])
        torch.testing.assert_close(found.features[3], torch.tensor([0.5, 0.5]).sqrt())


def test_rows_read_before_an_update_keep_their_gradient():
    found, anchors = bank(), torch.randn(2, 2, generator=random(1)).requires_grad_()
    old = found.features.clone()
    score = (anchors @ found.features.T).sum()
    found.update(torch.arange(12), torch.ones(12, 2))
    score.backward()
    torch.testing.assert_close(anchors.grad, old.sum(dim=0).expand(2, 2))


def test_features_are_kept_without_gradient_and_in_32_bits():
    found = bank()
    found.update(torch.tensor([0]), torch.ones(1, 2, requires_grad=True).bfloat16())
    assert not found.features.requires_grad
    assert found.features.dtype == torch.float32


def test_draws_are_uniform_over_the_clips_of_other_videos():
    drawn = bank().draw(torch.tensor([0, 2, 3]), 9000, random())
    assert drawn.shape == (3, 9000)
    for row, own in zip(drawn, (0, 2, 3), strict=True):
        counts = torch.bincount(row, minlength=12)
        others = [slot for slot in range(12) if slot // 3 != own]
        assert counts[others].sum() == 9000
        # Binomial counts of mean 1000 stray by sqrt(9000 * 8 / 81) = 30; five of them.
        assert (counts[others] - 1000).abs().max() < 150


def test_anchors_draw_independently_and_by_the_generator_alone():
    first, again, other = (bank().draw(torch.tensor([0, 0]), 20, random(seed)) for seed in (4, 4, 5))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert not torch.equal(first[0], first[1])


def test_a_bank_restored_from_its_state_goes_on_alike():
    found = bank()
    found.update(torch.tensor([1]), torch.ones(1, 2))
    restored = MemoryBank(videos=4, segments=3, dim=2)
    restored.load_state_dict(found.state_dict())
    for one in (found, restored):
        one.update(torch.tensor([1, 2]), torch.tensor([[1.0, 0.0], [0.0, 1.0]]))
    assert torch.equal(found.features, restored.features)
    assert torch.equal(restored.rows(torch.tensor([[1], [2]])), found.features[[1, 2]][:, None])


def test_unfit_arguments_are_named():
    with pytest.raises(ValueError, match=r"^momentum: 1.0 found, a share in \[0, 1\) wanted"):
        bank(momentum=1.0)
    with pytest.raises(ValueError, match=r"^videos: 1 to 4 found, 0 to 3 wanted"):
        bank().slots(torch.tensor([1, 4]))
    with pytest.raises(ValueError, match=r"^slots, features: shapes \(1,\) and \(1, 3\) found, \(a,\) and \(a, 2\)"):
        bank().update(torch.tensor([0]), torch.zeros(1, 3))
    with pytest.raises(ValueError, match=r"^memory bank: 1 video found, 2 or more wanted"):
        bank(videos=1).draw(torch.tensor([0]), 3, random())
