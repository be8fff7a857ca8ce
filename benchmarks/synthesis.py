"""Times a generated video on one core, beside the same steps written pixel by pixel as in the code of Depthstillation.

Run: python -m benchmarks.synthesis [--height 256 --width 340 --frames 16 --slow-frames 2]. The slow form sharpens the
depth anew for each frame and goes through its pixels in Python; it is timed on a few frames and scaled up. Printed
besides: the share of pixels that show the photo, and the length of the flow from frame to frame, of each preset.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import cv2
import numpy as np

from benchmarks.measuring import Row
from i2v_core import seeding
from i2v_core.media.synthesis import camera, depth_edges, filling, videos, warp
from tests.media.synthesis import per_pixel
from tests.media.synthesis.scene import photo


def milliseconds(work: Callable[[], object], repeats: int = 7) -> float:
    """Median CPU time of one thread, after one call that compiles."""
    work()
    times = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return 1e3 * float(np.median(times))


def slow_frame(image: np.ndarray, inverse: np.ndarray, step: np.ndarray, motion: camera.Motion) -> np.ndarray:
    """One frame of a chain, pixel by pixel."""
    owner = slow_owners(inverse, step, motion)[1]
    return filling.filled(image.reshape(-1, 3)[owner], owner < 0, motion.fill)


def slow_owners(inverse: np.ndarray, step: np.ndarray, motion: camera.Motion) -> tuple[np.ndarray, np.ndarray]:
    """Sharpened depth, and the point that each pixel of a new view shows, pixel by pixel."""
    depth = per_pixel.sharpened(camera.depth_from_inverse(inverse))
    matrix = camera.intrinsics(*depth.shape, has_square_pixels=motion.has_square_pixels)
    return depth, per_pixel.owners(*warp.grid(*depth.shape), depth.astype(np.float64), step, matrix)


def are_equal(inverse: np.ndarray, step: np.ndarray, motion: camera.Motion) -> bool:
    """Whether both forms give the same depth, and show the same points."""
    slow_depth, slow = slow_owners(inverse, step, motion)
    depth = depth_edges.sharpened(camera.depth_from_inverse(inverse))
    matrix = camera.intrinsics(*depth.shape, has_square_pixels=motion.has_square_pixels)
    places, projection = warp.grid(*depth.shape), warp.projection(step, matrix)
    fast = warp.landing(*places, depth.astype(np.float64), projection, 1).owner
    return np.array_equal(depth, slow_depth) and np.array_equal(fast, slow)


def rows(*, quick: bool) -> Iterator[Row]:
    """For the table of ratios: videos of 16 frames, 340 x 256."""
    image, inverse = photo(256, 340)
    motion, frames = camera.motion("paper_plausible"), 16
    step = camera.random_steps(motion, 1, seeding.generator(0, "camera"))[0]
    started = time.process_time()
    slow_frame(image, inverse, step, motion)
    slow = (time.process_time() - started) * (frames - 1)
    agreement = "depth edges and shown points equal" if are_equal(inverse, step, motion) else "NOT EQUAL"
    for preset in ["paper_plausible"] if quick else camera.PRESETS:
        fast = np.mean([timed(image, inverse, preset, frames, seed) for seed in range(2 if quick else 6)]) / 1e3
        what = f"view synthesis, {frames} frames of 340 x 256, {preset}"
        yield Row(what, float(fast), "pixel by pixel in Python, a frame scaled up", slow, agreement)


def steps_of_a_frame(image: np.ndarray, inverse: np.ndarray) -> dict[str, float]:
    """Milliseconds of each step; sharpening is done once a video, the others once a frame."""
    motion, rough = camera.motion("recommended"), camera.depth_from_inverse(inverse)
    depth = depth_edges.sharpened(rough).astype(np.float64)
    matrix = camera.intrinsics(*depth.shape, has_square_pixels=True)
    pose = camera.cumulative(camera.random_steps(motion, 8, seeding.generator(0, "camera")))[-1]
    places, projection = warp.grid(*depth.shape), warp.projection(pose, matrix)
    landing = warp.landing(*places, depth, projection, 2)
    holes = filling.holes(landing, motion.ring)
    work = {
        "sharpening (once)": lambda: depth_edges.sharpened(rough),
        "landing, 1 point": lambda: warp.landing(*places, depth, projection, 1),
        "landing, 4 points": lambda: warp.landing(*places, depth, projection, 2),
        "holes": lambda: filling.holes(landing, motion.ring),
        f"telea, {holes.mean():.0%} holes": lambda: filling.filled(image, holes, "telea"),
        f"nearest, {holes.mean():.0%} holes": lambda: filling.filled(image, holes, "nearest"),
        "projection (chain)": lambda: warp.project(*places, depth, *projection),
        "depth holes (chain)": lambda: filling.filled_depth(depth, landing.owner < 0),
    }
    return {name: milliseconds(step) for name, step in work.items()}


def flow_px(inverse: np.ndarray, preset: str, poses: np.ndarray) -> float:
    """Mean length of the true flow from frame to frame, over the photo's points in view."""
    depth = depth_edges.sharpened(camera.depth_from_inverse(inverse)).astype(np.float64)
    matrix = camera.intrinsics(*depth.shape, has_square_pixels=camera.PRESETS[preset].has_square_pixels)
    seen = [warp.project(*warp.grid(*depth.shape), depth, *warp.projection(pose, matrix)) for pose in poses]
    lengths = []
    for (x, y, z), (next_x, next_y, next_z) in pairwise(seen):
        inside = (x >= 0) & (x < depth.shape[1]) & (y >= 0) & (y < depth.shape[0]) & (z > 0) & (next_z > 0)
        lengths.extend(np.hypot(next_x - x, next_y - y)[inside].tolist())
    return float(np.mean(lengths))


