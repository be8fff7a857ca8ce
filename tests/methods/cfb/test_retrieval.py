import numpy as np
import pytest

from i2v_core.methods.cfb import bank, retrieval
from i2v_core.methods.cfb.retrieval import cosine, weights

SIMILARITY = np.array([0.1, 0.8, -0.3, 0.4, 0.2, 0.5, 0.0])  # nearest first: 1, 5, 3, 4, 0, 6, 2


def random(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def draws(aggregation: str, similarity: np.ndarray | None, count: int, number: int, seed: int = 0) -> np.ndarray:
    """How often each entry is chosen by an aggregation that takes one."""
    generator = random(seed)
    found = np.array([weights(aggregation, similarity, count, generator) for _ in range(number)])
    assert set(np.unique(found)) == {0, 1}
    assert (found.sum(axis=1) == 1).all()
    return found.sum(axis=0)


BY_HAND = {
    "mean": np.full(7, 1 / 7),
    # clipped: 0.1 0.8 0 0.4 0.2 0.5 0, sum 2
    "similarity_sum": [0.05, 0.4, 0, 0.2, 0.1, 0.25, 0],
    "similarity_mean_top5": [0.2, 0.2, 0, 0.2, 0.2, 0.2, 0],
    "similarity_sum_top5": [0.05, 0.4, 0, 0.2, 0.1, 0.25, 0],  # what the sixth and seventh would add is 0 here
    "similarity_top1": [0, 1, 0, 0, 0, 0, 0],
}


@pytest.mark.parametrize(("aggregation", "wanted"), BY_HAND.items())
def test_weights_worked_by_hand(aggregation, wanted):
    found = weights(aggregation, SIMILARITY, 7, random())
    assert found.tolist() == pytest.approx(list(wanted), abs=1e-12)  # float64


def test_the_sum_of_five_leaves_out_what_the_sum_of_all_takes():
    similarity = np.array([0.5, 0.1, 0.2, 0.3, 0.4, 0.5])
    # all: sum 2; the five largest: sum 1.9
    assert weights("similarity_sum", similarity, 6, random())[1] == pytest.approx(0.05)
    found = weights("similarity_sum_top5", similarity, 6, random())
    assert found.tolist() == pytest.approx([0.5 / 1.9, 0, 0.2 / 1.9, 0.3 / 1.9, 0.4 / 1.9, 0.5 / 1.9])


def test_a_flow_of_constant_clips_is_aggregated_by_hand():
    """Entries of flow 1, 2, 3 everywhere, cosines 0.5, 0.25, 0.25: mean 2, similarity sum (0.5 + 0.5 + 0.75) / 1."""
    flows = np.stack([np.full((2, 4, 4), value) for value in (1.0, 2.0, 3.0)])
    similarity = np.array([0.5, 0.25, 0.25])
    for aggregation, wanted in (("mean", 2.0), ("similarity_sum", 1.75), ("similarity_top1", 1.0)):
        found = np.tensordot(weights(aggregation, similarity, 3, random()), flows, axes=1)
        assert found == pytest.approx(np.full((2, 4, 4), wanted), abs=1e-12)  # float64


@pytest.mark.parametrize("aggregation", retrieval.AGGREGATIONS)
@pytest.mark.parametrize("count", [1, 2, 4, 5, 6, 60])
def test_weights_are_shares(aggregation, count):
    for seed in range(5):
        similarity = random(seed).uniform(-1, 1, count)
        found = weights(aggregation, similarity, count, random(seed))
        assert found.shape == (count,)
        assert (found >= 0).all()
        assert found.sum() == pytest.approx(1, abs=1e-12)  # float64


@pytest.mark.parametrize("aggregation", retrieval.AGGREGATIONS)
def test_one_entry_takes_all(aggregation):
    assert weights(aggregation, np.array([-0.5]), 1, random()).tolist() == [1]


def test_fewer_than_five_entries_are_all_of_the_five_nearest():
    similarity = np.array([0.3, 0.1, 0.6])
    assert weights("similarity_mean_top5", similarity, 3, random()).tolist() == [1 / 3] * 3
    assert weights("similarity_sum_top5", similarity, 3, random()).tolist() == pytest.approx([0.3, 0.1, 0.6])
    assert (draws("similarity_random_top5", similarity, 3, 200) > 0).all()


def test_ties_go_to_the_better_rank():
    similarity = np.array([0.2, 0.7, 0.7, 0.2, 0.2, 0.2, 0.2])
    assert weights("similarity_top1", similarity, 7, random()).tolist() == [0, 1, 0, 0, 0, 0, 0]
    found = weights("similarity_mean_top5", similarity, 7, random())
    assert found.tolist() == [0.2, 0.2, 0.2, 0.2, 0.2, 0, 0]


@pytest.mark.parametrize("aggregation", ["similarity_sum", "similarity_sum_top5"])
def test_negative_cosines_weigh_nothing_and_all_of_them_count_alike(aggregation):
    assert weights(aggregation, np.array([-0.9, 0.3, 0.1]), 3, random()).tolist() == pytest.approx([0, 0.75, 0.25])
    for similarity in (np.array([-0.9, -0.1, -0.2]), np.zeros(3)):
        assert weights(aggregation, similarity, 3, random()).tolist() == [1 / 3] * 3


def test_all_negative_sum_of_five_keeps_to_the_five_nearest():
    similarity = -np.arange(1, 8) / 10
    assert weights("similarity_sum_top5", similarity, 7, random()).tolist() == [0.2] * 5 + [0, 0]


def test_random_is_uniform_over_all_entries():
    """12000 draws from 60: 200 each. Chi square of 59 degrees has mean 59 and deviation sqrt(118) = 10.9; 59 + 5 * 10.9
    = 113 is passed by chance about once in 30000 seeds, and the seed is fixed."""
    counts = draws("random", None, 60, 12000)
    assert ((counts - 200) ** 2 / 200).sum() < 113


def test_random_of_the_five_nearest_is_uniform_over_those_and_takes_no_other():
    """2000 draws from 5: 400 each. Chi square of 4 degrees exceeds 23.5 once in 10000 seeds."""
    counts = draws("similarity_random_top5", SIMILARITY, 7, 2000)
    assert counts[[6, 2]].tolist() == [0, 0]
    assert ((counts[[0, 1, 3, 4, 5]] - 400) ** 2 / 400).sum() < 23.5


def test_random_returns_entries_of_the_samples_class_alone():
    values = np.random.default_rng(0).dirichlet(np.full(4, 0.3), 120)
    ids = [f"v{k}" for k in range(120)]
    labels = dict(zip(ids, values.argmax(axis=1), strict=True))
    table = bank.build(values, ids, list("abcd"), size=10)
    generator = random()
    for label in range(4):
        own = table.loc[table["label"] == label, "id"].tolist()
        chosen = {own[weights("random", None, len(own), generator).argmax()] for _ in range(300)}
        assert chosen == set(own)
        assert {labels[name] for name in chosen} == {label}


def test_the_same_generator_gives_the_same_entry_and_similarity_is_not_looked_at():
    for aggregation in ("random", "mean"):
        plain = weights(aggregation, None, 60, random(3))
        assert np.array_equal(plain, weights(aggregation, None, 60, random(3)))
        assert np.array_equal(plain, weights(aggregation, np.linspace(0, 1, 60), 60, random(3)))


def test_what_is_not_random_draws_nothing():
    for aggregation in BY_HAND:
        generator = random()
        weights(aggregation, SIMILARITY, 7, generator)
        assert generator.bit_generator.state == random().bit_generator.state


def test_the_input_is_left_as_it_is():
    kept = SIMILARITY.copy()
    for aggregation in retrieval.AGGREGATIONS:
        weights(aggregation, SIMILARITY, 7, random())
    assert np.array_equal(SIMILARITY, kept)


NEEDING = [name for name in retrieval.AGGREGATIONS if name.startswith("similarity")]


@pytest.mark.parametrize("aggregation", NEEDING)
def test_a_missing_or_unfit_similarity_is_an_error(aggregation):
    with pytest.raises(ValueError, match=rf"^aggregation '{aggregation}': no similarity found, cosines of 7 entries"):
        weights(aggregation, None, 7, random())
    with pytest.raises(ValueError, match=r": similarity of shape \(7,\) found, \(6,\) and finite wanted"):
        weights(aggregation, SIMILARITY, 6, random())
    with pytest.raises(ValueError, match=r": similarity of shape \(2,\) found, \(2,\) and finite wanted"):
        weights(aggregation, np.array([0.1, np.nan]), 2, random())


def test_unknown_names_and_empty_classes_are_errors():
    with pytest.raises(ValueError, match=r"^aggregation: 'max' found, one of random, mean, similarity_sum, .* wanted"):
        weights("max", None, 3, random())
    with pytest.raises(ValueError, match=r"^aggregation 'random': 0 bank entries found, at least 1 wanted"):
        weights("random", None, 0, random())


def test_cosines_worked_by_hand():
    features = np.array([[2.0, 0.0], [0.0, 5.0], [3.0, 4.0], [-1.0, 0.0], [0.0, 0.0]])
    # 1; 0; 3 / 5; -1; nothing can be said of a zero vector
    assert cosine(np.array([7.0, 0.0]), features).tolist() == pytest.approx([1, 0, 0.6, -1, 0])
    assert cosine(np.zeros(2), features).tolist() == [0] * 5


def test_cosines_ignore_scale_and_stay_within_one():
    features = random().normal(size=(50, 1024)).astype(np.float32)
    found = cosine(features[3], features)
    assert found.max() <= 1
    assert found.argmax() == 3
    assert found == pytest.approx(cosine(100 * features[3], 0.01 * features), abs=1e-6)  # inputs scaled in float32
