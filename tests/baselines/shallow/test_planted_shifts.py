"""What shallow methods undo of planted shifts, and what they lose where there is none."""

from functools import cache

import numpy as np
import pytest

from i2v_core.baselines.shallow import METHODS, load
from i2v_core.baselines.shallow.neighbours import nearest_labels
from i2v_core.methods.divafn import classifier
from tests.baselines.shallow import domains
from tests.baselines.shallow.fitting import fitted

every = pytest.mark.parametrize("name", METHODS)
DIM, SEEDS = 24, 10
OFFSET = 1.5 * np.random.default_rng(99).standard_normal(DIM)
MOVES = {
    "nothing": lambda rows: rows,
    "translation": lambda rows: rows + OFFSET,
    "rotation": lambda rows: rows @ domains.rotation(DIM, 0.9),
    "size and offset": lambda rows: 0.2 * (rows + OFFSET),
    "stretch": lambda rows: rows * np.exp(np.random.default_rng(5).standard_normal(DIM)),
}
# Mean gains of ten draws less two of their standard errors, rounded down.
UNDONE = [
    ("tca", "translation", 0.12),
    ("gfk", "translation", 0.12),
    ("jda", "translation", 0.03),
    ("tjm", "translation", 0.12),
    ("coral", "translation", 0.09),
    ("jgsa", "translation", 0.12),
    ("meda", "translation", 0.12),
    ("tca", "rotation", 0.04),
    ("gfk", "rotation", 0.08),
    ("jda", "rotation", 0.11),
    ("tjm", "rotation", 0.09),
    ("jgsa", "rotation", 0.11),
    ("meda", "rotation", 0.11),
    ("tca", "size and offset", 0.28),
    ("gfk", "size and offset", 0.28),
    ("jda", "size and offset", 0.19),
    ("tjm", "size and offset", 0.28),
    ("coral", "size and offset", 0.26),
    ("jgsa", "size and offset", 0.28),
    ("meda", "size and offset", 0.27),
    ("gfk", "stretch", 0.09),
    ("coral", "stretch", 0.07),
    ("jgsa", "stretch", 0.08),
]
LOST = {("tca", "stretch"): 0.05, ("jda", "stretch"): 0.06, ("meda", "stretch"): 0.08, ("coral", "rotation"): 0.05}
LOST[("tjm", "stretch")] = 0.2


@cache
def accuracy(name, move):
    """Mean of ten draws, of the method's own classifier or else of the nearest source row; "none": no adaptation."""
    shares = []
    for seed in range(SEEDS):
        source, labels = domains.classes(150, DIM, 3, seed=2 * seed + 1, spread=1.0)
        target, truth = domains.classes(120, DIM, 3, seed=2 * seed + 2, spread=1.0)
        target, predictions = MOVES[move](target), None
        if name != "none":
            found = fitted(name, source, labels, target)
            source, target, predictions = found.source, found.target, found.predictions
        if predictions is None:
            predictions = nearest_labels(source, labels, target)
        shares.append((predictions == truth).mean())
    return np.mean(shares)


def gain(name, move):
    return accuracy(name, move) - accuracy("none", move)


def test_every_method_is_held_to_every_move():
    pairs = [pair[:2] for pair in UNDONE] + list(LOST)
    assert sorted(pairs) == sorted((name, move) for name in METHODS for move in MOVES if move != "nothing")


@pytest.mark.parametrize(("name", "move", "least"), UNDONE)
def test_moves_that_a_method_can_undo_are_undone(name, move, least):
    """Without adaptation 0.81 after the translation, 0.86 after the rotation, 0.59 after the change of size with an
    offset, 0.88 after the stretch; 0.98 without a move. No adaptation itself must fail each of these.
    """
    assert gain(name, move) > least
    assert not gain("none", move) > least


@pytest.mark.parametrize(("name", "move"), LOST)
def test_moves_that_a_method_cannot_undo_do_little_harm(name, move):
    """CORAL makes covariances equal, which leaves a rotation open. TCA, JDA, TJM and MEDA take both domains through one
    linear map, after which features that are stretched in the target still are; MEDA's flow has no z-score before it,
    unlike GFK's. TJM does most harm: 0.14.
    """
    assert gain(name, move) > -LOST[name, move]


def test_a_class_that_the_target_lacks_does_harm_as_the_package_says():
    """Means of classes, or of domains, are aligned that should not be. Measured over five draws: see the package."""
    right = {name: [] for name in ("none", "jda", "jgsa", "meda")}
    for seed in range(5):
        source, labels = domains.classes(150, DIM, 3, seed=2 * seed + 1, spread=1.0)
        target, truth = domains.classes(120, DIM, 3, seed=2 * seed + 2, spread=1.0)
        target, truth = target[truth != 0], truth[truth != 0]
        right["none"].append((nearest_labels(source, labels, target) == truth).mean())
        for name in ("jda", "jgsa", "meda"):
            right[name].append((fitted(name, source, labels, target).predictions == truth).mean())
    means = {name: np.mean(shares) for name, shares in right.items()}
    assert means["none"] > 0.97
    assert means["jda"] < 0.85
    assert means["jgsa"] < 0.85
    assert means["meda"] > 0.97


@every
def test_domains_that_agree_lose_nothing(name):
    # 0.980 without adaptation; the standard error of 1200 rows is 0.004
    assert gain(name, "nothing") > -0.015


@cache
def unshifted(name):
    """Mean accuracies of five draws, of the nearest source row and of the linear SVM: d = 256, ten classes, 300 rows
    on each side, default settings.
    """
    shares = []
    for seed in range(5):
        source, labels = domains.classes(300, 256, 10, seed=2 * seed + 1, spread=0.4)
        target, truth = domains.classes(300, 256, 10, seed=2 * seed + 2, spread=0.4)
        if name != "none":
            found = load(name).fit(source, labels, target)
            source, target = found.source, found.target
        nearest = (nearest_labels(source, labels, target) == truth).mean()
        shares.append((nearest, classifier.fit(source, labels).accuracy(target, truth)))
    return np.mean(shares, axis=0)


@every
def test_defaults_lose_nothing_where_domains_agree(name):
    """0.93 and 1.00 without adaptation."""
    assert (unshifted(name) > unshifted("none") - 0.03).all()


@pytest.mark.parametrize("name", ["jda", "tjm"])
def test_papers_scale_of_directions_loses_where_domains_agree(name):
    """Why `unit` is the default: of 100 directions most are noise, and count as much as the others."""
    source, labels = domains.classes(300, 256, 10, seed=1, spread=0.4)
    target, truth = domains.classes(300, 256, 10, seed=2, spread=0.4)
    found = load(name).fit(source, labels, target, scale="spread")
    assert (found.predictions == truth).mean() < unshifted("none")[0] - 0.3
