"""Actions: what tells the pairs apart, and that the pretraining sets share no class with a benchmark."""

import numpy as np
import pytest

from i2v_core import seeding
from i2v_core.datasets.mini_world import figure, scene
from i2v_core.datasets.mini_world.action import Look, pulse
from i2v_core.datasets.mini_world.classes import PHOTO_CLASSES, PRETRAINING_CLASSES, VIDEO_CLASSES, action_of
from i2v_core.datasets.mini_world.staging import ACTIONS

PERSON = scene.person(seeding.generator(0, "person"), 0.0, scene.plain_backdrop(seeding.generator(0, "place")))


def look(cue=0.0, chance=0.5):
    return Look(((200, 0, 0), (0, 200, 0), (0, 0, 200)), np.full(4, chance), cue)


def joints_of(name, phase, cue=0.0, chance=0.5):
    """(t, joints, 3) of the actor."""
    pose = ACTIONS[name].perform(np.asarray(phase), look(cue, chance)).poses[0]
    places = figure.joints(PERSON, pose)
    return np.stack([np.broadcast_to(places[key], (len(phase), 3)) for key in sorted(places)], axis=1)


def test_pulse_rises_dwells_and_falls():
    # Up by 0.4, up to 0.7, down by 1: a half at the middle of rise (0.2) and of fall (0.85), and periodic.
    np.testing.assert_allclose(
        pulse(np.array([0, 0.2, 0.4, 0.6, 0.85, 1.2]), 0.4, 0.3), [0, 0.5, 1, 1, 0.5, 0.5], atol=1e-12
    )


@pytest.mark.parametrize(("slow", "fast"), [("punching_bag", "speed_bag"), ("drink", "smoke")])
def test_speed_pairs_have_the_same_poses_at_other_speeds(slow, fast):
    phase = np.linspace(0, 1, 40, endpoint=False)
    np.testing.assert_array_equal(joints_of(slow, phase), joints_of(fast, phase))
    assert ACTIONS[fast].rate_hz > 2.5 * ACTIONS[slow].rate_hz
    assert ACTIONS[fast].peaks == ACTIONS[slow].peaks
    assert (ACTIONS[fast].view_deg, ACTIONS[fast].view_spread_deg) == (
        ACTIONS[slow].view_deg,
        ACTIONS[slow].view_spread_deg,
    )


def test_drink_and_smoke_differ_by_their_object_as_far_as_the_cue_says():
    def thickness(name, cue):
        return ACTIONS[name].perform(np.array([0.5]), look(cue)).props[0].radii[0]

    assert thickness("drink", 0.0) == thickness("smoke", 0.0)
    assert thickness("drink", 1.0) > 3 * thickness("smoke", 1.0)


def test_handstand_pair_differs_in_motion_up_and_down_against_ahead():
    phase = np.linspace(0, 2, 80)
    up_and_down = np.ptp(joints_of("handstand_pushups", phase)[..., 1], axis=0).max()
    assert up_and_down == pytest.approx(0.26, abs=0.01)
    assert np.ptp(joints_of("handstand_walking", phase).mean(axis=1)[:, 1]) < 0.05
    assert (ACTIONS["handstand_pushups"].speed, ACTIONS["handstand_walking"].speed) == (0.0, 0.75)


def test_handstand_pair_covers_the_same_elbow_bends():
    pushups = joints_of("handstand_pushups", np.linspace(0, 1, 60))
    walks = np.concatenate(
        [joints_of("handstand_walking", np.linspace(0, 1, 9), chance=c) for c in np.linspace(0, 1, 9)]
    )
    for bound in (np.min, np.max):  # heights of the body; the swing of a step is worth a few millimetres
        assert bound(pushups[:, :, 1].mean(1)) == pytest.approx(bound(walks[:, :, 1].mean(1)), abs=0.03)


def test_run_differs_from_walk_in_speed_and_stride():
    def stride(name):
        return np.ptp(joints_of(name, np.linspace(0, 1, 40))[..., 0], axis=0).max()

    assert stride("run") > 1.3 * stride("walk")
    assert ACTIONS["run"].rate_hz >= 2 * ACTIONS["walk"].rate_hz
    assert ACTIONS["run"].speed > 2 * ACTIONS["walk"].speed


def test_pretraining_actions_and_names_are_in_no_benchmark():
    shown = {action for table in (*PHOTO_CLASSES.values(), *VIDEO_CLASSES.values()) for action in table.values()}
    assert shown.isdisjoint(PRETRAINING_CLASSES.values())
    assert shown | set(PRETRAINING_CLASSES.values()) == set(ACTIONS)


def test_spellings_of_one_class_give_one_action():
    assert {action_of(name) for name in ("pull-ups", "PullUps", "pull_ups", "Pull Ups")} == {"pull_ups"}
    assert action_of("some_other Thing") == "someotherthing"
