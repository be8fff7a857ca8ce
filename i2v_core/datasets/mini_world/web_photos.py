"""Web images of a search query: clean, off topic, full of words, cartoons, another action, copies of the target."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from i2v_core import seeding
from i2v_core.datasets.mini_world import photos
from i2v_core.datasets.mini_world.settings import Settings
from i2v_core.datasets.mini_world.web_classes import CLASSES
from i2v_core.datasets.mini_world.web_settings import WORLD, WebSettings
from i2v_core.datasets.mini_world.web_target import target_clip, target_clips

COPY_KINDS = ("resized", "recompressed", "cropped")


@dataclass(frozen=True)
class WebImage:
    """picture uint8 RGB (h, w, 3); fate: clean, off_topic, text, cartoon, wrong_label or copy; the action it shows, or
    ""; of a copy the id of the target's video and what was done to its frame; quality of its JPEG.
    """

    picture: np.ndarray
    fate: str
    action: str
    copy_of: str = ""
    copy_kind: str = ""
    quality: int = 85


def web_image(target: str, name: str, number: int, seed: int, settings: WebSettings) -> WebImage:
    """Image `number` of a query; the last `copies_per_class` of a class are copies of the target's frames."""
    rng = seeding.generator(seed, WORLD, "web_images", target, name, number)
    quality = int(rng.integers(70, 93))
    if number >= settings.images_per_class - settings.copies_per_class:
        return _copy(target, name, number, seed, settings, rng)
    action, fate, plain = CLASSES[target][name], _fate(rng.uniform(), settings), _plain(settings.target_settings())
    if fate == "wrong_label":
        others = sorted(set(CLASSES[target].values()) - {action})
        action = others[rng.integers(len(others))]
    if fate == "off_topic":
        picture, _ = photos.render_photo(action, rng, plain, has_action=False)
        return WebImage(picture, fate, "", quality=quality)
    look = replace(plain, photo_style_share=1.0) if fate == "cartoon" else plain
    picture, _ = photos.render_photo(action, rng, look)
    if fate == "cartoon":
        picture = _flat_colours(picture)
    if fate == "text":
        picture = _poster(picture, rng)
    return WebImage(picture, fate, action, quality=quality)


def _plain(base: Settings) -> Settings:
    """The mini world's photos without noise, of which there is enough here."""
    shares = {"photo_style_share": 0.25, "photo_text_share": 0.05, "photo_gray_share": 0.02}
    return replace(base, **shares, photo_off_topic_share=0.0, photo_wrong_label_share=0.0)


def _fate(drawn: float, settings: WebSettings) -> str:
    shares = {
        "off_topic": settings.off_topic_share,
        "text": settings.text_share,
        "cartoon": settings.cartoon_share,
        "wrong_label": settings.wrong_label_share,
    }
    for fate, share in shares.items():
        if drawn < share:
            return fate
        drawn -= share
    return "clean"


def _flat_colours(picture: np.ndarray) -> np.ndarray:
    """Areas of one colour with dark outlines, on a light ground."""
    smooth = cv2.medianBlur(np.ascontiguousarray(picture), 7)
    flat = (np.round(smooth / 255.0 * 3) * 85).astype(np.uint8)
    edges = cv2.Canny(cv2.cvtColor(smooth, cv2.COLOR_RGB2GRAY), 40, 90) > 0
    flat[cv2.dilate(edges.astype(np.uint8), np.ones((2, 2), np.uint8)) > 0] = (15, 15, 20)
    return flat


def _poster(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Words over most of the picture, on a plate that hides it."""
    out = np.ascontiguousarray(picture.copy())
    height = out.shape[0]
    top = int(rng.uniform(0.0, 0.25) * height)
    plate, ink = ((250, 250, 245), (20, 20, 30)) if rng.uniform() < 0.5 else ((25, 30, 60), (250, 240, 90))
    out[top : top + int(rng.uniform(0.7, 0.95) * height)] = plate
    for line in range(top + 14, height, int(rng.integers(13, 19))):
        words = " ".join(photos.WORDS[place] for place in rng.integers(len(photos.WORDS), size=4))
        cv2.putText(out, words, (3, line), cv2.FONT_HERSHEY_SIMPLEX, rng.uniform(0.32, 0.5), ink, 1, cv2.LINE_AA)
    return out


def _copy(target: str, name: str, number: int, seed: int, settings: WebSettings, rng: np.random.Generator) -> WebImage:
    clip = target_clip(target, name, int(rng.integers(target_clips(target, settings))), seed, settings)
    frame = clip.frames[int(rng.integers(len(clip.frames)))]
    kind, quality = COPY_KINDS[number % len(COPY_KINDS)], 92
    height, width = frame.shape[:2]
    if kind == "resized":
        scale = rng.uniform(0.7, 1.6)
        method = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        frame = cv2.resize(frame, (round(width * scale), round(height * scale)), interpolation=method)
    elif kind == "cropped":
        left, right = (rng.uniform(0.02, 0.10, size=2) * width).astype(int)
        top, bottom = (rng.uniform(0.02, 0.10, size=2) * height).astype(int)
        frame = frame[top : height - bottom, left : width - right]
    else:
        quality = int(rng.integers(30, 60))
    return WebImage(frame, "copy", CLASSES[target][name], clip.id, kind, quality)
