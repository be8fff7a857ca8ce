"""Cello, flute and violin: played, which the A->U classes show, and only held, which PPMI's other half shows."""

import numpy as np

from i2v_core.datasets.mini_world import props_music
from i2v_core.datasets.mini_world.action import Action, Look, Performance, mixed, wave_of
from i2v_core.datasets.mini_world.figure import Pose, vec

SEAT = 0.44  # metres
CELLO_FOOT, CELLO_ALONG = (0.47, 0.03, 0.07), (-0.42, 1.0, -0.27)
VIOLIN_CHIN, VIOLIN_ALONG, VIOLIN_BOW = (0.10, 1.46, -0.13), (0.78, -0.14, -0.62), (-0.55, 0.36, -0.75)


def play_cello(phase: np.ndarray, look: Look) -> Performance:
    """Seated, the cello between the knees: the bow goes across once a cycle, the left hand up and down the neck."""
    stroke, other = wave_of(phase)
    foot, along = vec(*CELLO_FOOT), vec(*CELLO_ALONG)
    bridge = foot + 0.50 * along / np.linalg.norm(along) + vec(0.15, 0.04, 0)
    bow = vec(0.10, -0.04, 1.0)
    hand = bridge + (0.17 + 0.14 * stroke)[:, None] * bow
    neck = foot + mixed(0.5 + 0.5 * other, 0.86 * vec(*CELLO_ALONG), 1.02 * vec(*CELLO_ALONG)) + vec(0.04, 0, 0)
    pose = Pose(
        pelvis=vec(-0.04, SEAT + 0.10, 0),
        spine=vec(0.22, 1, 0.04 * stroke),
        gaze=vec(1, -0.35, 0.15),
        hand_right=hand,
        hand_left=neck,
        elbow_right=vec(-0.3, -0.2, 1),
        elbow_left=vec(0.2, -0.3, -1),
        foot_right=vec(0.38, 0.07, 0.34),
        foot_left=vec(0.38, 0.07, -0.34),
        knee_right=vec(1, 0.8, 0.5),
        knee_left=vec(1, 0.8, -0.5),
    )
    things = [*props_music.chair(SEAT), *props_music.cello(foot, along)]
    return Performance([pose], [*things, *props_music.bow_stick(hand, -bow, 0.66)])


def play_violin(phase: np.ndarray, look: Look) -> Performance:
    """Standing, the violin between chin and left hand: the bow goes across the strings once a cycle."""
    stroke, other = wave_of(phase)
    sway = vec(0, 0.01 * other, 0.015 * stroke)
    chin = vec(*VIOLIN_CHIN) + sway
    along = vec(*VIOLIN_ALONG) / np.linalg.norm(VIOLIN_ALONG)
    bow = vec(*VIOLIN_BOW) / np.linalg.norm(VIOLIN_BOW)
    hand = chin + 0.22 * along + vec(0, 0.08, 0) - (0.30 + 0.16 * stroke)[:, None] * bow
    pose = Pose(
        spine=vec(0, 1, 0.02 * stroke),
        gaze=vec(1, -0.15, -0.75),
        across=vec(0.15, 0, 1),
        hand_right=hand,
        hand_left=chin + 0.50 * along + vec(0, -0.03, 0),
        elbow_right=vec(0, -0.5, 1),
        elbow_left=vec(0.2, -1, -0.1),
        foot_right=vec(-0.06, 0.07, 0.15),
        foot_left=vec(0.10, 0.07, -0.14),
    )
    return Performance([pose], [*props_music.violin(chin, along), *props_music.bow_stick(hand, bow, 0.62)])


def play_flute(phase: np.ndarray, look: Look) -> Performance:
    """Standing, the flute at the lips and out to the right: it dips and rises with the player."""
    sway, other = wave_of(phase)
    start = vec(0.155, 1.575 + 0.015 * sway, -0.07)
    end = vec(0.25, 1.50 + 0.07 * sway, 0.60)
    right, left = start + 0.72 * (end - start), start + 0.36 * (end - start)
    pose = Pose(
        spine=vec(0.03 + 0.03 * sway, 1, 0.02 * other),
        gaze=vec(1, -0.12, 0.12),
        hand_right=right + vec(0.03, -0.035 + 0.012 * other, 0),
        hand_left=left + vec(0.05, -0.02 - 0.012 * other, 0),
        elbow_right=vec(0.1, -0.9, 0.8),
        elbow_left=vec(0.7, -0.9, -0.3),
        foot_right=vec(-0.05, 0.07, 0.13),
        foot_left=vec(0.07, 0.07, -0.13),
    )
    return Performance([pose], props_music.flute(start, end))


def hold_cello(phase: np.ndarray, look: Look) -> Performance:
    """Standing beside the upright cello, one hand on its neck."""
    foot, along = vec(0.30, 0.03, -0.34), vec(-0.10, 1.0, 0.02) + 0 * phase[:, None]
    pose = Pose(hand_left=foot + 1.08 * along, elbow_left=vec(-0.2, -0.8, -0.8))
    return Performance([pose], props_music.cello(foot, along))


def hold_violin(phase: np.ndarray, look: Look) -> Performance:
    """Standing, the violin hanging by its neck from the left hand, the bow from the right."""
    left, right = vec(0.10, 0.90, -0.30) + 0 * phase[:, None], vec(0.08, 0.88, 0.27) + 0 * phase[:, None]
    down = vec(0.15, -1, -0.05)
    violin = props_music.violin(left + 0.46 * down / np.linalg.norm(down), -down)
    return Performance(
        [Pose(hand_left=left, hand_right=right)], [*violin, *props_music.bow_stick(right, vec(0.25, -1, 0.1), 0.6)]
    )


def hold_flute(phase: np.ndarray, look: Look) -> Performance:
    """Standing, the flute upright before the chest in both hands."""
    low, high = vec(0.30, 0.86, 0.06) + 0 * phase[:, None], vec(0.26, 1.50, 0.02)
    pose = Pose(
        hand_right=low + vec(0, 0.10, 0.02),
        hand_left=low + vec(0, 0.32, -0.02),
        elbow_right=vec(-0.4, -0.6, 0.7),
        elbow_left=vec(-0.4, -0.6, -0.7),
    )
    return Performance([pose], props_music.flute(low, high))


ACTIONS = {
    "play_cello": Action(play_cello, 0.9, (0.25, 0.75), view_deg=58),
    "play_flute": Action(play_flute, 0.7, (0.2, 0.7), view_deg=72),
    "play_violin": Action(play_violin, 1.2, (0.25, 0.75), view_deg=68),
}
HELD = {
    "cello": Action(hold_cello, 0.0, (0.0,), view_deg=70),
    "flute": Action(hold_flute, 0.0, (0.0,), view_deg=72),
    "violin": Action(hold_violin, 0.0, (0.0,), view_deg=75),
}
