"""Figures: confusion matrix, pseudo-label quality over the stages, training curves; equal input gives equal bytes."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import colormaps, style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from i2v_core import storage

DPI = 120
COLOURS_OF_FEW = 20  # classes for which a list of colours is easy to tell apart
WRITTEN_CLASSES = 25  # above it, counts in the cells are too small to read
MEASURES = {
    "precision_kept": "label precision of kept videos",
    "accuracy_all": "accuracy over all videos",
    "coverage": "share of videos kept",
}


def class_colours(classes: list[str]) -> dict[str, tuple]:
    """A colour for each class, the same for the same list of classes."""
    if len(classes) <= COLOURS_OF_FEW:
        return dict(zip(classes, colormaps["tab20"].colors, strict=False))
    return dict(zip(classes, colormaps["hsv"](np.linspace(0, 1, len(classes), endpoint=False)), strict=True))


def save(figure: Figure, out: Path) -> None:
    """Writes a PNG without time or software in it, so that equal figures give equal bytes."""
    with storage.atomic(out) as temporary:
        figure.savefig(temporary, format="png", dpi=DPI, metadata={"Software": None})


def confusion(matrix: list[list[int]], classes: list[str], *, title: str, out: Path) -> None:
    """Writes `confusion_figure` as a PNG."""
    with style.context("default"):
        save(confusion_figure(matrix, classes, title=title), out)


def confusion_figure(matrix: list[list[int]], classes: list[str], *, title: str) -> Figure:
    """Draws counts (k, k), row = true class, column = predicted; colour is the share within the true class.

    Counts are written in the cells up to 25 classes. Raises ValueError if the matrix is not (k, k) for the k classes.
    """
    counts = np.asarray(matrix)
    if counts.shape != (len(classes), len(classes)):
        raise ValueError(f"confusion matrix {counts.shape} found, {len(classes)} classes wanted on both sides: {title}")
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0)
    side = 2.5 + max(2.5, 0.4 * len(classes) if len(classes) <= WRITTEN_CLASSES else 0.16 * len(classes))
    with style.context("default"):
        figure = Figure(figsize=(side + 1, side), layout="constrained")
        axes = figure.subplots()
        image = axes.imshow(shares, vmin=0, vmax=1, cmap="Blues")
        figure.colorbar(image, ax=axes, label="share of the true class")
        size = 9 if len(classes) <= WRITTEN_CLASSES else 6
        axes.set_xticks(range(len(classes)), classes, rotation=90, fontsize=size)
        axes.set_yticks(range(len(classes)), classes, fontsize=size)
        axes.set(xlabel="predicted class", ylabel="true class", title=title)
        if len(classes) <= WRITTEN_CLASSES:
            for row, column in np.argwhere(counts > 0):
                colour = "white" if shares[row, column] > 0.5 else "black"
                axes.text(column, row, counts[row, column], ha="center", va="center", color=colour, fontsize=8)
    return figure


def pseudo_label_quality(table: pd.DataFrame, stages: list[str], *, data: dict[str, str], out: Path) -> None:
    """Draws each measure over the stages, one panel per benchmark of `data` (name -> data it ran on).

    table: `benchmark, stage` and the measures in percent, one row per run; a measure may be NaN (no video kept).
    Line: mean over the runs. Choice: the band reaches from the lowest to the highest run, since few runs give no
    trustworthy deviation.
    """
    with style.context("default"):
        figure = Figure(figsize=(1.5 + 4 * len(data), 4), layout="constrained")
        panels = figure.subplots(1, len(data), sharey=True, squeeze=False)[0]
        for axes, (benchmark, name) in zip(panels, data.items(), strict=True):
            _quality_panel(axes, table[table["benchmark"] == benchmark], stages)
            axes.set_title(f"{benchmark} ({name})")
        panels[0].set_ylabel("percent of target training videos")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=len(MEASURES))
        save(figure, out)


def training_curves(log: pd.DataFrame, *, title: str, out: Path) -> None:
    """Draws every column of a training log over `epoch` (from 1), one small panel each, since scales differ.

    Raises ValueError if the log has no epoch or no column besides `epoch`.
    """
    terms = [name for name in log.columns if name != "epoch"]
    if not terms or log.empty:
        raise ValueError(
            f"training log of {title}: {len(log)} epochs, columns {terms} besides epoch found, at least one of both "
            "wanted; train again"
        )
    with style.context("default"):
        figure = Figure(figsize=(1 + 3.2 * len(terms), 3), layout="constrained")
        panels = figure.subplots(1, len(terms), squeeze=False)[0]
        for axes, term in zip(panels, terms, strict=True):
            axes.plot(log["epoch"], log[term], marker="o", markersize=3)
            axes.set(xlabel="epoch", title=term)
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.grid(alpha=0.3)
        figure.suptitle(title)
        save(figure, out)


def _quality_panel(axes: Axes, rows: pd.DataFrame, stages: list[str]) -> None:
    for measure, label in MEASURES.items():
        groups = rows.groupby("stage")[measure]
        means, lows, highs = (part.reindex(stages) for part in (groups.mean(), groups.min(), groups.max()))
        (line,) = axes.plot(range(len(stages)), means, marker="o", markersize=4, label=label)
        axes.fill_between(range(len(stages)), lows, highs, color=line.get_color(), alpha=0.2, linewidth=0)
    axes.set_xticks(range(len(stages)), stages)
    axes.set(xlabel="stage that gave the labels", ylim=(0, 102))
    axes.grid(alpha=0.3)
