"""Sensitivity curves: accuracy over the values of one parameter, one line a model, one panel a parameter or data set.

A spec says what stands in the figure; nothing is read off a path:
    data    what data the runs used, for the heading
    panels  list of {title, xlabel, parameter, reference, lines, and perhaps own_tests}
            parameter   its name, for the table
            own_tests   true where each value has test videos of its own, as shares of a data set have
            reference   {title, runs} of a model without the parameter, drawn as a level line, or null
            lines       list of {title, used, points}; the title of a single line may be empty
                        used    the value used elsewhere, marked on the line, or null
                        points  list of {value, runs}
    runs    list of {scores (path), split, seed, and perhaps row, see `specs`}
"""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from i2v_core.evaluation import figures, specs

SPEC_KEYS = ("data", "panels")
PANEL_KEYS = ("title", "xlabel", "parameter", "reference", "lines")
LINE_KEYS = ("title", "used", "points")
POINT_KEYS = ("value", "runs")
REFERENCE_KEYS = ("title", "runs")
RUN_KEYS = ("scores", "split", "seed")
COLUMNS = ["panel", "line", "parameter", "value", "used", "reference", "data", "split", "seed", "top1", "n_test_videos"]
COLOURS = ("tab:blue", "tab:orange", "tab:green", "tab:purple", "tab:brown", "tab:pink", "tab:olive", "tab:cyan")
USED_COLOUR, REFERENCE_COLOUR = "tab:red", "tab:gray"
ACROSS = 2


def check_spec(spec: dict) -> None:
    """Raises ValueError unless keys are exact, values of a line differ, and a panel's points share splits and seeds."""
    specs.check_keys(spec, SPEC_KEYS, "figure")
    titles = [panel.get("title") for panel in spec["panels"]]
    if not titles or len(set(titles)) < len(titles):
        raise ValueError(f"spec, panels: titles {titles} found, one or more and none twice wanted")
    for panel in spec["panels"]:
        specs.check_keys(panel, PANEL_KEYS, "panels", optional=("own_tests",))
        lines = [line.get("title") for line in panel["lines"]]
        if not lines or len(set(lines)) < len(lines) or len(lines) > len(COLOURS):
            raise ValueError(
                f"spec, panel {panel['title']!r}: lines {lines} found, 1 to {len(COLOURS)} and none twice wanted"
            )
        for line in panel["lines"]:
            specs.check_keys(line, LINE_KEYS, "lines")
            for point in line["points"]:
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
    records = []
    for panel in spec["panels"]:
        head = {"panel": panel["title"], "parameter": panel["parameter"], "data": spec["data"]}
        counts = {}
        for line in panel["lines"]:
            for point in sorted(line["points"], key=lambda point: point["value"]):
                used = int(point["value"] == line["used"])
                place = {"line": line["title"], "value": point["value"], "used": used, "reference": ""}
                test = point["value"] if panel.get("own_tests") else ""
                records += _rows({**head, **place}, point["runs"], scores, counts.setdefault(test, {}))
        if panel["reference"]:
            place = {"line": "", "value": np.nan, "used": 0, "reference": panel["reference"]["title"]}
            records += _rows({**head, **place}, panel["reference"]["runs"], scores, counts.setdefault("", {}))
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
    title, places = panel["title"], {}
    for line in panel["lines"]:
        name = f"panel {title!r}" + (f", line {line['title']!r}" if line["title"] else "")
        _check_line(line, name)
        places |= {f"{name}, value {point['value']}": point["runs"] for point in line["points"]}
    if panel["reference"]:
        places[f"panel {title!r}, reference"] = panel["reference"]["runs"]
    for run in (run for runs in places.values() for run in runs):
        specs.check_keys(run, RUN_KEYS, "runs", optional=(specs.ROW,))
    parts = {name: sorted((run["split"], run["seed"]) for run in runs) for name, runs in places.items()}
    wanted = sorted({part for some in parts.values() for part in some})
    for name, found in parts.items():
        if not found or found != wanted:
            raise ValueError(
                f"spec, {name}: (split, seed) {found} found, {wanted} wanted as in the whole panel; see the rule that "
                "passes the spec"
            )
    files = [specs.file_and_row(run) for runs in places.values() for run in runs]
    shared = sorted({file for file in files if files.count(file) > 1}, key=str)
    if shared:
        raise ValueError(
            f"spec, panel {title!r}: {len(shared)} files stand for two runs, first {shared[0][0]}; a file or row of "
            "its own for each run wanted; see the rule that passes the spec"
        )


def _check_line(line: dict, name: str) -> None:
    values = [point["value"] for point in line["points"]]
    if not values or len(set(values)) < len(values):
        raise ValueError(
            f"spec, {name}: values {values} found, one or more and none twice wanted; see the rule that passes the spec"
        )
    if line["used"] is not None and line["used"] not in values:
        raise ValueError(
            f"spec, {name}: used value {line['used']} is none of the points {values}; add the point or give null"
        )


def _rows(head: dict, runs: list[dict], scores: dict[str, dict], counts: dict) -> list[dict]:
    records = []
    for run in sorted(runs, key=lambda run: (run["split"], run["seed"])):
        content = specs.scores_of(run, scores)
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
    values = sorted(rows["value"].dropna().unique())
    for line, colour in zip(panel["lines"], COLOURS, strict=False):
        _line(axes, rows[(rows["line"] == line["title"]) & (rows["reference"] == "")], line, values, colour)
    if panel["reference"]:
        level = rows.loc[rows["reference"] != "", "top1"]
        axes.axhline(level.mean(), color=REFERENCE_COLOUR, linestyle="--", label=panel["reference"]["title"])
        axes.axhspan(level.min(), level.max(), color=REFERENCE_COLOUR, alpha=0.15, linewidth=0)
    axes.set_xticks(range(len(values)), [f"{value:g}" for value in values])
    axes.set(title=panel["title"], xlabel=panel["xlabel"], ylabel="top-1 accuracy in percent")
    axes.grid(alpha=0.3)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(fontsize=8)


def _line(axes: Axes, rows: pd.DataFrame, line: dict, values: list[float], colour: str) -> None:
    groups = rows.groupby("value")["top1"]
    means, lows, highs = groups.mean(), groups.min(), groups.max()
    places = [values.index(value) for value in means.index]
    axes.plot(places, means, marker="o", markersize=4, color=colour, label=line["title"] or None)
    axes.fill_between(places, lows, highs, color=colour, alpha=0.2, linewidth=0)
    if line["used"] is not None:
        place = list(means.index).index(line["used"])
        style_of_used = {"markersize": 11, "markeredgewidth": 1.5, "markerfacecolor": "none", "linestyle": "none"}
        axes.plot([places[place]], [means.iloc[place]], "o", color=USED_COLOUR, label="value used", **style_of_used)
