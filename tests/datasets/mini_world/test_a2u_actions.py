"""The actions of A->U: what the body and its things do, and the classes that the data sets share."""

import numpy as np
import pytest

from i2v_core import seeding
from i2v_core.datasets import mapping
from i2v_core.datasets.importers import action_db, ppmi, still_db, ucf101, willow_actions
from i2v_core.datasets.mini_world import a2u_classes, figure, props_games, scene
from i2v_core.datasets.mini_world.action import Look
from i2v_core.datasets.mini_world.actions_court import PITCH, SMASH
from i2v_core.datasets.mini_world.actions_cricket import HIT, RELEASE
from i2v_core.datasets.mini_world.actions_music import HELD
from i2v_core.datasets.mini_world.classes import PRETRAINING_CLASSES
from i2v_core.datasets.mini_world.event import Event
from i2v_core.datasets.mini_world.props import WHITE

PERSON = scene.person(seeding.generator(0, "person"), 0.0, scene.plain_backdrop(seeding.generator(0, "place")))
PHASE = np.linspace(0, 1, 101)
NEW = a2u_classes.NEW
ALL = NEW | {f"hold {name}": action for name, action in HELD.items()}
# Folders and labels of the four photo data sets, and the class of each in the class map.
SOURCES = {
    willow_actions.DATASET: {name: name for name in a2u_classes.WILLOW_CLASSES},
    action_db.DATASET: {name: name for name in a2u_classes.ACTION_DB_CLASSES},
    ppmi.DATASET: {f"playing_{name}": name for name in a2u_classes.PPMI_CLASSES},
    still_db.DATASET: {name: name for name in a2u_classes.STILL_DB_CLASSES},
}


def performed(name, phase=PHASE, chance=0.7):
    return ALL[name].perform(phase, Look(((200, 0, 0), (0, 200, 0), (0, 0, 200)), np.full(4, chance), 1.0))


def joints(name, **options):
    return figure.joints(PERSON, performed(name, **options).poses[0])


def balls(name, colour):
    """Ways of the balls of this colour, each (t, 3)."""
    pieces = [piece for piece in performed(name).props if piece.colour == colour and piece.radii is not None]
    round_ones = [piece for piece in pieces if np.ptp(piece.points, axis=-2).max() == 0]
    return [np.broadcast_to(piece.points[..., 0, :], (len(PHASE), 3)) for piece in round_ones]


def at(phase):
    return int(np.argmin(np.abs(PHASE - phase)))


@pytest.mark.parametrize("name", sorted(ALL))
def test_limbs_reach_hands_and_feet(name):
    """A hand or foot out of reach would let go of what it holds: 12 cm of stretch are the most."""
    places, pose = joints(name), performed(name).poses[0]
    for joint in ("hand_right", "hand_left", "foot_right", "foot_left"):
        gap = np.linalg.norm(places[joint] - getattr(pose, joint), axis=-1).max()
        assert gap < 0.12, (joint, gap)


@pytest.mark.parametrize("name", sorted(ALL))
def test_nobody_sinks_into_the_ground(name):
    assert min(place[..., 1].min() for place in joints(name).values()) > -0.02


@pytest.mark.parametrize("name", sorted(name for name in NEW if not isinstance(NEW[name], Event)))
def test_music_has_no_step_between_cycles_and_moves_within_one(name):
    hands = joints(name)["hand_right"]
    np.testing.assert_allclose(hands[0], hands[-1], atol=1e-9)
    assert np.ptp(hands, axis=0).max() > 0.04


@pytest.mark.parametrize(
    ("name", "colour", "release"),
    [("cricket_bowling", props_games.RED, RELEASE), ("baseball_pitch", WHITE, PITCH)],
)
def test_a_thrown_ball_stays_in_the_hand_until_the_arm_is_over_the_head(name, colour, release):
    ball, hand, head = balls(name, colour)[-1], joints(name)["hand_right"], joints(name)["head"]
    before, after = at(release) - 1, at(release) + 2
    assert np.linalg.norm(ball[:before] - hand[:before], axis=1).max() < 0.2
    assert hand[at(release), 1] > head[at(release), 1]
    assert np.diff(ball[after:, 0]).min() > 0.05  # ahead, away from the hand
    assert ball[:, 1].min() > 0.05  # above the ground
    assert np.linalg.norm(np.diff(ball, axis=0), axis=1).max() < 0.25  # no jump in a hundredth of the clip


def test_a_bowler_runs_up_and_swings_a_straight_arm_all_the_way_round():
    places = joints("cricket_bowling")
    assert places["pelvis"][-1, 0] - places["pelvis"][0, 0] > 1.8
    arm = (places["hand_right"] - places["shoulder_right"])[at(0.50) : at(RELEASE)]
    assert np.linalg.norm(arm, axis=1).min() > 0.48
    assert np.ptp(np.unwrap(np.arctan2(arm[:, 1], arm[:, 0]))) > np.pi


