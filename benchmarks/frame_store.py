"""Writes videos into a frame store and reads clips of it, beside JPEG files made and read with OpenCV or Pillow.

Run: python -m benchmarks.frame_store [--quick]. The videos are drawn, coded as MPEG-4 Part 2 (as UCF101's) with a key
frame in 12. Writing: ours decodes with PyAV, shrinks inside its scaler to a short side of 256 px and codes JPEG into
one HDF5 file; the other form is what extraction scripts do, cv2.VideoCapture, cv2.resize (area) of each full frame and
cv2.imwrite. Reading: clips of 16 neighbouring frames at random places, files in the page cache. The first reading of a
frame decodes it; later epochs find small ones kept (`media.kept`).
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import av
import cv2
import numpy as np
from PIL import Image

from benchmarks.measuring import Row, in_turns, run_alone
from i2v_core.media import decoding, kept
from i2v_core.media.frames import FrameStore, write_store

SHORT_SIDE_PX, QUALITY, CLIP = 256, 95, 16


def rows(*, quick: bool) -> Iterator[Row]:
    sizes = [(320, 240, 4, 96), (1280, 720, 1, 64)] if quick else [(320, 240, 8, 192), (1280, 720, 3, 128)]
    for width, height, videos, frames in sizes:
        with tempfile.TemporaryDirectory() as folder:
            paths = [drawn(Path(folder) / f"{k}.avi", width, height, frames, seed=k) for k in range(videos)]
            yield writing(paths, Path(folder), f"{videos} videos of {frames} frames, {width} x {height}")
            if height <= SHORT_SIDE_PX:
                yield from reading(paths, Path(folder), frames, clips=20 if quick else 100)


def drawn(path: Path, width: int, height: int, frames: int, *, seed: int) -> Path:
    """A texture that moves under a camera, with some noise."""
    random = np.random.default_rng(seed)
    small = random.integers(0, 256, (height // 8, width // 8, 3)).astype(np.uint8)
    ground = cv2.resize(small, (width + 2 * frames, height + frames), interpolation=cv2.INTER_CUBIC)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25, options={"g": "12", "qscale": "4"})
        stream.width, stream.height, stream.pix_fmt, stream.bit_rate = width, height, "yuv420p", 2_000_000
        for k in range(frames):
            view = ground[k : k + height, 2 * k : 2 * k + width]
            noisy = np.clip(view + random.normal(0, 3, view.shape), 0, 255).astype(np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(noisy, format="rgb24")))
        container.mux(stream.encode())
    return path


def stored(paths: list[Path], out: Path) -> Path:
    """Our form: what the stage extract_frames does."""
    items = ((path.stem, *decoding.stream_video(path, short_side_px=SHORT_SIDE_PX)) for path in paths)
    write_store(items, out, dataset="drawn", jpeg_quality=QUALITY)
    return out


def extracted(paths: list[Path], out: Path) -> Path:
    """The common form: a folder of JPEG files for each video."""
    for path in paths:
        (out / path.stem).mkdir(parents=True, exist_ok=True)
        video, number = cv2.VideoCapture(str(path)), 0
        while (read := video.read())[0]:
            frame, scale = read[1], min(1.0, SHORT_SIDE_PX / min(read[1].shape[:2]))
            if scale < 1:
                size = (round(frame.shape[1] * scale), round(frame.shape[0] * scale))
                frame = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
            name = str(out / path.stem / f"{number:05d}.jpg")
            cv2.imwrite(name, frame, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
            number += 1
        video.release()
    return out


def writing(paths: list[Path], folder: Path, what: str) -> Row:
    forms = {
        "ours": lambda: stored(paths, folder / "store.h5"),
        "theirs": lambda: extracted(paths, folder / "files"),
    }
    seconds, _ = in_turns(forms, 3)
    store = FrameStore([folder / "store.h5"])
    gaps = []
    for key in store:
        names = sorted((folder / "files" / key.partition("/")[2]).iterdir())
        if len(names) != store.length(key):
            return Row(f"decode and store {what}", seconds["ours"], agreement="frames differ in number")
        few = np.linspace(0, len(names) - 1, 8).astype(int)
        files = np.stack([cv2.imread(str(names[k]))[..., ::-1] for k in few])
        gaps.append(np.abs(store.frames(key, few).astype(int) - files).mean())
    agreement = f"same frames, {np.mean(gaps):.2f} grey levels apart in the mean"
    other = "cv2.VideoCapture, cv2.resize, cv2.imwrite"
    return Row(f"decode and store {what}", seconds["ours"], other, seconds["theirs"], agreement)


def reading(paths: list[Path], folder: Path, frames: int, clips: int) -> Iterator[Row]:
    """Of the files that `writing` left; and of the videos themselves, by seeks."""
    random = np.random.default_rng(0)
    wanted = [(paths[k].stem, random.integers(frames - CLIP)) for k in random.integers(len(paths), size=clips)]
    with mock.patch.object(kept, "LIMIT_BYTES", 0):
        first = FrameStore([folder / "store.h5"])
    later = FrameStore([folder / "store.h5"])

    def of(store: FrameStore) -> np.ndarray:
        found = [store.frames(f"drawn/{name}", np.arange(start, start + CLIP)) for name, start in wanted]
        return found[-1]

    def by(read) -> np.ndarray:
        found = [
            np.stack([read(folder / "files" / name / f"{k:05d}.jpg") for k in range(start, start + CLIP)])
            for name, start in wanted
        ]
        return found[-1]

    forms = {
        "first": lambda: of(first),
        "later": lambda: of(later),
        "OpenCV": lambda: by(lambda path: cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB)),
        "Pillow": lambda: by(lambda path: np.asarray(Image.open(path).convert("RGB"))),
        "seeks": lambda: np.stack([sought(folder / f"{name}.avi", start) for name, start in wanted])[-1],
    }
    seconds, results = in_turns(forms, 3)
    what = f"{clips} clips of {CLIP} frames"
    names = {
        "OpenCV": "JPEG files by cv2.imread",
        "Pillow": "JPEG files by Pillow",
        "seeks": "seeks in the videos, cv2.VideoCapture",
    }
    for name, alternative in names.items():
        gap = np.abs(results["first"].astype(int) - results[name]).mean()
        agreement = f"{gap:.2f} grey levels apart in the mean"
        yield Row(f"read {what}, first epoch", seconds["first"], alternative, seconds[name], agreement)
    equal = "equal" if np.array_equal(results["later"], results["OpenCV"]) else "not equal"
    yield Row(f"read {what}, later epochs", seconds["later"], names["OpenCV"], seconds["OpenCV"], equal)


def sought(path: Path, start: int) -> np.ndarray:
    """A clip by a seek to its first frame."""
    video = cv2.VideoCapture(str(path))
    video.set(cv2.CAP_PROP_POS_FRAMES, int(start))
    found = np.stack([cv2.cvtColor(video.read()[1], cv2.COLOR_BGR2RGB) for _ in range(CLIP)])
    video.release()
    return found


def main() -> None:
    cv2.setNumThreads(1)
    run_alone(rows, __doc__)


if __name__ == "__main__":
    main()
