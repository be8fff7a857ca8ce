"""What holds for every shallow method."""

import inspect
import pkgutil
from importlib import import_module

import numpy as np
import pytest

from i2v_core.baselines import shallow
from i2v_core.baselines.shallow import METHODS, WITH_TARGET_LABELS, load
from tests.baselines.shallow import domains
from tests.baselines.shallow.fitting import fitted

every = pytest.mark.parametrize("name", METHODS)
WITHOUT_CLASSIFIER = ("tca", "coral")


def test_every_module_of_the_folder_with_a_fit_is_listed_under_its_name():
    modules = {m.name: import_module(f"{shallow.__name__}.{m.name}") for m in pkgutil.iter_modules(shallow.__path__)}
    assert {name for name, module in modules.items() if hasattr(module, "fit")} == set(METHODS)
    assert all(load(name).__name__ == f"{shallow.__name__}.{name}" for name in METHODS)


def test_an_unknown_method_is_named():
    with pytest.raises(ValueError, match=r"^method: 'kmm' found, one of tca, gfk, .* wanted"):
        load("kmm")


@every
def test_fits_are_called_the_same_way(name):
    arguments = list(inspect.signature(load(name).fit).parameters.values())
    assert [a.name for a in arguments[:3]] == ["source", "labels", "target"]
    assert all(a.kind is a.KEYWORD_ONLY and a.default is not a.empty for a in arguments[3:])
    assert ("target_labels" in inspect.signature(load(name).fit).parameters) == (name in WITH_TARGET_LABELS)


@every
@pytest.mark.parametrize("dim", [24, 200])  # fewer features than rows, and more
def test_shapes_types_and_the_map_of_the_target(name, dim):
    source, labels, target, _ = domains.pair(dim=dim)
    found = fitted(name, source, labels, target)
    assert found.source.shape == (len(source), found.target.shape[1])
    assert found.source.dtype == found.target.dtype == np.float64
    assert len(found.target) == len(target)
    # the rows of the fit through the map for others: rounding of another order of sums
    np.testing.assert_allclose(found.map_target(target), found.target, atol=1e-10, rtol=0)
    # each row is mapped by itself
    np.testing.assert_allclose(found.map_target(target[5:8]), found.target[5:8], atol=1e-10, rtol=0)
    assert (found.predictions is None) == (name in WITHOUT_CLASSIFIER)
    if found.predictions is not None:
        assert found.predictions.dtype == np.int64
        assert found.predictions.shape == (len(target),)
        assert set(found.predictions) <= set(labels)


@every
def test_repeats_to_the_bit_and_leaves_its_input_alone(name):
    source, labels, target, _ = domains.pair()
    kept = source.copy(), labels.copy(), target.copy()
    first, second = (fitted(name, source, labels, target) for _ in range(2))
    assert np.array_equal(first.source, second.source)
    assert np.array_equal(first.target, second.target)
    assert all(np.array_equal(a, b) for a, b in zip(kept, (source, labels, target), strict=True))


@every
def test_single_precision_is_taken_in_double(name):
    source, labels, target, _ = domains.pair()
    source, target = source.astype(np.float32), target.astype(np.float32)
    found = fitted(name, source, labels, target).source
    assert np.array_equal(found, fitted(name, source.astype(np.float64), labels, target.astype(np.float64)).source)


@every
def test_values_of_labels_do_not_matter(name):
    source, labels, target, _ = domains.pair()
    plain, other = (fitted(name, source, y, target) for y in (labels, np.array([-3, 7, 40])[labels]))
    assert np.array_equal(plain.target, other.target)
    if plain.predictions is not None:
        assert np.array_equal(np.array([-3, 7, 40])[plain.predictions], other.predictions)


@every
def test_order_of_target_rows_does_not_matter(name):
    source, labels, target, _ = domains.pair()
    plain, turned = fitted(name, source, labels, target), fitted(name, source, labels, target[::-1])
    # distances, since a direction may change its sign; rounding of sums in another order
    for a, b in ((plain.source, turned.source), (plain.target, turned.target[::-1])):
        np.testing.assert_allclose(a @ a.T, b @ b.T, atol=1e-8 * np.abs(a @ a.T).max(), rtol=0)
    if plain.predictions is not None:
        assert np.array_equal(plain.predictions, turned.predictions[::-1])


@pytest.mark.parametrize("name", ["tca", "jda", "tjm"])
def test_lengths_of_rows_do_not_matter_where_rows_are_scaled(name):
    source, labels, target, _ = domains.pair()
    lengths = np.linspace(0.5, 4, len(target))[:, None]
    plain, scaled = fitted(name, source, labels, target), fitted(name, source, labels, target * lengths)
    # rounding in the last digits of the scaled rows, amplified by the gaps between eigenvalues
    np.testing.assert_allclose(np.abs(plain.target), np.abs(scaled.target), atol=1e-9, rtol=0)


@pytest.mark.parametrize("name", WITH_TARGET_LABELS)
def test_known_target_labels_take_the_place_of_pseudo_labels(name):
    source, labels, target, truth = domains.pair(spread=0.5, angle=0.9)
    plain = fitted(name, source, labels, target)
    known = fitted(name, source, labels, target, target_labels=truth)
    wrong = fitted(name, source, labels, target, target_labels=(truth + 1) % 3)
    assert np.abs(plain.target - known.target).max() > 1e-3
    assert np.abs(wrong.target - known.target).max() > 1e-3
    assert (known.predictions == truth).mean() > (wrong.predictions == truth).mean() + 0.3


