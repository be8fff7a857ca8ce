import numpy as np
import pytest

from i2v_core.baselines.shallow import gfk
from i2v_core.baselines.shallow.gfk import disagreement_dim, flow_map
from tests.baselines.shallow import domains, textbook


def both(found):
    return np.concatenate([found.source, found.target])


@pytest.mark.parametrize(("dim", "parts"), [(24, 8), (24, 12), (300, 20)])
def test_inner_products_equal_the_integral_along_the_geodesic(dim, parts):
    source, labels, target, _ = domains.pair(dim=dim)
    G, rows = textbook.geodesic_quadrature(source, target, parts), np.concatenate([source, target])
    found = both(gfk.fit(source, labels, target, dim=parts, normalise=False))
    assert found.shape == (len(rows), 2 * parts)
    wanted = rows @ G @ rows.T
    # 40 points are exact to rounding for angles up to a right one
    np.testing.assert_allclose(found @ found.T, wanted, atol=1e-12 * np.abs(wanted).max(), rtol=0)


def test_a_right_angle_in_the_plane_worked_by_hand():
    """Source along x, target along y: theta = pi / 2, G = [[1/2, 1/pi], [1/pi, 1/2]] up to the signs of directions."""
    line = np.array([[-2.0], [0.5], [1.5]])
    flow = flow_map(line * [1.0, 0.0], line * [0.0, 1.0], 1)
    np.testing.assert_allclose(np.abs(flow @ flow.T), [[0.5, 1 / np.pi], [1 / np.pi, 0.5]], atol=1e-15, rtol=0)


@pytest.mark.parametrize("angle", [1e-12, 1e-9, 1e-6, 1e-3, 0.0099, 0.0101, 0.5, np.pi / 2])
def test_small_and_large_angles_in_the_plane(angle):
    """G = [[L1, L2], [L2, L3]]: means of cos^2, sin cos, sin^2; by the series of sin for the small ones."""
    line = np.array([[-2.0], [0.5], [1.5]])
    flow = flow_map(line * [1.0, 0.0], line * [np.cos(angle), np.sin(angle)], 1)
    between = np.sin(angle) ** 2 / (2 * angle)
    off = angle**2 / 3 - angle**4 / 15 if angle < 2e-3 else (1 - np.sin(2 * angle) / (2 * angle)) / 2
    wanted = [[1 - off, between], [between, off]]
    # (1 - sin x / x) loses digits near 0.01: 1e-12 of 3e-5; a sine below 1e-8 is 0 by decision
    np.testing.assert_allclose(flow @ flow.T, wanted, atol=1e-8 if angle < 1e-8 else 1e-15, rtol=0)


def test_equal_subspaces_give_the_projection():
    source, labels, _, _ = domains.pair()
    flow = flow_map(source, source + 5.0, 6)
    axes = np.linalg.svd(source - source.mean(axis=0))[2][:6].T
    np.testing.assert_allclose(flow @ flow.T, axes @ axes.T, atol=1e-7, rtol=0)  # cos of an angle of 1e-8 is 1
    assert np.isfinite(gfk.fit(source, labels, source, dim=6).target).all()


def test_exchanging_the_domains_gives_the_same_kernel():
    source, _, target, _ = domains.pair()
    there, back = flow_map(source, target, 7), flow_map(target, source, 7)
    np.testing.assert_allclose(there @ there.T, back @ back.T, atol=1e-13, rtol=0)  # rounding


def test_predictions_are_of_the_nearest_source_row_by_the_kernel():
    source, labels, target, _ = domains.pair(spread=0.5)
    found = gfk.fit(source, labels, target, dim=7, normalise=False)
    G = textbook.geodesic_quadrature(source, target, 7)
    squares = [[(x - y) @ G @ (x - y) for y in source] for x in target]
    assert np.array_equal(found.predictions, labels[np.argmin(squares, axis=1)])


def test_normalised_domains_are_shares_with_mean_zero_and_size_one():
    source, labels, target, _ = domains.pair()

    def prepared(rows):
        shares = rows / np.abs(rows).sum(axis=1, keepdims=True)
        return (shares - shares.mean(axis=0)) / shares.std(axis=0)

    found = gfk.fit(source, labels, target, dim=6)
    wanted = gfk.fit(prepared(source), labels, prepared(target), dim=6, normalise=False)
    np.testing.assert_allclose(both(found) @ both(found).T, both(wanted) @ both(wanted).T, atol=1e-11, rtol=0)
    assert np.array_equal(found.predictions, wanted.predictions)


def test_a_new_target_row_is_scaled_by_the_fit_not_by_itself():
    source, labels, target, _ = domains.pair()
    found = gfk.fit(source, labels, target[:60], dim=6)
    np.testing.assert_allclose(found.map_target(target[:60]), found.target, atol=1e-12, rtol=0)
    shares = target / np.abs(target).sum(axis=1, keepdims=True)
    shift = (shares[60:].mean(axis=0) - shares[:60].mean(axis=0)) / shares[:60].std(axis=0)
    line = np.linalg.lstsq((shares[:60] - shares[:60].mean(axis=0)) / shares[:60].std(axis=0), found.target)[0]
    np.testing.assert_allclose(found.map_target(target[60:]).mean(axis=0), shift @ line, atol=1e-10, rtol=0)


def slow_disagreement(source, target):
    """The paper's rule by angles of each d in turn."""

    def axes(rows):
        return np.linalg.svd(rows - rows.mean(axis=0))[2].T

    sides, joint = (axes(source), axes(target)), axes(np.concatenate([source, target]))
    for d in range(1, source.shape[1] // 2 + 1):
        cosines = [np.linalg.svd(side[:, :d].T @ joint[:, :d])[1].min() for side in sides]
        if round(sum(np.sin(np.arccos(min(c, 1.0))) for c in cosines) / 2, 2) == 1.0:
            return d
    return source.shape[1] // 2


@pytest.mark.parametrize("seed", range(4))
def test_disagreement_rule_equals_its_definition(seed):
    source, labels, target, _ = domains.pair(seed=seed, angle=1.2)
    wanted = slow_disagreement(source, target)
    assert disagreement_dim(source, target) == wanted
    assert gfk.fit(source, labels, target, dim=None, normalise=False).source.shape[1] == 2 * wanted


def test_disagreement_rule_ends_at_the_rank_of_a_domain():
    source, labels, target, _ = domains.pair(n_src=6, n_tgt=5, dim=40, angle=0.0, shift=0.0)
    assert disagreement_dim(source, source) == 5  # the same rows never disagree; six rows vary in five directions
    assert gfk.fit(source, labels, target, dim=None).source.shape[1] <= 8


def test_a_dim_above_the_rank_of_a_domain_is_refused():
    source, labels, target, _ = domains.pair(n_src=30, n_tgt=5, dim=24)
    with pytest.raises(ValueError, match=r"^dim: 6 found, 1 to 4 wanted: in no more directions do the features vary"):
        gfk.fit(source, labels, target, dim=6)
