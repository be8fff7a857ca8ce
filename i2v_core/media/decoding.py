"""Decoding of still images, videos and segments of long videos into uint8 RGB arrays."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter
from PIL import Image, ImageOps

UNREADABLE = (av.FFmpegError, IndexError, OSError, ValueError)  # what PyAV raises for damaged files
LEAD_SEC = 1  # a segment is sought this much before its start, as pictures may depend on earlier ones


def read_item(
    path: Path, kind: str, start_s: object = "", stop_s: object = "", *, short_side_px: int | None = None
) -> tuple[Iterable[np.ndarray], float]:
    """The frames of an item of a catalog, as the functions below have them, and frames per second, 0 of an image.

    kind: image or video; start_s and stop_s of a segment, '' of a whole video. Raises ValueError, at once or at a
    frame, if the file cannot be decoded.
    """
    if kind == "image":
        return read_image(path, short_side_px=short_side_px)[None], 0.0
    if start_s == "":
        return stream_video(path, short_side_px=short_side_px)
    return read_segment(path, float(start_s), float(stop_s), short_side_px=short_side_px)


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
    """All frames of `stream_video` at once -> uint8 RGB (t, h, w, 3), frames per second."""
    frames, rate = stream_video(path, short_side_px=short_side_px)
    return np.stack(list(frames)), rate


def stream_video(path: Path, *, short_side_px: int | None = None) -> tuple[Iterator[np.ndarray], float]:
    """The frames of the first video stream, upright by its rotation, one by one, and frames per second (the mean).

    -> uint8 RGB (h, w, 3) each; one at least, if it ends without an error. One decoder thread: processes, not threads,
    share the machine. Raises ValueError, at once or at a frame, if nothing can be decoded, the decoder stops with an
    error, or clearly fewer frames arrive than the header promises (a truncated file).
    """
    try:
        with av.open(str(path)) as container:
            rate = float(container.streams.video[0].average_rate or 0)
    except UNREADABLE as error:
        raise _unreadable(path, error, 0) from None
    return _streamed(path, short_side_px), rate


def _streamed(path: Path, short_side_px: int | None) -> Iterator[np.ndarray]:
    count = 0
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            stream.thread_count = 1
            promised, size, scaler = stream.frames, None, VideoReformatter()
            for frame in container.decode(stream):
                array = _upright(frame, short_side_px, scaler)
                size = size or array.shape
                if array.shape != size:
                    raise ValueError(f"a picture of {array.shape[1::-1]} px after ones of {size[1::-1]} px")
                yield array
                count += 1
    except UNREADABLE as error:
        raise _unreadable(path, error, count) from None
    # Choice: containers count frames loosely (off by one or two is common), so only a clear lack means truncation.
    if count < max(1, promised - max(2, promised // 20)):
        raise ValueError(f"{path}: truncated, {count} of {promised} frames decoded; replace it or drop it")


def _unreadable(path: Path, error: Exception, frames: int) -> ValueError:
    found = str(error) or "no video stream"
    return ValueError(f"{path}: not a readable video ({found}; {frames} frames decoded); replace it or drop it")


def read_segment(
    path: Path, start_s: float, stop_s: float, *, short_side_px: int | None = None
) -> tuple[list[np.ndarray], float]:
    """The frames with start_s <= time < stop_s, as `read_video` has them -> list of uint8 (h, w, 3), frames per second.

    Time is the frame's own time stamp, counted from the stream's start; bounds are taken to the microsecond, and frames
    at a bound are told exactly. Decoding begins shortly before the segment and ends with it. The frames are not
    stacked, so that memory holds the segment once.
    Raises ValueError if no frame lies there, the decoder stops with an error, a frame has no time stamp, or the video
    ends clearly before stop_s.
    """
    start, stop = (Fraction(round(bound * 1_000_000), 1_000_000) for bound in (start_s, stop_s))
    sought = max(start - LEAD_SEC, Fraction(0))
    segment = f"{path} from {start_s} to {stop_s} s"
    try:
        frames, first, last, rate = _segment(path, start, stop, sought, short_side_px)
        if sought > 0 and (first is None or first > start):  # some containers seek too far
            frames, _, last, rate = _segment(path, start, stop, Fraction(0), short_side_px)
    except UNREADABLE as error:
        raise ValueError(
            f"{segment}: not readable ({str(error) or 'no video stream'}); replace the video or drop the segment"
        ) from None
    # Choice: as for whole videos, only a clear lack at the end means that the file is cut.
    if not frames or (stop - last) * rate - 1 > max(2, (stop - start) * rate / 20):
        ends = "no frame decoded" if last is None else f"{len(frames)} frames, the last decoded at {float(last):.3f} s"
        raise ValueError(f"{segment}: {ends}, frames up to the end wanted; replace the video or correct the times")
    return frames, float(rate)


def _segment(
    path: Path, start: Fraction, stop: Fraction, sought: Fraction, short_side_px: int | None
) -> tuple[list[np.ndarray], Fraction | None, Fraction | None, Fraction]:
    """Frames of a segment, times of the first and the last frame decoded, and the rate; decoding begins at `sought`.

    One decoder thread, see `read_video`. Where the first frame is past the start, nothing else is decoded.
    """
    frames, first, last = [], None, None
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_count = 1
        scaler = VideoReformatter()
        origin = stream.start_time or 0
        if sought > 0:
            container.seek(origin + int(sought / stream.time_base), stream=stream)
        for frame in container.decode(stream):
            if frame.pts is None:
                raise ValueError("a frame without time stamp")
            last = (frame.pts - origin) * frame.time_base
            first = last if first is None else first
            if last >= stop or (sought > 0 and first > start):
                break
            if last >= start:
                frames.append(_upright(frame, short_side_px, scaler))
        return frames, first, last, Fraction(stream.average_rate or 0)


def _upright(frame: av.VideoFrame, short_side_px: int | None, scaler: VideoReformatter) -> np.ndarray:
    """scaler: one for all frames of a video, as making its tables takes as long as using them."""
    width, height = frame.width, frame.height
    scale = 1.0 if short_side_px is None else min(1.0, short_side_px / min(width, height))
    size = {"width": max(1, round(width * scale)), "height": max(1, round(height * scale))}
    array = scaler.reformat(frame, format="rgb24", threads=1, **(size if scale < 1 else {})).to_ndarray()
    turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(array, turns)) if turns else array


def _shrink(frame: np.ndarray, short_side_px: int | None) -> np.ndarray:
    height, width = frame.shape[:2]
    if short_side_px is None or min(height, width) <= short_side_px:
        return frame
    scale = short_side_px / min(height, width)
    return cv2.resize(frame, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
