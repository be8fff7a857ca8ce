import tracemalloc

import numpy as np
import pytest

from i2v_core.baselines.shallow import gfk, meda
from i2v_core.baselines.shallow.meda import balance, laplacian
from i2v_core.baselines.shallow.proxy_distance import proxy_distance
from tests.baselines.shallow import domains, textbook

SETTINGS = {"dim": 6, "weight": 10.0, "smoothness": 1.0, "shrinkage": 0.1, "neighbours": 8}


def both(found):
    return np.concatenate([found.source, found.target])


@pytest.mark.parametrize("dim", [24, 200])
@pytest.mark.parametrize("iterations", [1, 2, 10])
def test_scores_equal_a_dense_solve_in_every_round(dim, iterations):
    source, labels, target, _ = domains.pair(dim=dim, spread=0.5)
    found = meda.fit(source, labels, target, output="scores", iterations=iterations, **SETTINGS)
    wanted, pseudo = textbook.meda(source, labels, target, iterations=iterations, balance=balance, **SETTINGS)
    np.testing.assert_allclose(both(found), wanted, atol=1e-11, rtol=0)  # scores are below 1
    assert np.array_equal(found.predictions, pseudo)


def test_flow_features_are_those_of_gfk_at_length_one():
    source, labels, target, _ = domains.pair()
    found = meda.fit(source, labels, target, dim=6)
    flow = gfk.fit(source, labels, target, dim=6, normalise=False)
    np.testing.assert_allclose(both(found), textbook.unit(both(flow)), atol=1e-14, rtol=0)
    scores = meda.fit(source, labels, target, dim=6, output="scores")
    assert scores.source.shape == (len(source), 3)
    assert np.array_equal(scores.predictions, scores.target.argmax(axis=1))
    assert found.predictions is None


def test_flow_features_take_no_matrix_of_all_pairs_and_no_labels():
    source, labels, target, _ = domains.pair(n_src=800, n_tgt=700)
    tracemalloc.start()
    found = meda.fit(source, labels, target, dim=6)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 1500**2 * 8 / 4  # 1.7 MB of rows, where one matrix takes 18
    assert np.array_equal(found.target, meda.fit(source, labels[::-1], target, dim=6).target)


@pytest.mark.parametrize(
    "changes", [{"weight": 0.1}, {"smoothness": 20.0}, {"shrinkage": 3.0}, {"neighbours": 3}, {"dim": 4}]
)
def test_each_setting_is_heeded(changes):
    source, labels, target, _ = domains.pair(spread=0.5)
    plain, other = (both(meda.fit(source, labels, target, output="scores", **{**SETTINGS, **c})) for c in ({}, changes))
    assert np.abs(plain - other).max() > 1e-3


def test_laplacian_equals_its_definition():
    rows = textbook.unit(domains.classes(40, 6, 3, seed=1)[0])
    np.testing.assert_allclose(laplacian(rows, 5).toarray(), textbook.graph_laplacian(rows, 5), atol=1e-14, rtol=0)


def test_laplacian_of_three_rows_worked_by_hand():
    """Cosines 0.8 (1, 2), 0.6 (2, 3), 0 (1, 3). One neighbour each: edges 1-2 and 2-3, degrees 0.8, 1.4, 0.6.

    Entries off the diagonal: -0.8 / sqrt(0.8 * 1.4) = -sqrt(4 / 7), -0.6 / sqrt(1.4 * 0.6) = -sqrt(3 / 7).
    """
    rows = np.array([[1.0, 0.0], [0.8, 0.6], [0.0, 1.0]])
    first, second = -np.sqrt(4 / 7), -np.sqrt(3 / 7)
    wanted = [[1, first, 0], [first, 1, second], [0, second, 1]]
    np.testing.assert_allclose(laplacian(rows, 1).toarray(), wanted, atol=1e-15, rtol=0)


def test_opposite_rows_have_no_edge_and_few_rows_no_more_neighbours_than_there_are():
    rows = np.array([[1.0, 0.0], [-1.0, 0.0]])
    np.testing.assert_array_equal(laplacian(rows, 10).toarray(), np.eye(2))


def test_balance_is_between_what_classes_and_domains_say():
    draw = np.random.default_rng(0)
    rows, labels = draw.standard_normal((200, 4)), np.arange(200) % 2
    mean = [proxy_distance(rows[labels == c], rows[labels == c] + 0.7) for c in (0, 1)]
    wanted = np.mean(mean) / (np.mean(mean) + proxy_distance(rows, rows + 0.7))
    assert balance(rows, labels, rows + 0.7, labels, 2) == pytest.approx(wanted, abs=1e-12)
    assert 0 < wanted < 1


def test_balance_is_one_where_only_classes_differ():
    """Class 0 goes up, class 1 down by as much: a plane parts each class but not the domains."""
    draw = np.random.default_rng(1)
    rows, labels = 0.1 * draw.standard_normal((400, 2)), np.arange(400) % 2
    target = rows + np.where(labels == 0, 5.0, -5.0)[:, None] * [0.0, 1.0]
    found = balance(rows, labels, target, labels, 2)
    assert proxy_distance(rows[labels == 0], target[labels == 0]) == 2.0
    assert found > 0.6  # a plane can still leave one of the target's classes on its side: the domains' distance is 1


def test_a_class_without_pseudo_labels_does_not_count():
    draw = np.random.default_rng(2)
    rows, labels = draw.standard_normal((90, 3)), np.arange(90) % 3
    target, pseudo = rows[labels < 2] + 1.0, labels[labels < 2]
    by_class = np.mean([proxy_distance(rows[labels == c], target[pseudo == c]) for c in (0, 1)])
    wanted = by_class / (by_class + proxy_distance(rows, target))
    assert balance(rows, labels, target, pseudo, 3) == pytest.approx(wanted, abs=1e-12)


def test_domains_that_no_plane_parts_are_balanced_evenly():
    rows, labels = np.zeros((8, 2)), np.arange(8) % 2
    assert balance(rows, labels, rows, labels, 2) == 0.5
