"""Pictures of the report as bytes: moving thumbnails, charts."""

import io

import cv2
import numpy as np
import pandas as pd
from matplotlib import style
from matplotlib.figure import Figure

from i2v_core.evaluation import figures
from i2v_core.media import sampling
from i2v_core.media.frames import FrameStore

THUMBNAIL_PX, THUMBNAIL_FRAMES, FRAME_MS = 144, 12, 160


def thumbnail(store: FrameStore, key: str) -> bytes:
    """An animated WebP of a video's evenly spread frames, its longer side THUMBNAIL_PX at most."""
    from PIL import Image

    frames = store.frames(key, sampling.spread(store.length(key), frames=min(THUMBNAIL_FRAMES, store.length(key))))
    scale = min(1.0, THUMBNAIL_PX / max(frames.shape[1:3]))
    size = (max(1, round(frames.shape[2] * scale)), max(1, round(frames.shape[1] * scale)))
    small = [Image.fromarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA)) for frame in frames]
    buffer = io.BytesIO()
    small[0].save(buffer, "WEBP", save_all=True, append_images=small[1:], duration=FRAME_MS, loop=0, quality=60)
    return buffer.getvalue()


def feature_map(places: np.ndarray, classes: list[str], labels: list[str], confidences: np.ndarray) -> bytes:
    """A PNG of t-SNE places (n, 2), coloured by predicted class, small where confidence is low."""
    with style.context("default"):
        figure = Figure(figsize=(8.5, 5.5), layout="constrained")
        axes = figure.subplots()
        for name, colour in figures.class_colours(classes).items():
            chosen = np.array([label == name for label in labels])
            if chosen.any():
                axes.scatter(*places[chosen].T, s=8 + 40 * confidences[chosen], color=colour, label=name, alpha=0.8)
        axes.set(xticks=[], yticks=[])
        figure.legend(loc="outside right center", fontsize=7, ncols=1 + len(classes) // 24)
        return png(figure)


def evolution(table: pd.DataFrame) -> bytes:
    """A PNG of the shares of `evolution.table` over the stages, in percent."""
    with style.context("default"):
        figure = Figure(figsize=(7.5, 3.4), layout="constrained")
        axes = figure.subplots()
        for column, mark in (("kept", "o"), ("mean confidence", "s"), ("changed", "^"), ("right", "*")):
            values = pd.to_numeric(table[column], errors="coerce")
            if values.notna().any():
                axes.plot(table["stage"], 100 * values, marker=mark, label=column)
        axes.set(ylim=(0, 102), ylabel="percent")
        axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
        return png(figure)


def confusion(matrix: list[list[int]], classes: list[str]) -> bytes:
    """A PNG of `figures.confusion_figure`."""
    with style.context("default"):
        return png(figures.confusion_figure(matrix, classes, title="labelled videos"))


def png(figure: Figure) -> bytes:
    """The figure without time or software in it, so that equal figures give equal bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=figures.DPI, metadata={"Software": None})
    return buffer.getvalue()
