import math

import pytest
import torch

from i2v_core.models.feature_bank import FeatureBank

LABELS = [0, 2, 1, 0, 2, 0]


def filled(present=range(6), labels=LABELS):
    """A bank whose features (i, i) name their index i; only those at `present` are there."""
    bank = FeatureBank(size=len(labels), dim=2, labels=torch.tensor(labels))
    indices = torch.tensor(list(present), dtype=torch.long)
    bank.update(indices, indices[:, None].repeat(1, 2).float())
    return bank


def random(seed=0):
    return torch.Generator().manual_seed(seed)


def test_update_overwrites_by_index():
    bank = filled()
    bank.update(torch.tensor([4, 1]), torch.tensor([[40.0, 41.0], [10.0, 11.0]]))
    assert bank.features.tolist() == [[0, 0], [10, 11], [2, 2], [3, 3], [40, 41], [5, 5]]
    assert len(bank.features) == 6


def test_only_updated_entries_are_valid():
    assert filled([1, 3]).valid.tolist() == [False, True, False, True, False, False]


def test_features_are_kept_without_gradient():
    bank = filled([])
    features = torch.ones(1, 2, requires_grad=True)
    bank.update(torch.tensor([2]), features * 3)
    assert not bank.features.requires_grad
    assert bank.features[2].tolist() == [3, 3]


def test_half_precision_features_are_kept_in_float32():
    bank = filled([])
    bank.update(torch.tensor([0]), torch.tensor([[1.5, 2.5]]).bfloat16())
    assert bank.features.dtype == torch.float32
    assert bank.features[0].tolist() == [1.5, 2.5]


def test_positive_has_the_class_and_negative_another():
    classes = torch.tensor([0, 1, 2] * 200)
    positives, negatives, usable = filled().sample(classes, random())
    labels = torch.tensor(LABELS)
    assert usable.all()
    assert torch.equal(labels[positives[:, 0].long()], classes)
    assert (labels[negatives[:, 0].long()] != classes).all()


def test_absent_entries_are_never_drawn():
    positives, negatives, usable = filled([0, 4, 5]).sample(torch.tensor([0, 2] * 200), random())
    assert usable.all()
    assert set(positives[::2, 0].tolist()) == {0, 5}
    assert set(positives[1::2, 0].tolist()) == {4}
    assert set(negatives[::2, 0].tolist()) == {4}
    assert set(negatives[1::2, 0].tolist()) == {0, 5}


def test_draws_are_uniform():
    draws = 6000
    bank = filled([0, 1, 2, 3, 5])  # classes 0: {0, 3, 5}; 2: {1}; 1: {2}
    positives, negatives, _ = bank.sample(torch.zeros(draws, dtype=torch.long), random(1))
    for drawn, among in ((positives, [0, 3, 5]), (negatives, [1, 2])):
        counts = torch.bincount(drawn[:, 0].long(), minlength=6)
        expected = draws / len(among)
        # A binomial count of mean 2000 or 3000 strays by its standard deviation, sqrt(n p q) < 39; five of them.
        assert all(abs(counts[i].item() - expected) < 5 * math.sqrt(draws / 4) for i in among)
        assert counts.sum() == counts[among].sum()


def test_negatives_follow_class_frequency():
    bank = filled(range(5), labels=[0, 1, 1, 1, 2])  # class 1 has three of the four entries that are not of class 0
    _, negatives, _ = bank.sample(torch.zeros(4000, dtype=torch.long), random(2))
    share = (negatives[:, 0] < 4).float().mean().item()
    assert share == pytest.approx(0.75, abs=0.035)  # five standard deviations sqrt(0.75 * 0.25 / 4000) = 0.0068


def test_positive_and_negative_are_drawn_independently():
    # Class 0 holds entries 0 and 1, class 1 entries 2 and 3: all four pairs occur equally often.
    bank = filled(range(4), labels=[0, 0, 1, 1])
    positives, negatives, _ = bank.sample(torch.zeros(4000, dtype=torch.long), random(3))
    pairs = torch.bincount((positives[:, 0] * 2 + negatives[:, 0] - 2).long(), minlength=4)
    assert (pairs - 1000).abs().max() < 5 * math.sqrt(4000 * 3 / 16)


