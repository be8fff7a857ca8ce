"""Things of the sports field and of the road, as pieces in the body space of the figure."""

import itertools

import numpy as np

from i2v_core.datasets.mini_world.figure import Piece, patch, vec
from i2v_core.datasets.mini_world.props import DARK, STEEL, WHITE, ball, rod

ORANGE, TENNIS, WATER = (222, 120, 40), (215, 235, 60), (70, 140, 200)
WHEEL_RADIUS = 0.34


def ring(centre: np.ndarray, first: np.ndarray, second: np.ndarray, thick: float, colour: tuple, parts: int) -> list:
    """A closed ring of straight rods around `centre`; `first`, `second` (t, 3) or (3,) are its half axes in metres."""
    turns = 2 * np.pi * np.arange(parts + 1) / parts
    nodes = [centre + np.cos(turn) * first + np.sin(turn) * second for turn in turns]
    return [rod(a, b, thick, colour) for a, b in itertools.pairwise(nodes)]


def hoop(forward: float, height: float, colour: tuple) -> list[Piece]:
    """A basketball ring with its board and pole; the ring's centre is `forward` metres ahead."""
    board, low, high = forward + 0.32, height - 0.1, height + 0.62
    corners = (vec(board, low, -0.5), vec(board, low, 0.5), vec(board, high, 0.5), vec(board, high, -0.5))
    rim = ring(vec(forward, height, 0), vec(0.24, 0, 0), vec(0, 0, 0.24), 0.022, ORANGE, 8)
    net = [
        rod(vec(forward + 0.22 * f, height, 0.22 * r), vec(forward + 0.12 * f, height - 0.35, 0.12 * r), 0.01, WHITE)
        for f, r in ((1, 0), (-1, 0), (0, 1), (0, -1))
    ]
    pole = [
        rod(vec(board + 0.5, 0, 0), vec(board + 0.5, height, 0), 0.05, colour),
        rod(vec(board + 0.5, height, 0), vec(board, height + 0.2, 0), 0.05, colour),
    ]
    arm = rod(vec(board, height, 0), vec(forward + 0.24, height, 0), 0.02, ORANGE)
    return [*pole, patch(*corners, colour=WHITE), arm, *rim, *net]


def goal(forward: float) -> list[Piece]:
    """A football goal across the way ahead: posts, bar, and a few strings of the net."""
    half, up, back = 1.5, 1.55, forward + 0.7
    bars = [rod(vec(forward, 0, r), vec(forward, up, r), 0.05, WHITE) for r in (-half, half)]
    net = [rod(vec(forward, up, r), vec(back, 0.0, r), 0.012, WHITE) for r in np.linspace(-half, half, 7)]
    for share in (0.25, 0.5, 0.75):
        middle = vec(forward + 0.7 * share, up * (1 - share), 0)
        net.append(rod(middle - vec(0, 0, half), middle + vec(0, 0, half), 0.012, WHITE))
    return [*net, *bars, rod(vec(forward, up, -half), vec(forward, up, half), 0.05, WHITE)]


def racket(hand: np.ndarray, along: np.ndarray, colour: tuple) -> list[Piece]:
    """A tennis racket held in `hand`, its head in the direction `along` (t, 3)."""
    along = along / np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-9)
    across = np.cross(along, vec(1, 0, 0.25))
    across = across / np.maximum(np.linalg.norm(across, axis=-1, keepdims=True), 1e-9)
    centre = hand + 0.47 * along
    head = ring(centre, 0.19 * along, 0.14 * across, 0.016, colour, 10)
    strings = [
        rod(centre - 0.15 * along + shift * across, centre + 0.15 * along + shift * across, 0.007, WHITE)
        for shift in (-0.06, 0.0, 0.06)
    ]
    return [rod(hand - 0.05 * along, hand + 0.3 * along, 0.02, colour), *strings, *head]


