import numpy as np
import pytest

from i2v_core.datasets.mini_world.event import between, eased, keyed, moved, turned
from i2v_core.datasets.mini_world.figure import Pose, vec


def test_eased_stays_rises_and_stays():
    # Half a cosine from 0.2 to 0.6: a quarter of the way (0.3) it has (1 - cos 45 degrees) / 2.
    np.testing.assert_allclose(
        eased(np.array([0.0, 0.2, 0.3, 0.4, 0.6, 1.0]), 0.2, 0.6), [0, 0, 0.146447, 0.5, 1, 1], atol=1e-6
    )


def test_keyed_goes_through_its_points_and_rests_there():
    keys = ((0.2, (0, 1, 2)), (0.5, (1, 1, 0)), (0.9, (3, 0, 0)))
    path = keyed(np.array([0.0, 0.2, 0.35, 0.5, 0.9, 1.0]), *keys)
    np.testing.assert_allclose(path, [[0, 1, 2], [0, 1, 2], [0.5, 1, 1], [1, 1, 0], [3, 0, 0], [3, 0, 0]], atol=1e-12)
    near = keyed(np.array([0.499, 0.501]), *keys)
    assert np.abs(near[1] - near[0]).max() < 1e-4  # at rest in a point: no step on either side


def test_between_ends_in_either_pose():
    low, high = Pose(pelvis=vec(0, 0.5, 0)), Pose(pelvis=vec(0, 0.9, 0))
    np.testing.assert_allclose(
        between(low, high, np.array([0.0, 0.25, 1.0])).pelvis, [[0, 0.5, 0], [0, 0.6, 0], [0, 0.9, 0]]
    )


def test_moved_shifts_places_and_keeps_directions():
    pose = moved(Pose(), vec(1, 0, 0))
    np.testing.assert_allclose(pose.foot_left - Pose().foot_left, [1, 0, 0])
    np.testing.assert_allclose(pose.spine, [0, 1, 0])


@pytest.mark.parametrize(
    ("axis", "hand", "spine"), [("up", [0, 1, -1], [0, 1, 0]), ("right", [1, -1, 0], [1, 0, 0])], ids=["up", "right"]
)
def test_a_quarter_turn(axis, hand, spine):
    """About up: a hand ahead goes to the left. About right: what is ahead goes down, what is up goes ahead."""
    pose = turned(Pose(hand_right=vec(1, 1, 0)), np.array([np.pi / 2]), axis)
    np.testing.assert_allclose(pose.hand_right[0], hand, atol=1e-12)
    np.testing.assert_allclose(pose.spine[0], spine, atol=1e-12)
