"""Things that people hold, wear out or stand before, as pieces in the body space of the figure."""

import itertools

import numpy as np

from i2v_core.datasets.mini_world.figure import Piece, capsule, patch, vec

WOOD, STEEL, WHITE, DARK = (133, 94, 58), (150, 155, 160), (238, 238, 234), (38, 36, 40)
SMOKE = (205, 205, 210)


def ball(centre: np.ndarray, radius: float, colour: tuple) -> Piece:
    """A ball."""
    return capsule(centre, centre, radius, radius, colour)


def rod(start: np.ndarray, end: np.ndarray, radius: float, colour: tuple) -> Piece:
    """A straight rod."""
    return capsule(start, end, radius, radius, colour)


def box(centre: np.ndarray, size: tuple, colour: tuple) -> list[Piece]:
    """An upright block (forward, up, right) of metres: two sides facing each way, and the lid."""
    f, u, r = (length / 2 for length in size)
    side, front, lid = colour, tuple(0.8 * c for c in colour), tuple(min(255, 1.15 * c) for c in colour)
    return (
        [
            patch(*(centre + vec(a * f, b * u, s * r) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))), colour=side)
            for s in (-1, 1)
        ]
        + [
            patch(*(centre + vec(s * f, b * u, a * r) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))), colour=front)
            for s in (-1, 1)
        ]
        + [patch(*(centre + vec(a * f, u, b * r) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))), colour=lid)]
    )


def sip(hand: np.ndarray, cue: float, colour: tuple, *, cup: bool) -> list[Piece]:
    """What is lifted to the mouth: with cue 1 a clear cup or a thin white stick, with cue 0 the same small thing."""
    thick, length = (0.018 + 0.042 * cue, 0.07 + 0.08 * cue) if cup else (0.018 - 0.004 * cue, 0.07 + 0.09 * cue)
    tint = tuple(cue * a + (1 - cue) * 215 for a in (colour if cup else WHITE))
    top = hand + (vec(0.05, length / 2, 0) if cup else vec(0.05 * (1 - cue), length / 2, -0.8 * length * cue))
    bottom = hand + vec(0.05, -length / 2, 0) if cup else hand + vec(0.05, -length / 2 * (1 - cue), 0)
    pieces = [rod(bottom, top, thick, tint)]
    if not cup and cue > 0.5:
        pieces.append(ball(top, 0.022, (255, 90, 30)))
        pieces += [ball(top + vec(0.03 + 0.05 * n, 0.08 + 0.07 * n, 0), 0.025 + 0.012 * n, SMOKE) for n in range(3)]
    return pieces


def bow(grip: np.ndarray, draw: np.ndarray, colour: tuple) -> list[Piece]:
    """A bow held upright at `grip`, its string drawn to `draw`, and the arrow."""
    offsets = [(-0.20, 0.66), (-0.06, 0.45), (0.02, 0.2), (0.03, 0.0), (0.02, -0.2), (-0.06, -0.45), (-0.20, -0.66)]
    nodes = [grip + vec(forward, up, 0) for forward, up in offsets]
    pieces = [rod(a, b, 0.022, colour) for a, b in itertools.pairwise(nodes)]
    pieces += [rod(nodes[0], draw, 0.007, WHITE), rod(nodes[-1], draw, 0.007, WHITE)]
    return [*pieces, rod(draw, grip + vec(0.25, 0, 0), 0.010, WOOD)]


def guitar(centre: np.ndarray, neck: np.ndarray, colour: tuple) -> list[Piece]:
    """A guitar whose body lies at `centre` and whose head is at `neck`."""
    along = (neck - centre) / np.linalg.norm(neck - centre, axis=-1, keepdims=True)
    upper = centre + 0.17 * along
    hole = centre + 0.06 * along + vec(0.14, 0, 0)
    return [
        ball(centre, 0.165, colour),
        ball(upper, 0.125, colour),
        ball(hole, 0.045, DARK),
        rod(upper, neck, 0.032, WOOD),
        rod(neck, neck + 0.1 * along, 0.045, DARK),
    ]


def mop(hand: np.ndarray, floor: np.ndarray, colour: tuple) -> list[Piece]:
    """A mop whose handle runs through `hand` down to its head on the `floor`."""
    top = hand + 0.25 * (hand - floor)
    strands = [rod(floor, floor + vec(f, -0.03, r), 0.045, WHITE) for f, r in ((0.14, 0.1), (0.1, -0.12), (-0.12, 0))]
    return [rod(top, floor, 0.018, colour), *strands]


