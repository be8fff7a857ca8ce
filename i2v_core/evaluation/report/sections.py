"""The sections of the report, each a list of pieces of HTML; a section without anything to say is empty."""

import re
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
import pandas as pd

from i2v_core.evaluation import feature_map
from i2v_core.evaluation.feature_files import Features
from i2v_core.evaluation.report import evolution, page, pictures
from i2v_core.evaluation.report.page import document
from i2v_core.media.frames import FrameStore

__all__ = ["Given", "document", "head", "map_of_videos", "pseudo_labels", "results", "run_times", "settings", "videos"]

SHOWN_PER_CLASS, SHOWN_PROBLEMS, SHOWN_CLASSES = 4, 20, 60
SLOWEST = 15
METHODS = "source-only|cycda|cfb|websup|stcda|divafn"


@dataclass(frozen=True)
class Given:
    """What the report is about; see `stages.make_report`. truth: class by id; stages: pseudo labels by title."""

    dataset: str
    predictions: pd.DataFrame
    index: pd.DataFrame
    problems: list[pd.DataFrame]
    source: pd.DataFrame
    truth: dict[str, str]
    scores: dict[str, dict]
    stages: dict[str, pd.DataFrame]


def head(name: str, method: str, given: Given, warnings: list[str]) -> list[str]:
    """Title, what went in, what was left out."""
    kinds = given.source["kind"].value_counts()
    sources = " and ".join(f"{count} {kind}s" for kind, count in kinds.items())
    left_out = pd.concat([table[["path", "problem", "found"]] for table in given.problems]).drop_duplicates("path")
    parts = [
        page.heading(name, 1),
        page.paragraph(f"{method}: {sources} with labels, {len(given.predictions)} videos without.", "quiet"),
        *(page.paragraph(text, "warning") for text in warnings),
        page.heading("What went in"),
        page.table(
            ("class", "labelled", "videos predicted"),
            _counted(given.source["class"].value_counts(), given.predictions["class"].value_counts()),
        ),
    ]
    if len(left_out):
        shown = left_out.head(SHOWN_PROBLEMS)
        more = f", the first {SHOWN_PROBLEMS} here" if len(left_out) > SHOWN_PROBLEMS else ""
        parts.append(page.paragraph(f"{len(left_out)} files were left out{more}:", "warning"))
        parts.append(page.table(("file", "problem", "found"), shown.itertuples(index=False)))
    return parts


def results(given: Given) -> list[str]:
    """Scores on the labelled videos."""
    if not given.scores:
        return []
    own = next(iter(given.scores.values()))
    if not own["n"]:
        text = "None of the videos with labels could be read, see the files that were left out: there are no scores."
        return [page.heading("On the videos with labels"), page.paragraph(text, "warning")]
    chance = 1 / given.source["class"].nunique()
    rows = [
        (title, f"{100 * score['top1']:.1f}", f"{100 * score['low']:.1f} to {100 * score['high']:.1f}", score["n"])
        for title, score in given.scores.items()
    ]
    parts = [
        page.heading("On the videos with labels"),
        page.table(("trained", "right, percent", "95 % interval", "videos"), rows),
        page.paragraph(f"Chance is {100 * chance:.1f} percent. No training saw these labels.", "quiet"),
    ]
    used = [place for place, row in enumerate(own["confusion"]) if sum(row)]
    if used and len(own["classes"]) <= SHOWN_CLASSES:
        drawn = pictures.confusion(own["confusion"], own["classes"])
        parts.append(page.picture(drawn, "image/png", "confusion of classes"))
    return parts