@pytest.mark.parametrize("name", WITH_TARGET_LABELS)
def test_unfit_target_labels_are_named(name):
    source, labels, target, truth = domains.pair()
    with pytest.raises(ValueError, match=r"^target_labels: class 5 found, the source's wanted: \[0, 1, 2\]"):
        fitted(name, source, labels, target, target_labels=np.where(truth == 1, 5, truth))
    with pytest.raises(ValueError, match=r"^target_labels: int64 \(3,\) found, whole numbers \(70,\) wanted"):
        fitted(name, source, labels, target, target_labels=truth[:3])


@pytest.mark.parametrize("name", WITH_TARGET_LABELS)
def test_a_class_that_the_target_lacks_is_no_error(name):
    source, labels, target, truth = domains.pair(spread=2.0, angle=0.0, shift=0.0)
    kept = truth != 2
    found = fitted(name, source, labels, target[kept], target_labels=truth[kept])
    assert np.isfinite(found.source).all()
    assert np.isfinite(found.target).all()


def unfit():
    source, labels, target, _ = domains.pair(n_src=6, n_tgt=5, dim=4)
    broken = source.copy()
    broken[3, 1] = np.nan
    return [
        (source[0], labels, target, r"^source: shape \(4,\) found, \(n, d\) wanted"),
        (source[:, :0], labels, target, r"^source: shape \(6, 0\) found, \(n, d\) wanted"),
        (broken, labels, target, r"^source: row 3 with NaN or infinity found \(1 such\)"),
        (source, labels, target * np.inf, r"^target: row 0 with NaN or infinity found \(5 such\)"),
        (source, labels, target[:, :3], r"^source, target: 4 and 3 features found, one width wanted"),
        (source, labels, target[:1], r"^target: 1 row found, 2 or more wanted"),
        (source[:1], labels[:1], target, r"^source: 1 row found, 2 or more wanted"),
        (source, labels[:5], target, r"^labels: int64 \(5,\) found, whole numbers \(6,\) wanted"),
        (source, labels * 1.0, target, r"^labels: float64 \(6,\) found, whole numbers \(6,\) wanted"),
        (source, labels * 0, target, r"^labels: class 0 alone found, 2 classes or more wanted"),
    ]


@every
@pytest.mark.parametrize(("source", "labels", "target", "message"), unfit())
def test_unfit_domains_are_named(name, source, labels, target, message):
    with pytest.raises(ValueError, match=message):
        load(name).fit(source, labels, target)


@every
def test_unfit_rows_for_the_map_are_named(name):
    source, labels, target, _ = domains.pair()
    found = fitted(name, source, labels, target)
    with pytest.raises(ValueError, match=r"^new: 23 features found, 24 wanted"):
        found.map_target(target[:, 1:])
    with pytest.raises(ValueError, match=r"^new: row 0 with NaN or infinity found"):
        found.map_target(target * np.nan)


@pytest.mark.parametrize("name", [name for name in METHODS if name != "coral"])
@pytest.mark.parametrize("dim", [0, 27, 1000])
def test_more_directions_than_the_features_have_are_refused(name, dim):
    most = {"gfk": 12, "meda": 12, "jgsa": 26}.get(name, 24)  # JGSA: two maps, target rank 24 and 2 of three classes
    source, labels, target, _ = domains.pair()
    with pytest.raises(ValueError, match=rf"^dim: {dim} found, 1 to {most} wanted"):
        fitted(name, source, labels, target, dim=dim)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("tca", {"weight": 0}),
        ("tca", {"gamma": -1.0}),
        ("jda", {"weight": 0.0}),
        ("jda", {"iterations": 0}),
        ("tjm", {"weight": -0.5}),
        ("tjm", {"iterations": 0}),
        ("coral", {"ridge": 0}),
        ("jgsa", {"alpha": 0}),
        ("jgsa", {"mu": 0}),
        ("jgsa", {"beta": 0}),
        ("jgsa", {"iterations": 0}),
        ("meda", {"weight": 0}),
        ("meda", {"smoothness": 0}),
        ("meda", {"shrinkage": 0}),
        ("meda", {"neighbours": 0}),
        ("meda", {"iterations": 0}),
    ],
)
def test_settings_that_must_be_above_zero_are_named(name, changes):
    setting, value = next(iter(changes.items()))
    with pytest.raises(ValueError, match=rf"^{setting}: {value} found, a number above 0 wanted"):
        fitted(name, *domains.pair()[:3], **changes)


@pytest.mark.parametrize(
    ("name", "setting", "wanted"),
    [
        ("tca", "kernel", "primal, linear, rbf"),
        ("tca", "scale", "spread, unit"),
        ("jda", "kernel", "primal, linear, rbf"),
        ("jda", "scale", "spread, unit"),
        ("tjm", "scale", "spread, unit"),
        ("meda", "output", "flow, scores"),
    ],
)
def test_unknown_choices_are_named(name, setting, wanted):
    with pytest.raises(ValueError, match=rf"^{setting}: 'other' found, one of {wanted} wanted"):
        fitted(name, *domains.pair()[:3], **{setting: "other"})
