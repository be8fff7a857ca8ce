"""Actions that begin and end, such as a throw, and the means to write one down: key points, moved and turned poses."""

import itertools
from dataclasses import dataclass

import numpy as np

from i2v_core.datasets.mini_world.action import Action
from i2v_core.datasets.mini_world.figure import Pose

PLACES = ("pelvis", "hand_right", "hand_left", "foot_right", "foot_left")


@dataclass(frozen=True)
class Event(Action):
    """An action that a clip shows once: its phase runs from 0 to 1 over the clip, and `rate_hz` has no say."""

    rate_hz: float = 0.0
    peaks: tuple = (0.5,)


def eased(phase: np.ndarray, start: float, end: float) -> np.ndarray:
    """0 up to the phase `start`, smoothly to 1 at the phase `end`, and 1 after it."""
    return 0.5 - 0.5 * np.cos(np.pi * np.clip((phase - start) / (end - start), 0, 1))


def keyed(phase: np.ndarray, *keys: tuple[float, tuple]) -> np.ndarray:
    """A path through points given as (phase, (forward, up, right)), at rest in each -> (t, 3).

    Before the first phase and after the last it stays where it is; the phases ascend.
    """
    path = np.broadcast_to(np.array(keys[0][1], dtype=np.float64), (len(phase), 3)).copy()
    for (start, here), (end, there) in itertools.pairwise(keys):
        path += eased(phase, start, end)[:, None] * (np.array(there, dtype=np.float64) - here)
    return path


def between(first: Pose, second: Pose, amount: np.ndarray) -> Pose:
    """The pose a share `amount` (t,) of the way from one to another, every place and direction on a straight line."""
    share = np.asarray(amount, dtype=np.float64)[..., None]
    return Pose(**{name: value + share * (getattr(second, name) - value) for name, value in vars(first).items()})


def moved(pose: Pose, offset: np.ndarray) -> Pose:
    """The pose somewhere else; `offset` (t, 3) or (3,)."""
    return Pose(**{name: value + offset if name in PLACES else value for name, value in vars(pose).items()})


def turned(pose: Pose, angle: np.ndarray, axis: str) -> Pose:
    """The pose turned by `angle` (t,) in radians about the origin of body space.

    axis: "up" turns it to its left (forward becomes left), "right" turns it head over heels (up becomes forward).
    """
    sine, cosine = np.sin(angle), np.cos(angle)
    zero, one = np.zeros_like(sine), np.ones_like(sine)
    rows = {
        "up": [[cosine, zero, sine], [zero, one, zero], [-sine, zero, cosine]],
        "right": [[cosine, sine, zero], [-sine, cosine, zero], [zero, zero, one]],
    }[axis]
    matrix = np.stack([np.stack(row, axis=-1) for row in rows], axis=-2)
    return Pose(**{name: (matrix @ np.asarray(value)[..., None])[..., 0] for name, value in vars(pose).items()})