def springboard(height: float, length: float, colour: tuple) -> list[Piece]:
    """A diving board whose tip is below the body's origin, on its stand beside a basin of water ahead."""
    top = vec(-length / 2, height, 0)
    edges = [(-length, -0.22), (0.12, -0.22), (0.12, 0.22), (-length, 0.22)]
    water = patch(*(vec(f, 0.004, r) for f, r in ((-0.3, -2.6), (4.5, -2.6), (4.5, 0.9), (-0.3, 0.9))), colour=WATER)
    board = patch(*(vec(f, height, r) for f, r in edges), colour=colour)
    stand = [rod(vec(f, 0, 0), vec(f, height - 0.04, 0), 0.07, STEEL) for f in (-length + 0.1, -0.6 * length)]
    rails = [
        rod(vec(-length, height + 0.5, r), vec(-0.5 * length, height + 0.5, r), 0.02, STEEL) for r in (-0.22, 0.22)
    ]
    return [water, *stand, rod(top - vec(length / 2, 0, 0), vec(0.12, height, 0), 0.035, colour), board, *rails]


def bicycle(turn: np.ndarray, colour: tuple) -> list[Piece]:
    """A bicycle under the body's origin; `turn` (t,) is the angle of its wheels in radians."""
    back, front, crank = vec(-0.50, WHEEL_RADIUS, 0), vec(0.55, WHEEL_RADIUS, 0), vec(0, 0.30, 0)
    seat, bar = vec(-0.20, 0.86, 0), vec(0.42, 0.92, 0)
    pieces = []
    for hub in (back, front):
        pieces += ring(hub, vec(WHEEL_RADIUS, 0, 0), vec(0, WHEEL_RADIUS, 0), 0.024, DARK, 10)
        for shift in (0, np.pi / 3, 2 * np.pi / 3):
            spoke = WHEEL_RADIUS * vec(np.cos(turn + shift), -np.sin(turn + shift), 0)
            pieces.append(rod(hub - spoke, hub + spoke, 0.009, STEEL))
    tubes = ((back, crank), (crank, seat), (crank, bar), (seat, bar), (back, seat), (bar, front))
    pieces += [rod(a, b, 0.024, colour) for a, b in tubes]
    saddle = rod(seat + vec(-0.12, 0.04, 0), seat + vec(0.1, 0.04, 0), 0.04, DARK)
    return [*pieces, rod(bar + vec(0, 0.1, -0.25), bar + vec(0, 0.1, 0.25), 0.02, DARK), saddle]


def horse(stride: np.ndarray, bob: np.ndarray, colour: tuple) -> list[Piece]:
    """A horse under the body's origin; `stride` (t,) in radians moves its legs, `bob` (t,) metres its body."""
    dark = tuple(0.55 * value for value in colour)
    rump, chest = vec(-0.55, 1.18 + 0.5 * bob, 0), vec(0.50, 1.20 + bob, 0)
    crest, muzzle = vec(0.92, 1.76 + 1.4 * bob, 0), vec(1.24, 1.56 + 1.6 * bob, 0)
    pieces = [
        rod(rump, chest, 0.27, colour),
        rod(chest, crest, 0.14, colour),
        rod(crest, muzzle, 0.09, colour),
        rod(chest + vec(-0.06, 0.25, 0), crest + vec(-0.1, 0.08, 0), 0.06, dark),
        rod(crest, crest + vec(-0.02, 0.18, 0.05), 0.03, dark),
        rod(rump + vec(-0.25, 0.08, 0), rump + vec(-0.55, -0.35, 0) + vec(0.08 * np.sin(stride), 0, 0), 0.055, dark),
        rod(vec(-0.2, 1.45, 0) + vec(0, 0.8 * bob, 0), vec(0.15, 1.45, 0) + vec(0, 0.8 * bob, 0), 0.07, DARK),
    ]
    legs = ((-0.62, 0.0, 0.16), (-0.55, 0.7, -0.16), (0.46, 2.6, 0.16), (0.52, 3.3, -0.16))
    for base, shift, side in legs:
        swing, lift = np.sin(stride + shift), np.maximum(0, np.cos(stride + shift))
        hip = vec(base, 1.02 + bob, side)
        knee = vec(base + 0.20 * swing + 0.05, 0.56 + 0.10 * lift, side)
        hoof = vec(base + 0.40 * swing - 0.12 * lift, 0.05 + 0.26 * lift, side)
        pieces += [rod(hip, knee, 0.085, colour), rod(knee, hoof, 0.05, colour), ball(hoof, 0.06, DARK)]
    return pieces


def discus(centre: np.ndarray) -> list[Piece]:
    """A discus, larger than a real one so that it is seen."""
    return [ball(centre, 0.11, ORANGE), rod(centre - vec(0.02, 0.11, 0), centre + vec(0.02, 0.11, 0), 0.03, DARK)]