def test_same_generator_state_gives_the_same_draws():
    classes = torch.tensor([0, 1, 2] * 20)
    first, again, other = (filled().sample(classes, random(seed)) for seed in (4, 4, 5))
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    assert not torch.equal(first[1], other[1])


def test_number_of_random_numbers_does_not_depend_on_the_bank():
    after = []
    for bank in (filled(), filled([])):
        generator = random(6)
        bank.sample(torch.tensor([0, 1, 9]), generator)
        after.append(torch.rand(1, generator=generator).item())
    assert after[0] == after[1]


@pytest.mark.parametrize(
    ("present", "usable"),
    [
        ([], [False, False, False, False]),  # nothing there
        ([0, 3], [False, False, False, False]),  # class 0 has no negative, the others no positive
        ([0, 2], [True, True, False, False]),  # class 2 has no positive
        (range(6), [True, True, True, False]),  # class 7 does not occur
    ],
)
def test_anchor_without_a_candidate_is_masked(present, usable):
    positives, negatives, mask = filled(present).sample(torch.tensor([0, 1, 2, 7]), random())
    assert mask.tolist() == usable
    assert positives[~mask].abs().sum() == 0
    assert negatives[~mask].abs().sum() == 0


def test_shares_next_to_one_stay_inside_the_class():
    # Class 5 is last in order and its only entry last in the bank: the largest rank that can be drawn.
    bank = filled(range(3), labels=[1, 1, 5])
    positives, negatives, usable = bank.sample(torch.full((5000,), 5), random(7))
    assert usable.all()
    assert set(positives[:, 0].tolist()) == {2}
    assert set(negatives[:, 0].tolist()) == {0, 1}


def test_no_class_gives_no_row():
    positives, negatives, usable = filled().sample(torch.zeros(0, dtype=torch.long), random())
    assert (positives.shape, negatives.shape, usable.shape) == ((0, 2), (0, 2), (0,))


def test_a_bank_restored_from_its_state_goes_on_alike():
    bank = filled([0, 1, 2, 4])
    restored = FeatureBank(size=6, dim=2, labels=torch.zeros(6, dtype=torch.long))
    restored.load_state_dict(bank.state_dict())
    classes = torch.tensor([0, 1, 2] * 10)
    drawn = [x.sample(classes, random(8)) for x in (bank, restored)]
    assert all(torch.equal(a, b) for a, b in zip(*drawn, strict=True))


def test_labels_of_the_caller_are_not_shared():
    labels = torch.tensor(LABELS)
    bank = FeatureBank(size=6, dim=2, labels=labels)
    labels += 1
    assert bank.labels.tolist() == LABELS


def test_number_of_labels_must_be_the_size():
    with pytest.raises(ValueError, match=r"labels: shape \(6,\) found, \(5,\) wanted"):
        FeatureBank(size=5, dim=2, labels=torch.tensor(LABELS))


@pytest.mark.parametrize(
    ("indices", "features", "message"),
    [
        ([0, 1], torch.zeros(2, 3), r"shapes \(2,\) and \(2, 3\) found, \(n,\) and \(n, 2\) wanted"),
        ([0, 1], torch.zeros(1, 2), r"shapes \(2,\) and \(1, 2\) found"),
        ([0, 6], torch.zeros(2, 2), r"indices: 0 to 6 found, 0 to 5 wanted"),
        ([-1, 2], torch.zeros(2, 2), r"indices: -1 to 2 found, 0 to 5 wanted"),
        ([3, 3], torch.zeros(2, 2), r"indices: 2 with repeats found, each sample once wanted"),
    ],
)
def test_unfit_updates_are_named(indices, features, message):
    with pytest.raises(ValueError, match=message):
        filled([]).update(torch.tensor(indices), features)
