"""The actions that the video world adds, and the classes that its data sets share."""

import numpy as np
import pandas as pd
import pytest

from i2v_core import seeding
from i2v_core.datasets import mapping
from i2v_core.datasets.mini_world import actions_ball, actions_field, actions_riding, figure, scene
from i2v_core.datasets.mini_world.action import Look
from i2v_core.datasets.mini_world.classes import PRETRAINING_CLASSES
from i2v_core.datasets.mini_world.event import Event
from i2v_core.datasets.mini_world.props_field import ORANGE, WHEEL_RADIUS
from i2v_core.datasets.mini_world.video_classes import (
    ACTIONS,
    BU101_CLASSES,
    HMDB51_CLASSES,
    OLYMPIC_SPORTS_CLASSES,
    UCF101_CLASSES,
)

NEW = {**actions_ball.ACTIONS, **actions_field.ACTIONS, **actions_riding.ACTIONS}
PERSON = scene.person(seeding.generator(0, "person"), 0.0, scene.plain_backdrop(seeding.generator(0, "place")))
PHASE = np.linspace(0, 1, 101)


def performed(name, phase=PHASE, chance=0.7):
    return ACTIONS[name].perform(phase, Look(((200, 0, 0), (0, 200, 0), (0, 0, 200)), np.full(4, chance), 1.0))


def joints(name, **options):
    return figure.joints(PERSON, performed(name, **options).poses[0])


def ball_of(name, colour, **options):
    """Way of the last ball of this colour, (t, 3)."""
    balls = [
        piece
        for piece in performed(name, **options).props
        if piece.colour == colour and piece.radii is not None and np.ptp(piece.points, axis=-2).max() == 0
    ]
    return balls[-1].points[..., 0, :]


@pytest.mark.parametrize("name", sorted(NEW))
def test_limbs_reach_hands_and_feet(name):
    """A hand or foot out of reach would let go of what it holds: 12 cm of stretch are the most."""
    for pose in performed(name).poses:
        places = figure.joints(PERSON, pose)
        for joint in ("hand_right", "hand_left", "foot_right", "foot_left"):
            gap = np.linalg.norm(places[joint] - getattr(pose, joint), axis=-1).max()
            assert gap < 0.12, (joint, gap)


@pytest.mark.parametrize("name", sorted(set(NEW) - {"dive"}))
def test_nobody_sinks_into_the_ground(name):
    for pose in performed(name).poses:
        places = figure.joints(PERSON, pose)
        assert min(place[..., 1].min() for place in places.values()) > -0.02


@pytest.mark.parametrize("name", sorted(name for name in NEW if not isinstance(NEW[name], Event)))
def test_what_repeats_has_no_step_between_cycles(name):
    first, last = (joints(name, phase=np.array([phase]))["hand_right"] for phase in (0.0, 1.0))
    np.testing.assert_allclose(first, last, atol=1e-9)


def test_a_kicked_ball_rests_until_the_foot_is_there():
    ball, foot = ball_of("kick_ball", (238, 238, 234)), joints("kick_ball")["foot_right"]
    contact = int(np.argmax(np.linalg.norm(np.diff(ball, axis=0), axis=1) > 1e-9))
    assert 45 <= contact <= 60
    assert np.linalg.norm(ball[contact] - foot[contact]) < 0.45
    assert ball[-1, 0] > 2.5
    assert (ball[:, 1] > 0.1).all()


def test_a_penalty_is_the_same_kick_with_a_goal():
    np.testing.assert_array_equal(joints("penalty")["foot_right"], joints("kick_ball")["foot_right"])
    assert len(performed("penalty").props) > len(performed("kick_ball").props) + 5


@pytest.mark.parametrize(("name", "ring", "inside"), [("shoot_ball", 1.9, 74), ("layup", 0.72, 72)])
def test_the_ball_leaves_the_hand_and_falls_through_the_ring(name, ring, inside):
    ball, hand = ball_of(name, ORANGE), joints(name)["hand_right"]
    assert np.linalg.norm(ball[:40] - hand[:40], axis=1).max() < 0.35
    np.testing.assert_allclose(ball[inside, [0, 2]], [ring, 0], atol=0.02)
    assert 2.5 < ball[inside, 1] < 2.8
    assert ball[-1, 1] < 0.3
    assert np.linalg.norm(np.diff(ball, axis=0), axis=1).max() < 0.35  # no jump in a hundredth of the clip


def test_a_layup_runs_up_and_a_shot_does_not():
    run, shot = (joints(name)["pelvis"] for name in ("layup", "shoot_ball"))
    assert np.ptp(run[:, 0]) > 2.5
    assert np.ptp(shot[:, 0]) < 0.3
    assert run[:, 1].max() > 1.3


