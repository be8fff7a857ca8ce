"""Maps of features in the plane (t-SNE): source and target of several models side by side, coloured by true class.

The target's labels only colour the picture; no training reads it.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from i2v_core.evaluation import figures
from i2v_core.evaluation.feature_files import Features

COLUMNS = ["model", "domain", "row", "id", "class", "x", "y"]
MARKERS = {"source": "o", "target": "+"}
STATE = 0  # of the t-SNE: it only enters the search for principal components, so there is nothing to choose


def coordinates(features: Features, *, perplexity: float) -> np.ndarray:
    """t-SNE of both domains together (van der Maaten and Hinton 2008) -> (n + m, 2), the source first.

    Choice: the paper gives no setting; perplexity as given, the first two principal components as start, no scaling.
    Raises ValueError unless 1 <= perplexity < (n + m) / 3, beyond which neighbourhoods mean nothing.
    """
    from sklearn.manifold import TSNE  # slow to import
    from threadpoolctl import threadpool_limits

    joint = np.concatenate([features.source, features.target])
    if not 1 <= perplexity < len(joint) / 3:
        raise ValueError(
            f"perplexity {perplexity:g} with {len(joint)} videos found, 1 <= perplexity < videos / 3 wanted; lower it"
        )
    method = TSNE(perplexity=perplexity, init="pca", random_state=STATE, n_jobs=1)
    with threadpool_limits(1):  # sums over several threads differ from run to run
        return method.fit_transform(joint)


def tidy(
    features: Features, places: np.ndarray, *, labels: dict[str, str], classes: list[str], model: str
) -> pd.DataFrame:
    """One row per video with columns COLUMNS: source, then target; row counts within the domain from 0.

    places (n + m, 2) as of `coordinates`; labels: the class of each target id. Source videos have no id.
    """
    n, m = len(features.source), len(features.target)
    truth = [classes[label] for label in features.source_labels] + [labels[name] for name in features.target_ids]
    return pd.DataFrame(
        {
            "model": model,
            "domain": ["source"] * n + ["target"] * m,
            "row": [*range(n), *range(m)],
            "id": [""] * n + features.target_ids,
            "class": truth,
            "x": places[:, 0],
            "y": places[:, 1],
        },
        columns=COLUMNS,
    )


def draw(table: pd.DataFrame, classes: list[str], out: Path) -> None:
    """Draws what `tidy` gives, one panel per model in the order of the table: circles source, plus signs target."""
    models = table["model"].unique()
    colours = figures.class_colours(classes)
    with style.context("default"):
        figure = Figure(figsize=(1.8 + 4.6 * len(models), 4.6), layout="constrained")
        for axes, model in zip(figure.subplots(1, len(models), squeeze=False)[0], models, strict=True):
            _panel(axes, table[table["model"] == model], colours)
            axes.set_title(model)
        handles = [Line2D([], [], color=colour, marker="s", linestyle="none") for colour in colours.values()]
        handles += [
            Line2D([], [], color="black", marker=mark, markerfacecolor="none", linestyle="none")
            for mark in MARKERS.values()
        ]
        across = 1 + len(handles) // 24
        figure.legend(handles, [*colours, *MARKERS], loc="outside right center", fontsize=7, ncols=across)
        figures.save(figure, out)


def _panel(axes: Axes, rows: pd.DataFrame, colours: dict) -> None:
    looks = {"source": {"facecolors": "none", "s": 14}, "target": {"s": 26}}
    for domain, mark in MARKERS.items():
        for label, part in rows[rows["domain"] == domain].groupby("class"):
            colour = {"edgecolors": [colours[label]]} if domain == "source" else {"color": [colours[label]]}
            axes.scatter(part["x"], part["y"], marker=mark, linewidths=0.9, **looks[domain], **colour)
    axes.set(xticks=[], yticks=[])
