import numpy as np
import pytest
from scipy.linalg import solve_sylvester

from i2v_core.methods.divafn.semantic_space import semantic_space
from i2v_core.methods.divafn.sylvester import semantic_weights

MINIMUM_NORM = ("thin", "tri", "eigh")
BETA, LAMBDA = 0.1, 0.01


def problem(n=20, q=12, k=7, classes=4, seed=0, scale=1.0):
    random = np.random.default_rng(seed)
    labels = np.concatenate([np.arange(classes), random.integers(0, classes, n - classes)])
    return scale * random.standard_normal((n, q)), labels, random.standard_normal((classes, k))


def matrices(features, labels, vectors, beta=BETA, encoder=LAMBDA):
    """A, B and K of equation 21 as printed, from S and X with samples as columns."""
    s, x = vectors[labels].T, features.T
    return beta * s @ s.T, encoder * x @ x.T, (beta + encoder) * s @ x.T


def minimum_norm(features, labels, vectors, beta=BETA, encoder=LAMBDA):
    """The Sylvester equation as one dense linear system in all entries of W, by the pseudo inverse."""
    a, b, right = matrices(features, labels, vectors, beta, encoder)
    k, q = right.shape
    system = np.kron(a, np.eye(q)) + np.kron(np.eye(k), b.T)
    return np.linalg.lstsq(system, right.ravel(), rcond=1e-11)[0].reshape(k, q)


def residual(w, *given):
    a, b, right = matrices(*given)
    return np.linalg.norm(a @ w + w @ b - right) / np.linalg.norm(right)


def cost(w, features, labels, vectors):
    s, x = vectors[labels].T, features.T
    return BETA * np.sum((x - w.T @ s) ** 2) + LAMBDA * np.sum((w @ x - s) ** 2)


# n, q, k, classes: unique (n > q), A singular alone, both singular with n < q, one sample, one feature, one class
SIZES = [(30, 6, 3, 5), (30, 6, 9, 5), (8, 14, 9, 3), (1, 5, 4, 1), (9, 1, 4, 3), (6, 8, 5, 1), (6, 6, 6, 6)]


