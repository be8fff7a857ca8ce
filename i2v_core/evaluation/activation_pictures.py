"""Class activations of several models over frames, side by side: source and target videos of a few classes."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from matplotlib import colormaps, style
from matplotlib.figure import Figure

from i2v_core.evaluation import figures

OPACITY = 0.5
LETTERS = {"size": 8}


class Row(NamedTuple):
    """One video: frames uint8 RGB (n, h, w, 3); per model activations in [0, 1] (n, h, w) and how sure it is."""

    label: str
    domain: str
    frames: np.ndarray
    activations: list[np.ndarray]
    probabilities: list[float]


def overlay(frame: np.ndarray, activation: np.ndarray) -> np.ndarray:
    """The frame under its activation in colours, half and half: uint8 (h, w, 3), (h, w) in [0, 1] -> uint8."""
    colours = colormaps["jet"](activation)[..., :3]
    return np.round(255 * OPACITY * colours + (1 - OPACITY) * frame).astype(np.uint8)


def draw(rows: list[Row], *, models: list[str], title: str, out: Path) -> None:
    """A line per row: its frames, then the same frames under the activation of each model.

    Raises ValueError if there is no row, or rows have different numbers of frames or models.
    """
    shapes = {(len(row.frames), len(row.activations)) for row in rows}
    if len(shapes) != 1 or (count := next(iter(shapes)))[1] != len(models):
        raise ValueError(f"activation pictures: (frames, models) {sorted(shapes)} found, one with {len(models)} wanted")
    moments = count[0]
    with style.context("default"):
        figure = Figure(figsize=(0.8 + 1.3 * moments * (1 + len(models)), 0.6 + 1.5 * len(rows)), layout="constrained")
        lines = figure.subplots(len(rows), moments * (1 + len(models)), squeeze=False)
        for line, row in zip(lines, rows, strict=True):
            pictures = list(row.frames)
            pictures += [overlay(*pair) for found in row.activations for pair in zip(row.frames, found, strict=True)]
            for axes, picture in zip(line, pictures, strict=True):
                axes.imshow(picture)
                axes.set(xticks=[], yticks=[])
            line[0].set_ylabel(f"{row.label}\n{row.domain}", **LETTERS)
            for place, sure in enumerate(row.probabilities, start=1):
                line[place * moments].set_xlabel(f"true class: {100 * sure:.0f} %", **LETTERS)
        for place, model in enumerate(models, start=1):
            lines[0, place * moments].set_title(model, **LETTERS)
        figure.suptitle(title)
        figures.save(figure, out)
