"""Where and who: people and their clothes, backdrops, clutter, all drawn by chance from one generator."""

import colorsys

import cv2
import numpy as np

from i2v_core.datasets.mini_world.action import Look
from i2v_core.datasets.mini_world.figure import Person, Piece, capsule, patch, vec
from i2v_core.datasets.mini_world.render import Backdrop

SKINS = ((255, 219, 190), (240, 194, 156), (214, 160, 120), (172, 118, 82), (122, 80, 56))
HAIRS = ((40, 28, 22), (92, 58, 32), (200, 160, 90), (20, 20, 22), (140, 136, 132), (150, 62, 30))
TEXTURE_SCALE = 24.0  # pixels a metre
WALL_METRES, FLOOR_METRES = (14.0, 5.0), (14.0, 9.0)


def clothes_colour(rng: np.random.Generator, dimness: float) -> tuple:
    """Of clothes and things: vivid and middling with dimness 0, a little dull but bright with dimness 1."""
    saturation = rng.uniform(0.6, 1.0) * np.clip(1 - 0.35 * dimness, 0.2, 1)
    return _rgb(rng, saturation, rng.uniform(0.40, 0.85) * (1 - dimness) + rng.uniform(0.65, 1.0) * dimness)


def ground_colour(rng: np.random.Generator, dimness: float) -> tuple:
    """Of walls and floors: light with dimness 0, dark with dimness 1, never as vivid as clothes."""
    saturation = rng.uniform(0.08, 0.40)
    return _rgb(rng, saturation, rng.uniform(0.72, 1.0) * (1 - dimness) + rng.uniform(0.18, 0.42) * dimness)


def _rgb(rng: np.random.Generator, saturation: float, value: float) -> tuple:
    value = float(np.clip(value, 0.08, 1))
    return tuple(255 * channel for channel in colorsys.hsv_to_rgb(rng.uniform(), float(saturation), value))


def _standing_out(rng: np.random.Generator, dimness: float, place: Backdrop) -> tuple:
    """Of a few random colours the one farthest from the wall's, as a figure that nobody can see teaches nothing."""
    wall = place.wall.reshape(-1, 3).mean(axis=0)
    choices = [clothes_colour(rng, dimness) for _ in range(4)]
    return max(choices, key=lambda choice: float(np.abs(np.array(choice) - wall).sum()))


def person(rng: np.random.Generator, dimness: float, place: Backdrop) -> Person:
    """A person by chance, dressed to stand out against a place."""
    return Person(
        scale=rng.uniform(0.92, 1.06),
        girth=rng.uniform(0.86, 1.18),
        arm=rng.uniform(0.97, 1.04),
        skin=SKINS[rng.integers(len(SKINS))],
        hair=HAIRS[rng.integers(len(HAIRS))],
        shirt=_standing_out(rng, dimness, place),
        trousers=_standing_out(rng, dimness, place),
        shoes=tuple(0.6 * channel for channel in clothes_colour(rng, dimness)),
        has_sleeves=bool(rng.uniform() < 0.5),
        has_shorts=bool(rng.uniform() < 0.3),
    )


def look(rng: np.random.Generator, dimness: float, cue: float) -> Look:
    """What a group shares in an action."""
    return Look(tuple(clothes_colour(rng, dimness) for _ in range(3)), rng.uniform(size=4), cue)


def plain_backdrop(rng: np.random.Generator) -> Backdrop:
    """A studio: one colour, or a gradient, from the floor up the wall."""
    top, foot = (np.array(ground_colour(rng, 0.0)) for _ in range(2))
    if rng.uniform() < 0.5:
        top, foot = np.array([250.0, 250, 250]) - rng.uniform(0, 25), np.array([250.0, 250, 250]) - rng.uniform(0, 40)
    wall = np.linspace(top, foot, 32)[:, None].repeat(32, axis=1)
    floor = np.linspace(foot, 0.94 * foot, 32)[:, None].repeat(32, axis=1)
    return Backdrop(_bytes(wall), _bytes(floor), rng.uniform(1.5, 3.0), 8.0)


def backdrop(rng: np.random.Generator, dimness: float, clutter: float, contrast: float) -> Backdrop:
    """A room or a place outdoors.

    clutter: 0 bare, 1 busy, of patterns and of things on the wall. contrast: 0 one tone for all, 1 as they come.
    """
    is_room = rng.uniform() < 0.55
    wall_size, floor_size = ([round(metres * TEXTURE_SCALE) for metres in size] for size in (WALL_METRES, FLOOR_METRES))
    floor = _surface(rng, floor_size, 0.85 * np.array(ground_colour(rng, dimness)), 10 + 16 * clutter)
    if is_room:
        wall = _surface(rng, wall_size, np.array(ground_colour(rng, dimness)), 6 + 12 * clutter)
        _stripes(rng, wall, clutter)
        _tiles(rng, floor, clutter)
    else:
        wall = _outdoors(rng, wall_size, dimness, clutter)
    _things_on(rng, wall, round(clutter * rng.uniform(6, 16)), 0.15 + 0.30 * clutter)
    tone = wall.reshape(-1, 3).mean(axis=0)
    wall, floor = (_bytes(tone + contrast * (texture - tone)) for texture in (wall, floor))
    return Backdrop(wall, floor, rng.uniform(0.9, 2.2) if is_room else rng.uniform(2.5, 6.0), TEXTURE_SCALE)


def _bytes(texture: np.ndarray) -> np.ndarray:
    return np.clip(texture, 0, 255).astype(np.uint8)


