import numpy as np
import pytest

from i2v_core.media.synthesis import depth_edges
from tests.media.synthesis import per_pixel


def rough(height: int, width: int, *, seed: int) -> np.ndarray:
    """Depth with everything: smooth parts, steps, single points, and parts that are edges throughout."""
    random = np.random.default_rng(seed)
    disparity = np.linspace(0.02, 0.5, width)[None] * np.ones((height, 1))
    disparity[height // 4 : height // 2, width // 4 : width // 2] = 0.9
    disparity[random.random(disparity.shape) < 0.02] = 0.4
    disparity[: height // 3, -width // 3 :] = random.uniform(0.01, 1, (height // 3, width // 3 + (width % 3 > 0)))
    return (1 / (disparity + random.normal(0, 0.002, disparity.shape).clip(-0.005, 0.005))).astype(np.float32)


@pytest.mark.parametrize(("height", "width", "seed"), [(48, 63, 0), (64, 48, 1), (3, 9, 2), (5, 3, 3)])
def test_the_same_bits_as_pixel_by_pixel(height, width, seed):
    depth = rough(height, width, seed=seed)
    assert np.array_equal(depth_edges.sharpened(depth), per_pixel.sharpened(depth))


def test_random_depth_the_same_bits():
    depth = np.random.default_rng(4).uniform(1, 30, (40, 40)).astype(np.float32)
    found, wanted = depth_edges.sharpened(depth), per_pixel.sharpened(depth)
    assert found.dtype == np.float32
    assert np.array_equal(found, wanted)
    assert not np.array_equal(found, depth)


def test_iterations_and_the_step_of_an_edge_matter():
    depth = rough(48, 60, seed=5)
    twice = depth_edges.sharpened(depth)
    for settings in ({"iterations": 1}, {"disparity_step": 0.2}):
        other = depth_edges.sharpened(depth, **settings)
        assert not np.array_equal(other, twice)
        assert np.array_equal(other, per_pixel.sharpened(depth, **settings))


def test_a_smeared_edge_becomes_sharp():
    # Disparities 0.2 and 0.8 with a ramp of three columns between them; the ramp's pixels go to one of the sides.
    disparity = np.repeat(np.array([0.2] * 8 + [0.35, 0.5, 0.65] + [0.8] * 8)[None], 12, axis=0)
    found = 1 / depth_edges.sharpened((1 / disparity).astype(np.float32), iterations=4)
    assert np.all((np.abs(found - 0.2) < 1e-6) | (np.abs(found - 0.8) < 1e-6))  # float32 of a reciprocal


def test_ranks_of_the_upper_median_by_hand():
    # 1 value: rank 0. 2: weights 0.5, 0.5; 0.5 is not above a half, so the second. 3: 1/3, 2/3: the second.
    # 4: 0.25, 0.5, 0.75: the third. All exact in float32 but 1/3, where 2/3 is above a half in any case.
    assert depth_edges._RANKS[1:5].tolist() == [0, 1, 1, 2]
    # 6: 1/6 in float32 is 0.16666667, above 1/6; three of them sum to 0.5000000 or a rounding beside it.
    sixth = np.float32(1) / np.float32(6)
    assert depth_edges._RANKS[6] == (2 if sixth + sixth + sixth > 0.5 else 3)


def test_edges_are_where_disparity_steps_and_never_on_the_border():
    depth = np.full((6, 8), 10.0, np.float32)
    depth[:, 4:] = 1.0  # disparity 0.1 to 1
    mask = depth_edges.edge_mask(depth)
    wanted = np.zeros((6, 8), bool)
    wanted[1:-1, 3:5] = True
    assert np.array_equal(mask, wanted)


@pytest.mark.parametrize("shape", [(2, 9), (9, 2), (9,), (3, 4, 5)])
def test_a_wrong_shape_is_an_error(shape):
    with pytest.raises(ValueError, match=r"depth of shape \(.*\) found, \(h, w\) with at least 3 pixels a side wanted"):
        depth_edges.sharpened(np.ones(shape, np.float32))
