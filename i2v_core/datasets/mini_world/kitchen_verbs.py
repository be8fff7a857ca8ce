"""What the hands do: the verbs of the kitchens, each once from phase 0 to 1."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from i2v_core.datasets.mini_world import kitchen_things as things
from i2v_core.datasets.mini_world.event import eased, keyed
from i2v_core.datasets.mini_world.figure import Piece, vec
from i2v_core.datasets.mini_world.kitchen_things import HEIGHTS, SINK_X, SINK_Z, WALL, Hands

CUPBOARD_OPEN = 1.75  # radians
LID_UP = 0.13  # metres above the worktop when it is on the pot
FOODS = ((196, 120, 60), (150, 170, 70), (190, 60, 50), (226, 200, 130))


@dataclass(frozen=True)
class Task:
    """What a segment is about: kind and colour of the object, where it is (x, z), which hand, chances in 0..1."""

    kind: str
    colour: tuple
    place: tuple
    side: int
    hands: Hands
    chance: np.ndarray


@dataclass(frozen=True)
class Verb:
    """perform(phase (t,), task) -> pieces. number: its class in EPIC-Kitchens; spoken: words that narrate it.

    look_x: where the cook looks, as a share of the sink's place.
    """

    perform: Callable[[np.ndarray, Task], list[Piece]]
    number: int
    spoken: tuple
    kinds: tuple
    look_x: float = 0.0


def _rest(side: int) -> tuple:
    return (0.17 * side, 0.04, 0.26)


def _idle_hand(phase: np.ndarray, task: Task) -> list[Piece]:
    """The hand that has nothing to do, at the rim of the picture."""
    still = keyed(phase, (0.0, _rest(-task.side)))
    return things.arm(still, 0.4 + 0 * phase, -task.side, task.hands)


def _carried(phase: np.ndarray, task: Task, *, is_put: bool) -> list[Piece]:
    """An object taken from the worktop out of the picture, or brought into it and put down."""
    x, z = task.place
    height = 0.6 * HEIGHTS[task.kind]
    there, away = (x, height, z + 0.03), (0.20 * task.side, 0.12, 0.50)
    above = (x, height + 0.09, z + 0.08)
    if is_put:
        keys = ((0.05, away), (0.38, above), (0.50, there), (0.58, there), (0.70, above), (0.92, _rest(task.side)))
        closed, is_held = 1 - eased(phase, 0.54, 0.62), phase < 0.54
    else:
        keys = ((0.06, _rest(task.side)), (0.32, above), (0.42, there), (0.50, there), (0.62, above), (0.95, away))
        closed, is_held = eased(phase, 0.40, 0.48), phase > 0.47
    hand = keyed(phase, *keys)
    held = hand - vec(0, height, 0.03)
    base = np.where(is_held[:, None], held, vec(x, 0, z))
    return [
        *things.thing(task.kind, base, task.colour),
        *things.arm(hand, closed, task.side, task.hands),
        *_idle_hand(phase, task),
    ]


def take(phase: np.ndarray, task: Task) -> list[Piece]:
    return _carried(phase, task, is_put=False)


def put(phase: np.ndarray, task: Task) -> list[Piece]:
    return _carried(phase, task, is_put=True)


def move(phase: np.ndarray, task: Task) -> list[Piece]:
    """An object pushed sideways over the worktop; no class of the benchmark."""
    x, z = task.place
    height, way = 0.6 * HEIGHTS[task.kind], -0.22 * task.side
    first, second = (x, height, z + 0.03), (x + way, height, z + 0.03)
    rest = _rest(task.side)
    hand = keyed(phase, (0.05, rest), (0.30, first), (0.38, first), (0.66, second), (0.72, second), (0.95, rest))
    base = vec(x, 0, z) + keyed(phase, (0.38, (0, 0, 0)), (0.66, (way, 0, 0)))
    closed = eased(phase, 0.28, 0.36) - eased(phase, 0.68, 0.76)
    return [
        *things.thing(task.kind, base, task.colour),
        *things.arm(hand, closed, task.side, task.hands),
        *_idle_hand(phase, task),
    ]


def _turned(phase: np.ndarray, task: Task, *, is_close: bool) -> list[Piece]:
    """A cupboard's door pulled open, or pushed shut."""
    swing = eased(phase, 0.34, 0.72)
    angle = CUPBOARD_OPEN * (0.9 + 0.1 * task.chance[0]) * (1 - swing if is_close else swing)
    pieces, handle = things.cupboard(task.place[0] - 0.05, angle, task.colour)
    reach, leave = eased(phase, 0.05, 0.32), eased(phase, 0.74, 0.97)
    on = (reach - leave)[:, None]
    hand = keyed(phase, (0.0, _rest(task.side))) * (1 - on) + (handle + vec(0, 0, 0.02)) * on
    closed = eased(phase, 0.28, 0.34) - eased(phase, 0.72, 0.78)
    return [*pieces, *things.arm(hand, closed, task.side, task.hands), *_idle_hand(phase, task)]


