"""A clip of an action in the style of a domain: who and where by group, point of view and camera by clip."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from i2v_core.datasets.mini_world import scene, sports_ground
from i2v_core.datasets.mini_world.action import Action, Performance
from i2v_core.datasets.mini_world.event import Event
from i2v_core.datasets.mini_world.figure import figure_pieces
from i2v_core.datasets.mini_world.render import Camera, Solids, placed, render, stacked, together
from i2v_core.datasets.mini_world.staging import Cast, camera_on, camera_track
from i2v_core.datasets.mini_world.styles import Style
from i2v_core.datasets.mini_world.video_settings import VideoSettings

OBJECT_CUE = 1.0  # objects show what they are
PROP_MARGIN = (0.75, 0.85)  # metres by which things may widen the frame around the people: what flies away does not
EVENT_STARTS, EVENT_ENDS = (0.0, 0.10), (0.90, 1.0)


@dataclass(frozen=True)
class StyledGroup:
    """What the clips of one group share: the cast, what stands around in world space, the point of view in -1..1."""

    cast: Cast
    around: Solids
    view: float


def styled_group(rng: np.random.Generator, style: Style) -> StyledGroup:
    """People, clothes, place and things of a group."""
    if rng.uniform() < style.stadium:
        place = sports_ground.sports_ground(rng, style.dimness, style.contrast)
    else:
        place = scene.backdrop(rng, style.dimness, style.clutter, style.contrast)
    people = scene.person(rng, style.dimness, place), scene.person(rng, style.dimness, place)
    look = scene.look(rng, style.dimness, OBJECT_CUE)
    around = stacked(scene.clutter_pieces(rng, style.clutter, style.dimness, style.contrast, place), 1)
    extras = [_faded(scene.person(rng, style.dimness, place), place, 0.5) for _ in range(rng.poisson(style.extras))]
    others = sports_ground.bystanders(rng, extras, place.distance)
    if others is not None:
        around = together(around, others)
    return StyledGroup(Cast(people, look, place), around, rng.uniform(-1, 1))


def _faded(person: object, place: object, share: float) -> object:
    """A person whose clothes have `share` of their contrast to the wall, so that the actor stays the one to look at."""
    wall = place.wall.reshape(-1, 3).mean(axis=0)
    names = ("skin", "hair", "shirt", "trousers", "shoes")
    return replace(person, **{name: tuple(wall + share * (np.array(getattr(person, name)) - wall)) for name in names})


def styled_clip(
    action: Action,
    group: StyledGroup,
    rng: np.random.Generator,
    style: Style,
    settings: VideoSettings,
    size_px: tuple[int, int],
) -> np.ndarray:
    """A clip of an action in a style -> uint8 RGB (t, h, w, 3); size_px is width and height."""
    frames = int(rng.integers(settings.frames_min, settings.frames_max + 1))
    seconds = np.arange(frames) / settings.fps
    jitter = 1 + settings.speed_jitter * rng.uniform(-1, 1, size=2)
    if isinstance(action, Event):
        phase = np.linspace(rng.uniform(*EVENT_STARTS), rng.uniform(*EVENT_ENDS), frames)
    else:
        phase = rng.uniform() + action.rate_hz * jitter[0] * seconds
    turn = style.turn_deg * rng.choice([-1.0, 1.0])
    spread = style.spread_deg * np.clip(group.view + 0.35 * rng.uniform(-1, 1), -1, 1)
    is_mirrored = bool(rng.uniform() < 0.5)
    way = (-1.0 if is_mirrored else 1.0) * action.speed * jitter[1]
    travel_x = way * (seconds - seconds.mean())
    performance = action.perform(phase, group.cast.look)
    solids, low, high = _staged(performance, group.cast, action.view_deg + turn + spread, is_mirrored, travel_x)
    camera = _camera(rng, (low, high), travel_x, style, size_px)
    around = Solids(
        np.repeat(group.around.capsules, frames, axis=0),
        group.around.radii,
        np.repeat(group.around.patches, frames, axis=0),
        group.around.colours,
    )
    pictures, _ = render(group.cast.backdrop, together(solids, around), camera, with_depth=False)
    return recorded(rng, pictures, style)


def _staged(
    performance: Performance, cast: Cast, view_deg: float, is_mirrored: bool, travel_x: np.ndarray
) -> tuple[Solids, np.ndarray, np.ndarray]:
    """People, things and shadow in world space, and the lowest and highest (x, y) to be framed, travel taken out."""
    people = []
    for person, pose in zip(cast.people, performance.poses, strict=False):
        people += figure_pieces(person, pose)
    pieces = people + list(performance.props)
    tone = tuple(0.45 * cast.backdrop.floor.reshape(-1, 3).mean(axis=0))
    under = performance.poses[0].pelvis * [1, 0, 1]
    pieces += [replace(spot, points=spot.points + np.asarray(under)[..., None, :]) for spot in scene.shadow(0.42, tone)]
    solids = placed(stacked(pieces, len(travel_x)), view_deg, cast.people[0].scale, is_mirrored, travel_x)
    points = (solids.capsules - np.array([1.0, 0, 0]) * travel_x[:, None, None, None])[..., :2]
    body = points[:, : len(people)].reshape(-1, 2)
    things = points.reshape(-1, 2)
    low = np.maximum(things.min(axis=0), body.min(axis=0) - PROP_MARGIN) - 0.06
    high = np.minimum(things.max(axis=0), body.max(axis=0) + PROP_MARGIN) + 0.06
    return solids, low, high


def _camera(rng: np.random.Generator, box: tuple, travel_x: np.ndarray, style: Style, size_px: tuple) -> Camera:
    frames, size = len(travel_x), np.array(size_px)
    share, distance = rng.uniform(*style.share), rng.uniform(*style.distance_m)
    focal, middle = camera_on(*box, size_px, share, distance)
    free = max(0.0, 1 - share) / 2  # of the picture, around the action
    off = rng.uniform(-0.6, 0.6, size=2) * free * np.array([1.0, 0.6])
    sweep = np.linspace(-1, 1, frames)
    room = 0.35 * size[0] / focal * distance  # metres that an actor may move to either side of the middle
    left = np.clip((1 - style.follow) * travel_x, -room, room)
    aim = middle + np.stack([travel_x - left, np.zeros(frames)], axis=1)
    pan = 0.07 * style.pan * rng.uniform(-1, 1, size=2) * np.array([1, 0.4]) * sweep[:, None]
    target = size * (0.5 + off + pan + 0.006 * style.shake * tremor(rng, frames))
    slide = 0.30 * style.slide * rng.uniform(-1, 1) * sweep
    zoom = 1 + 0.08 * style.zoom * rng.uniform(-1, 1) * sweep
    place = np.array([middle[0] + 0.25 * distance * rng.uniform(-1, 1), rng.uniform(*style.height_m), distance])
    position = place + np.stack([aim[:, 0] - middle[0] + slide, np.zeros(frames), np.zeros(frames)], axis=1)
    return camera_track(focal * zoom, aim, target, position, size_px)


def tremor(rng: np.random.Generator, frames: int) -> np.ndarray:
    """A hand's tremor (t, 2): noise that changes over about three frames, of unit variance or so."""
    raw = rng.standard_normal((frames + 2, 2))
    return (raw[:-2] + 1.5 * raw[1:-1] + raw[2:]) / 2.06


