"""The source domain: web photos of peak poses, large, clean or stylised, a few off topic or with text over them."""

import cv2
import numpy as np

from i2v_core.datasets.mini_world import scene
from i2v_core.datasets.mini_world.action import Action
from i2v_core.datasets.mini_world.render import Camera, Solids, outlines, render, stacked, together
from i2v_core.datasets.mini_world.settings import Settings
from i2v_core.datasets.mini_world.staging import Cast, action_named, camera_on, camera_track, framed, staged

WORDS = ("SALE", "NEW", "stock", "photo", "www.", "LIKE", "Top 10", "FREE", "how to", "#fun", "best", "2014", "(c)")


def render_photo(
    action: str | Action, rng: np.random.Generator, settings: Settings, *, has_action: bool = True
) -> tuple:
    """A still of an action -> uint8 RGB `(h, w, 3)`, depth in metres float32 `(h, w)` (of the scene, below any text).

    has_action = False leaves people and objects of the action out: a photo that is off topic.
    Raises ValueError if there is no such action.
    """
    picture, depth, _ = photo_with_box(action, rng, settings, has_action=has_action)
    return picture, depth


def photo_with_box(
    action: str | Action, rng: np.random.Generator, settings: Settings, *, has_action: bool = True
) -> tuple:
    """As `render_photo`, and the box (left, top, right, bottom) in pixels around the people and their objects."""
    known = action_named(action)
    low, high = settings.photo_side_min_px, settings.photo_side_max_px
    size = (int(rng.integers(low, high + 1)), int(rng.integers(low, high + 1)))
    cast = _cast(rng, settings)
    spread = rng.uniform(-1, 1) * settings.view_spread * known.view_spread_deg
    phase = known.peaks[rng.integers(len(known.peaks))] + settings.photo_pose_spread * rng.standard_normal()
    solids = staged(action, cast, np.array([phase]), known.view_deg + spread, bool(rng.uniform() < 0.5), np.zeros(1))
    camera = _camera(rng, solids, size, rng.uniform(settings.photo_share_min, settings.photo_share_max))
    things = scene.clutter_pieces(rng, settings.photo_clutter, 0.0, settings.photo_contrast, cast.backdrop)
    around = stacked(things, 1)
    frames, depths = render(cast.backdrop, together(solids, around) if has_action else around, camera)
    return _styled(rng, frames[0], depths[0], settings), depths[0], _box(solids, camera)


def _box(solids: Solids, camera: Camera) -> tuple:
    points = outlines(solids, camera)[0][0, : len(solids.radii)].reshape(-1, 2)
    low = np.clip(points.min(axis=0), 0, (camera.width - 2, camera.height - 2)).astype(int)
    high = np.clip(points.max(axis=0), low + 1, (camera.width - 1, camera.height - 1)).astype(int)
    return (*low.tolist(), *high.tolist())


def _cast(rng: np.random.Generator, settings: Settings) -> Cast:
    is_plain = rng.uniform() < 0.5
    place = (
        scene.plain_backdrop(rng)
        if is_plain
        else scene.backdrop(rng, 0.0, settings.photo_clutter, settings.photo_contrast)
    )
    people = scene.person(rng, 0.0, place), scene.person(rng, 0.0, place)
    look = scene.look(rng, 0.0, settings.object_cue_photos)
    return Cast(people, look, place)


def _camera(rng: np.random.Generator, solids: Solids, size: tuple, share: float) -> Camera:
    low, high = framed(solids, np.zeros(1))
    distance = rng.uniform(3.4, 5.0)
    focal, aim = camera_on(low, high, size, share, distance)
    target = np.array(size) * (0.5 + 0.03 * rng.standard_normal(2))
    position = np.array([aim[0] + rng.uniform(-0.3, 0.3), rng.uniform(0.9, 1.6), distance])
    return camera_track(np.array([focal]), aim[None], target[None], position[None], size)


def _styled(rng: np.random.Generator, picture: np.ndarray, depth: np.ndarray, settings: Settings) -> np.ndarray:
    style = rng.integers(4) if rng.uniform() < settings.photo_style_share else -1
    if style == 0:
        picture = _posterised(picture, int(rng.integers(3, 6)))
    elif style == 1:
        picture = _outlined(_posterised(cv2.bilateralFilter(picture, 5, 40, 3), 6), depth)
    elif style == 2:
        picture = _saturated(picture, rng.uniform(1.3, 1.9))
    elif style == 3:
        picture = _outlined(_saturated(picture, 1.3), depth)
    if rng.uniform() < settings.photo_text_share:
        picture = _with_text(rng, picture)
    if rng.uniform() < settings.photo_gray_share:
        picture = np.repeat(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    return picture


def _posterised(picture: np.ndarray, levels: int) -> np.ndarray:
    table = np.round(np.arange(256) / 255 * (levels - 1)) * 255 / (levels - 1)
    return cv2.LUT(picture, table.astype(np.uint8))


def _saturated(picture: np.ndarray, factor: float) -> np.ndarray:
    grey = picture.mean(axis=2, keepdims=True)
    return np.clip(grey + factor * (picture - grey) + 6, 0, 255).astype(np.uint8)


def _outlined(picture: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """A cartoon: dark lines where the depth jumps. Inverse depth is linear on a plane, so wall and floor get none."""
    jump = np.abs(cv2.Laplacian(1 / depth, cv2.CV_32F, ksize=1)) * depth.mean() ** 2 > 0.10
    out = picture.copy()
    out[cv2.dilate(jump.astype(np.uint8), np.ones((2, 2), np.uint8)) > 0] = (20, 18, 24)
    return out


def _with_text(rng: np.random.Generator, picture: np.ndarray) -> np.ndarray:
    out = np.ascontiguousarray(picture)
    height, width = out.shape[:2]
    tone = ((255, 255, 255), (250, 220, 40), (230, 30, 40), (10, 10, 10))[rng.integers(4)]
    for _ in range(rng.integers(1, 4)):
        word = " ".join(WORDS[number] for number in rng.integers(len(WORDS), size=2))
        place = (int(rng.uniform(0, 0.4) * width), int(rng.uniform(0.12, 0.98) * height))
        cv2.putText(out, word, place, cv2.FONT_HERSHEY_SIMPLEX, rng.uniform(0.35, 0.8), tone, 1, cv2.LINE_AA)
    return out