def test_a_serve_hits_the_ball_high_and_a_stroke_low():
    for chance, height in ((0.2, 2.4), (0.8, 1.05)):
        ball = ball_of("tennis_swing", (215, 235, 60), chance=chance)
        struck = int(np.argmax(np.diff(ball[:, 0]) > 0.05))
        assert ball[struck, 1] == pytest.approx(height, abs=0.15)
    np.testing.assert_array_equal(
        joints("tennis_swing", chance=0.2)["hand_right"], joints("tennis_serve")["hand_right"]
    )


def test_a_discus_thrower_turns_one_and_a_half_times_and_lets_go():
    places = joints("discus_throw")
    across = places["shoulder_right"] - places["shoulder_left"]
    angle = np.unwrap(np.arctan2(across[:, 0], across[:, 2]))
    assert np.ptp(angle) > 3 * np.pi
    disc, hand = ball_of("discus_throw", ORANGE), joints("discus_throw")["hand_right"]
    assert np.linalg.norm(disc[:70] - hand[:70], axis=1).max() < 0.12
    assert disc[-1, 0] > hand[70, 0] + 2


def test_a_diver_somersaults_and_enters_head_first():
    places = joints("dive")
    spine = places["chest"] - places["pelvis"]
    angle = np.unwrap(np.arctan2(spine[:, 0], spine[:, 1]))
    assert angle[-1] - angle[0] == pytest.approx(3 * np.pi, abs=0.15)  # one turn, and half a one
    assert places["head"][-1, 1] < places["pelvis"][-1, 1] < 1.0
    assert places["pelvis"][:, 1].max() > places["pelvis"][0, 1] + 0.2


def test_a_body_in_push_ups_is_straight_and_its_hands_stay():
    places = joints("push_ups")
    foot = (places["foot_right"] + places["foot_left"]) / 2
    along, half = places["chest"] - foot, places["pelvis"] - foot
    aside = np.linalg.norm(np.cross(along, half), axis=1) / np.linalg.norm(along, axis=1)
    assert aside.max() < 0.02
    assert np.ptp(places["hand_right"], axis=0).max() < 0.03
    assert np.ptp(places["chest"][:, 1]) > 0.25


def test_who_is_hit_reels_when_the_fist_is_there():
    attacker, victim = performed("punch").poses
    head = figure.joints(PERSON, victim)["head"]
    fists = [figure.joints(PERSON, attacker)[f"hand_{side}"] for side in ("right", "left")]
    gap = np.min([np.linalg.norm(fist - head, axis=1) for fist in fists], axis=0)
    assert gap.min() < 0.35
    assert np.ptp(head[:, 0]) > 0.1


def test_feet_stay_on_the_pedals():
    foot = joints("ride_bike")["foot_right"]
    radius = np.linalg.norm(foot[:, :2] - [0, 0.36], axis=1)
    np.testing.assert_allclose(radius, 0.17, atol=0.02)
    assert performed("ride_bike").props[0].points[..., 1].min() >= 0
    assert WHEEL_RADIUS == 0.34


def test_every_class_of_the_tables_has_its_action_and_no_pretraining_set_shows_it():
    tables = (UCF101_CLASSES, HMDB51_CLASSES, OLYMPIC_SPORTS_CLASSES, BU101_CLASSES)
    shown = {action for table in tables for action in table.values()}
    assert shown <= set(ACTIONS)
    assert set(NEW) <= shown
    assert shown.isdisjoint(PRETRAINING_CLASSES.values())


@pytest.mark.parametrize(
    ("name", "source", "target", "wanted"),
    [
        ("ucf_hmdb_full_12", UCF101_CLASSES, HMDB51_CLASSES, 9),
        ("ucf_hmdb_small_5", UCF101_CLASSES, HMDB51_CLASSES, 4),
        ("ucf_olympic_6", UCF101_CLASSES, OLYMPIC_SPORTS_CLASSES, 4),
        ("bu_to_ucf_hmdb_12", BU101_CLASSES, HMDB51_CLASSES, 9),
    ],
)
def test_benchmarks_find_classes_on_both_sides(name, source, target, wanted):
    table = pd.read_csv(mapping.FOLDER / f"{name}.csv")
    plain = {"".join(letter for letter in key.lower() if letter not in "_- ") for key in source}
    has_source = table["source_class"].str.lower().isin(plain)
    assert table[has_source & table["target_class"].isin(target)]["target_class"].nunique() == wanted
    if name != "ucf_hmdb_small_5":  # no class of the target is left without a source
        assert set(target) <= set(table[has_source]["target_class"])
