"""A kitchen in pieces: worktop, wall, crockery, cupboard, pot and tap, and the cook's hands.

World space of a kitchen: x right, y up from the worktop, z towards the cook, in metres; the wall is at z = -WALL.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from i2v_core.datasets.mini_world import props
from i2v_core.datasets.mini_world.figure import Piece, patch, vec
from i2v_core.datasets.mini_world.kitchen_styles import KitchenStyle
from i2v_core.datasets.mini_world.render import Backdrop

WALL = 0.45
PIXELS_A_METRE = 140
TABLE_METRES, WALL_METRES = (2.8, 1.6), (2.8, 1.2)
SINK_X, SINK_Z, SINK_SIZE = 0.34, -0.14, (0.36, 0.26)
INSIDE, METAL, STREAM, POT = (48, 40, 36), (196, 200, 206), (205, 228, 245), (92, 96, 104)
HEIGHTS = {"cup": 0.14, "bottle": 0.22, "bowl": 0.08, "plate": 0.03, "box": 0.15}


@dataclass(frozen=True)
class Hands:
    """Colours and thickness of the cook's arms."""

    skin: tuple
    sleeve: tuple
    girth: float


def kitchen_backdrop(rng: np.random.Generator, style: KitchenStyle) -> Backdrop:
    """Tiled wall, and a worktop of wood or stone with the sink let in."""
    wall = _tiled(rng, style)
    width, height = (round(metres * PIXELS_A_METRE) for metres in TABLE_METRES)
    stripes = cv2.resize(rng.standard_normal((height // 3, 6)).astype(np.float32), (width, height))
    table = np.array(style.table, dtype=np.float32) * (1 + 0.09 * style.grain * stripes[..., None])
    spots = rng.uniform(size=(height, width)) < 0.10 * min(style.speckle, 2.0)
    table[spots] += rng.normal(0, 34, size=(int(spots.sum()), 1)).astype(np.float32)
    corner = np.array([width / 2 + SINK_X * PIXELS_A_METRE, (WALL + SINK_Z) * PIXELS_A_METRE])
    for grow, share in ((0.02, 1.15), (0.0, 0.72), (-0.05, 0.60)):
        half = (np.array(SINK_SIZE) / 2 + grow) * PIXELS_A_METRE
        low, high = (tuple(np.round(place).astype(int).tolist()) for place in (corner - half, corner + half))
        cv2.rectangle(table, low, high, tuple(share * value for value in style.sink), -1)
    table, wall = (np.clip(texture, 0, 255).astype(np.uint8) for texture in (table, wall))
    return Backdrop(wall, table, WALL, float(PIXELS_A_METRE))


def _tiled(rng: np.random.Generator, style: KitchenStyle) -> np.ndarray:
    width, height = (round(metres * PIXELS_A_METRE) for metres in WALL_METRES)
    side = max(4, round(style.tile * PIXELS_A_METRE))
    tones = rng.normal(1.0, 0.035, size=(height // side + 1, width // side + 1, 1)).astype(np.float32)
    wall = np.repeat(np.repeat(tones, side, axis=0), side, axis=1)[:height, :width] * np.array(style.wall, np.float32)
    wall[::side] *= 0.82
    wall[:, ::side] *= 0.82
    return wall


def thing(kind: str, base: np.ndarray, colour: tuple) -> list[Piece]:
    """A cup, bottle, bowl, plate or box that stands with the middle of its foot at `base` (t, 3) or (3,)."""
    dark = tuple(0.45 * value for value in colour)
    light = tuple(min(255.0, 1.15 * value + 12) for value in colour)
    if kind == "cup":
        return [
            props.rod(base + vec(0, 0.045, 0), base + vec(0, 0.085, 0), 0.050, colour),
            props.rod(base + vec(0.06, 0.05, 0), base + vec(0.075, 0.08, 0), 0.018, colour),
            props.ball(base + vec(0, 0.118, 0.020), 0.034, dark),
        ]
    if kind == "bottle":
        return [
            props.rod(base + vec(0, 0.045, 0), base + vec(0, 0.14, 0), 0.045, colour),
            props.rod(base + vec(0, 0.14, 0), base + vec(0, 0.24, 0), 0.021, colour),
            props.ball(base + vec(0, 0.255, 0), 0.024, dark),
            props.rod(base + vec(0, 0.08, 0.014), base + vec(0, 0.10, 0.014), 0.041, light),
        ]
    if kind == "bowl":
        profile = ((0.0, 0.050), (0.025, 0.075), (0.05, 0.092), (0.075, 0.102))
        return [*_stack(base, profile, colour), *_disc(base + vec(0, 0.078, 0.010), 0.086, dark)]
    if kind == "plate":
        return [*_disc(base + vec(0, 0.012, 0), 0.125, light), *_disc(base + vec(0, 0.016, 0.002), 0.085, colour)]
    return props.box(base + vec(0, 0.075, 0), (0.14, 0.15, 0.09), colour)


def _stack(base: np.ndarray, profile: tuple, colour: tuple) -> list[Piece]:
    """A round vessel of level discs (height, radius), the higher ones drawn over the lower."""
    pieces = []
    for number, (height, radius) in enumerate(profile):
        shade = tuple((0.72 + 0.28 * number / (len(profile) - 1)) * value for value in colour)
        pieces += _disc(base + vec(0, height, 0.002 * number), radius, shade)
    return pieces


def _disc(centre: np.ndarray, radius: float, colour: tuple) -> list[Piece]:
    """A level disc of three rectangles that cross."""
    pieces = []
    for turn in np.pi * np.arange(3) / 3:
        long = radius * np.array([np.cos(turn), 0, np.sin(turn)])
        wide = 0.58 * radius * np.array([-np.sin(turn), 0, np.cos(turn)])
        corners = (long + wide, long - wide, -long - wide, -long + wide)
        pieces.append(patch(*(centre + corner for corner in corners), colour=colour))
    return pieces


def cupboard(x: float, angle: np.ndarray, colour: tuple) -> tuple[list[Piece], np.ndarray]:
    """A cupboard on the worktop at the wall, its door open by `angle` (t,) radians: pieces, and the handle (t, 3)."""
    width, low, high, back = 0.30, 0.0, 0.30, -WALL + 0.12
    left, right = x - width / 2, x + width / 2
    frame = tuple(0.8 * value for value in colour)
    inner = [
        *props.box(vec(x, (low + high) / 2, -WALL + 0.055), (width, high - low, 0.11), frame),
        patch(vec(left + 0.02, low + 0.02, back), vec(right - 0.02, low + 0.02, back),
              vec(right - 0.02, high - 0.02, back), vec(left + 0.02, high - 0.02, back), colour=INSIDE),
        props.rod(vec(left + 0.03, 0.15, back + 0.002), vec(right - 0.03, 0.15, back + 0.002), 0.008, frame),
    ]  # fmt: skip
    hinge, edge = vec(left, 0, back + 0.01), vec(np.cos(angle), 0 * angle, np.sin(angle)) * width
    door = patch(
        hinge + vec(0, low, 0), hinge + edge + vec(0, low, 0), hinge + edge + vec(0, high, 0), hinge + vec(0, high, 0),
        colour=colour,
    )  # fmt: skip
    handle = hinge + 0.88 * edge + vec(0, 0.15, 0) + vec(-np.sin(angle), 0 * angle, np.cos(angle)) * 0.02
    return [*inner, door, props.ball(handle, 0.018, METAL)], handle


def pot(base: np.ndarray, lid: np.ndarray, food: tuple) -> list[Piece]:
    """A pot at `base` (3,) with food in it, its lid at `lid` (t, 3), which is at base + (0, 0.13, 0) when closed."""
    profile = tuple((height, 0.10) for height in (0.0, 0.03, 0.06, 0.09, 0.12))
    body = [
        props.rod(base + vec(-0.14, 0.09, -0.02), base + vec(0.14, 0.09, -0.02), 0.016, INSIDE),
        *_stack(base, profile, POT),
        *_disc(base + vec(0, 0.122, 0.010), 0.090, INSIDE),
        *_disc(base + vec(0, 0.122, 0.012), 0.078, food),
    ]
    knob = props.ball(lid + vec(0, 0.03, 0.020), 0.024, INSIDE)
    return [*body, *_disc(lid + vec(0, 0.005, 0.016), 0.108, METAL), knob]


def tap(running: np.ndarray, flicker: np.ndarray) -> list[Piece]:
    """The tap at the back of the sink; its stream falls where `running` (t,) is 1 and hides in the mouth at 0."""
    foot, mouth = vec(SINK_X, 0, SINK_Z - 0.19), vec(SINK_X, 0.22, SINK_Z - 0.02)
    knee = vec(SINK_X, 0.25, SINK_Z - 0.19)
    end = mouth - running[:, None] * vec(0.006 * flicker, 0.21 + 0 * flicker, 0 * flicker)
    return [
        props.rod(foot, knee, 0.020, METAL),
        props.rod(knee, mouth + vec(0, 0.02, 0), 0.018, METAL),
        props.rod(mouth, end, 0.012, STREAM),
    ]


def arm(grasp: np.ndarray, closed: np.ndarray, side: int, hands: Hands) -> list[Piece]:
    """Forearm and hand (side 1 right, -1 left), the finger tips at `grasp` (t, 3); closed (t,) 0 open, 1 a grip."""
    shoulder = vec(0.30 * side + 0.25 * grasp[:, 0], 0.20, 0.75)
    along = grasp - shoulder
    along = along / np.linalg.norm(along, axis=-1, keepdims=True)
    across = np.cross(along, vec(0, 1, 0)) * side  # away from the body's middle
    wrist, girth = grasp - 0.13 * along + vec(0, 0.025, 0), hands.girth
    palm = wrist + 0.07 * along
    spread = (0.024 + 0.016 * (1 - closed))[:, None]
    pieces = [
        props.rod(wrist - 0.42 * along, wrist - 0.14 * along, 0.052 * girth, hands.sleeve),
        props.rod(wrist - 0.16 * along, wrist, 0.034 * girth, hands.skin),
        props.rod(wrist, palm, 0.038 * girth, hands.skin),
    ]
    for place in (-1.0, 0.0, 1.0):
        start = palm + 0.022 * place * across
        tip = grasp + (0.03 * (1 - closed))[:, None] * along + place * spread * across
        pieces.append(props.rod(start, tip, 0.015 * girth, hands.skin))
    thumb = wrist + 0.04 * along - 0.035 * across
    return [*pieces, props.rod(thumb, thumb + 0.07 * along - 1.2 * spread * across, 0.016 * girth, hands.skin)]