def _lidded(phase: np.ndarray, task: Task, *, is_close: bool) -> list[Piece]:
    """A pot's lid lifted off and laid beside it, or put on."""
    x, z = 0.4 * task.place[0], -0.16
    on, beside, above = (x, LID_UP, z), (x + 0.24 * task.side, 0.02, z + 0.06), (x + 0.10 * task.side, 0.30, z + 0.03)
    first, second = (beside, on) if is_close else (on, beside)
    lid = keyed(phase, (0.38, first), (0.54, above), (0.68, second))
    grip = np.array([0, 0.05, 0.03])
    rest = _rest(task.side)
    hand = keyed(
        phase, (0.05, rest), (0.32, tuple(first + grip)), (0.38, tuple(first + grip)), (0.54, tuple(above + grip)),
        (0.68, tuple(second + grip)), (0.74, tuple(second + grip)), (0.96, rest),
    )  # fmt: skip
    closed = eased(phase, 0.30, 0.37) - eased(phase, 0.69, 0.76)
    food = FOODS[int(task.chance[1] * len(FOODS))]
    return [
        *things.pot(vec(x, 0, z), lid, food),
        *things.arm(hand, closed, task.side, task.hands),
        *_idle_hand(phase, task),
    ]


def open_(phase: np.ndarray, task: Task) -> list[Piece]:
    return (_turned if task.kind == "cupboard" else _lidded)(phase, task, is_close=False)


def close(phase: np.ndarray, task: Task) -> list[Piece]:
    return (_turned if task.kind == "cupboard" else _lidded)(phase, task, is_close=True)


def wash(phase: np.ndarray, task: Task) -> list[Piece]:
    """Crockery rubbed with both hands under the running tap."""
    near = (eased(phase, 0.03, 0.16) - eased(phase, 0.88, 0.99))[:, None]
    turn = 2 * np.pi * (4.0 + 2.5 * task.chance[0]) * phase
    centre = vec(SINK_X + 0 * phase, 0.08 + 0 * phase, SINK_Z)
    height = 0.6 * HEIGHTS[task.kind]
    holding = keyed(phase, (0.0, _rest(-1))) * (1 - near) + (centre + vec(-0.06, 0.01 * np.sin(turn), 0.03)) * near
    rubbing = centre + vec(0.05 + 0.045 * np.cos(turn), 0.02 + 0.02 * np.sin(turn), 0.035 * np.sin(turn))
    rubbing = keyed(phase, (0.0, _rest(1))) * (1 - near) + rubbing * near
    base = holding + vec(0.06, -height, -0.02)
    return [
        *things.thing(task.kind, base, task.colour),
        *things.tap((near[:, 0] > 0.5).astype(float), np.sin(7.3 * turn)),
        *things.arm(holding, 0.8 + 0 * phase, -1, task.hands),
        *things.arm(rubbing, 0.7 + 0 * phase, 1, task.hands),
    ]


THINGS = tuple(HEIGHTS)
NOUNS = {"cup": 23, "bottle": 28, "bowl": 6, "plate": 4, "box": 39, "cupboard": 8, "lid": 11}  # classes of the real set
VERBS: dict[str, Verb] = {
    "take": Verb(take, 0, ("take", "pick-up", "grab"), THINGS),
    "put": Verb(put, 1, ("put", "put-down", "place"), THINGS),
    "open": Verb(open_, 2, ("open",), ("cupboard", "lid")),
    "close": Verb(close, 3, ("close", "shut"), ("cupboard", "lid")),
    "wash": Verb(wash, 4, ("wash", "rinse"), ("cup", "bowl", "plate"), look_x=0.75),
}
OTHER_VERBS = {"move": Verb(move, 9, ("move",), THINGS)}  # annotated, but not among the eight classes of the benchmark
REACH = {"x": (0.02, 0.24), "z": (-0.26, 0.02), "back": -WALL + 0.07}  # where objects are
