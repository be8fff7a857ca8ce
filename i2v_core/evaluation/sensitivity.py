"""Sensitivity curves: accuracy over the values of one parameter, one panel a parameter.

A spec says what stands in the figure; nothing is read off a path:
    data    what data the runs used, for the heading
    panels  list of {title, xlabel, parameter, used, reference, points}
            parameter   its name, for the table
            used        the value used elsewhere, marked in the panel, or null
            reference   {title, runs} of a model without the parameter, drawn as a level line, or null
            points      list of {value, runs}
    runs    list of {scores (path), split, seed}
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from i2v_core.evaluation import figures, specs

SPEC_KEYS = ("data", "panels")
PANEL_KEYS = ("title", "xlabel", "parameter", "used", "reference", "points")
POINT_KEYS = ("value", "runs")
REFERENCE_KEYS = ("title", "runs")
RUN_KEYS = ("scores", "split", "seed")
COLUMNS = ["panel", "parameter", "value", "used", "reference", "data", "split", "seed", "top1", "n_test_videos"]
COLOUR, USED_COLOUR, REFERENCE_COLOUR = "tab:blue", "tab:red", "tab:gray"
ACROSS = 2


def check_spec(spec: dict) -> None:
    """Raises ValueError unless keys are exact, values differ, and a panel's points share splits and seeds."""
    specs.check_keys(spec, SPEC_KEYS, "figure")
    titles = [panel.get("title") for panel in spec["panels"]]
    if not titles or len(set(titles)) < len(titles):
        raise ValueError(f"spec, panels: titles {titles} found, one or more and none twice wanted")
    for panel in spec["panels"]:
        specs.check_keys(panel, PANEL_KEYS, "panels")
        for point in panel["points"]:
            specs.check_keys(point, POINT_KEYS, "points")
        if panel["reference"] is not None:
            specs.check_keys(panel["reference"], REFERENCE_KEYS, "reference")
        _check_panel(panel)


def points(spec: dict, scores: dict[str, dict]) -> pd.DataFrame:
    """One row per run with columns COLUMNS: panels in the spec's order, values rising, the reference last.

    scores: the content of each run's scores.json by its path. top1 in percent; used is 1 for the value used; reference
    is the title of the reference and value is empty in its rows.
    Raises ValueError for a spec that `check_spec` refuses, or if runs of one split scored different numbers of videos.
    """
    check_spec(spec)
    records, counts = [], {}
    for panel in spec["panels"]:
        head = {"panel": panel["title"], "parameter": panel["parameter"], "data": spec["data"]}
        for point in sorted(panel["points"], key=lambda point: point["value"]):
            place = {"value": point["value"], "used": int(point["value"] == panel["used"]), "reference": ""}
            records += _rows({**head, **place}, point["runs"], scores, counts)
        if panel["reference"]:
            place = {"value": np.nan, "used": 0, "reference": panel["reference"]["title"]}
            records += _rows({**head, **place}, panel["reference"]["runs"], scores, counts)
    return pd.DataFrame(records, columns=COLUMNS).astype({"value": float, "top1": float})


def draw(table: pd.DataFrame, spec: dict, out: Path) -> None:
    """Draws what `points` gives, two panels in a row; line: mean over the runs, band: lowest to highest run.

    Choice: values stand at equal distances in rising order, since grids grow by factors as often as by steps. The
    accuracy's axis is cut to what the panel needs: compare panels by their numbers.
    """
    across = min(ACROSS, len(spec["panels"]))
    down = -(-len(spec["panels"]) // across)
    with style.context("default"):
        figure = Figure(figsize=(4.6 * across, 3.4 * down + 0.4), layout="constrained")
        places = figure.subplots(down, across, squeeze=False).ravel()
        for axes, panel in zip(places, spec["panels"], strict=False):
            _panel(axes, table[table["panel"] == panel["title"]], panel)
        for axes in places[len(spec["panels"]) :]:
            axes.remove()
        figure.suptitle(f"{spec['data']}: mean of the runs, band from the lowest to the highest")
        figures.save(figure, out)


def _check_panel(panel: dict) -> None:
    title, values = panel["title"], [point["value"] for point in panel["points"]]
    if not values or len(set(values)) < len(values):
        raise ValueError(
            f"spec, panel {title!r}: values {values} found, one or more and none twice wanted; see the rule that "
            "passes the spec"
        )
    if panel["used"] is not None and panel["used"] not in values:
        raise ValueError(
            f"spec, panel {title!r}: used value {panel['used']} is none of the points {values}; add the point or "
            "give null"
        )
    places = {f"value {point['value']}": point["runs"] for point in panel["points"]}
    if panel["reference"]:
        places["reference"] = panel["reference"]["runs"]
    for run in (run for runs in places.values() for run in runs):
        specs.check_keys(run, RUN_KEYS, "runs")
    parts = {name: sorted((run["split"], run["seed"]) for run in runs) for name, runs in places.items()}
    wanted = sorted({part for some in parts.values() for part in some})
    for name, found in parts.items():
        if not found or found != wanted:
            raise ValueError(
                f"spec, panel {title!r}, {name}: (split, seed) {found} found, {wanted} wanted as in the whole panel; "
                "see the rule that passes the spec"
            )
    files = [run["scores"] for runs in places.values() for run in runs]
    shared = sorted({file for file in files if files.count(file) > 1})
    if shared:
        raise ValueError(
            f"spec, panel {title!r}: {len(shared)} files stand for two runs, first {shared[0]}; a file of its own for "
            "each run wanted; see the rule that passes the spec"
        )


def _rows(head: dict, runs: list[dict], scores: dict[str, dict], counts: dict) -> list[dict]:
    records = []
    for run in sorted(runs, key=lambda run: (run["split"], run["seed"])):
        content = scores[run["scores"]]
        wanted = counts.setdefault(run["split"], content["n"])
        if content["n"] != wanted:
            raise ValueError(
                f"{run['scores']}: {content['n']} test videos scored, {wanted} wanted as in other runs of split "
                f"{run['split']}; score the run again with the same target_test.csv"
            )
        values = {"split": run["split"], "seed": run["seed"], "top1": 100 * content["top1"]}
        records.append({**head, **values, "n_test_videos": content["n"]})
    return records


def _panel(axes: Axes, rows: pd.DataFrame, panel: dict) -> None:
    groups = rows[rows["reference"] == ""].groupby("value")["top1"]
    means, lows, highs = groups.mean(), groups.min(), groups.max()
    places = range(len(means))
    axes.plot(places, means, marker="o", markersize=4, color=COLOUR)
    axes.fill_between(places, lows, highs, color=COLOUR, alpha=0.2, linewidth=0)
    if panel["used"] is not None:
        place = list(means.index).index(panel["used"])
        style_of_used = {"markersize": 11, "markeredgewidth": 1.5, "markerfacecolor": "none", "linestyle": "none"}
        axes.plot([place], [means.iloc[place]], "o", color=USED_COLOUR, label="value used", **style_of_used)
    if panel["reference"]:
        level = rows.loc[rows["reference"] != "", "top1"]
        axes.axhline(level.mean(), color=REFERENCE_COLOUR, linestyle="--", label=panel["reference"]["title"])
        axes.axhspan(level.min(), level.max(), color=REFERENCE_COLOUR, alpha=0.15, linewidth=0)
    axes.set_xticks(places, [f"{value:g}" for value in means.index])
    axes.set(title=panel["title"], xlabel=panel["xlabel"], ylabel="top-1 accuracy in percent")
    axes.grid(alpha=0.3)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=8)
