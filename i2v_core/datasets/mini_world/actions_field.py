"""Exercises, fights, throws and dives that the video world adds to the mini world's actions."""

import numpy as np

from i2v_core.datasets.mini_world import props_field
from i2v_core.datasets.mini_world.action import Action, Look, Performance, mixed, pulse
from i2v_core.datasets.mini_world.event import Event, eased, keyed, moved, turned
from i2v_core.datasets.mini_world.figure import TORSO, Pose, turned_about, vec

LEGS = 0.86  # metres from pelvis to ankle of a straight body


def push_ups(phase: np.ndarray, look: Look) -> Performance:
    shoulder_up = 0.22 + 0.32 * (1 - pulse(phase))
    foot = vec(-0.95, 0.08, 0)
    length = LEGS + TORSO
    along = np.sqrt(length**2 - (shoulder_up - 0.08) ** 2) / length
    spine = vec(along, (shoulder_up - 0.08) / length, 0)
    hands = vec(foot[0] + length * 0.935, 0.06, 0.27)
    return Performance(
        [
            Pose(
                pelvis=foot + LEGS * spine,
                spine=spine,
                gaze=vec(0.5, -1, 0),
                toes=vec(0.1, -1, 0),
                hand_right=hands,
                hand_left=hands * [1, 1, -1],
                foot_right=foot + vec(0, 0, 0.09),
                foot_left=foot - vec(0, 0, 0.09),
                elbow_right=vec(-0.7, 0.4, 0.8),
                elbow_left=vec(-0.7, 0.4, -0.8),
                knee_right=vec(0, -1, 0),
                knee_left=vec(0, -1, 0),
            )
        ]
    )


def punch(phase: np.ndarray, look: Look) -> Performance:
    """Alternate punches at another person, who is hit and reels."""
    right, left = pulse(phase, rise=0.25), pulse(phase + 0.5, rise=0.25)
    guard, reach = vec(0.28, 1.40, 0.14), vec(0.58, 1.50, 0.04)
    attacker = Pose(
        spine=vec(0.14 + 0.08 * (right + left), 1, 0),
        across=vec(0.4 * (right - left), 0, 1),
        hand_right=mixed(right, guard, reach),
        hand_left=mixed(left, guard * [1, 1, -1], reach * [1, 1, -1]),
        elbow_right=vec(-0.2, -0.6, 0.8),
        elbow_left=vec(-0.2, -0.6, -0.8),
        foot_right=vec(-0.24, 0.07, 0.14),
        foot_left=vec(0.18, 0.07, -0.12),
    )
    hit = pulse(2 * phase - 0.22, rise=0.3)
    victim = Pose(
        pelvis=vec(-0.05 * hit, 0.88, 0),
        spine=vec(0.05 - 0.30 * hit, 1, 0),
        gaze=vec(1, 0.5 * hit, 0),
        hand_right=vec(0.20 - 0.25 * hit, 1.25 - 0.2 * hit, 0.20 + 0.12 * hit),
        hand_left=vec(0.20 - 0.25 * hit, 1.20 - 0.2 * hit, -0.20 - 0.12 * hit),
        foot_right=vec(-0.20, 0.07, 0.14),
        foot_left=vec(0.12, 0.07, -0.12),
    )
    return Performance([moved(attacker, vec(-0.45, 0, 0)), moved(turned_about(victim, 0.74), vec(-0.42, 0, 0))])


def discus_throw(phase: np.ndarray, look: Look) -> Performance:
    """One and a half turns on the spot with the arm held out, then the release ahead."""
    wound = keyed(phase, (0.0, (0, 0, 0)), (0.2, (-1.2, 0, 0)))[:, 0]
    angle = wound + (1.2 + 3 * np.pi) * np.clip((phase - 0.2) / 0.5, 0, 1) ** 1.4 + 0.8 * eased(phase, 0.7, 0.85)
    angle = angle - 3 * np.pi
    low = eased(phase, 0.1, 0.25) - eased(phase, 0.6, 0.72)
    lift = eased(phase, 0.58, 0.72)
    hand = vec(0.05 + 0.15 * lift, 1.15 + 0.35 * lift, 0.62)
    pose = Pose(
        pelvis=vec(0, 0.90 - 0.12 * low, 0),
        spine=vec(0.22 * low, 1, 0.05),
        hand_right=hand,
        hand_left=vec(0.20, 1.20, -0.52),
        elbow_right=vec(-0.3, -0.3, 0.6),
        foot_right=vec(-0.20, 0.07 + 0.1 * low * np.abs(np.sin(angle)), 0.15),
        foot_left=vec(0.20, 0.07, -0.14),
    )
    pose = turned(pose, angle, "up")
    flight = np.maximum(0, phase - 0.70)
    start = pose.hand_right[np.argmin(np.abs(phase - 0.70))]
    flying = start + vec(9.0 * flight, 3.2 * flight - 2.5 * flight**2, 0)
    centre = np.where((phase < 0.70)[:, None], pose.hand_right, flying)
    return Performance([pose], props_field.discus(centre))


def dive(phase: np.ndarray, look: Look) -> Performance:
    """A hop on the springboard, a somersault with knees drawn up, and head first into the water."""
    height = 1.5
    time = np.clip((phase - 0.28) / 0.62, 0, 1)
    dip = eased(phase, 0.08, 0.2) - eased(phase, 0.2, 0.28)
    air = (time > 0).astype(float)
    up = height + 0.95 - 0.20 * dip + air * (3.0 * time - 5.2 * time**2)
    ahead = 1.25 * time
    tuck = eased(time, 0.10, 0.28) - eased(time, 0.60, 0.78)
    rolled = 2 * np.clip((time - 0.12) / 0.55, 0, 1) + eased(time, 0.55, 0.95)  # half turns
    angle = 0.25 * dip + np.pi * rolled
    straight = eased(time, 0.6, 0.85)
    hand = vec(0.15 * (1 - straight), 1.0 * eased(phase, 0.15, 0.3) - 0.1, 0.16)
    hand = hand + tuck[:, None] * (vec(0.42, -0.05, 0.16) - hand)
    foot = vec(0.02, -0.84, 0.09) + dip[:, None] * vec(0.0, 0.20, 0) + tuck[:, None] * vec(0.20, 0.50, 0)
    pose = Pose(
        pelvis=vec(0, 0, 0),
        spine=vec(0.05 + 0.7 * tuck, 1, 0),
        hand_right=hand,
        hand_left=hand * [1, 1, -1],
        foot_right=foot,
        foot_left=foot * [1, 1, -1],
        toes=vec(1 - straight, -straight, 0),
        elbow_right=vec(0.3, 0, 1),
        elbow_left=vec(0.3, 0, -1),
    )
    pose = moved(turned(pose, angle, "right"), vec(ahead, up, 0))
    return Performance([pose], props_field.springboard(height, 1.4, look.colours[1]))


ACTIONS = {
    "push_ups": Action(push_ups, 0.7, (0.5, 0.0), view_deg=10),
    "punch": Action(punch, 0.9, (0.25, 0.75)),
    "discus_throw": Event(discus_throw, peaks=(0.3, 0.66), view_deg=10),
    "dive": Event(dive, peaks=(0.22, 0.55)),
}