def _surface(rng: np.random.Generator, size: list, base: np.ndarray, contrast: float) -> np.ndarray:
    """A colour with soft and fine irregularities, `(h, w, 3)` float32."""
    width, height = size
    soft = cv2.resize(rng.standard_normal((height // 24, width // 24)).astype(np.float32), (width, height))
    fine = cv2.resize(rng.standard_normal((height // 2, width // 2)).astype(np.float32), (width, height))
    return (base + contrast * (0.8 * soft + 0.35 * fine)[..., None]).astype(np.float32)


def _stripes(rng: np.random.Generator, wall: np.ndarray, clutter: float) -> None:
    if rng.uniform() < 0.5:
        period = rng.uniform(6, 30)
        wave = np.sign(np.sin(2 * np.pi * np.arange(wall.shape[1]) / period)).astype(np.float32)
        wall += 14 * clutter * wave[None, :, None]
    wall[-5:] *= 0.7  # skirting board


def _tiles(rng: np.random.Generator, floor: np.ndarray, clutter: float) -> None:
    period = int(rng.integers(8, 28))
    floor[::period] -= 35 * clutter
    if rng.uniform() < 0.6:
        floor[:, ::period] -= 35 * clutter


def _outdoors(rng: np.random.Generator, size: list, dimness: float, clutter: float) -> np.ndarray:
    width, height = size
    sky, low = np.array([150.0, 195, 240]), np.array([235.0, 230, 225])
    sky, low = sky * (1 - 0.65 * min(dimness, 1.3)), low * (1 - 0.70 * min(dimness, 1.3))
    wall = np.linspace(sky, low, height)[:, None].repeat(width, axis=1).astype(np.float32)
    for layer in range(2 + round(2 * clutter)):
        steps = rng.uniform(0.10, 0.62 - 0.08 * layer, size=rng.integers(8, 30)).astype(np.float32)
        crest = cv2.resize(steps[None], (width, 1), interpolation=(cv2.INTER_CUBIC, cv2.INTER_NEAREST)[layer % 2])[0]
        tone = np.array(ground_colour(rng, dimness)) * rng.uniform(0.6, 0.95)
        tone = low + (0.35 + 0.4 * clutter) * (tone - low)
        wall[np.arange(height)[:, None] > height * (1 - crest)[None]] = tone
    return wall + (5 + 9 * clutter) * rng.standard_normal((height, width, 1)).astype(np.float32)


def _things_on(rng: np.random.Generator, wall: np.ndarray, count: int, contrast: float) -> None:
    """Pictures, windows, shelves: framed boxes and discs on the wall, with `contrast` 0..1 against it."""
    height, width = wall.shape[:2]
    ground = wall.reshape(-1, 3).mean(axis=0)
    for _ in range(count):
        x, y = rng.uniform(0, width), rng.uniform(0.25, 0.95) * height
        half = rng.uniform(4, 26, size=2)
        tone, frame = ((ground + contrast * (np.array(clothes_colour(rng, 0.5)) - ground)).tolist() for _ in range(2))
        if rng.uniform() < 0.7:
            low, high = (int(x - half[0]), int(y - half[1])), (int(x + half[0]), int(y + half[1]))
            cv2.rectangle(wall, low, high, tone, -1)
            cv2.rectangle(wall, low, high, frame, 2)
        else:
            cv2.ellipse(wall, (int(x), int(y)), (int(half[0]), int(half[1])), rng.uniform(0, 180), 0, 360, tone, -1)


def clutter_pieces(
    rng: np.random.Generator, amount: float, dimness: float, contrast: float, place: Backdrop
) -> list[Piece]:
    """Poles, crates, bushes and hanging things in world space, behind and beside the place of the action."""
    ground = place.wall.reshape(-1, 3).mean(axis=0)
    pieces = []
    for _ in range(rng.poisson(3.0 * amount)):
        z = rng.uniform(-0.9 * place.distance, -0.45)
        x, tone = rng.uniform(-3.2, 3.2), np.array(ground_colour(rng, 0.35 + 0.4 * dimness))
        tone = tuple(ground + contrast * (tone - ground))
        kind = rng.integers(4)
        if kind == 0:
            tilt = rng.normal(0, 0.35)
            pieces.append(
                capsule(vec(x, 0, z), vec(x + tilt, rng.uniform(0.8, 2.6), z), 0.05, rng.uniform(0.02, 0.07), tone)
            )
        elif kind == 1:
            half, up = rng.uniform(0.12, 0.45), rng.uniform(0.25, 1.0)
            pieces.append(
                patch(vec(x - half, 0, z), vec(x + half, 0, z), vec(x + half, up, z), vec(x - half, up, z), colour=tone)
            )
        elif kind == 2:
            size, up = rng.uniform(0.12, 0.35), rng.uniform(0.1, 1.5)
            pieces += [
                capsule(vec(x + a, up + b, z), vec(x + a, up + b, z), size, size, tone)
                for a, b in ((0, 0), (0.2, 0.12))
            ]
        else:
            up = rng.uniform(1.6, 2.6)
            pieces.append(
                capsule(vec(x, up, z), vec(x + rng.normal(0, 0.6), up + rng.normal(0, 0.2), z), 0.04, 0.06, tone)
            )
    return pieces


def shadow(reach: float, tone: tuple) -> list[Piece]:
    """A dark spot on the ground below the actor, in body space."""
    pieces = []
    for half, side in ((reach, 0.10), (0.75 * reach, 0.19), (0.4 * reach, 0.24)):
        corners = ((-half, -side), (half, -side), (half, side), (-half, side))
        pieces.append(patch(*(vec(f, 0.005, r) for f, r in corners), colour=tone))
    return pieces
