"""Optical flow as colours, beside the frames it belongs to: source and target videos of a few classes."""

from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from matplotlib import style
from matplotlib.figure import Figure

from i2v_core.evaluation import figures

WHEEL_PX = 160
LETTERS = {"size": 8}


class Row(NamedTuple):
    """One video at some moments: frames uint8 RGB (n, h, w, 3), flows (n, h, w, 2) in px, (x, y), x right, y down."""

    label: str
    domain: str
    frames: np.ndarray
    flows: np.ndarray


def colours(flow_px: np.ndarray, *, scale_px: float) -> np.ndarray:
    """Flow (h, w, 2) in px as uint8 RGB (h, w, 3): hue = direction, saturation = length / scale_px, at most 1.

    White: no motion. Red: to the right; then, turning clockwise as seen on the screen, down is yellow-green, left cyan,
    up violet. Raises ValueError unless scale_px > 0.
    """
    if scale_px <= 0:
        raise ValueError(f"scale {scale_px:g} px found, above 0 wanted: the length of flow that gives full colour")
    x, y = flow_px[..., 0].astype(np.float32), flow_px[..., 1].astype(np.float32)
    hue = np.degrees(np.arctan2(y, x)) % 360
    saturation = np.minimum(np.hypot(x, y) / scale_px, 1)
    hsv = np.stack([hue, saturation, np.ones_like(hue)], axis=-1).astype(np.float32)
    return np.round(255 * cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)).astype(np.uint8)


def wheel(size_px: int = WHEEL_PX) -> np.ndarray:
    """The colours of all directions and of lengths up to the scale, a disc on white -> uint8 (size_px, size_px, 3)."""
    steps = (np.arange(size_px) + 0.5) * 2 / size_px - 1
    x, y = np.meshgrid(steps, steps)
    picture = colours(np.stack([x, y], axis=-1), scale_px=1.0)
    picture[np.hypot(x, y) > 1] = 255
    return picture


def draw(rows: list[Row], *, scale_px: float, title: str, out: Path) -> None:
    """Draws a line per row, at each moment the frame and its flow; a wheel below says what the colours mean.

    One scale for the whole figure, so that lines compare; the greatest length stands under each flow, since longer
    flow than the scale has the same colour.
    Raises ValueError if there is no row, or rows have different numbers of moments.
    """
    moments = sorted({len(row.frames) for row in rows} | {len(row.flows) for row in rows})
    if len(moments) != 1:
        raise ValueError(f"flow pictures: {len(rows)} rows of {moments} moments found, some of one number wanted")
    with style.context("default"):
        figure = Figure(figsize=(0.8 + 3.1 * moments[0], 1.45 * len(rows) + 1.5), layout="constrained")
        upper, lower = figure.subfigures(2, 1, height_ratios=[1.45 * len(rows) + 0.3, 1.2])
        lines = upper.subplots(len(rows), 2 * moments[0], squeeze=False)
        for line, row in zip(lines, rows, strict=True):
            for axes, frame in zip(line[::2], row.frames, strict=True):
                axes.imshow(frame)
            for axes, flow in zip(line[1::2], row.flows, strict=True):
                axes.imshow(colours(flow, scale_px=scale_px))
                axes.set_xlabel(f"at most {np.hypot(flow[..., 0], flow[..., 1]).max():.1f} px", **LETTERS)
            for axes in line:
                axes.set(xticks=[], yticks=[])
            line[0].set_ylabel(f"{row.label}\n{row.domain}", **LETTERS)
        upper.suptitle(title)
        axes = lower.subplots()
        axes.imshow(wheel())
        axes.set_axis_off()
        axes.set_title(f"colour: direction; full colour: {scale_px:g} px per frame or more", **LETTERS)
        figures.save(figure, out)
