"""What an action is: a performance as a function of its phase, and how it is usually seen."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from i2v_core.datasets.mini_world.figure import Piece, Pose


@dataclass(frozen=True)
class Look:
    """What a group of clips shares in an action: colours of its objects, and four free numbers in 0..1.

    cue: how clearly objects tell a motion-decided pair apart (1 clearly, 0 not at all).
    """

    colours: tuple
    chance: np.ndarray
    cue: float


@dataclass
class Performance:
    """The people and things of an action in body space; the first pose is the actor."""

    poses: list[Pose]
    props: list[Piece] = field(default_factory=list)


@dataclass(frozen=True)
class Action:
    """perform(phase (t,) in cycles, look) -> Performance; rate_hz cycles a second; peaks: phases a photo shows.

    view_deg: 0 is seen from the right side, 90 from the front, 180 from the left, 270 from behind; view_spread_deg on
    either side. speed: metres a second the actor travels ahead.
    """

    perform: Callable[[np.ndarray, Look], Performance]
    rate_hz: float
    peaks: tuple
    view_deg: float = 0.0
    view_spread_deg: float = 22.0
    speed: float = 0.0


def wave_of(phase: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sine and cosine of a phase in cycles."""
    return np.sin(2 * np.pi * phase), np.cos(2 * np.pi * phase)


def pulse(phase: np.ndarray, rise: float = 0.5, dwell: float = 0.0) -> np.ndarray:
    """0 at phase 0, smoothly up to 1 at phase `rise`, there for `dwell` cycles, and down again by phase 1."""
    place = np.mod(phase, 1.0)
    fall = max(1.0 - rise - dwell, 1e-6)
    up, down = np.clip(place / rise, 0, 1), np.clip((place - rise - dwell) / fall, 0, 1)
    return 0.5 * (np.cos(np.pi * down) - np.cos(np.pi * up))


def mixed(amount: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The point between `low` (amount 0) and `high` (amount 1), one for each frame."""
    return low + np.asarray(amount)[..., None] * (high - low)
