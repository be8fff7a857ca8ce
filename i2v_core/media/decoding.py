"""Decoding of still images and videos into uint8 RGB arrays, whole files at a time."""

from pathlib import Path

import av
import cv2
import numpy as np
from PIL import Image, ImageOps


def read_image(path: Path, *, short_side_px: int | None = None) -> np.ndarray:
    """One image, any format and mode, upright by its EXIF tag -> uint8 RGB (h, w, 3).

    short_side_px: shrinks so that the shorter side has that many pixels, ratio kept; smaller images stay as they are.
    Raises ValueError if the file cannot be decoded completely.
    """
    try:
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image)
            if upright.mode.startswith("I;16"):  # Pillow's conversion would cut off all above 255
                upright = Image.fromarray((np.asarray(upright) // 256).astype(np.uint8))
            frame = np.asarray(upright.convert("RGB"))
    except Exception as error:  # Pillow raises many kinds for damaged files, all with the same meaning here
        raise ValueError(f"{path}: not a readable image ({error}); replace it or drop it") from None
    return _shrink(frame, short_side_px)


def read_video(path: Path, *, short_side_px: int | None = None) -> tuple[np.ndarray, float]:
    """All frames of the first video stream, upright by its rotation -> uint8 RGB (t, h, w, 3), frames per second.

    One decoder thread: processes, not threads, share the machine. Raises ValueError if nothing can be decoded, the
    decoder stops with an error, or clearly fewer frames arrive than the header promises (a truncated file).
    """
    frames = []
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_count = 1
            promised, rate = stream.frames, float(stream.average_rate or 0)
            for frame in container.decode(stream):
                frames.append(_upright(frame, short_side_px))
    except (av.FFmpegError, IndexError, OSError, ValueError) as error:
        raise ValueError(
            f"{path}: not a readable video ({str(error) or 'no video stream'}; {len(frames)} frames decoded); "
            "replace it or drop it"
        ) from None
    # Choice: containers count frames loosely (off by one or two is common), so only a clear lack means truncation.
    if len(frames) < max(1, promised - max(2, promised // 20)):
        raise ValueError(f"{path}: truncated, {len(frames)} of {promised} frames decoded; replace it or drop it")
    return np.stack(frames), rate


def _upright(frame: av.VideoFrame, short_side_px: int | None) -> np.ndarray:
    width, height = frame.width, frame.height
    scale = 1.0 if short_side_px is None else min(1.0, short_side_px / min(width, height))
    size = {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}
    array = frame.to_ndarray(format="rgb24", **size) if scale < 1 else frame.to_ndarray(format="rgb24")
    turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(array, turns)) if turns else array


def _shrink(frame: np.ndarray, short_side_px: int | None) -> np.ndarray:
    height, width = frame.shape[:2]
    if short_side_px is None or min(height, width) <= short_side_px:
        return frame
    scale = short_side_px / min(height, width)
    return cv2.resize(frame, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