@pytest.mark.parametrize("solver", MINIMUM_NORM)
@pytest.mark.parametrize("sizes", SIZES)
def test_equals_the_dense_minimum_norm_solution(sizes, solver):
    given = problem(*sizes)
    found = semantic_weights(*given, solver=solver)
    assert found.shape == (sizes[2], sizes[1])
    # The pseudo inverse of the (k q, k q) system loses some digits itself.
    np.testing.assert_allclose(found, minimum_norm(*given), rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("solver", MINIMUM_NORM)
@pytest.mark.parametrize("scale", [1e-3, 1.0, 100.0])
@pytest.mark.parametrize("sizes", [(60, 200, 40, 5), (200, 60, 40, 5), (100, 100, 5, 30)])
def test_residual_is_at_rounding(sizes, scale, solver):
    given = problem(*sizes, scale=scale)
    assert residual(semantic_weights(*given, solver=solver), *given) <= 1e-10


@pytest.mark.parametrize("solver", ["auto", *MINIMUM_NORM])
@pytest.mark.parametrize("scale", [1.0, 1e4, 1e5])
@pytest.mark.parametrize("rank", [1, 10, 25])
@pytest.mark.parametrize("sizes", [(60, 200, 40, 5), (200, 60, 40, 5), (100, 100, 5, 30)])
def test_residual_is_at_rounding_for_features_of_low_rank_and_any_size(sizes, rank, scale, solver):
    given = low_rank(sizes, rank, scale)
    assert residual(semantic_weights(*given, solver=solver), *given) <= 1e-10


@pytest.mark.parametrize("scale", [1e4, 1e5])
@pytest.mark.parametrize("rank", [10, 25])
def test_residual_of_bartels_stewart_is_at_rounding_for_features_of_low_rank(rank, scale):
    given = low_rank((100, 100, 5, 30), rank, scale)  # class vectors of full rank: the solution is unique
    assert residual(semantic_weights(*given, solver="bartels_stewart"), *given) <= 1e-10


@pytest.mark.parametrize("scale", [1.0, 1e4, 1e5])
def test_thin_stays_in_the_span_of_features_of_low_rank(scale):
    given = low_rank((60, 200, 40, 5), 10, scale)
    found = semantic_weights(*given, solver="thin")
    span = np.linalg.svd(given[0], full_matrices=False)[2][:10]
    assert np.linalg.norm(found - found @ span.T @ span) < 1e-11 * np.linalg.norm(found)


def low_rank(sizes, rank, scale):
    """A problem whose features have rows of about `scale` times sqrt(q) and a rank below both n and q."""
    features, labels, vectors = problem(*sizes)
    random = np.random.default_rng(1)
    left, right = random.standard_normal((len(features), rank)), random.standard_normal((rank, features.shape[1]))
    return scale / np.sqrt(rank) * left @ right, labels, vectors


def test_scipy_solves_the_singular_equation_with_a_surplus_that_the_residual_does_not_see():
    """Why the minimum norm is wanted: both satisfy equation 21, and agree on training samples, but not on new ones."""
    given = problem(20, 60, 30, 4, seed=3)
    ours, theirs = semantic_weights(*given), solve_sylvester(*matrices(*given))
    assert residual(ours, *given) < 1e-12
    assert residual(theirs, *given) < 1e-10
    assert np.linalg.norm(theirs) > 3 * np.linalg.norm(ours)
    np.testing.assert_allclose(theirs @ given[0].T, ours @ given[0].T, atol=1e-9)
    new = np.random.default_rng(9).standard_normal(60)
    assert np.linalg.norm((theirs - ours) @ new) > np.linalg.norm(ours @ new)


@pytest.mark.parametrize("solver", ["auto", *MINIMUM_NORM])
def test_equals_scipy_where_the_solution_is_unique(solver):
    given = problem(50, 20, 6, 4)
    np.testing.assert_allclose(semantic_weights(*given, solver=solver), solve_sylvester(*matrices(*given)), atol=1e-11)
    found = semantic_weights(*given, solver="bartels_stewart")
    np.testing.assert_allclose(found, solve_sylvester(*matrices(*given)), atol=1e-11)


def test_one_sample_worked_by_hand():
    """x = 2, s = 3: (0.1 * 9 + 0.01 * 4) w = 0.11 * 6, so w = 0.66 / 0.94."""
    for solver in MINIMUM_NORM:
        found = semantic_weights(np.array([[2.0]]), np.array([0]), np.array([[3.0]]), solver=solver)
        assert found.item() == pytest.approx(0.66 / 0.94, rel=1e-14)


def test_is_the_minimiser_of_both_errors():
    given = problem(12, 20, 6, 4)
    w = semantic_weights(*given)
    random = np.random.default_rng(1)
    for _ in range(20):
        assert cost(w + 1e-3 * random.standard_normal(w.shape), *given) > cost(w, *given)


@pytest.mark.parametrize("q", [8, 40])
def test_columns_that_are_zero_get_no_weight(q):
    """Dead units: the equation is singular though there are more samples than features."""
    features, labels, vectors = problem(30, q, 9, 4)
    features[:, 2] = 0
    for solver in MINIMUM_NORM:
        found = semantic_weights(features, labels, vectors, solver=solver)
        np.testing.assert_allclose(found[:, 2], 0, atol=1e-12)
        np.testing.assert_allclose(found, minimum_norm(features, labels, vectors), atol=1e-9)


def test_decoder_alone_is_least_squares_on_the_semantic_vectors():
    features, labels, vectors = problem(30, 8, 3, 5)
    wanted = np.linalg.lstsq(vectors[labels], features, rcond=None)[0]
    for solver in MINIMUM_NORM:
        np.testing.assert_allclose(semantic_weights(features, labels, vectors, encoder=0, solver=solver), wanted)


def test_only_the_rotation_of_class_vectors_matters():
    """Coordinates in r dimensions give U^T W: the same equation in another basis."""
    features, labels, vectors = problem(10, 16, 30, 4)
    space = semantic_space(labels, vectors)
    small = semantic_weights(features, labels, space.coordinates)
    assert small.shape == (4, 16)
    np.testing.assert_allclose(space.directions @ small, semantic_weights(features, labels, vectors), atol=1e-13)


def test_given_gram_matrix_is_used_and_left_as_it_was():
    features, labels, vectors = problem(10, 16, 5, 4)
    gram = features @ features.T
    kept = gram.copy()
    wanted = semantic_weights(features, labels, vectors)
    assert np.array_equal(semantic_weights(features, labels, vectors, gram=gram), wanted)
    assert np.array_equal(gram, kept)
    assert not np.allclose(semantic_weights(features, labels, vectors, gram=2 * gram), wanted)


def test_auto_is_thin_below_nine_tenths():
    for n, solver in ((17, "thin"), (18, "tri")):
        given = problem(n, 20, 5, 4)
        assert np.array_equal(semantic_weights(*given), semantic_weights(*given, solver=solver))


def test_inputs_stay_as_they_were():
    for solver in MINIMUM_NORM:
        given = problem(10, 16, 5, 4)
        kept = [x.copy() for x in given]
        semantic_weights(*given, solver=solver)
        assert all(np.array_equal(x, y) for x, y in zip(given, kept, strict=True))


def test_singular_equation_is_refused_by_bartels_stewart():
    with pytest.raises(ValueError) as error:
        semantic_weights(*problem(10, 16, 7, 4), solver="bartels_stewart")
    assert str(error.value) == (
        "solver: 'bartels_stewart' found for features of rank 10 of 16 and class vectors of rank 4 of 7, where the "
        "solution is not unique; use 'auto'"
    )


def test_bad_input_is_named():
    features, labels, vectors = problem(10, 6, 5, 4)
    with pytest.raises(ValueError, match=r"features: shape \(9, 6\) found, \(10, q\) wanted, a row per label"):
        semantic_weights(features[:9], labels, vectors)
    with pytest.raises(ValueError, match=r"decoder, encoder: 0, 0.01 found, above 0 and at least 0 wanted"):
        semantic_weights(features, labels, vectors, decoder=0)
    with pytest.raises(ValueError, match=r"decoder, encoder: 0.1, -1 found"):
        semantic_weights(features, labels, vectors, encoder=-1)
    with pytest.raises(ValueError, match=r"solver: 'lu' found, one of auto, thin, tri, eigh, bartels_stewart wanted"):
        semantic_weights(features, labels, vectors, solver="lu")
    features[3, 2] = np.nan
    with pytest.raises(ValueError, match=r"features: 1 values not finite found, none wanted; did training diverge\?"):
        semantic_weights(features, labels, vectors)
