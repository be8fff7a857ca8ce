"""From an action and a cast to placed solids, and the camera that frames them."""

from dataclasses import dataclass

import numpy as np

from i2v_core.datasets.mini_world import actions_daily, actions_pretraining, actions_sport, scene
from i2v_core.datasets.mini_world.action import Action, Look
from i2v_core.datasets.mini_world.figure import Person, figure_pieces
from i2v_core.datasets.mini_world.render import Backdrop, Camera, Solids, placed, stacked

ACTIONS: dict[str, Action] = {**actions_daily.ACTIONS, **actions_sport.ACTIONS, **actions_pretraining.ACTIONS}
SHORTEST_EXTENT = 1.35  # metres; lower actions are not enlarged to fill the picture


@dataclass(frozen=True)
class Cast:
    """What the pictures of a group have in common: people, objects' look, place."""

    people: tuple[Person, Person]
    look: Look
    backdrop: Backdrop


def action_named(name: str | Action) -> Action:
    """The action of this name, or the one given itself. Raises ValueError if there is no such action."""
    if isinstance(name, Action):
        return name
    if name not in ACTIONS:
        raise ValueError(f"mini world action {name!r} found, one of {sorted(ACTIONS)} wanted; see actions_*.py")
    return ACTIONS[name]


def staged(
    name: str | Action, cast: Cast, phase: np.ndarray, view_deg: float, is_mirrored: bool, travel_x: np.ndarray
) -> Solids:
    """The people and things of an action at the phases `(t,)`, in world space."""
    performance = action_named(name).perform(phase, cast.look)
    pieces = list(performance.props)
    for person, pose in zip(cast.people, performance.poses, strict=False):
        pieces += figure_pieces(person, pose)
    tone = tuple(0.45 * cast.backdrop.floor.reshape(-1, 3).mean(axis=0))
    pieces += scene.shadow(0.42, tone)
    return placed(stacked(pieces, len(phase)), view_deg, cast.people[0].scale, is_mirrored, travel_x)


def framed(solids: Solids, travel_x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest (x, y) in metres that the action reaches over the clip, its travel `(t,)` taken out."""
    still = solids.capsules - np.array([1.0, 0, 0]) * travel_x[:, None, None, None]
    points = still[..., :2].reshape(-1, 2)
    return points.min(axis=0) - 0.06, points.max(axis=0) + 0.06


def camera_on(low: np.ndarray, high: np.ndarray, size: tuple[int, int], share: float, distance: float) -> tuple:
    """Focal length in pixels at which a box in the plane z = 0 takes `share` of the picture, and the box's centre.

    size: width and height in pixels; distance: of the camera from that plane, in metres.
    """
    width, height = np.maximum(high - low, SHORTEST_EXTENT * np.array([0.5, 1.0]))
    pixels_a_metre = share * min(size[0] / width, size[1] / height)
    return pixels_a_metre * distance, (low + high) / 2


def camera_track(focal: np.ndarray, aim: np.ndarray, target: np.ndarray, position: np.ndarray, size: tuple) -> Camera:
    """The camera at `position` (t, 3) that shows the point `aim` (t, 2) of the plane z = 0 at the pixel `target`."""
    scale = focal / position[:, 2]
    across = target[:, 0] - scale * (aim[:, 0] - position[:, 0])
    down = target[:, 1] + scale * (aim[:, 1] - position[:, 1])
    return Camera(size[0], size[1], focal, np.stack([across, down], axis=1), position)
