"""Cricket: bowling and batting, events of the A->U classes."""

import numpy as np

from i2v_core.datasets.mini_world import props, props_games
from i2v_core.datasets.mini_world.action import Look, Performance
from i2v_core.datasets.mini_world.actions_daily import gait
from i2v_core.datasets.mini_world.event import Event, between, eased, keyed, moved
from i2v_core.datasets.mini_world.figure import Pose, vec

BALL_RADIUS = 0.07  # twice a real one, or few pixels would show it
RELEASE = 0.70  # of the bowler's ball
HIT = 0.55  # of the batter's


def _bowler(phase: np.ndarray) -> Pose:
    """A run-up, a leap, and one turn of a straight arm: ahead, down, back, over the top and down again."""
    ahead = -1.7 + 1.7 * np.clip(phase / 0.56, 0, 1) + 0.45 * eased(phase, 0.56, 1.0)
    leap = 0.16 * (eased(phase, 0.44, 0.50) - eased(phase, 0.52, 0.59))
    running = gait(3.2 * phase, stride=0.42, lift=0.36, bend=0.6, lean=0.18)
    turn = 2 * np.pi * np.clip(0.78 * (phase - 0.42) / (RELEASE - 0.42), 0, 0.94)
    late = eased(phase, 0.62, 0.80)
    delivering = Pose(
        pelvis=vec(0, 0.84, 0),
        spine=vec(-0.12 + 0.75 * late, 1, 0.0),
        gaze=vec(1, 0.1 - 0.4 * late, 0),
        across=vec(-0.8 + 1.2 * late, 0, 1),
        foot_left=keyed(phase, (0.44, (0.20, 0.36, -0.10)), (0.60, (0.40, 0.07, -0.10))),
        foot_right=keyed(
            phase, (0.46, (-0.10, 0.07, 0.10)), (0.62, (-0.40, 0.07, 0.10)), (0.80, (-0.30, 0.32, 0.10)),
            (0.95, (0.34, 0.07, 0.12)),
        ),
        elbow_right=vec(-0.6, -0.3, 0.7),
        elbow_left=vec(-0.6, -0.3, -0.7),
    )  # fmt: skip
    swing = vec(np.cos(turn), -np.sin(turn), 0.06)
    delivering.hand_right = delivering.shoulder(1) + 0.52 * swing
    delivering.hand_left = delivering.shoulder(-1) + 0.42 * swing * [-1, -1, -1]
    return moved(between(running, delivering, eased(phase, 0.40, 0.50)), vec(ahead, leap, 0))


def cricket_bowling(phase: np.ndarray, look: Look) -> Performance:
    pose = _bowler(phase)
    start = _bowler(np.array([RELEASE])).hand_right[0]
    time = np.maximum(0, phase - RELEASE)
    bounce = np.abs(start[1] - 0.08 - 9.0 * time) * np.where(9.0 * time > start[1], 0.5, 1.0)
    flying = start * [1, 0, 1] + vec(6.5 * time, 0.08 + bounce, -0.3 * time)
    centre = np.where((phase < RELEASE)[:, None], pose.hand_right + vec(0.02, 0.06, 0), flying)
    things = [*props_games.strip(-1.0, 1.9), *props_games.wicket(-0.75, -0.5), *props_games.wicket(1.45, -0.1)]
    return Performance([pose], [*things, props.ball(centre, BALL_RADIUS, props_games.RED)])


def cricket_batting(phase: np.ndarray, look: Look) -> Performance:
    """Side on before the wicket: the bat goes back and up, then down through the ball and over the shoulder."""
    hands = keyed(
        phase, (0.12, (-0.02, 0.86, 0.30)), (0.40, (-0.34, 1.16, 0.24)), (HIT, (0.34, 0.84, 0.30)),
        (0.72, (0.34, 1.40, 0.10)), (0.85, (0.10, 1.52, -0.02)),
    )  # fmt: skip
    along = keyed(
        phase, (0.12, (-0.25, -1, 0.05)), (0.40, (-0.6, 0.9, 0.1)), (0.48, (-0.7, -0.6, 0.1)), (HIT, (0.25, -1, 0.05)),
        (0.68, (1, 0.35, 0)), (0.85, (-0.5, 0.7, -0.5)),
    )  # fmt: skip
    step, turn = eased(phase, 0.36, 0.54), eased(phase, 0.50, 0.80)
    pose = Pose(
        pelvis=vec(0.16 * step, 0.84 - 0.04 * step, 0),
        spine=vec(0.10 + 0.15 * step, 1, 0.22),
        across=vec(-1, 0, 0.25 + 0.6 * turn),
        gaze=vec(1, -0.2, 0.1),
        toes=vec(0.4, 0, 1),
        hand_right=hands,
        hand_left=hands - 0.09 * props_games.along_of(along),
        elbow_right=vec(-0.8, -0.4, 0.4),
        elbow_left=vec(0.8, -0.2, 0.3),
        foot_right=vec(-0.22, 0.07, 0.02),
        foot_left=vec(0.20 + 0.30 * step, 0.07 + 0.1 * np.sin(np.pi * step), 0.02),
        knee_right=vec(0.2, 0, 1),
        knee_left=vec(0.7, 0, 0.7),
    )
    before, after = np.maximum(0, HIT - phase), np.maximum(0, phase - HIT)
    centre = vec(0.50 + 6.0 * before + 7.5 * after, 0.34 + np.abs(0.3 - 2.4 * before) - 0.3 + 2.6 * after, 0.32)
    things = [*props_games.strip(-1.3, 1.6), *props_games.wicket(-0.75, 0.0), *props_games.leg_pads(pose)]
    things += props_games.cap(pose, look.colours[1])
    return Performance(
        [pose], [*things, *props_games.cricket_bat(hands, along), props.ball(centre, BALL_RADIUS, props_games.RED)]
    )


ACTIONS = {
    "cricket_bowling": Event(cricket_bowling, peaks=(0.60, 0.68), view_deg=12),
    "cricket_batting": Event(cricket_batting, peaks=(0.38, 0.54), view_deg=-12),
}