def boat(colour: tuple) -> list[Piece]:
    """A rowing boat around the seat, bow ahead."""
    low, high = 0.08, 0.34
    hull = []
    for r in (-0.42, 0.42):
        corners = vec(-1.0, low, r * 0.7), vec(1.0, low, r * 0.7), vec(1.35, high, r), vec(-1.25, high, r)
        hull.append(patch(*corners, colour=colour))
    water = tuple(0.45 * c + 0.55 * w for c, w in zip((70, 120, 170), (60, 110, 180), strict=True))
    ripples = [
        rod(vec(f, 0.03, r), vec(f + 0.5, 0.03, r), 0.03, water) for f, r in ((-1.5, 0.6), (0.3, 0.75), (1.1, 0.6))
    ]
    rim = [rod(vec(-1.25, high, r), vec(1.35, high, r), 0.03, WOOD) for r in (-0.42, 0.42)]
    return hull + ripples + rim


def dog(place: np.ndarray, stride: np.ndarray, colour: tuple) -> list[Piece]:
    """A dog walking at `place` (a point on the ground); `stride` in radians moves its legs and tail."""
    back, neck = place + vec(-0.30, 0.40, 0), place + vec(0.25, 0.43, 0)
    head, tail = place + vec(0.40, 0.60, 0), place + vec(-0.50, 0.58 + 0.05 * np.sin(2 * stride), 0)
    pieces = [
        rod(back, neck, 0.115, colour),
        rod(neck, head, 0.075, colour),
        ball(head, 0.10, colour),
        rod(head, head + vec(0.15, -0.03, 0), 0.05, tuple(0.7 * c for c in colour)),
        rod(head + vec(-0.04, 0.03, 0.06), head + vec(-0.07, -0.1, 0.08), 0.03, DARK),
        rod(back, tail, 0.03, colour),
    ]
    for base, turn, r in ((-0.28, 0, 0.07), (-0.28, np.pi, -0.07), (0.22, np.pi, 0.07), (0.22, 0, -0.07)):
        foot = place + vec(base + 0.13 * np.sin(stride + turn), 0.03, r)
        pieces.append(rod(place + vec(base, 0.36, r), foot, 0.042, colour))
    return pieces


def whiteboard(forward: float, written: np.ndarray, colour: tuple) -> list[Piece]:
    """A board on the wall ahead at a distance, with lines of writing and a rim."""
    at = forward
    pieces = [
        patch(vec(at, 0.75, -1.0), vec(at, 0.75, 1.0), vec(at, 2.0, 1.0), vec(at, 2.0, -1.0), colour=WOOD),
        patch(
            *(vec(at - 0.02, u, r) for u, r in ((0.8, -0.94), (0.8, 0.94), (1.95, 0.94), (1.95, -0.94))), colour=WHITE
        ),
    ]
    for up, length in ((1.80, 1.5), (1.64, 1.2), (1.48, 0.7)):
        line = vec(at - 0.035, up, -0.85), vec(at - 0.035, up, -0.85 + length)
        pieces.append(rod(*line, 0.016, colour))
    return [*pieces, rod(written, written + vec(0.07, 0.03, 0), 0.014, colour)]


def hanging_bag(centre: np.ndarray, colour: tuple) -> list[Piece]:
    """A punching bag on a chain from above."""
    top, bottom = centre + vec(0, 0.30, 0), centre - vec(0, 0.30, 0)
    hook = vec(centre[..., 0].mean(), 2.35, 0)
    return [
        rod(bottom, top, 0.165, colour),
        rod(top + vec(0, 0.12, 0), hook, 0.014, STEEL),
        rod(centre - vec(0, 0.02, 0), centre + vec(0, 0.02, 0), 0.172, tuple(0.6 * c for c in colour)),
    ]


def high_bar(height: float, colour: tuple) -> list[Piece]:
    """A pull-up bar between two posts."""
    posts = [rod(vec(0, 0, r), vec(0, height, r), 0.035, colour) for r in (-0.75, 0.75)]
    return [*posts, rod(vec(0, height, -0.75), vec(0, height, 0.75), 0.028, STEEL)]
