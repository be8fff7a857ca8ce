import numpy as np
import pytest

from i2v_core.baselines.shallow import jda, tca
from tests.baselines.shallow import domains, textbook


def both(found):
    return np.concatenate([found.source, found.target])


@pytest.mark.parametrize("kernel", ["primal", "linear", "rbf"])
@pytest.mark.parametrize("dim", [24, 300])
def test_equals_the_dense_form(kernel, dim):
    source, labels, target, _ = domains.pair(dim=dim, spread=0.6)
    found = jda.fit(source, labels, target, dim=6, weight=0.5, kernel=kernel, gamma=0.7, scale="spread")
    wanted, pseudo = textbook.jda(source, labels, target, weight=0.5, dim=6, iterations=10, kernel=kernel, gamma=0.7)
    assert domains.principal_degrees(both(found), wanted) < 1e-6
    np.testing.assert_allclose(np.abs(both(found)), np.abs(wanted), atol=1e-9, rtol=0)  # signs are free
    assert np.array_equal(found.predictions, pseudo)


@pytest.mark.parametrize("iterations", range(1, 8))
def test_equals_the_dense_form_in_every_round_while_pseudo_labels_move(iterations):
    """The marginal discrepancy must stay in from round to round; here labels move in each of the seven."""
    source, labels, target, _ = domains.pair(spread=0.5, angle=0.9)
    found = jda.fit(source, labels, target, dim=6, weight=0.5, iterations=iterations, scale="spread")
    wanted, pseudo = textbook.jda(source, labels, target, weight=0.5, dim=6, iterations=iterations)
    assert domains.principal_degrees(both(found), wanted) < 1e-6
    assert np.array_equal(found.predictions, pseudo)
    if iterations > 1:
        before = textbook.jda(source, labels, target, weight=0.5, dim=6, iterations=iterations - 1)[1]
        assert (before != pseudo).any()


def test_one_round_is_tca_at_the_same_weight():
    """|C M_0| / |C M_0|_F = |M_0| / |M_0|_F."""
    source, labels, target, _ = domains.pair()
    found = jda.fit(source, labels, target, dim=5, weight=0.7, iterations=1)
    wanted = both(tca.fit(source, labels, target, dim=5, weight=0.7))
    np.testing.assert_allclose(np.abs(both(found)), np.abs(wanted), atol=1e-12, rtol=0)  # signs are free


def test_rounds_end_when_pseudo_labels_repeat():
    source, labels, target, _ = domains.pair(spread=0.7, angle=0.9, seed=3)  # repeat after four rounds
    found = [both(jda.fit(source, labels, target, dim=6, weight=0.5, iterations=i)) for i in (3, 5, 50)]
    assert np.array_equal(found[1], found[2])
    assert np.abs(found[0] - found[1]).max() > 1e-6


def test_known_labels_equal_the_dense_form_with_their_discrepancy():
    source, labels, target, truth = domains.pair(spread=0.5)
    found = both(jda.fit(source, labels, target, dim=6, weight=0.5, scale="spread", target_labels=truth))
    M = textbook.discrepancy(labels, truth, len(target), marginal=3)
    rows = textbook.unit(np.concatenate([source, target]))
    A, X = textbook.components(rows, M, weight=0.5, dim=6)
    np.testing.assert_allclose(np.abs(found), np.abs(textbook.unit(X @ A)), atol=1e-9, rtol=0)


def test_a_class_that_target_rows_never_get_equals_the_dense_form():
    source, labels, target, truth = domains.pair(spread=2.0, shift=0.0, angle=0.0)
    target = target[truth != 2]
    wanted, pseudo = textbook.jda(source, labels, target, weight=0.5, dim=4, iterations=10)
    assert 2 not in pseudo
    found = jda.fit(source, labels, target, dim=4, weight=0.5, scale="spread")
    assert domains.principal_degrees(both(found), wanted) < 1e-6
    assert np.array_equal(found.predictions, pseudo)


def test_scale_of_directions_is_heeded():
    source, labels, target, _ = domains.pair()
    spread, unit = (both(jda.fit(source, labels, target, dim=5, scale=scale)) for scale in ("spread", "unit"))
    assert np.abs(np.abs(spread) - np.abs(unit)).max() > 0.01
