"""Web videos of a search query: some shots of the action in a look of their own, others that have nothing of it."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from i2v_core import seeding
from i2v_core.datasets.mini_world import clips, photos
from i2v_core.datasets.mini_world.settings import Settings
from i2v_core.datasets.mini_world.web_classes import CLASSES
from i2v_core.datasets.mini_world.web_settings import WORLD, WebSettings
from i2v_core.datasets.mini_world.web_target import target_clip, target_clips

IRRELEVANT = ("talking", "title", "view", "other_action")
TALKERS = ("talk", "point")  # people who stand and speak
BLACK_FRAMES, FADE_FRAMES = 3, 6


@dataclass(frozen=True)
class WebShot:
    """Frames [start, stop) of a video; content: relevant, copy, or one of IRRELEVANT; the action it shows, or ""; of a
    copy the id of the target's video.
    """

    start: int
    stop: int
    content: str
    action: str = ""
    copy_of: str = ""


@dataclass(frozen=True)
class WebVideo:
    """frames uint8 RGB (t, h, w, 3); its shots in order; fate: clean, wrong_label or copy."""

    frames: np.ndarray
    shots: list[WebShot]
    fate: str


def web_video(target: str, name: str, number: int, seed: int, settings: WebSettings) -> WebVideo:
    """Video `number` of a query."""
    rng = seeding.generator(seed, WORLD, "web_videos", target, name, number)
    look = _look(rng, settings.target_settings())
    size = (look.video_width_px, look.video_height_px)
    action, fate = CLASSES[target][name], "clean"
    if rng.uniform() < settings.wrong_video_share:
        others = sorted(set(CLASSES[target].values()) - {action})
        action, fate = others[rng.integers(len(others))], "wrong_label"
    group = clips.group_by_chance(rng, look)
    count = int(rng.integers(settings.shots_min, settings.shots_max + 1))
    contents = ["relevant" if rng.uniform() >= settings.irrelevant_share else "" for _ in range(count)]
    if "relevant" not in contents:
        contents[int(rng.integers(count))] = "relevant"
    copied = int(rng.integers(count)) if rng.uniform() < settings.copy_video_share else -1
    parts, shots, begin = [], [], 0
    for place, content in enumerate(contents):
        content = content or IRRELEVANT[rng.integers(len(IRRELEVANT))]
        length, copy_of = int(rng.integers(settings.shot_frames_min, settings.shot_frames_max + 1)), ""
        shown = action
        if place == copied:
            clip = target_clip(target, name, int(rng.integers(target_clips(target, settings))), seed, settings)
            frames, content, copy_of, fate = _fitted(clip.frames, size), "copy", clip.id, "copy"
            shown = CLASSES[target][name]
        elif content == "relevant":
            frames = clips.render_clip(action, group, rng, look, frames=length, with_depth=False)[0]
        else:
            frames, shown = _irrelevant(content, target, action, length, rng, look)
        joint = _join(rng, parts[-1] if parts else None, frames)
        begin += sum(len(part) for part in joint[:-1])
        parts += joint
        shots.append(WebShot(begin, begin + len(frames), content, shown, copy_of))
        begin += len(frames)
    video = np.concatenate(parts)
    return WebVideo(_banner(video, rng) if rng.uniform() < settings.banner_share else video, shots, fate)


def _look(rng: np.random.Generator, base: Settings) -> Settings:
    """Of the maker of a video: between the photos' and the target's, larger figures, a size of its own."""
    width = 2 * int(rng.integers(46, 66))
    return replace(
        base,
        gap=base.gap * rng.uniform(0.5, 2.0),
        video_width_px=width,
        video_height_px=2 * round(width * rng.uniform(0.29, 0.38)),
    )


def _irrelevant(
    content: str, target: str, action: str, length: int, rng: np.random.Generator, look: Settings
) -> tuple[np.ndarray, str]:
    """Frames of a shot without the action, and the action that it shows instead."""
    size = (look.video_width_px, look.video_height_px)
    if content == "title":
        return _title(length, size, rng), ""
    if content == "view":
        large = replace(look, photo_side_min_px=170, photo_side_max_px=200)
        picture, _ = photos.render_photo(action, rng, large, has_action=False)
        return _panned(picture, length, size, rng), ""
    if content == "talking":
        shown = TALKERS[rng.integers(len(TALKERS))]
    else:
        others = sorted(set(CLASSES[target].values()) - {action})
        shown = others[rng.integers(len(others))]
    group = clips.group_by_chance(rng, look)
    return clips.render_clip(shown, group, rng, look, frames=length, with_depth=False)[0], shown


def _title(length: int, size: tuple, rng: np.random.Generator) -> np.ndarray:
    """Words that slide over one colour."""
    colour = rng.integers(20, 236, 3)
    ink = tuple(int(value) for value in (255 - colour))
    frames = np.empty((length, size[1], size[0], 3), np.uint8)
    frames[:] = colour
    words = [" ".join(photos.WORDS[place] for place in rng.integers(len(photos.WORDS), size=2)) for _ in range(3)]
    for time, frame in enumerate(frames):
        for line, text in enumerate(words):
            place = (int(4 + 0.4 * time), int(size[1] * (0.3 + 0.25 * line)))
            cv2.putText(frame, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.4, ink, 1, cv2.LINE_AA)
    return frames


def _panned(picture: np.ndarray, length: int, size: tuple, rng: np.random.Generator) -> np.ndarray:
    """A window that moves over a picture from one random place to another."""
    room = np.array(picture.shape[:2]) - (size[1], size[0])
    first, last = (rng.uniform(0, 1, 2) * room for _ in range(2))
    tops = (first + (last - first) * np.linspace(0, 1, length)[:, None]).astype(int)
    return np.stack([picture[top : top + size[1], left : left + size[0]] for top, left in tops])


def _fitted(frames: np.ndarray, size: tuple) -> np.ndarray:
    return np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames])


def _join(rng: np.random.Generator, before: np.ndarray | None, frames: np.ndarray) -> list[np.ndarray]:
    """A shot with what leads to it: mostly nothing (a hard cut), else black frames or a fade from the shot before."""
    kind = rng.uniform()
    if before is None or kind < 0.7:
        return [frames]
    if kind < 0.85:
        return [np.zeros((BLACK_FRAMES, *frames.shape[1:]), np.uint8), frames]
    shares = np.linspace(0, 1, FADE_FRAMES + 2)[1:-1, None, None, None]
    return [((1 - shares) * before[-1] + shares * frames[0]).astype(np.uint8), frames]


def _banner(video: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    out = video.copy()
    height = out.shape[1]
    out[:, height - 13 :] = (230, 40, 50)
    words = " ".join(photos.WORDS[place] for place in rng.integers(len(photos.WORDS), size=3))
    for frame in out:
        cv2.putText(frame, words, (2, height - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.33, (255, 255, 255), 1, cv2.LINE_AA)
    return out