def videos(given: Given, stores: list[Path]) -> list[str]:
    """The surest and the least sure videos of each class."""
    id_of = given.index.set_index("path")["id"].to_dict()
    store, parts = FrameStore(stores), [page.heading("Videos by class")]
    for name, rows in given.predictions.groupby("class", sort=True):
        ordered = rows.sort_values("confidence", ascending=False, kind="stable")
        count = min(SHOWN_PER_CLASS, (len(ordered) + 1) // 2)
        ends = {"surest": ordered.head(count), "least sure": ordered.iloc[max(count, len(ordered) - count) :]}
        parts.append(page.heading(f"{name} ({len(rows)})", 3))
        groups = []
        for title, chosen in ends.items():
            if len(chosen):
                shown = [_shown(store, given, id_of[row["path"]], row) for _, row in chosen.iterrows()]
                groups.append(page.paragraph(title, "quiet") + page.videos(shown))
        parts.append(page.side_by_side(groups))
    absent = sorted(set(given.source["class"]) - set(given.predictions["class"]))
    if absent:
        parts.append(page.paragraph(f"No video is predicted as {', '.join(absent)}.", "warning"))
    return parts


def pseudo_labels(given: Given) -> list[str]:
    """How pseudo labels changed over stages and cycles."""
    if not given.stages:
        return []
    table = evolution.table(given.stages, given.truth)
    return [
        page.heading("Pseudo labels, stage by stage"),
        page.picture(pictures.evolution(table), "image/png", "pseudo labels over the stages"),
        page.table(list(table.columns), table.itertuples(index=False)),
        page.paragraph(
            "kept: share of videos whose label the next stage trains on; changed: share with another label than in the "
            "stage before; right: share of right labels among the kept videos that you gave labels of.",
            "quiet",
        ),
    ]


def map_of_videos(given: Given, features: Path) -> list[str]:
    """t-SNE of what the classifier reads of the videos."""
    with h5py.File(features) as file:
        ids, values = file["ids"].asstr()[:].tolist(), file["features"][:]
    perplexity = min(30.0, (len(ids) - 1) / 4)
    if perplexity < 1:
        return []
    places = feature_map.coordinates(Features(values[:0], np.empty(0, int), values, ids), perplexity=perplexity)
    rows = given.predictions.assign(id=given.predictions["path"].map(given.index.set_index("path")["id"]))
    rows = rows.set_index("id").loc[ids]
    classes = sorted(given.predictions["class"].unique())
    drawn = pictures.feature_map(places, classes, rows["class"].tolist(), rows["confidence"].to_numpy())
    return [
        page.heading("Map of the videos"),
        page.picture(drawn, "image/png", "t-SNE of the videos"),
        page.paragraph(f"t-SNE of {len(ids)} videos, coloured by predicted class, small where not sure.", "quiet"),
    ]


def run_times(folder: Path, name: str) -> list[str]:
    """The slowest jobs of a benchmark and its datasets, by snakemake's benchmarks."""
    rows, whole = [], rf"{re.escape(name)}(-(images|videos|source-videos)\b.*|-\d+-\d+.*|-({METHODS})-.*)?"
    for path in sorted(Path(folder).rglob("*.tsv")):
        place = path.relative_to(folder).with_suffix("")
        if any(re.fullmatch(whole, part) for part in place.parts):
            rows.append((place.as_posix(), float(pd.read_csv(path, sep="\t")["s"].sum())))
    rows.sort(key=lambda row: -row[1])
    total = sum(seconds for _, seconds in rows)
    return [
        page.heading("Run times"),
        page.paragraph(f"{len(rows)} jobs, {total / 60:.1f} minutes together; the slowest, in seconds:"),
        page.table(("job", "seconds"), rows[:SLOWEST]),
    ]


def settings(choices: list[list[str]], parameters: str) -> list[str]:
    """What was chosen and why, and all parameters."""
    return [
        page.heading("Settings"),
        page.table(("setting", "value", "why"), choices),
        page.folded("all parameters", parameters),
    ]


def _counted(*counts: pd.Series) -> list[tuple]:
    names = sorted(set().union(*(count.index for count in counts)))
    return [(name, *(int(count.get(name, 0)) for count in counts)) for name in names]


def _shown(store: FrameStore, given: Given, name: str, row: pd.Series) -> tuple[bytes, str, str]:
    said = f"{row['class']} {row['confidence']:.2f}"
    truth = given.truth.get(name)
    mark = "" if truth is None else (", right" if truth == row["class"] else f", is {truth}")
    return pictures.thumbnail(store, f"{given.dataset}/{name}"), row["path"], said + mark
