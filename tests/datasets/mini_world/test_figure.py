"""The figure: bones keep their lengths, joints bend where they are told to, a second person stands opposite."""

import numpy as np
import pytest

from i2v_core import seeding
from i2v_core.datasets.mini_world import figure, scene
from i2v_core.datasets.mini_world.action import Look
from i2v_core.datasets.mini_world.staging import ACTIONS, action_named

PERSON = scene.person(seeding.generator(0, "person"), 0.0, scene.plain_backdrop(seeding.generator(0, "place")))
LOOK = Look(((200, 0, 0), (0, 200, 0), (0, 0, 200)), np.full(4, 0.5), 1.0)


def test_two_link_ends_on_a_target_in_reach():
    # Bones 3 and 4 to a target at distance 5: a right angle, so the middle joint lies 9/5 along and 12/5 aside.
    root, target, hint = np.zeros(3), np.array([5.0, 0, 0]), np.array([0.3, 1.0, 0])
    middle, end = figure.two_link(root, target, (3.0, 4.0), hint)
    np.testing.assert_allclose(middle, [1.8, 2.4, 0], atol=1e-12)
    np.testing.assert_allclose(end, target, atol=1e-12)


def test_two_link_stretches_towards_a_target_out_of_reach():
    _, end = figure.two_link(np.zeros(3), np.array([0, 9.0, 0]), (1.0, 1.0), np.array([1.0, 0, 0]))
    np.testing.assert_allclose(end, [0, 2 - 1e-3, 0], atol=1e-12)


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_bones_keep_their_lengths_in_every_action(name):
    phase = np.linspace(0, 1, 9)
    for pose in action_named(name).perform(phase, LOOK).poses:
        place = figure.joints(PERSON, pose)
        for side in ("right", "left"):
            for start, end, wanted in (
                ("shoulder", "elbow", figure.UPPER_ARM * PERSON.arm),
                ("elbow", "hand", figure.FOREARM * PERSON.arm),
                ("hip", "knee", figure.THIGH),
                ("knee", "foot", figure.SHIN),
            ):
                length = np.linalg.norm(place[f"{end}_{side}"] - place[f"{start}_{side}"], axis=-1)
                np.testing.assert_allclose(length, wanted, atol=1e-9, err_msg=f"{start} to {end}")


@pytest.mark.parametrize("name", sorted(set(ACTIONS) - {"cartwheel"}))
def test_no_joint_sinks_into_the_ground(name):
    for pose in action_named(name).perform(np.linspace(0, 1, 25), LOOK).poses:
        place = figure.joints(PERSON, pose)
        lowest = min(place[joint][..., 1].min() for joint in place)
        assert lowest > -0.02, lowest


def test_the_second_person_stands_opposite_and_keeps_right_and_left():
    pose = figure.Pose(hand_right=figure.vec(0.5, 1.2, 0.3))
    other = figure.turned_about(pose, 2.0)
    np.testing.assert_allclose(other.hand_right, [1.5, 1.2, -0.3])
    np.testing.assert_allclose(other.gaze, [-1, 0, 0])
    np.testing.assert_allclose(other.shoulder(1) - other.pelvis, [0, figure.TORSO, -figure.SHOULDER])


def test_an_unknown_action_is_named_with_those_that_exist():
    with pytest.raises(ValueError, match=r"action 'fly' found, one of \['archery'.*wanted"):
        action_named("fly")
