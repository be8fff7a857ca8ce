"""Things of cricket, volleyball and baseball, as pieces in the body space of the figure."""

import numpy as np

from i2v_core.datasets.mini_world.figure import HEAD_RISE, HIP, SHIN, THIGH, TORSO, Piece, Pose, patch, two_link, vec
from i2v_core.datasets.mini_world.props import DARK, STEEL, WHITE, WOOD, ball, rod

WILLOW, STRAW, EARTH = (226, 196, 140), (206, 186, 132), (158, 104, 66)
RED, BLUE, LEATHER = (196, 28, 36), (40, 84, 190), (128, 72, 38)


def along_of(direction: np.ndarray) -> np.ndarray:
    """A direction (t, 3) or (3,) at length 1."""
    return direction / np.maximum(np.linalg.norm(direction, axis=-1, keepdims=True), 1e-9)


def wicket(forward: float, right: float) -> list[Piece]:
    """Three stumps and their bails, across the way ahead."""
    sides = (right - 0.12, right, right + 0.12)
    stumps = [rod(vec(forward, 0.0, side), vec(forward, 0.72, side), 0.026, WILLOW) for side in sides]
    return [*stumps, rod(vec(forward, 0.74, sides[0]), vec(forward, 0.74, sides[-1]), 0.022, RED)]


def strip(start: float, end: float) -> list[Piece]:
    """A cricket pitch on the ground from `start` to `end` metres ahead, with a crease at either end."""
    ground = patch(*(vec(f, 0.003, r) for f, r in ((start, -0.7), (end, -0.7), (end, 0.7), (start, 0.7))), colour=STRAW)
    creases = [
        patch(
            *(vec(f, 0.004, r) for f, r in ((at, -0.7), (at + 0.07, -0.7), (at + 0.07, 0.7), (at, 0.7))), colour=WHITE
        )
        for at in (start + 0.25, end - 0.32)
    ]
    return [ground, *creases]


def cricket_bat(hands: np.ndarray, along: np.ndarray) -> list[Piece]:
    """A bat held at `hands`, its blade in the direction `along` (t, 3)."""
    along = along_of(along)
    blade, tip = hands + 0.18 * along, hands + 0.70 * along
    return [rod(hands - 0.14 * along, blade, 0.024, DARK), rod(blade, tip, 0.062, WILLOW)]


def leg_pads(pose: Pose) -> list[Piece]:
    """White pads before both shins of a pose."""
    across, pieces = along_of(pose.across), []
    for side, foot, hint in ((1, pose.foot_right, pose.knee_right), (-1, pose.foot_left, pose.knee_left)):
        knee, ankle = two_link(pose.pelvis + side * HIP * across, foot, (THIGH, SHIN), hint)
        front = 0.05 * along_of(hint)
        pieces.append(rod(knee + front + vec(0, 0.08, 0), ankle + front, 0.075, WHITE))
    return pieces


def cap(pose: Pose, colour: tuple) -> list[Piece]:
    """A cap with a peak on the head of a pose."""
    spine, gaze = along_of(pose.spine), along_of(pose.gaze)
    head = pose.pelvis + TORSO * spine + HEAD_RISE * along_of(spine + 0.12 * gaze)
    crown = head + 0.06 * spine
    return [ball(crown, 0.122, colour), rod(crown + 0.08 * gaze, crown + 0.21 * gaze, 0.03, colour)]


def glove(hand: np.ndarray) -> list[Piece]:
    """A baseball glove over a hand."""
    return [ball(hand, 0.105, LEATHER), ball(hand + vec(0.05, 0.06, 0), 0.07, LEATHER)]


def mound() -> list[Piece]:
    """A low round of earth with the pitcher's plate on it."""
    rounds = [
        patch(*(vec(f, 0.003, r) for f, r in ((-a, -b), (a, -b), (a, b), (-a, b))), colour=EARTH)
        for a, b in ((1.15, 0.45), (0.95, 0.7), (0.6, 0.85))
    ]
    return [*rounds, patch(*(vec(f, 0.006, r) for f, r in ((-0.1, -0.3), (0.04, -0.3), (0.04, 0.3), (-0.1, 0.3))),
                           colour=WHITE)]  # fmt: skip


def volleyball_net(forward: float, low: float, high: float) -> list[Piece]:
    """A net across the way ahead between two posts, its mesh from `low` to `high` metres."""
    half = 1.5
    posts = [rod(vec(forward, 0, r), vec(forward, high + 0.05, r), 0.045, STEEL) for r in (-half, half)]
    strings = [rod(vec(forward, low, r), vec(forward, high, r), 0.011, DARK) for r in np.linspace(-half, half, 11)]
    rows = [rod(vec(forward, up, -half), vec(forward, up, half), 0.011, DARK) for up in np.linspace(low, high, 5)[1:-1]]
    tapes = [rod(vec(forward, up, -half), vec(forward, up, half), 0.035, WHITE) for up in (low, high)]
    return [*posts, *strings, *rows, *tapes]


def volleyball(centre: np.ndarray) -> list[Piece]:
    """A white ball with coloured panels."""
    return [ball(centre, 0.135, WHITE), ball(centre + vec(0.03, 0.03, 0.05), 0.09, BLUE), ball(centre, 0.05, WOOD)]
