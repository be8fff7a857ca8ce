import numpy as np
import pytest

from i2v_core.baselines.shallow import jgsa
from tests.baselines.shallow import domains, textbook

SETTINGS = {"dim": 5, "alpha": 1.5, "mu": 0.7, "beta": 0.2}


def both(found):
    return np.concatenate([found.source, found.target])


@pytest.mark.parametrize("dim", [24, 200])  # below and above the number of rows
@pytest.mark.parametrize("iterations", [1, 2, 5, 10])
def test_equals_the_dense_pencil_in_every_round(dim, iterations):
    source, labels, target, _ = domains.pair(dim=dim, spread=0.7)
    found = jgsa.fit(source, labels, target, normalise=False, iterations=iterations, **SETTINGS)
    wanted_src, wanted_tgt, pseudo = textbook.jgsa(source, labels, target, iterations=iterations, **SETTINGS)
    wanted = np.concatenate([wanted_src, wanted_tgt])
    assert domains.principal_degrees(both(found), wanted) < 1e-6
    # signs are free; the dense pencil of size 400 has a condition of 1e6 or so
    np.testing.assert_allclose(np.abs(both(found)), np.abs(wanted), atol=1e-9, rtol=0)
    assert np.array_equal(found.predictions, pseudo)


def test_normalised_domains_equal_the_demo_before_the_function():
    source, labels, target, _ = domains.pair(spread=0.7)

    def prepared(rows):
        shares = rows / np.abs(rows).sum(axis=1, keepdims=True)
        return textbook.unit((shares - shares.mean(axis=0)) / shares.std(axis=0, ddof=1))

    found = jgsa.fit(source, labels, target, **SETTINGS)
    wanted = jgsa.fit(prepared(source), labels, prepared(target), normalise=False, **SETTINGS)
    np.testing.assert_allclose(np.abs(both(found)), np.abs(both(wanted)), atol=1e-10, rtol=0)
    assert np.array_equal(found.predictions, wanted.predictions)


def test_a_class_without_pseudo_labels_equals_the_dense_pencil():
    source, labels, target, truth = domains.pair(spread=2.0, shift=0.0, angle=0.0)
    target = target[truth != 2]
    found = jgsa.fit(source, labels, target, normalise=False, **SETTINGS)
    wanted_src, _, pseudo = textbook.jgsa(source, labels, target, iterations=10, **SETTINGS)
    assert 2 not in pseudo
    np.testing.assert_allclose(np.abs(found.source), np.abs(wanted_src), atol=1e-9, rtol=0)


def maps(source, rows):
    """The map that a domain's rows went through: rows must span the features."""
    return np.linalg.lstsq(source, rows, rcond=None)[0]


def test_alpha_draws_the_two_maps_together():
    source, labels, target, _ = domains.pair()
    gaps = []
    for alpha in (0.1, 1.0, 10.0, 100.0):
        found = jgsa.fit(source, labels, target, dim=5, alpha=alpha, normalise=False)
        A, B = maps(source, found.source), maps(target, found.target)
        gaps.append(np.linalg.norm(A - B) / np.linalg.norm(B))
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] > 0.9  # 0.95 of the size of B
    assert gaps[-1] < 0.1  # 0.05


@pytest.mark.parametrize("changes", [{"mu": 5.0}, {"beta": 2.0}, {"alpha": 9.0}])
def test_each_weight_is_heeded(changes):
    source, labels, target, _ = domains.pair()
    plain, other = (both(jgsa.fit(source, labels, target, dim=5, **c)) for c in ({}, changes))
    assert domains.principal_degrees(plain, other) > 0.1
