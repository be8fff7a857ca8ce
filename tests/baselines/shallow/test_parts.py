"""The pieces the shallow methods share."""

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

from i2v_core.baselines.shallow import mmd, neighbours, preprocessing
from i2v_core.baselines.shallow.neighbours import most_similar, nearest_labels
from i2v_core.baselines.shallow.proxy_distance import proxy_distance, separating_plane
from i2v_core.baselines.shallow.spaces import rbf, space
from i2v_core.baselines.shallow.spread_ratio import SpreadRatio, leading_eigenpairs
from tests.baselines.shallow import domains, textbook


def test_discrepancy_of_four_rows_worked_by_hand():
    """Two rows on a side. Marginal: +-1/2, weight 4 doubles it. Class 0: one source and both target rows; class 1: one
    source row alone.
    """
    E = mmd.factors(np.array([0, 1]), np.array([0, 0]), 2, weight_marginal=4.0)
    np.testing.assert_array_equal(E, [[1, 1, 0], [1, 0, 1], [-1, -0.5, 0], [-1, -0.5, 0]])


@pytest.mark.parametrize("labels_tgt", [np.array([0, 2, 2, 1, 0]), np.array([1, 1, 1, 1, 2]), None])
def test_factors_give_the_dense_discrepancy(labels_tgt):
    labels_src = np.array([0, 1, 2, 2, 1, 1, 0])
    given = 5 if labels_tgt is None else labels_tgt
    E = mmd.factors(labels_src, given, 3, weight_marginal=2.5, weight_classes=0.3)
    wanted = textbook.discrepancy(labels_src, labels_tgt, 5, marginal=2.5, by_class=0.3)
    np.testing.assert_allclose(E @ E.T, wanted, atol=1e-15, rtol=0)
    normalised = mmd.normalised(E)
    np.testing.assert_allclose(normalised @ normalised.T, wanted / np.linalg.norm(wanted), atol=1e-15, rtol=0)


