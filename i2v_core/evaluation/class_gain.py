"""What a method gains in each class over another: a table and a bar chart, over all seeds and splits."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import style
from matplotlib.figure import Figure

from i2v_core.evaluation import figures

COLUMNS = ["class", "n", "before", "after", "gain", "lowest_gain", "highest_gain"]
COLOURS = {True: "#1f77b4", False: "#d62728"}


def gains(before: list[dict], after: list[dict]) -> pd.DataFrame:
    """One row per class, with columns COLUMNS, the largest gain first; accuracies and gains in percent points.

    before, after: scores of two methods (`scores.json`), run by run of the same seed and split. A class without a
    video in a run is left out of that run's mean; n: test videos of the first run.
    Raises ValueError if there are not as many runs of both, none at all, or classes differ.
    """
    if not before or len(before) != len(after):
        raise ValueError(f"{len(before)} and {len(after)} scores found, as many of both methods wanted, one or more")
    classes = before[0]["classes"]
    if any(scores["classes"] != classes for scores in (*before, *after)):
        raise ValueError("scores of different classes found, of one benchmark wanted")
    values = [np.array([_accuracies(scores) for scores in runs]) for runs in (before, after)]
    gain = values[1] - values[0]
    table = pd.DataFrame(
        {
            "class": classes,
            "n": [before[0]["per_class"][name]["n"] for name in classes],
            "before": np.nanmean(values[0], axis=0),
            "after": np.nanmean(values[1], axis=0),
            "gain": np.nanmean(gain, axis=0),
            "lowest_gain": np.nanmin(gain, axis=0),
            "highest_gain": np.nanmax(gain, axis=0),
        },
        columns=COLUMNS,
    )
    return table.sort_values(["gain", "class"], ascending=[False, True], ignore_index=True)


def draw(table: pd.DataFrame, *, titles: list[str], data: str, out: Path) -> None:
    """Bars of what `gains` gives, with a line from the lowest to the highest run where there is more than one."""
    with style.context("default"):
        figure = Figure(figsize=(7, 1.6 + 0.3 * len(table)), layout="constrained")
        axes = figure.subplots()
        places = np.arange(len(table))[::-1]
        axes.barh(places, table["gain"], color=[COLOURS[gain >= 0] for gain in table["gain"]])
        axes.hlines(places, table["lowest_gain"], table["highest_gain"], color="black", linewidth=1.2)
        labels = [f"{row['class']} ({row['before']:.0f} %, n = {row['n']})" for row in table.to_dict("records")]
        axes.set_yticks(places, labels)
        axes.axvline(0, color="black", linewidth=0.8)
        axes.set(
            xlabel="gain in accuracy within the class, percent points", title=f"{titles[1]} over {titles[0]}, {data}"
        )
        figures.save(figure, out)


def _accuracies(scores: dict) -> list[float]:
    found = [scores["per_class"][name]["accuracy"] for name in scores["classes"]]
    return [np.nan if share is None else 100 * share for share in found]
