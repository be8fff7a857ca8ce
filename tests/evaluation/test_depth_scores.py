import numpy as np
import pytest

from i2v_core.evaluation.depth_scores import depth_scores

RAMP = np.linspace(0, 1, 30 * 40, dtype=np.float32).reshape(30, 40)


def scores(predicted, true=RAMP, seed=0):
    return depth_scores(predicted, true, np.random.default_rng(seed))


def test_a_map_right_up_to_scale_and_shift_is_perfect():
    found = scores(7 * RAMP + 3)
    assert found["ordered_pairs"] == 1
    assert found["spearman"] == pytest.approx(1, abs=1e-12)
    assert found["mean_error"] < 1e-6  # float32


def test_a_map_turned_inside_out_has_all_pairs_wrong():
    found = scores(-RAMP)
    assert found["ordered_pairs"] == 0
    assert found["spearman"] == pytest.approx(-1, abs=1e-12)
    # R = -2 (d* - 0.5), whose mean size is 2 x 0.25 on a ramp over 0..1; a finite ramp has a little more
    assert found["mean_error"] == pytest.approx(0.5, abs=1e-3)


def test_random_maps_are_half_right():
    found = scores(np.random.default_rng(1).random(RAMP.shape, np.float32))
    # 4000 pairs, about 3600 clear: deviation 0.5 / 60 = 0.008; 1200 pixels: 0.03; |R| of a flat map is 0.25
    assert found["ordered_pairs"] == pytest.approx(0.5, abs=0.035)
    assert found["spearman"] == pytest.approx(0, abs=0.12)
    assert found["mean_error"] == pytest.approx(0.25, abs=0.02)


def test_pairs_that_hardly_differ_do_not_count():
    true = np.where(RAMP > 0.5, 1, 0.04 * RAMP).astype(np.float32)
    predicted = np.where(RAMP > 0.5, 1, -RAMP).astype(np.float32)  # the far half in the wrong order
    assert scores(predicted, true)["ordered_pairs"] == 1


def test_the_same_chance_gives_the_same_scores():
    noisy = RAMP + np.random.default_rng(2).normal(0, 0.3, RAMP.shape).astype(np.float32)
    assert scores(noisy) == scores(noisy)
    assert scores(noisy)["ordered_pairs"] != scores(noisy, seed=1)["ordered_pairs"]
