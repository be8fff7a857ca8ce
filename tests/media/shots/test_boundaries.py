"""Which frames are left out, which runs are shots."""

import numpy as np

from i2v_core.media.shots import boundaries
from i2v_core.media.shots.measures import Measures
from i2v_core.media.shots.settings import Settings


def test_of_the_frames_that_fail_the_worst_share_goes():
    badness = np.array([0.1, 0.9, 0.5, 0.9, 0.7, 0.0, 0.0, 0.0, 0.0, 0.0])
    assert boundaries.worst(badness, 0.5, 1.0).tolist() == [1, 3, 4, 2]
    assert boundaries.worst(badness, 0.5, 0.2).tolist() == [1, 3]
    assert boundaries.worst(badness, 0.5, 0.05).tolist() == []


def test_runs_of_true_by_hand():
    assert boundaries.runs_of(np.array([0, 1, 1, 0, 1], bool)) == [(1, 3), (4, 5)]
    assert boundaries.runs_of(np.ones(3, bool)) == [(0, 3)]
    assert boundaries.runs_of(np.zeros(3, bool)) == []


def test_a_long_run_is_cut_at_its_largest_differences_away_from_ends_and_each_other():
    cut = np.zeros(40)
    cut[[2, 12, 14, 25, 38]] = [9, 5, 7, 6, 8]  # 2 and 38 are too near to the ends, 12 to 14
    assert boundaries.inner_cuts(cut, 10) == [14, 25]
    assert boundaries.inner_cuts(cut[:29], 10) == []  # shorter than three times the least


def test_a_cut_takes_the_two_frames_beside_it():
    cut = np.zeros(40)
    cut[[14, 25]] = 7
    runs = boundaries.shot_runs(np.ones(40, bool), cut, 5.0, Settings())  # 2 s are ten frames
    assert runs == [(0, 13), (15, 24), (26, 40)]


def test_runs_of_five_frames_are_no_shots():
    valid = np.array([1] * 5 + [0] + [1] * 6, bool)
    assert boundaries.shot_runs(valid, np.zeros(12), 25.0, Settings()) == [(6, 12)]


def numbers(n, **changes):
    good = {"dark": 0.5, "blurred": 0.5, "uniform": 0.1, "cut": 0.0, "edges": 0.0}
    parts = {name: np.full(n, value) for name, value in good.items()}
    for name, values in changes.items():
        parts[name][: len(values)] = values
    return Measures(**parts, descriptors=np.zeros((n, 1), np.float32))


def test_ends_dark_blurred_uniform_and_changing_frames_are_left_out():
    plain = Settings(margin_sec=0.0)
    for name, value in (("dark", 0.075), ("blurred", 0.08), ("uniform", 0.80), ("cut", 0.50), ("edges", 0.10)):
        valid = boundaries.valid_frames(numbers(20, **{name: [value]}), 10.0, plain)
        assert valid.tolist() == [False] + [True] * 19, name
        near = value + 1e-6 if name in ("dark", "blurred") else value - 1e-6
        assert boundaries.valid_frames(numbers(20, **{name: [near]}), 10.0, plain).all(), name
    ends = boundaries.valid_frames(numbers(20), 10.0, Settings())
    assert ends.tolist() == [False] * 5 + [True] * 10 + [False] * 5
