import numpy as np
import pytest

from i2v_core.methods.stcda.sampling import class_aware_batches

SOURCE = np.repeat([0, 1, 2, 3], [5, 2, 4, 6])
TARGET = np.array([2, 2, 0, -1, 1, 0, 2, 2, 0, 0, 4])


def drawn(seed=0, **options):
    return class_aware_batches(SOURCE, TARGET, np.random.default_rng(seed), **{"batches": 50, **options})


def test_each_batch_has_as_many_videos_of_each_shared_class_from_both_domains():
    batches = drawn()
    assert len(batches) == 50
    for source, target in batches:
        assert SOURCE[source].tolist() == TARGET[target].tolist() == [0] * 3 + [1] * 3 + [2] * 3


def test_videos_repeat_only_where_a_class_has_too_few():
    for source, target in drawn():
        assert len(set(source[:3])) == len(set(source[6:])) == len(set(target[:3])) == 3
        assert sorted(np.bincount(source[3:6] - 5)) == [1, 2]  # two videos for three places
        assert target[3:6].tolist() == [4, 4, 4]


def test_all_videos_of_a_class_come_alike():
    counts = np.bincount(np.concatenate([source[:3] for source, _ in drawn(batches=1000)]), minlength=5)
    # 3 of 5 videos per batch: mean 600, standard deviation sqrt(1000 * 0.6 * 0.4) = 15; five of them.
    assert (abs(counts - 600) < 80).all()


def test_many_classes_take_turns():
    seen = set()
    for source, target in drawn(most_classes=2, per_class=1):
        classes = SOURCE[source].tolist()
        assert classes == TARGET[target].tolist() == sorted(set(classes))
        assert len(classes) == 2
        seen.add(tuple(classes))
    assert seen == {(0, 1), (0, 2), (1, 2)}


def test_the_generator_alone_decides():
    first, again, other = (np.concatenate([np.concatenate(pair) for pair in drawn(seed)]) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_no_shared_class_gives_no_batch():
    random = np.random.default_rng(0)
    assert class_aware_batches(SOURCE, np.array([-1, 7]), random, batches=3) == []
    assert class_aware_batches(SOURCE, np.array([], int), random, batches=3) == []


@pytest.mark.parametrize("name", ["batches", "per_class", "most_classes"])
def test_numbers_below_1_are_refused(name):
    with pytest.raises(ValueError, match=rf"^{name}: 0 found, 1 or more wanted"):
        drawn(**{name: 0})
