"""Riding: actions that the video world adds to the mini world's."""

import numpy as np

from i2v_core.datasets.mini_world import props_field
from i2v_core.datasets.mini_world.action import Action, Look, Performance, wave_of
from i2v_core.datasets.mini_world.figure import Pose, vec

COATS = ((120, 72, 42), (70, 48, 36), (190, 150, 105), (225, 220, 210), (50, 46, 48))
CRANK = 0.17  # metres


def ride_bike(phase: np.ndarray, look: Look) -> Performance:
    """Pedals turn once a cycle, the wheels 2.4 times."""
    sine, cosine = wave_of(phase)
    hand = vec(0.42, 1.04, 0.22)
    right, left = (vec(side * CRANK * sine, 0.36 + side * CRANK * cosine, 0.11) for side in (1, -1))
    pose = Pose(
        pelvis=vec(-0.20, 0.98, 0),
        spine=vec(0.55, 1, 0),
        hand_right=hand,
        hand_left=hand * [1, 1, -1],
        foot_right=right,
        foot_left=left * [1, 1, -1],
        elbow_right=vec(-0.3, -1, 0.3),
        elbow_left=vec(-0.3, -1, -0.3),
    )
    return Performance([pose], props_field.bicycle(2.4 * 2 * np.pi * phase, look.colours[0]))


def ride_horse(phase: np.ndarray, look: Look) -> Performance:
    """A gallop: one stride a cycle, the rider goes with the horse's back."""
    sine, cosine = wave_of(phase)
    bob = 0.06 * sine
    rise = vec(0, 1.3 * bob, 0)
    hand = vec(0.42, 1.68, 0.12) + rise
    foot = vec(0.18, 1.02, 0.34) + rise
    pose = Pose(
        pelvis=vec(-0.05, 1.58, 0) + rise,
        spine=vec(0.22 + 0.10 * cosine, 1, 0),
        hand_right=hand,
        hand_left=hand * [1, 1, -1],
        foot_right=foot,
        foot_left=foot * [1, 1, -1],
        knee_right=vec(1, 0.4, 0.4),
        knee_left=vec(1, 0.4, -0.4),
        elbow_right=vec(-0.4, -1, 0.2),
        elbow_left=vec(-0.4, -1, -0.2),
    )
    coat = COATS[int(look.chance[1] * len(COATS))]
    return Performance([pose], props_field.horse(2 * np.pi * phase, bob, coat))


ACTIONS = {
    "ride_bike": Action(ride_bike, 1.1, (0.1, 0.6), speed=3.0),
    "ride_horse": Action(ride_horse, 1.4, (0.2, 0.7), speed=3.6),
}
