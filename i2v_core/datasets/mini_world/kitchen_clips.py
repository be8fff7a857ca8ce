"""Untrimmed videos of a kitchen through the cook's eyes: segments of one verb each, with pauses between them."""

from dataclasses import dataclass

import numpy as np

from i2v_core.datasets.mini_world import kitchen_things as things
from i2v_core.datasets.mini_world import scene
from i2v_core.datasets.mini_world.figure import Piece, vec
from i2v_core.datasets.mini_world.kitchen_styles import KitchenStyle
from i2v_core.datasets.mini_world.kitchen_verbs import OTHER_VERBS, REACH, VERBS, Task
from i2v_core.datasets.mini_world.render import Backdrop, Camera, render, stacked
from i2v_core.datasets.mini_world.styled_clips import recorded, tremor
from i2v_core.datasets.mini_world.styles import Style

FRAME_SIZE_PX = (112, 64)
EYE_Z = 0.95  # metres of the head from the middle of the worktop towards the cook


@dataclass(frozen=True)
class Segment:
    """One verb in a video: the noun it is done to, the word that narrates it, and its length with pauses in frames."""

    verb: str
    noun: str
    spoken: str
    before: int
    frames: int
    after: int


@dataclass(frozen=True)
class Kitchen:
    """What the segments of one video share: the place, and what stands about."""

    style: KitchenStyle
    backdrop: Backdrop
    around: list[Piece]


def kitchen(rng: np.random.Generator, style: KitchenStyle) -> Kitchen:
    """A kitchen as one video finds it."""
    around = things.tap(np.zeros(1), np.zeros(1))
    for _ in range(rng.poisson(style.clutter)):
        x, kind = rng.uniform(-0.62, 0.10), str(rng.choice(["cup", "bottle", "box", "bowl"]))
        around += things.thing(kind, vec(x, 0, REACH["back"]), _crockery(rng, style))
    return Kitchen(style, things.kitchen_backdrop(rng, style), around)


def _crockery(rng: np.random.Generator, style: KitchenStyle) -> tuple:
    """A colour around that of the kitchen's crockery, every fourth one of any colour."""
    if rng.uniform() < 0.25:
        return scene.clothes_colour(rng, 0.2)
    return tuple(np.clip(np.array(style.crockery) * rng.uniform(0.75, 1.08) + rng.normal(0, 14, size=3), 10, 250))


def segment_pictures(rng: np.random.Generator, room: Kitchen, segment: Segment) -> np.ndarray:
    """The pictures of a segment and of its pauses, uint8 RGB (before + frames + after, h, w, 3).

    In the pauses the cook does nothing: the first shows how the verb begins, the second how it ends.
    """
    style, verb = room.style, (VERBS | OTHER_VERBS)[segment.verb]
    side = 1 if rng.uniform() < 0.7 else -1
    x, z = side * rng.uniform(*REACH["x"]), rng.uniform(*REACH["z"])
    hands = things.Hands(style.skin, style.sleeve, style.girth)
    task = Task(segment.noun, _crockery(rng, style), (x, z), side, hands, rng.uniform(size=3))
    count = segment.before + segment.frames + segment.after
    phase = np.clip((np.arange(count) - segment.before) / max(1, segment.frames - 1), 0, 1)
    pieces = room.around + verb.perform(phase, task)
    aim = verb.look_x * things.SINK_X + 0.10 * rng.uniform(-1, 1)
    camera = _eyes(rng, style, aim, count)
    pictures, _ = render(room.backdrop, stacked(pieces, count), camera, with_depth=False)
    return recorded(rng, pictures, _recording(style))


def _eyes(rng: np.random.Generator, style: KitchenStyle, aim: float, frames: int) -> Camera:
    """The head over the worktop: it looks at `aim`, sways slowly and trembles."""
    width, height = FRAME_SIZE_PX
    focal = style.focal * width * (1 + 0.05 * rng.uniform(-1, 1))
    head = style.height * (1 + 0.05 * rng.uniform(-1, 1))
    start, turns = rng.uniform(0, 2 * np.pi, size=2), rng.uniform(0.6, 1.4, size=2)
    slow = np.sin(start + turns * np.linspace(0, np.pi, frames)[:, None])
    foot = style.horizon * height * (1 + 0.12 * rng.uniform(-1, 1))
    centre = np.array([width / 2, foot - focal * head / (EYE_Z + things.WALL)])
    centre = centre + style.sway * (np.array([3.0, 2.0]) * slow + 0.35 * tremor(rng, frames))
    sideways = aim + 0.03 * style.sway * np.sin(start[0] + np.linspace(0, 2.0, frames))
    position = np.stack([sideways, np.full(frames, head), np.full(frames, EYE_Z)], axis=1)
    return Camera(width, height, np.full(frames, focal), centre, position)


def _recording(style: KitchenStyle) -> Style:
    return Style(
        smear=style.smear,
        softness_px=0.4,
        grain=style.noise,
        gamma=style.gamma,
        lift=4.0,
        gains=style.gains,
        vignette=0.15,
    )
