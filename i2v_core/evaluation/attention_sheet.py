"""A contact sheet of one batch of web images, sorted by attention weight: which ones count and which do not."""

from pathlib import Path

import numpy as np
from matplotlib import style
from matplotlib.figure import Figure

from i2v_core.evaluation import figures

ACROSS = 8


def draw(pictures: list[np.ndarray], weights: list[float], names: list[str], *, title: str, out: Path) -> None:
    """Draws uint8 (h, w, 3) pictures from the heaviest to the lightest, with weight and query class below each.

    Equal weights keep their order. The frame is green above the weight of a plain mean, red below.
    Raises ValueError if there is no picture, or not as many weights and names as pictures.
    """
    if not pictures or not len(pictures) == len(weights) == len(names):
        found = (len(pictures), len(weights), len(names))
        raise ValueError(f"attention sheet: {found} pictures, weights and names found, as many of each wanted")
    order = sorted(range(len(pictures)), key=lambda place: -weights[place])
    down = -(-len(order) // ACROSS)
    with style.context("default"):
        figure = Figure(figsize=(1.5 * ACROSS, 1.75 * down + 0.5), layout="constrained")
        panels = figure.subplots(down, ACROSS, squeeze=False).ravel()
        for axes, place in zip(panels, order, strict=False):
            axes.imshow(pictures[place])
            axes.set_title(f"{weights[place]:.4f}\n{names[place]}", fontsize=7)
            colour = "tab:green" if weights[place] > 1 / len(order) else "tab:red"
            for side in axes.spines.values():
                side.set(color=colour, linewidth=2)
        for axes in panels:
            axes.set(xticks=[], yticks=[])
        for axes in panels[len(order) :]:
            axes.axis("off")
        figure.suptitle(title, fontsize=10)
        figures.save(figure, out)