def test_directions_worked_by_hand():
    """S = diag(8, 2), V = (3, 0), weight 1: ratio 8 / (1 + 9) along x, 2 along y; lengths 1 / sqrt(8), 1 / sqrt(2)."""
    rows = np.array([[2.0, 0.0], [-2.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    E = np.array([[0.75], [-0.75], [0.0], [0.0]])
    found = SpreadRatio(rows).directions(E, 1.0, 2, scale="spread", iterate=False)
    np.testing.assert_allclose(np.abs(found), [[0, 1 / np.sqrt(8)], [1 / np.sqrt(2), 0]], atol=1e-15, rtol=0)
    unit = SpreadRatio(rows).directions(E, 1.0, 2, scale="unit", iterate=False)
    np.testing.assert_allclose(np.abs(unit), [[0, 1], [1, 0]], atol=1e-15, rtol=0)


@pytest.mark.parametrize("iterate", [False, True])
def test_directions_maximise_the_ratio_in_the_metric_of_the_spread(iterate):
    draw = np.random.default_rng(3)
    rows, E = draw.standard_normal((150, 120)), draw.standard_normal((150, 4))
    problem = SpreadRatio(rows)
    A = problem.directions(E, 0.4, 5, scale="spread", iterate=iterate)
    V = rows.T @ E
    values, wanted = textbook.top(problem.spread, 0.4 * np.eye(120) + V @ V.T, 5)
    np.testing.assert_allclose(A.T @ problem.spread @ A, np.eye(5), atol=1e-11, rtol=0)
    np.testing.assert_allclose(np.abs(A), np.abs(wanted / np.sqrt(values)), atol=1e-10, rtol=0)


def test_a_rank_below_dim_is_refused_by_either_solver():
    rows = np.random.default_rng(4).standard_normal((100, 2)) @ np.random.default_rng(5).standard_normal((2, 90))
    for iterate in (False, True):
        with pytest.raises(ValueError, match=r"^dim: 4 found, 1 to 2 wanted: in no more directions"):
            SpreadRatio(rows).directions(np.ones((100, 1)), 1.0, 4, scale="spread", iterate=iterate)


def test_leading_pairs_come_largest_first():
    values, vectors = leading_eigenpairs(np.diag([1.0, 5.0, 3.0]), 2)
    np.testing.assert_allclose(values, [5, 3], atol=1e-15, rtol=0)
    np.testing.assert_allclose(np.abs(vectors), [[0, 0], [1, 0], [0, 1]], atol=1e-15, rtol=0)


@pytest.mark.parametrize("shape", [(30, 8), (8, 30)])
def test_coordinates_keep_inner_products(shape):
    rows = np.random.default_rng(6).standard_normal(shape)
    K = rows @ rows.T
    primal = space(rows, "primal")
    assert primal.coordinates.shape == (shape[0], 8)
    np.testing.assert_allclose(primal.coordinates @ primal.coordinates.T, K, atol=1e-12, rtol=0)
    linear = space(rows, "linear")
    assert linear.coordinates.shape == (shape[0], 8)
    np.testing.assert_allclose(linear.coordinates @ linear.coordinates.T, K @ K, atol=1e-10, rtol=0)
    for found in (primal, linear, space(rows, "rbf", 0.3)):
        np.testing.assert_allclose(found.mapping(rows[2:5]), found.coordinates[2:5], atol=1e-12, rtol=0)


def test_rbf_kernel_worked_by_hand():
    """Squared distances 25, 0 and 0, 25 at gamma 0.1."""
    points = np.array([[0.0, 0.0], [3.0, 4.0]])
    np.testing.assert_allclose(rbf(points, points, 0.1), [[1, np.exp(-2.5)], [np.exp(-2.5), 1]], atol=1e-15, rtol=0)


@pytest.mark.parametrize("block", [1, 7, 1024])
def test_nearest_labels_by_blocks_equal_those_of_scikit_learn(monkeypatch, block):
    monkeypatch.setattr(neighbours, "BLOCK", block)
    reference, labels = domains.classes(60, 5, 4, seed=1, spread=0.5)
    queries = domains.classes(40, 5, 4, seed=2, spread=0.5)[0] + 100.0
    wanted = KNeighborsClassifier(1).fit(reference + 100.0, labels).predict(queries)
    assert np.array_equal(nearest_labels(reference + 100.0, labels, queries), wanted)


def test_nearest_of_two_rows_worked_by_hand():
    """From 0.4 it is 1.4 to -1 and 1.6 to 2; from 0.6 the other way about."""
    found = nearest_labels(np.array([[2.0], [-1.0]]), np.array([7, 8]), np.array([[0.4], [0.6]]))
    assert found.tolist() == [8, 7]


@pytest.mark.parametrize("block", [1, 7, 1024])
def test_most_similar_rows_are_the_largest_products_without_the_row_itself(monkeypatch, block):
    monkeypatch.setattr(neighbours, "BLOCK", block)
    rows = np.random.default_rng(7).standard_normal((30, 4))
    numbers, products = most_similar(rows, 6)
    for i, row in enumerate(rows):
        others = sorted(((rows[j] @ row, j) for j in range(30) if j != i), reverse=True)[:6]
        assert numbers[i].tolist() == [j for _, j in others]
        np.testing.assert_allclose(products[i], [value for value, _ in others], atol=1e-14, rtol=0)


def test_rows_of_zeros_stay():
    rows = np.array([[3.0, -4.0], [0.0, 0.0]])
    np.testing.assert_allclose(preprocessing.unit_rows(rows), [[0.6, -0.8], [0, 0]], atol=1e-16, rtol=0)
    np.testing.assert_allclose(preprocessing.unit_sum_rows(rows), [[3 / 7, -4 / 7], [0, 0]], atol=1e-16, rtol=0)


def test_columns_are_scored_by_the_rows_of_the_fit():
    """Column 1: mean 2, mean square deviation 1. Column 2 does not vary and is only centred, even off by rounding."""
    scale = preprocessing.z_score(np.array([[1.0, 0.1 + 0.2], [3.0, 0.3]]))
    found = scale(np.array([[5.0, 1.3], [2.0, 0.3]]))
    np.testing.assert_allclose(found, [[3, 1], [0, 0]], atol=1e-15, rtol=0)


@pytest.mark.parametrize("gap", [0.0, 0.5, 4.0])
def test_separating_plane_equals_liblinear(gap):
    draw = np.random.default_rng(8)
    rows, signs = draw.standard_normal((80, 6)), np.repeat([1.0, -1.0], [50, 30])
    rows[signs > 0] += gap
    plane = separating_plane(rows, signs)
    reference = LinearSVC(dual=False, tol=1e-10, max_iter=10000).fit(rows, signs)
    wanted = np.append(reference.coef_[0], reference.intercept_)
    np.testing.assert_allclose(plane, wanted, atol=1e-6, rtol=0)  # where liblinear stops


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("shape", [(80, 6), (20, 60)])  # no plane parts all rows of the first; 19 directions of 60
@pytest.mark.parametrize("gap", [0.5, 4.0])
def test_separating_plane_of_large_features_is_that_of_ordinary_ones(shape, gap):
    """From 1e2 on the penalty of the weights hardly counts: it moves the plane by less than 2e-3 of its size."""
    draw = np.random.default_rng(8)
    rows, signs = draw.standard_normal(shape), np.where(np.arange(shape[0]) % 3 == 0, 1.0, -1.0)
    rows[signs > 0] += gap
    wanted, distance = separating_plane(1e2 * rows, signs), proxy_distance(1e2 * rows[signs > 0], 1e2 * rows[signs < 0])
    for size in (1e4, 1e6, 1e8, 1e12):
        found = separating_plane(size * rows, signs)
        np.testing.assert_allclose(found[:-1] * size, wanted[:-1] * 1e2, atol=2e-3 * np.abs(wanted[:-1]).max() * 1e2)
        assert proxy_distance(size * rows[signs > 0], size * rows[signs < 0]) == distance


@pytest.mark.parametrize("size", [1e-8, 1e-3, 30.0])
def test_separating_plane_of_any_size_is_a_minimum(size):
    """The gradient of the problem as it is written, beside the size of its two parts."""
    draw = np.random.default_rng(8)
    rows, signs = size * draw.standard_normal((80, 6)), np.repeat([1.0, -1.0], [50, 30])
    plane = separating_plane(rows, signs)
    full = np.column_stack([rows, np.ones(80)]) * signs[:, None]
    pull = 2 * np.maximum(1 - full @ plane, 0) @ full
    np.testing.assert_allclose(plane, pull, rtol=1e-8, atol=1e-10 * np.abs(full).sum(axis=0).min())


def test_proxy_distance_of_apart_and_of_equal_rows():
    """A plane between two points: e = 0, 2. Nothing to part: every row counts as wrong, e = 1, -2."""
    assert proxy_distance(np.full((5, 1), 2.0), np.full((4, 1), -2.0)) == 2.0
    assert proxy_distance(np.zeros((5, 1)), np.zeros((5, 1))) == -2.0