def recorded(rng: np.random.Generator, pictures: np.ndarray, style: Style) -> np.ndarray:
    """What recorder and grading make of uint8 pictures (t, h, w, 3): smear, colours, vignette, grain, bars."""
    frames, height, width, _ = pictures.shape
    table = tone_table(style.gains, style.gamma, style.lift)
    y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    shade = (256 * (1 - 0.5 * style.vignette * np.clip(x**2 + y**2 - 0.35, 0, None))).clip(0, 256).astype(np.uint16)
    grain = np.round(style.grain * rng.standard_normal((2 * height, 2 * width, 1))).astype(np.int16)
    corners = rng.integers((height, width), size=(frames, 2))
    bar = round(height * style.bars)
    out = np.empty_like(pictures)
    before = pictures[0]
    for number, picture in enumerate(pictures):
        picture = cv2.addWeighted(picture, 1 - style.smear, before, style.smear, 0)
        before = picture
        if style.softness_px > 0.15:
            picture = cv2.GaussianBlur(picture, (5, 5), style.softness_px)
        grey = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB)
        picture = cv2.LUT(cv2.addWeighted(picture, style.saturation, grey, 1 - style.saturation, 0), table)
        top, left = corners[number]
        shaded = ((picture * shade[..., None]) >> 8).astype(np.int16)
        out[number] = np.clip(shaded + grain[top : top + height, left : left + width], 0, 255)
    if bar:
        out[:, :bar] = out[:, -bar:] = 0
    return out


def tone_table(gains: tuple, gamma: float, lift: float) -> np.ndarray:
    """A table (1, 256, 3) of grey levels: gamma, a lift of black, and a gain for each channel."""
    levels = lift + (255 - lift) * (np.arange(256) / 255.0) ** gamma
    return np.clip(levels[:, None] * np.array(gains), 0, 255).astype(np.uint8)[None]
