"""Ball games: events that the video world adds to the mini world's actions."""

import numpy as np

from i2v_core.datasets.mini_world import props, props_field
from i2v_core.datasets.mini_world.action import Look, Performance, pulse
from i2v_core.datasets.mini_world.actions_daily import gait
from i2v_core.datasets.mini_world.event import Event, between, eased, keyed, moved
from i2v_core.datasets.mini_world.figure import Piece, Pose, vec

BALL_RADIUS = 0.13


def _flown(phase: np.ndarray, start: float, speed: float, climb: float) -> tuple[np.ndarray, np.ndarray]:
    """Way ahead and height in metres that a ball gains from the phase `start` on."""
    time = np.maximum(0, phase - start)
    return speed * time, climb * time - 2.2 * climb * time**2


def kick_ball(phase: np.ndarray, look: Look) -> Performance:
    approach, strike = eased(phase, 0.0, 0.40), eased(phase, 0.38, 0.66)
    running = moved(gait(3.2 * phase, stride=0.34, lift=0.25, bend=0.5, lean=0.15), vec(-1.2 * (1 - approach), 0, 0))
    angle = -0.95 + 2.3 * strike
    kicking = Pose(
        pelvis=vec(0, 0.88, 0),
        spine=vec(0.15 - 0.35 * strike, 1, 0),
        foot_right=vec(0.80 * np.sin(angle), 0.88 - 0.80 * np.cos(angle), 0.10),
        foot_left=vec(0.05, 0.07, -0.10),
        hand_right=vec(0.30 - 0.75 * strike, 1.05, 0.35),
        hand_left=vec(-0.25 + 0.65 * strike, 1.20, -0.42),
        elbow_right=vec(-1, -0.3, 0.5),
        elbow_left=vec(-1, -0.3, -0.5),
        toes=vec(1, 0.5 * strike, 0),
    )
    ahead, up = _flown(phase, 0.53, 6.5, 1.4)
    centre = vec(0.42 + ahead, 0.12 + np.maximum(0, up), 0.10)
    pose = between(running, kicking, eased(phase, 0.30, 0.42))
    return Performance([pose], [props.ball(centre, BALL_RADIUS, props.WHITE), props.ball(centre, 0.07, props.DARK)])


def penalty(phase: np.ndarray, look: Look) -> Performance:
    """The same kick towards a goal."""
    kicked = kick_ball(phase, look)
    return Performance(kicked.poses, [*props_field.goal(2.2), *kicked.props])


def shoot_ball(phase: np.ndarray, look: Look) -> Performance:
    """A jump shot from the spot at a basket ahead."""
    crouch = pulse(np.clip(phase / 0.36, 0, 1), rise=0.6)
    leap = 0.34 * pulse(np.clip((phase - 0.32) / 0.34, 0, 1))
    hand = keyed(
        phase, (0.05, (0.30, 1.10, 0.11)), (0.2, (0.30, 1.0, 0.11)), (0.42, (0.2, 1.86, 0.1)), (0.52, (0.30, 1.80, 0.1))
    )
    hand = hand + vec(0, leap - 0.22 * crouch, 0)
    rise = vec(0, leap, 0)
    pose = Pose(
        pelvis=vec(-0.12 * crouch, 0.90 - 0.26 * crouch, 0) + rise,
        spine=vec(0.30 * crouch, 1, 0),
        gaze=vec(1, 0.5, 0),
        hand_right=hand,
        hand_left=hand * [1, 1, -1],
        elbow_right=vec(0.6, -0.5, 0.5),
        elbow_left=vec(0.6, -0.5, -0.5),
        foot_right=vec(0, 0.07, 0.12) + rise,
        foot_left=vec(0.08, 0.07, -0.12) + rise,
    )
    held = hand * [1, 1, 0] + vec(0.08, 0.10, 0)
    share, fall = np.clip((phase - 0.48) / 0.26, 0, 1), np.clip((phase - 0.74) / 0.16, 0, 1)
    start, ring = np.array([0.36, 2.25, 0.0]), np.array([1.9, 2.72, 0.0])
    flying = start + share[:, None] * (ring - start) + vec(0, 2.6 * share * (1 - share) - 2.58 * fall**2, 0)
    centre = np.where((phase < 0.48)[:, None], held, flying)
    return Performance(
        [pose], [*props_field.hoop(1.9, 2.62, props.STEEL), props.ball(centre, BALL_RADIUS, props_field.ORANGE)]
    )


def layup(phase: np.ndarray, look: Look) -> Performance:
    """A run up to the basket, a leap from one leg, and the ball laid in with one hand."""
    ahead = -3.0 + 2.9 * np.clip(phase / 0.62, 0, 1) + 0.3 * eased(phase, 0.62, 1.0)
    leap = 0.62 * pulse(np.clip((phase - 0.45) / 0.36, 0, 1))
    running = gait(4.5 * phase, stride=0.44, lift=0.36, bend=0.6, lean=0.18)
    held = vec(0.34, 1.15, 0.12)
    running = Pose(**(vars(running) | {"hand_right": held, "hand_left": held * [1, 1, -1]}))
    reach = keyed(phase, (0.42, (0.34, 1.15, 0.12)), (0.60, (0.20, 1.88, 0.12)), (0.75, (0.22, 1.88, 0.12)))
    leaping = Pose(
        spine=vec(0.05, 1, 0),
        gaze=vec(0.8, 0.6, 0),
        hand_right=reach,
        hand_left=vec(0.30, 1.25, -0.25),
        elbow_right=vec(0.8, -0.6, 0.3),
        foot_right=vec(0.30, 0.52, 0.10),
        foot_left=vec(-0.18, 0.10, -0.10),
    )
    landing = Pose(pelvis=vec(0, 0.84, 0), spine=vec(0.15, 1, 0))
    pose = between(between(running, leaping, eased(phase, 0.42, 0.52)), landing, eased(phase, 0.74, 0.86))
    place = vec(ahead, leap, 0)
    share, fall = eased(phase, 0.62, 0.72), np.clip((phase - 0.72) / 0.2, 0, 1)
    inside = vec(0.72, 2.72 - 2.55 * fall**2, 0)
    carried = place + vec(0.06, 0.13, -0.1) + np.where((phase < 0.42)[:, None], held, reach)
    centre = carried + share[:, None] * (inside - carried)
    return Performance(
        [moved(pose, place)],
        [*props_field.hoop(0.72, 2.62, props.STEEL), props.ball(centre, BALL_RADIUS, props_field.ORANGE)],
    )


