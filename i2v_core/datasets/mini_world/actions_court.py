"""Volleyball, tennis with one stroke only, and baseball: events of the A->U classes."""

from dataclasses import replace

import numpy as np

from i2v_core.datasets.mini_world import props, props_games
from i2v_core.datasets.mini_world.action import Look, Performance
from i2v_core.datasets.mini_world.actions_ball import tennis_swing
from i2v_core.datasets.mini_world.actions_daily import gait
from i2v_core.datasets.mini_world.event import Event, between, eased, keyed, moved
from i2v_core.datasets.mini_world.figure import Pose, vec

SMASH, PITCH = 0.54, 0.66  # phases in which the ball is hit, and let go


def tennis_forehand(phase: np.ndarray, look: Look) -> Performance:
    """The stroke at waist height of `tennis_swing`, whoever plays."""
    return tennis_swing(phase, replace(look, chance=np.maximum(look.chance, 0.5)))


def volleyball_smash(phase: np.ndarray, look: Look) -> Performance:
    """Two steps, a leap with both arms thrown up, and the ball hit down over the net with one hand."""
    ahead = -1.35 + 1.25 * np.clip(phase / 0.40, 0, 1) + 0.25 * eased(phase, 0.40, 0.75)
    rise = np.clip((phase - 0.38) / 0.36, 0, 1)
    leap = 2.1 * rise * (1 - rise)
    running = gait(2.6 * phase, stride=0.40, lift=0.28, bend=0.5, lean=0.16)
    leaping = Pose(
        spine=vec(-0.22 + 0.50 * eased(phase, 0.50, 0.64), 1, 0),
        across=vec(-0.7 + 1.2 * eased(phase, 0.48, 0.60), 0, 1),
        gaze=vec(1, 0.7 - 0.6 * eased(phase, 0.56, 0.7), 0),
        hand_right=keyed(
            phase, (0.36, (-0.30, 1.00, 0.34)), (0.46, (-0.34, 1.58, 0.34)), (SMASH, (0.20, 1.87, 0.16)),
            (0.66, (0.42, 1.06, -0.02)),
        ),
        hand_left=keyed(
            phase, (0.36, (-0.30, 1.00, -0.34)), (0.47, (0.32, 1.74, -0.22)), (0.60, (0.20, 1.10, -0.34)),
        ),
        elbow_right=vec(-0.6, 0.2, 0.8),
        elbow_left=vec(0.3, -0.4, -0.8),
        foot_right=keyed(phase, (0.38, (-0.10, 0.07, 0.12)), (0.50, (-0.40, 0.30, 0.12)), (0.68, (0.06, 0.08, 0.13))),
        foot_left=keyed(phase, (0.38, (0.10, 0.07, -0.12)), (0.50, (-0.32, 0.22, -0.12)), (0.68, (0.10, 0.08, -0.13))),
    )  # fmt: skip
    crouch = eased(phase, 0.74, 0.82) - eased(phase, 0.86, 1.0)
    landing = Pose(pelvis=vec(0, 0.86 - 0.18 * crouch, 0), spine=vec(0.15 + 0.2 * crouch, 1, 0))
    pose = between(between(running, leaping, eased(phase, 0.32, 0.42)), landing, eased(phase, 0.70, 0.80))
    pose = moved(pose, vec(ahead, leap, 0))
    hit = np.array([0.26, 2.56, 0.16])
    share, after = np.clip((phase - 0.05) / (SMASH - 0.05), 0, 1), np.maximum(0, phase - SMASH)
    tossed = np.array([0.30, 1.50, -1.1]) * (1 - share)[:, None] + hit * share[:, None]
    tossed = tossed + vec(0, 4.4 * share * (1 - share), 0)
    struck = hit + vec(6.2 * after, -4.0 * after, -0.4 * after)
    centre = np.where((phase < SMASH)[:, None], tossed, struck)
    net = props_games.volleyball_net(0.72, 1.25, 2.05)
    return Performance([pose], [*net, *props_games.volleyball(centre)])


def baseball_pitch(phase: np.ndarray, look: Look) -> Performance:
    """Side on upon the mound: hands together, the front knee drawn up, a long stride, and the overhand throw."""
    lifted = eased(phase, 0.12, 0.34) - eased(phase, 0.36, 0.54)
    stride, late = eased(phase, 0.40, 0.58), eased(phase, 0.60, 0.82)
    together = vec(0.08, 1.22 + 0.10 * lifted, 0.26)
    parted = eased(phase, 0.38, 0.50)[:, None]
    throw = keyed(
        phase, (0.50, (-0.44, 1.12, 0.14)), (0.60, (-0.24, 1.66, 0.26)), (PITCH, (0.34, 1.76, 0.16)),
        (0.84, (0.62, 0.66, -0.20)),
    )  # fmt: skip
    lead = keyed(phase, (0.50, (0.50, 1.25, 0.06)), (0.66, (0.30, 1.10, -0.24)))
    pose = Pose(
        pelvis=vec(0.26 * stride + 0.12 * late, 0.89 - 0.12 * stride, 0),
        spine=vec(-0.10 * lifted + 0.75 * late, 1, 0),
        across=vec(-1 + 1.3 * late, 0, 0.2 + 0.8 * late),
        gaze=vec(1, -0.25 * late, 0.1),
        toes=vec(0.3 + stride, 0, 1 - stride),
        hand_right=together + parted * (throw - together),
        hand_left=together + vec(0.03, 0.04, 0) + parted * (lead - together),
        elbow_right=vec(-0.9, -0.2, 0.5),
        elbow_left=vec(0.5, -0.7, -0.4),
        foot_right=keyed(
            phase, (0.55, (-0.16, 0.07, 0.04)), (0.72, (-0.26, 0.16, 0.06)), (0.82, (-0.26, 0.50, 0.08)),
            (0.95, (0.36, 0.10, 0.20)),
        ),
        foot_left=keyed(
            phase, (0.10, (0.16, 0.07, 0.0)), (0.34, (0.20, 0.62, 0.16)), (0.58, (0.78, 0.07, -0.06)),
        ),
        knee_right=vec(0.6, 0, 0.6),
        knee_left=vec(0.8, 0.3, 0.4),
    )  # fmt: skip
    time = np.maximum(0, phase - PITCH)
    flying = np.array([0.40, 1.80, 0.16]) + vec(9.0 * time, -1.6 * time, 0)
    centre = np.where((phase < PITCH)[:, None], pose.hand_right + vec(0.04, 0.05, 0), flying)
    things = [*props_games.mound(), *props_games.glove(pose.hand_left), *props_games.cap(pose, look.colours[0])]
    return Performance([pose], [*things, props.ball(centre, 0.065, props.WHITE)])


ACTIONS = {
    "tennis_forehand": Event(tennis_forehand, peaks=(0.40, 0.52), view_deg=15),
    "volleyball_smash": Event(volleyball_smash, peaks=(0.48, 0.55), view_deg=-38),
    "baseball_pitch": Event(baseball_pitch, peaks=(0.33, 0.58, 0.64), view_deg=8),
}