def test_a_pitcher_stays_draws_up_the_knee_and_does_not_run():
    places = joints("baseball_pitch")
    assert np.ptp(places["pelvis"][:, 0]) < 0.6
    assert places["knee_left"][at(0.34), 1] > 0.85
    assert joints("cricket_bowling")["knee_left"][at(0.2), 1] < 0.85


def test_the_bat_meets_the_ball_and_sends_it_back():
    ball = balls("cricket_batting", props_games.RED)[-1]
    blade = next(piece for piece in performed("cricket_batting").props if piece.radii == (0.062, 0.062))
    assert int(np.argmin(ball[:, 0])) == pytest.approx(at(HIT), abs=1)
    middle = blade.points.mean(axis=-2)
    assert np.linalg.norm(ball[at(HIT)] - middle[at(HIT)]) < 0.25
    assert middle[at(0.40), 1] > 1.2 > middle[at(HIT), 1]  # up and back, then down through the ball
    assert ball[:, 1].min() > 0.0


def test_a_smash_is_hit_in_the_air_above_the_net_and_goes_down_beyond_it():
    ball, places = balls("volleyball_smash", WHITE)[-1], joints("volleyball_smash")
    assert places["foot_left"][at(SMASH), 1] > 0.45
    assert np.linalg.norm(ball[at(SMASH)] - places["hand_right"][at(SMASH)]) < 0.35
    assert ball[at(SMASH), 1] > 2.05 + 0.2  # the top of the net
    over = int(np.argmax(ball[:, 0] > 0.72))
    assert ball[over, 1] > 2.05 + 0.13
    assert ball[-1, 1] < 1.0
    assert places["pelvis"][-1, 1] < 0.95  # landed


def test_a_forehand_is_a_stroke_whoever_plays():
    for chance in (0.1, 0.9):
        np.testing.assert_array_equal(
            joints("tennis_forehand", chance=chance)["hand_right"], joints("tennis_forehand")["hand_right"]
        )
    assert joints("tennis_forehand")["hand_right"][at(0.5), 1] < 1.3


@pytest.mark.parametrize("name", ["play_cello", "play_violin"])
def test_a_bow_lies_on_the_strings_and_goes_to_and_fro(name):
    """The stick is as long as the stroke needs: some point of it is always near the same place of the instrument."""
    props = performed(name).props
    stick = props[-1].points  # the hair, from the hand to the tip
    shares = np.linspace(0, 1, 60)[:, None, None]
    points = stick[:, 0] + shares * (stick[:, 1] - stick[:, 0])
    gaps = [np.linalg.norm(points - point, axis=-1).min(axis=0).max() for point in points[:, 0]]
    assert min(gaps) < 0.06
    assert np.ptp(stick[:, 0], axis=0).max() > 0.15


def test_a_flute_is_at_the_lips_when_played_and_not_when_held():
    gaps = []
    for name in ("play_flute", "hold flute"):
        props = performed(name).props
        ends = np.broadcast_to(props[0].points, (len(PHASE), 2, 3))
        mouth = joints(name)["head"] + np.array([0.11, -0.04, 0.0])
        along = ends[:, 0] + np.linspace(0, 1, 30)[:, None, None] * (ends[:, 1] - ends[:, 0])
        gaps.append(np.linalg.norm(along - mouth, axis=-1).min(axis=0).max())
    assert gaps[0] < 0.12
    assert gaps[1] > 0.14


def test_every_class_has_its_action_each_new_one_is_shown_and_no_pretraining_set_shows_any():
    tables = [value for key, value in vars(a2u_classes).items() if key.endswith("_CLASSES")]
    shown = {action for table in tables for action in table.values()}
    assert len(tables) == 5
    assert shown <= set(a2u_classes.ACTIONS)
    assert set(NEW) <= shown
    assert shown.isdisjoint(PRETRAINING_CLASSES.values())
    assert set(HELD) == set(a2u_classes.PPMI_CLASSES)


def test_the_class_map_finds_all_its_classes_on_both_sides():
    table = mapping.read("a2u_10")
    for dataset, rows in table.groupby("source_dataset"):
        assert set(rows["source_class"]) <= set(SOURCES[dataset])
    assert set(table["target_class"]) == set(a2u_classes.UCF101_CLASSES)
    assert set(table["target_dataset"]) == {ucf101.DATASET}


def test_source_and_target_of_a_class_show_the_same_action_but_for_the_serve():
    photos = {
        **a2u_classes.WILLOW_CLASSES, **a2u_classes.ACTION_DB_CLASSES, **a2u_classes.STILL_DB_CLASSES,
        **{f"playing_{name}": action for name, action in a2u_classes.PPMI_CLASSES.items()},
    }  # fmt: skip
    for row in mapping.read("a2u_10").itertuples():
        pair = photos[row.source_class], a2u_classes.UCF101_CLASSES[row.target_class]
        assert pair[0] == pair[1] or pair == ("tennis_forehand", "tennis_swing")
