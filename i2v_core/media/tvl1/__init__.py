"""TV-L1 optical flow (Zach, Pock and Bischof 2007), as OpenCV's CPU form computes it, in two forms of our own.

Minimises  sum lambda |I1(x + u) - I0(x)| + |grad u1| + |grad u2|  from coarse to fine. At each scale, `warps` times:
linearise I1 about the flow u0 so far, rho(u) = I1(x + u0) + g . (u - u0) - I0, and iterate
    v = u + clamp(-rho / |g|^2, -lambda theta, lambda theta) g          thresholding step, eq. 15
    u = v + theta div p                                                 eq. 11, 14
    p = (p + tau/theta grad u) / (1 + tau/theta |grad u|)               dual field; reset at each scale
until the mean squared change of u is at most epsilon^2 px^2, with a median filter every `inner_iterations`.

`numba` (`cpu.py`) takes one pair at a time on one core, `torch` (`batched.py`) many at once, on a GPU if there is
one, `opencv` is the reference. Their mean end-point difference is 0.0002 px, and up to 0.025 px for pairs of which
rounding lets one form stop an iteration, and with it a median filter, earlier.
Choice: the papers name TV-L1 and no parameters; OpenCV's CPU defaults.
"""

from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

import cv2
import numpy as np

BACKENDS = ("auto", "numba", "torch", "opencv")
FORMS = {"numba": "cpu", "torch": "batched"}
SMALLEST_SIDE_PX = 16  # scales with a shorter side are left out, as in OpenCV
MEDIANS_PX = (1, 3, 5)  # 1 is no filter; OpenCV filters float images in these sizes only


@dataclass(frozen=True)
class Settings:
    """Parameters; the defaults are OpenCV's.

    tau: step of the dual field; lambda_: weight of the images, smaller is smoother; theta: coupling of u and v, smaller
    is tighter. scales: at most, each `scale_step` times the size of the one before. warps: per scale. epsilon: px of
    change to stop at. outer_iterations: median filters of `median_px` per warp, `inner_iterations` apart, at most.

    Raises ValueError for a value out of range.
    """

    tau: float = 0.25
    lambda_: float = 0.15
    theta: float = 0.3
    scales: int = 5
    scale_step: float = 0.8
    warps: int = 5
    epsilon: float = 0.01
    inner_iterations: int = 30
    outer_iterations: int = 10
    median_px: int = 5

    def __post_init__(self) -> None:
        for name in ("tau", "lambda_", "theta", "scales", "warps", "epsilon", "inner_iterations", "outer_iterations"):
            if not getattr(self, name) > 0:
                raise ValueError(f"TV-L1 {name}: {getattr(self, name)} found, more than 0 wanted")
        if not 0 < self.scale_step < 1:
            raise ValueError(f"TV-L1 scale_step: {self.scale_step} found, a number between 0 and 1 wanted")
        if self.median_px not in MEDIANS_PX:
            raise ValueError(f"TV-L1 median_px: {self.median_px} found, one of {MEDIANS_PX} wanted")


def flow(first: np.ndarray, second: np.ndarray, settings: Settings, *, backend: str) -> np.ndarray:
    """Flow of n pairs of images: `second` at x + flow looks like `first` at x.

    first, second: uint8, gray (n, h, w) or RGB (n, h, w, 3), sides of at least 16 px -> (n, h, w, 2) float32 px, x to
    the right and y down. backend: auto (torch on a GPU if there is one, else numba), numba, torch, opencv.
    Raises ValueError for other images or another backend.
    """
    backend = _chosen(backend)
    if first.shape != second.shape:
        raise ValueError(f"TV-L1: first images {first.shape}, second {second.shape} found, equal shapes wanted")
    first, second = _gray(first), _gray(second)
    if len(first) == 0:
        return np.empty((*first.shape, 2), np.float32)
    if backend == "opencv":
        return np.stack([_opencv(one, other, settings) for one, other in zip(first, second, strict=True)])
    return _form(backend).flow_of_pairs(first, second, settings)


def video_flow(frames: np.ndarray, settings: Settings, *, backend: str) -> np.ndarray:
    """Flow of each frame to the next: uint8 (t, h, w, 3) or gray (t, h, w) -> (t - 1, h, w, 2) float32 px.

    As `flow` of neighbours, but each frame's scales and gradients are made once. One frame gives no flow.
    """
    backend = _chosen(backend)
    gray = _gray(frames)
    if len(gray) < 2:
        return np.empty((0, *gray.shape[1:], 2), np.float32)
    if backend == "opencv":
        return flow(gray[:-1], gray[1:], settings, backend=backend)
    return _form(backend).flow_of_video(gray, settings)


def _chosen(backend: str) -> str:
    if backend not in BACKENDS:
        raise ValueError(f"TV-L1 backend: {backend!r} found, one of {BACKENDS} wanted")
    if backend != "auto":
        return backend
    import torch

    return "torch" if torch.cuda.is_available() else "numba"


def _form(backend: str) -> ModuleType:
    return import_module(
        f"i2v_core.media.tvl1.{FORMS[backend]}"
    )  # not before it is wanted: each takes a second to load


def _gray(images: np.ndarray) -> np.ndarray:
    """Gray or RGB images -> gray (n, h, w) uint8. Raises ValueError for another shape, another type, too few pixels."""
    is_rgb = images.ndim == 4 and images.shape[3] == 3
    if images.dtype != np.uint8 or not (is_rgb or images.ndim == 3):
        raise ValueError(f"TV-L1: {images.dtype} {images.shape} found, uint8 (n, h, w) or (n, h, w, 3) wanted")
    if min(images.shape[1:3]) < SMALLEST_SIDE_PX:
        height, width = images.shape[1:3]
        raise ValueError(f"TV-L1: images of {width} x {height} px found, at least {SMALLEST_SIDE_PX} px a side wanted")
    if not is_rgb or len(images) == 0:
        return np.ascontiguousarray(images[..., 0] if is_rgb else images)
    return np.stack([cv2.cvtColor(image, cv2.COLOR_RGB2GRAY) for image in images])


def _opencv(first: np.ndarray, second: np.ndarray, settings: Settings) -> np.ndarray:
    solver = cv2.optflow.DualTVL1OpticalFlow_create(
        settings.tau,
        settings.lambda_,
        settings.theta,
        settings.scales,
        settings.warps,
        settings.epsilon,
        settings.inner_iterations,
        settings.outer_iterations,
        settings.scale_step,
        0.0,  # gamma, change of brightness: none
        settings.median_px,
    )  # one for each pair: OpenCV's keeps the number of scales of the smallest image it has seen
    return solver.calc(first, second, None)