def timed(image: np.ndarray, inverse: np.ndarray, preset: str, frames: int, seed: int) -> float:
    """Milliseconds of one video."""
    return milliseconds(lambda: videos.generate(image, inverse, preset, frames=frames, seed=seed), 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("height", 256), ("width", 340), ("frames", 16), ("slow-frames", 2), ("seeds", 6)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    cv2.setNumThreads(1)
    image, inverse = photo(given.height, given.width)
    print(f"{given.width}x{given.height}, one core, CPU time")
    for name, value in steps_of_a_frame(image, inverse).items():
        print(f"  {name:24s} {value:8.1f} ms")

    motion = camera.motion("paper_plausible")
    steps = camera.random_steps(motion, given.slow_frames, seeding.generator(0, "camera"))
    started = time.process_time()
    for step in steps:
        slow_frame(image, inverse, step, motion)
    slow = (time.process_time() - started) / given.slow_frames * (given.frames - 1)
    print(f"pixel by pixel: {slow:.1f} s a video of {given.frames} frames")
    shown = sorted({min(1, given.frames - 1), given.frames // 2 - 1, given.frames - 1})
    print(
        f"preset            s a video   faster   real share in frames {[frame + 1 for frame in shown]}   flow px a step"
    )
    for preset in camera.PRESETS:
        made = [videos.generate(image, inverse, preset, frames=given.frames, seed=k) for k in range(given.seeds)]
        shares = np.mean([video.real.mean(axis=(1, 2))[shown] for video in made], axis=0)
        flow = np.mean([flow_px(inverse, preset, video.poses.astype(np.float64)) for video in made])
        fast = np.mean([timed(image, inverse, preset, given.frames, seed) for seed in range(given.seeds)])
        print(f"{preset:16s} {fast / 1e3:10.2f} {1e3 * slow / fast:7.0f}x   {np.round(shares, 2)}   {flow:.1f}")


if __name__ == "__main__":
    main()
