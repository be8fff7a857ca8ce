import numpy as np
import pytest

from i2v_core.baselines.shallow import spread_ratio, tca
from tests.baselines.shallow import domains, textbook


def both(found):
    return np.concatenate([found.source, found.target])


@pytest.mark.parametrize("kernel", ["primal", "linear", "rbf"])
@pytest.mark.parametrize("dim", [24, 300])  # below and above the number of rows
def test_equals_the_dense_generalised_eigenproblem(kernel, dim):
    source, labels, target, _ = domains.pair(dim=dim)
    found = both(tca.fit(source, labels, target, dim=6, weight=0.5, kernel=kernel, gamma=0.7, scale="spread"))
    wanted = textbook.tca(source, target, weight=0.5, dim=6, kernel=kernel, gamma=0.7)
    assert domains.principal_degrees(found, wanted) < 1e-6
    np.testing.assert_allclose(np.abs(found), np.abs(wanted), atol=1e-9, rtol=0)  # a direction's sign is free


def test_the_iterated_and_the_dense_solver_of_the_rbf_kernel_agree():
    source, labels, target, _ = domains.pair(n_src=70, n_tgt=50, dim=6)
    few = both(tca.fit(source, labels, target, dim=6, kernel="rbf", scale="spread"))  # 120 rows = 20 dim: iterated
    many = both(tca.fit(source, labels, target, dim=7, kernel="rbf"))  # dense
    wanted = textbook.tca(source, target, weight=1.0, dim=6, kernel="rbf")
    assert domains.principal_degrees(few, wanted) < 1e-6
    assert many.shape == (120, 7)


def test_an_iteration_that_does_not_converge_gives_way_to_the_dense_solver(monkeypatch):
    source, labels, target, _ = domains.pair(n_src=70, n_tgt=50, dim=200)
    iterated = both(tca.fit(source, labels, target, dim=6, kernel="rbf"))
    monkeypatch.setattr(spread_ratio, "RESTARTS", 1)
    dense = both(tca.fit(source, labels, target, dim=6, kernel="rbf"))
    assert (dense != iterated).any()  # another solver's rounding and signs
    np.testing.assert_allclose(np.abs(dense), np.abs(iterated), atol=1e-10, rtol=0)


def test_the_distance_of_the_means_is_lost_unless_the_weight_outweighs_it():
    source, labels, target, _ = domains.pair(shift=2.0, angle=0.0)
    rows = textbook.unit(np.concatenate([source, target]))
    before = np.linalg.norm(rows[:90].mean(axis=0) - rows[90:].mean(axis=0))
    found = [tca.fit(source, labels, target, dim=5, weight=weight) for weight in (1.0, 10.0)]
    light, heavy = (np.linalg.norm(one.source.mean(axis=0) - one.target.mean(axis=0)) for one in found)
    assert before > 0.7  # of rows of length 1
    assert light < 0.25 * before
    assert heavy > before


def test_scale_of_directions_changes_rows_but_not_their_space():
    source, labels, target, _ = domains.pair()
    spread, unit = (both(tca.fit(source, labels, target, dim=5, scale=scale)) for scale in ("spread", "unit"))
    assert np.abs(np.abs(spread) - np.abs(unit)).max() > 0.01
    ratios = spread / unit  # rows differ by the scales of the five directions and their own length
    assert np.linalg.matrix_rank(ratios, tol=1e-8) == 1


def test_weight_gamma_and_kernel_are_heeded():
    source, labels, target, _ = domains.pair()
    plain = both(tca.fit(source, labels, target, dim=5))
    for changes in ({"weight": 5.0}, {"kernel": "linear"}, {"kernel": "rbf"}):
        assert domains.principal_degrees(plain, both(tca.fit(source, labels, target, dim=5, **changes))) > 1e-3
    narrow, wide = (both(tca.fit(source, labels, target, dim=5, kernel="rbf", gamma=g)) for g in (0.5, 2.0))
    assert domains.principal_degrees(narrow, wide) > 1e-2