def tennis_serve(phase: np.ndarray, look: Look) -> Performance:
    """Ball tossed up with the left hand, hit overhead with the right."""
    hand = keyed(
        phase, (0.0, (0.25, 1.05, 0.22)), (0.35, (-0.35, 1.45, 0.35)), (0.47, (-0.25, 1.70, 0.25)),
        (0.57, (0.20, 1.88, 0.15)), (0.75, (0.35, 1.05, -0.10)),
    )  # fmt: skip
    along = keyed(
        phase, (0.0, (0.9, 0.2, 0)), (0.35, (-0.3, 0.9, 0.2)), (0.47, (-0.8, -0.5, 0.1)),
        (0.57, (0.25, 1, 0)), (0.75, (0.5, -0.8, -0.5)),
    )  # fmt: skip
    toss = keyed(phase, (0.08, (0.35, 0.95, -0.15)), (0.33, (0.28, 1.76, -0.16)), (0.6, (0.2, 1.0, -0.25)))
    stretch = eased(phase, 0.3, 0.55) - eased(phase, 0.62, 0.8)
    pose = Pose(
        pelvis=vec(0.05 * stretch, 0.88 + 0.05 * stretch, 0),
        spine=vec(-0.15 + 0.3 * eased(phase, 0.45, 0.7), 1, 0),
        across=vec(-0.6 + 0.9 * eased(phase, 0.42, 0.65), 0, 1),
        gaze=vec(0.9, 0.6 * stretch, 0),
        hand_right=hand,
        hand_left=toss,
        elbow_right=vec(-0.8, 0.1, 0.8),
        elbow_left=vec(0.2, -0.8, -0.5),
        foot_right=vec(-0.28 + 0.4 * eased(phase, 0.58, 0.8), 0.07, 0.14),
        foot_left=vec(0.18, 0.07, -0.12),
    )
    thrown = np.clip((phase - 0.3) / 0.26, 0, 1)
    above = vec(0.31, 1.84 + 2.6 * thrown * (1 - thrown) + 0.50 * thrown, 0)
    ahead, _ = _flown(phase, 0.56, 11.0, 1.0)
    struck = vec(0.31 + ahead, 2.34 - 0.16 * ahead, 0)
    loose = np.where((phase < 0.56)[:, None], above, struck)
    centre = np.where((phase < 0.3)[:, None], toss + vec(0.03, 0.08, 0), loose)
    return Performance([pose], [*props_field.racket(hand, along, look.colours[0]), _tennis_ball(centre)])


def _tennis_ball(centre: np.ndarray) -> Piece:
    return props.ball(centre, 0.06, props_field.TENNIS)  # larger than a real one, or no pixel would show it


def tennis_swing(phase: np.ndarray, look: Look) -> Performance:
    """A stroke at waist height of half the people, a serve of the others."""
    if look.chance[0] < 0.5:
        return tennis_serve(phase, look)
    hand = keyed(
        phase, (0.1, (0.35, 1.05, 0.2)), (0.38, (-0.4, 1.15, 0.42)), (0.52, (0.42, 1.1, 0.3)), (0.7, (0.3, 1.5, -0.3))
    )
    along = keyed(
        phase, (0.1, (0.9, 0.5, 0.1)), (0.38, (-0.9, 0.4, 0.4)), (0.52, (0.5, 0.05, 0.9)), (0.7, (-0.2, 0.6, -0.8))
    )
    turn = eased(phase, 0.38, 0.62)
    pose = Pose(
        pelvis=vec(0, 0.84, 0),
        spine=vec(0.12, 1, 0),
        across=vec(-0.7 + 1.1 * turn, 0, 1),
        hand_right=hand,
        hand_left=vec(0.30 - 0.35 * turn, 1.1, -0.35),
        elbow_right=vec(-0.5, -0.6, 0.8),
        foot_right=vec(-0.25, 0.07, 0.18),
        foot_left=vec(0.25, 0.07, -0.14),
    )
    ahead = np.where(phase < 0.52, 7.0 * (0.52 - phase), 9.0 * (phase - 0.52))
    ball = _tennis_ball(vec(0.6 + ahead, 1.05 + 0.04 * ahead, 0.6))
    return Performance([pose], [*props_field.racket(hand, along, look.colours[0]), ball])


ACTIONS = {
    "kick_ball": Event(kick_ball, peaks=(0.46, 0.56)),
    "penalty": Event(penalty, peaks=(0.46, 0.54), view_deg=-50),
    "shoot_ball": Event(shoot_ball, peaks=(0.44, 0.56), view_deg=12),
    "layup": Event(layup, peaks=(0.58, 0.64)),
    "tennis_serve": Event(tennis_serve, peaks=(0.36, 0.55), view_deg=15),
    "tennis_swing": Event(tennis_swing, peaks=(0.36, 0.54), view_deg=15),
}
