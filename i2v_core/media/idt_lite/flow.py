"""Image pyramids by factors of sqrt(2), and Farneback's flow on all of their scales in one pass from coarse to fine."""

import cv2
import numpy as np

from i2v_core.media.idt_lite.settings import PATCH_PX

STEP = 2**0.5
WINDOW_PX, ITERATIONS, POLYNOMIAL_PX, POLYNOMIAL_SIGMA = 10, 2, 7, 1.5  # of the 2013 release


def sizes(height: int, width: int, *, scales: int) -> list[tuple[int, int]]:
    """Height and width of each scale, the image's own first; a shorter side of less than 32 px ends the list.

    Raises ValueError for an image whose shorter side is less.
    """
    if min(height, width) < PATCH_PX:
        raise ValueError(
            f"idt_lite: frames of {width} x {height} px found, sides of at least {PATCH_PX} px wanted, a patch's; "
            "enlarge the video"
        )
    factors = [STEP**scale for scale in range(scales) if min(height, width) / STEP**scale >= PATCH_PX]
    return [(round(height / factor), round(width / factor)) for factor in factors]


def pyramid(gray: np.ndarray, sizes: list[tuple[int, int]]) -> list[np.ndarray]:
    """The image (h, w) at each of `sizes`, every one made bilinearly from the one before."""
    images = [gray]
    for height, width in sizes[1:]:
        images.append(cv2.resize(images[-1], (width, height), interpolation=cv2.INTER_LINEAR))
    return images


def pyramid_flow(first: list[np.ndarray], second: list[np.ndarray]) -> list[np.ndarray]:
    """Flow (h, w, 2) float32, px of the scale, x right and y down, at each scale of two pyramids of gray images.

    `second` at x + flow looks like `first` at x. The flow of a coarser scale, enlarged, is where the next one starts.
    """
    flows: list[np.ndarray] = []
    for one, other in zip(reversed(first), reversed(second), strict=True):
        height, width = one.shape
        start = np.zeros((height, width, 2), np.float32)
        if flows:
            ratio = np.array([width / flows[-1].shape[1], height / flows[-1].shape[0]], np.float32)
            start = cv2.resize(flows[-1], (width, height), interpolation=cv2.INTER_LINEAR) * ratio
        flows.append(
            cv2.calcOpticalFlowFarneback(
                one,
                other,
                start,
                0.5,  # scale of levels, of which there is none but the image's own
                0,
                WINDOW_PX,
                ITERATIONS,
                POLYNOMIAL_PX,
                POLYNOMIAL_SIGMA,
                cv2.OPTFLOW_USE_INITIAL_FLOW,
            )
        )
    return flows[::-1]
