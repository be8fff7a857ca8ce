import numpy as np
import pytest

from i2v_core.baselines.shallow import tca, tjm
from tests.baselines.shallow import domains, textbook


def both(found):
    return np.concatenate([found.source, found.target])


@pytest.mark.parametrize("dim", [24, 300])  # below and above the number of rows
@pytest.mark.parametrize("iterations", [1, 2, 5, 10])
@pytest.mark.parametrize("scale", ["spread", "unit"])
def test_equals_the_dense_generalised_eigenproblem_in_every_round(dim, iterations, scale):
    source, labels, target, _ = domains.pair(dim=dim)
    how = {"dim": 6, "weight": 0.5, "iterations": iterations, "scale": scale}
    found = both(tjm.fit(source, labels, target, **how))
    wanted = textbook.tjm(source, target, **how)
    assert domains.principal_degrees(found, wanted) < 1e-6
    np.testing.assert_allclose(np.abs(found), np.abs(wanted), atol=1e-8, rtol=0)  # signs are free


def test_one_round_is_tca_with_the_linear_kernel():
    source, labels, target, _ = domains.pair()
    how = {"dim": 5, "weight": 0.7, "scale": "spread"}
    found = both(tjm.fit(source, labels, target, iterations=1, **how))
    wanted = both(tca.fit(source, labels, target, kernel="linear", **how))
    np.testing.assert_allclose(np.abs(found), np.abs(wanted), atol=1e-9, rtol=0)  # signs are free


def test_rounds_go_on_moving_the_components():
    """Costs of rows must change from round to round; a public form stops after the first."""
    source, labels, target, _ = domains.pair()
    found = [both(tjm.fit(source, labels, target, dim=5, iterations=i)) for i in (1, 2, 3)]
    assert domains.principal_degrees(found[0], found[1]) > 0.1
    assert domains.principal_degrees(found[1], found[2]) > 1e-3


def test_predictions_are_of_the_nearest_source_row():
    source, labels, target, _ = domains.pair(spread=0.5)
    found = tjm.fit(source, labels, target, dim=5)
    assert np.array_equal(found.predictions, textbook.nearest(found.source, labels, found.target))


def test_weight_is_heeded():
    source, labels, target, _ = domains.pair()
    light, heavy = (both(tjm.fit(source, labels, target, dim=5, weight=w)) for w in (0.1, 10.0))
    assert domains.principal_degrees(light, heavy) > 0.1
