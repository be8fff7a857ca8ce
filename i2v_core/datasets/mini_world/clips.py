"""The target domain: videos, small and off-centre, through a moving camera, in dim light, blurred and noisy."""

from dataclasses import dataclass

import cv2
import numpy as np

from i2v_core.datasets.mini_world import scene
from i2v_core.datasets.mini_world.render import Camera, Solids, render, stacked, together
from i2v_core.datasets.mini_world.settings import Settings
from i2v_core.datasets.mini_world.staging import Cast, action_named, camera_on, camera_track, framed, staged

SHORT_FRAMES = (12, 16)
TRAVEL_IN_VIEW = 1.0  # metres that a travelling actor moves across the picture; the camera follows the rest


@dataclass(frozen=True)
class Group:
    """What the clips of one group share: the cast, the colours of the recording `(3, 256)`, and the point of view."""

    cast: Cast
    tones: np.ndarray
    view: float
    things: list


def group_by_chance(rng: np.random.Generator, settings: Settings) -> Group:
    """People, clothes, place and palette of a group."""
    dimness, clutter = settings.strength("palette_shift"), settings.photo_clutter
    clutter += (1.0 - clutter) * settings.strength("clutter")
    place = scene.backdrop(rng, dimness, clutter, settings.background_contrast)
    people = scene.person(rng, dimness, place), scene.person(rng, dimness, place)
    look = scene.look(rng, dimness, settings.object_cue_videos)
    things = scene.clutter_pieces(rng, clutter, dimness, settings.background_contrast, place)
    gains = np.clip(1 - 0.30 * dimness * rng.uniform(size=3), 0.2, 1)
    gamma, lift = 1 + 0.30 * dimness * rng.uniform(-0.5, 1), 18 * dimness * rng.uniform()
    levels = (np.arange(256) / 255.0) ** gamma
    tones = np.clip(lift + (255 - lift) * gains[:, None] * levels, 0, 255)
    return Group(Cast(people, look, place), tones.astype(np.uint8), rng.uniform(-1, 1), things)


def render_clip(
    action: str,
    group: Group,
    rng: np.random.Generator,
    settings: Settings,
    *,
    frames: int | None = None,
    with_depth: bool = True,
) -> tuple:
    """A clip of an action -> uint8 RGB `(t, h, w, 3)`, depth in metres float32 `(t, h, w)` or None without.

    frames: how many; by chance within the settings' range if None. Raises ValueError if there is no such action.
    """
    known = action_named(action)
    frames = frames or clip_length(rng, settings)
    seconds = np.arange(frames) / settings.fps
    rate = known.rate_hz * (1 + settings.speed_jitter * rng.uniform(-1, 1))
    phase = rng.uniform() + rate * seconds
    view = np.clip(group.view + 0.35 * rng.uniform(-1, 1), -1, 1) * settings.view_spread * known.view_spread_deg
    is_mirrored = bool(rng.uniform() < 0.5)
    way = (-1.0 if is_mirrored else 1.0) * known.speed * (1 + settings.speed_jitter * rng.uniform(-1, 1))
    travel_x = way * (seconds - seconds.mean())
    solids = staged(action, group.cast, phase, known.view_deg + view, is_mirrored, travel_x)
    camera = _camera(rng, solids, travel_x, settings)
    pictures, depths = render(
        group.cast.backdrop, together(solids, stacked(group.things, frames)), camera, with_depth=with_depth
    )
    return _recorded(rng, pictures, group.tones, settings), depths


def clip_length(rng: np.random.Generator, settings: Settings) -> int:
    """Frames of a clip; a few are shorter than most."""
    if rng.uniform() < settings.short_share:
        return int(rng.integers(SHORT_FRAMES[0], SHORT_FRAMES[1] + 1))
    return int(rng.integers(settings.frames_min, settings.frames_max + 1))


def _camera(rng: np.random.Generator, solids: Solids, travel_x: np.ndarray, settings: Settings) -> Camera:
    frames, motion = len(travel_x), settings.strength("camera_motion")
    size = np.array([settings.video_width_px, settings.video_height_px])
    low, high = framed(solids, travel_x)
    distance = rng.uniform(4.0, 6.0)
    share = rng.uniform(settings.figure_share_min, settings.figure_share_max)
    focal, middle = camera_on(low, high, tuple(size), share, distance)
    total = abs(travel_x[-1] - travel_x[0])
    followed = travel_x * (1 - min(1.0, TRAVEL_IN_VIEW / max(total, 1e-6)))
    aim = middle + np.stack([followed, np.zeros(frames)], axis=1)
    free = (1 - share) / 2  # of the picture, around the action
    off = settings.strength("off_centre") * rng.uniform(-0.8, 0.8, size=2) * free * np.array([1.3, 0.8])
    shake = 0.006 * motion * _smooth(rng, frames, 2)
    pan = 0.03 * motion * rng.uniform(-1, 1, size=2) * np.linspace(-1, 1, frames)[:, None]
    target = size * (0.5 + off + shake + pan)
    slide = 0.20 * motion * rng.uniform(-1, 1) * np.linspace(-1, 1, frames)
    zoom = 1 + 0.07 * motion * rng.uniform(-1, 1) * np.linspace(-1, 1, frames)
    place = np.array([rng.uniform(-1.5, 1.5), rng.uniform(0.9, 1.9), distance])
    position = place + np.stack([aim[:, 0] + slide, np.zeros(frames), np.zeros(frames)], axis=1)
    return camera_track(focal * zoom, aim, target, position, tuple(size.tolist()))


def _smooth(rng: np.random.Generator, frames: int, channels: int) -> np.ndarray:
    """A hand's tremor: noise that changes over about three frames, of unit variance or so."""
    raw = rng.standard_normal((frames + 2, channels))
    return (raw[:-2] + 1.5 * raw[1:-1] + raw[2:]) / 2.06


def _recorded(rng: np.random.Generator, pictures: np.ndarray, tones: np.ndarray, settings: Settings) -> np.ndarray:
    """What the recorder makes of it: smear of motion and lens, tones, sensor noise."""
    frames, height, width, _ = pictures.shape
    blur, noise = settings.strength("motion_blur"), settings.strength("noise")
    smear, softness = min(0.28 * blur, 0.6), 0.45 * blur
    grain = np.round(3.5 * noise * rng.standard_normal((2 * height, 2 * width, 3))).astype(np.int16)
    corners = rng.integers((height, width), size=(frames, 2))
    table = np.ascontiguousarray(tones.T)[None]
    out = np.empty_like(pictures)
    before = pictures[0]
    for number, picture in enumerate(pictures):
        picture = cv2.addWeighted(picture, 1 - smear, before, smear, 0)
        before = picture
        if softness > 0.15:
            picture = cv2.GaussianBlur(picture, (5, 5), softness)
        top, left = corners[number]
        grainy = cv2.add(cv2.LUT(picture, table), grain[top : top + height, left : left + width], dtype=cv2.CV_16S)
        out[number] = np.clip(grainy, 0, 255)
    return out
