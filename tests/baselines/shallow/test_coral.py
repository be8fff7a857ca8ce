import numpy as np
import pytest

from i2v_core.baselines.shallow import coral
from i2v_core.baselines.shallow.coral import times_power
from tests.baselines.shallow import domains, textbook


@pytest.mark.parametrize("dim", [24, 120])  # below and above the rows of a domain
@pytest.mark.parametrize("ridge", [1.0, 0.2])
def test_equals_powers_of_the_dense_covariances(dim, ridge):
    source, labels, target, _ = domains.pair(dim=dim)
    found = coral.fit(source, labels, target, ridge=ridge, normalise=False)
    wanted = textbook.coral(source, target, ridge)
    # Schur-based fractional powers in the reference
    np.testing.assert_allclose(found.source, wanted, atol=1e-11 * np.abs(wanted).max(), rtol=0)
    assert np.array_equal(found.target, target)


def test_one_feature_worked_by_hand():
    """Variances sqrt(6)^2 / 2 = 3 and 4^2 / 2 = 8, with the ridge 4 and 9: source rows grow by 3 / 2."""
    source, target = np.array([[0.0], [np.sqrt(6)]]), np.array([[1.0], [5.0]])
    found = coral.fit(source, np.array([0, 1]), target, normalise=False)
    np.testing.assert_allclose(found.source, 1.5 * source, atol=1e-15, rtol=0)


def test_the_source_takes_the_covariance_of_the_target():
    source, labels, target, _ = domains.pair()
    found = coral.fit(source, labels, target, ridge=1e-9, normalise=False).source
    # off by the ridge over the smallest variance
    np.testing.assert_allclose(np.cov(found.T), np.cov(target.T), atol=1e-6, rtol=0)


def test_normalised_domains_are_shares_with_mean_zero_and_size_one():
    source, labels, target, _ = domains.pair()
    found = coral.fit(source, labels, target)
    shares = [side / np.abs(side).sum(axis=1, keepdims=True) for side in (source, target)]
    scaled = [(side - side.mean(axis=0)) / side.std(axis=0) for side in shares]
    np.testing.assert_allclose(found.target, scaled[1], atol=1e-12, rtol=0)
    np.testing.assert_allclose(found.source, textbook.coral(*scaled), atol=1e-11, rtol=0)


def test_a_new_target_row_is_scaled_by_the_fit_not_by_itself():
    source, labels, target, _ = domains.pair()
    found = coral.fit(source, labels, target[:60])
    shares = target / np.abs(target).sum(axis=1, keepdims=True)
    wanted = (shares[60:] - shares[:60].mean(axis=0)) / shares[:60].std(axis=0)
    np.testing.assert_allclose(found.map_target(target[60:]), wanted, atol=1e-12, rtol=0)


@pytest.mark.parametrize("rows", [9, 40])
def test_powers_undo_each_other(rows):
    sample = domains.classes(rows, 15, 3, seed=1)[0]
    there = times_power(sample, sample, 0.5, -0.5)
    np.testing.assert_allclose(times_power(there, sample, 0.5, 0.5), sample, atol=1e-12, rtol=0)
