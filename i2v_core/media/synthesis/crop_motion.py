"""Videos from photos in the plane: a window moves over the photo, the action in it (ST-I2V, as CFB reports it).

The papers say: regions of the image, chosen at random around what Grad-CAM finds, are the frames, so that the view
moves in the image plane. How they are drawn was not published; everything below that is a Choice.
"""

import cv2
import numpy as np

SCALES = (0.6, 0.9)
ACTIVE_SHARE = 0.5  # of the highest activation: the action's box


def generate(
    image: np.ndarray,
    activation: np.ndarray,
    *,
    frames: int = 16,
    random: np.random.Generator,
    scale: tuple[float, float] = SCALES,
    redraw_every: int = 5,
) -> np.ndarray:
    """Frames uint8 (frames, h, w, 3) of a window moving over a photo uint8 (h, w, 3), frame 0 the photo.

    activation float32 (h, w), any unit, higher where the action is; the windows are those of `windows`.
    Raises ValueError for wrong shapes, types or settings.
    """
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8:
        raise ValueError(f"image {image.dtype} {image.shape} found, uint8 (h, w, 3) wanted")
    if activation.shape != image.shape[:2]:
        raise ValueError(f"activation {activation.shape} found, the image's {image.shape[:2]} wanted")
    places = windows(activation, frames=frames, random=random, scale=scale, redraw_every=redraw_every)
    return np.stack([_cut(image, *place) for place in places])


def windows(
    activation: np.ndarray,
    *,
    frames: int,
    random: np.random.Generator,
    scale: tuple[float, float] = SCALES,
    redraw_every: int = 5,
) -> np.ndarray:
    """Left, top (px) and scale of the window in each frame -> float64 (frames, 3).

    Choice: the first window is the whole image (the variant "placed at start"). Every `redraw_every` frames a scale is
    drawn from `scale`, and a place from all those at which the window lies in the image and holds the action's box; the
    window gets there by the smooth step 3 u^2 - 2 u^3, so that all windows between do so too.
    Choice: the action's box is around all pixels above half the highest activation. Where it is wider or higher than
    the window, the window holds the pixel of the highest activation. Where all pixels are alike, or none is active,
    that is the image's centre.
    Raises ValueError for settings or activations that cannot be.
    """
    if not 0 < scale[0] <= scale[1] <= 1:
        raise ValueError(f"scale {tuple(scale)} found, 0 < low <= high <= 1 wanted")
    if frames < 1 or redraw_every < 1:
        raise ValueError(f"frames {frames} and redraw_every {redraw_every} found, at least 1 each wanted")
    if not np.isfinite(activation).all():
        raise ValueError("an activation is not a finite number; check the classifier that it comes from")
    action = _action(activation)
    knots = [np.array([0.0, 0.0, 1.0])]
    for _ in range(-(-(frames - 1) // redraw_every)):
        share = random.uniform(*scale)
        corner = [
            random.uniform(*_reach(length, share * length, box))
            for length, box in zip(activation.shape[::-1], action, strict=True)
        ]
        knots.append(np.array([*corner, share]))
    times = np.arange(frames) / redraw_every
    first = np.minimum(times.astype(int), max(len(knots) - 2, 0))
    part = (times - first)[:, None]
    part = part * part * (3 - 2 * part)
    knots = np.array([*knots, knots[-1]])
    return (1 - part) * knots[first] + part * knots[first + 1]


def _action(activation: np.ndarray) -> list[tuple[float, float, float]]:
    """Of x, then of y: low and high end of the action's box and the place of the peak, in px."""
    height, width = activation.shape
    if activation.max() <= max(0, activation.min()):
        return [(width / 2, width / 2, width / 2), (height / 2, height / 2, height / 2)]
    rows, columns = np.nonzero(activation > ACTIVE_SHARE * activation.max())
    row, column = np.unravel_index(np.argmax(activation), activation.shape)
    return [
        (columns.min(), columns.max() + 1, column + 0.5),
        (rows.min(), rows.max() + 1, row + 0.5),
    ]


def _reach(length: float, window: float, box: tuple[float, float, float]) -> tuple[float, float]:
    """Lowest and highest start of a window in 0..length that holds the box, or its peak if the box is larger."""
    low, high, peak = box
    if high - low > window:
        low = high = peak
    return max(0.0, high - window), max(0.0, min(low, length - window))


def _cut(image: np.ndarray, left: float, top: float, scale: float) -> np.ndarray:
    """The window resized to the image's size, bilinear, pixel centres aligned; the whole image stays to the byte."""
    offset = 0.5 * scale - 0.5
    matrix = np.array([[scale, 0, left + offset], [0, scale, top + offset]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(image, matrix, image.shape[1::-1], flags=flags, borderMode=cv2.BORDER_REPLICATE)
