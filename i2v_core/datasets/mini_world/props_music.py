"""Musical instruments that are bowed or blown, and a chair, as pieces in the body space of the figure."""

import numpy as np

from i2v_core.datasets.mini_world.figure import Piece, vec
from i2v_core.datasets.mini_world.props import DARK, STEEL, WHITE, WOOD, ball, box, rod
from i2v_core.datasets.mini_world.props_games import along_of

VARNISH, EBONY = (168, 84, 30), (46, 30, 26)


def bow_stick(hand: np.ndarray, along: np.ndarray, length: float) -> list[Piece]:
    """A bow held at its frog in `hand`, stick and hair running in the direction `along` (t, 3)."""
    tip = hand + length * along_of(along)
    return [
        rod(hand + vec(0, 0.02, 0), tip + vec(0, 0.02, 0), 0.013, EBONY),
        rod(hand - vec(0, 0.02, 0), tip - vec(0, 0.02, 0), 0.009, WHITE),
    ]


def violin(chin: np.ndarray, along: np.ndarray) -> list[Piece]:
    """A violin whose lower end is at `chin` and whose scroll lies in the direction `along`."""
    along = along_of(along)
    return [
        ball(chin + 0.08 * along, 0.095, VARNISH),
        rod(chin + 0.08 * along, chin + 0.26 * along, 0.060, VARNISH),
        ball(chin + 0.27 * along, 0.080, VARNISH),
        rod(chin + 0.12 * along + vec(0, 0.07, 0), chin + 0.52 * along, 0.020, EBONY),
        ball(chin + 0.54 * along, 0.034, EBONY),
    ]


def cello(foot: np.ndarray, along: np.ndarray) -> list[Piece]:
    """A cello 1.24 m long, its spike on the ground at `foot`, its scroll in the direction `along`."""
    along, front = along_of(along), vec(0.14, 0.03, 0)
    lower, waist, upper = (foot + share * along for share in (0.34, 0.50, 0.66))
    scroll = foot + 1.24 * along
    return [
        rod(foot, foot + 0.2 * along, 0.014, STEEL),
        ball(lower, 0.185, VARNISH),
        rod(lower, upper, 0.120, VARNISH),
        ball(upper, 0.145, VARNISH),
        rod(foot + 0.24 * along + front, foot + 0.84 * along + 0.3 * front, 0.022, EBONY),
        rod(waist + front - vec(0, 0, 0.06), waist + front + vec(0, 0, 0.06), 0.016, WHITE),
        rod(upper, scroll, 0.030, EBONY),
        ball(scroll, 0.048, EBONY),
    ]


def flute(start: np.ndarray, end: np.ndarray) -> list[Piece]:
    """A silver flute between its two ends, with its keys."""
    keys = [ball(start + share * (end - start) + vec(0, 0.02, 0), 0.024, DARK) for share in (0.35, 0.5, 0.65, 0.8)]
    return [rod(start, end, 0.022, (222, 226, 232)), *keys]


def chair(height: float) -> list[Piece]:
    """A chair under the body's origin, its seat at `height` metres."""
    legs = [rod(vec(f, 0, r), vec(f, height, r), 0.022, WOOD) for f in (-0.24, 0.14) for r in (-0.18, 0.18)]
    back = [rod(vec(-0.26, height, r), vec(-0.30, height + 0.42, r), 0.022, WOOD) for r in (-0.18, 0.18)]
    rail = rod(vec(-0.30, height + 0.40, -0.18), vec(-0.30, height + 0.40, 0.18), 0.035, WOOD)
    return [*legs, *back, rail, *box(vec(-0.05, height - 0.02, 0), (0.42, 0.05, 0.42), WOOD)]
