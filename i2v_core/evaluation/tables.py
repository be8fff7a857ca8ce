"""Tables of a paper: our runs beside the published numbers, one tidy table and its Markdown twin.

A spec says what stands in the table; nothing is read off a path:
    title               heading of the Markdown
    published_table     the paper's table, a name that `published.table` knows, as "cycda_table2"
    rows                list of {method, title, trained_backbone, published_as: {method, backbone} of that table, or
                        null, and perhaps benchmarks: those it runs on, all if left out}
    benchmarks          {name: {data, published_as: a key of published.BENCHMARKS, or null, and perhaps mean_of: those
                        whose mean, over runs of the same split and seed, is this column}}
    runs                list of {scores (path), method, benchmark, split, seed, and perhaps row, see `specs`}
    include_prior_work, model_selection, command
    note                perhaps a sentence below the table
"""

import pandas as pd

from i2v_core.evaluation import published, specs

COLUMNS = (
    *("method", "title", "trained_backbone", "benchmark", "data", "metric", "mean", "std", "n_runs", "splits", "seeds"),
    *("n_test_videos", "model_selection"),
    *("published", "published_method", "published_backbone", "published_benchmark", "published_source"),
)
NUMBERS = ("mean", "std", "published")
COUNTS = ("n_runs", "n_test_videos")
SPEC_KEYS = (
    *("title", "published_table", "rows", "benchmarks", "runs"),
    *("include_prior_work", "model_selection", "command"),
)
ROW_KEYS = ("method", "title", "trained_backbone", "published_as")
BENCHMARK_KEYS = ("data", "published_as")
RUN_KEYS = ("scores", "method", "benchmark", "split", "seed")
METRIC = "top-1 accuracy in percent"
DASH = "-"


def check_spec(spec: dict) -> None:
    """Raises ValueError if keys, rows or runs are unknown, double or missing, or the published table is unknown."""
    specs.check_keys(spec, SPEC_KEYS, "table", optional=("note",))
    published.table(spec["published_table"])
    for row in spec["rows"]:
        specs.check_keys(row, ROW_KEYS, "rows", optional=("benchmarks",))
    for run in spec["runs"]:
        specs.check_keys(run, RUN_KEYS, "runs", optional=(specs.ROW,))
    for name, entry in spec["benchmarks"].items():
        specs.check_keys(entry, BENCHMARK_KEYS, "benchmarks", optional=("mean_of",))
        if not set(entry.get("mean_of", [])) <= set(_measured(spec)):
            raise ValueError(
                f"spec, benchmarks: {name!r} is the mean of {entry['mean_of']}, some of {_measured(spec)} wanted; see "
                "the rule that passes the spec"
            )
        if entry["published_as"] not in (None, *published.BENCHMARKS):
            raise ValueError(
                f"spec, benchmarks: {name!r} published as {entry['published_as']!r} found, null or one of "
                f"{list(published.BENCHMARKS)} wanted; see the rule that passes the spec"
            )
    names = [row["method"] for row in spec["rows"]]
    if not names or not spec["benchmarks"] or len(set(names)) < len(names):
        raise ValueError(
            f"table spec: rows {names}, benchmarks {list(spec['benchmarks'])} found, at least one of each and no "
            "method twice wanted; see the rule that makes the table"
        )
    wanted = {row["method"]: _benchmarks(spec, row) for row in spec["rows"]}
    used = sorted({name for some in wanted.values() for name in some})
    if not all(wanted.values()) or used != sorted(_measured(spec)):
        raise ValueError(
            f"table spec: rows run on {wanted}, at least one benchmark a row and each of {list(spec['benchmarks'])} in "
            "some row wanted; see the rule that makes the table"
        )
    specs.check_runs(spec["runs"], wanted, over="method")


def tidy(spec: dict, scores: dict[str, dict]) -> pd.DataFrame:
    """One row per method and benchmark with columns COLUMNS; own rows in the spec's order, then prior work.

    A method that does not run on a benchmark has a row there only for a published number.

    scores: the content of each run's scores.json by the path named in the spec. mean, std and published are in
    percent; std is the sample deviation over runs (splits and seeds weigh alike), empty for one run. n_test_videos
    counts the test videos of each split once. Own numbers of prior work stay empty, as do published numbers where the
    paper prints a dash or has no such column.
    Raises ValueError for a spec that `check_spec` refuses, or if runs of one split scored different numbers of videos.
    """
    check_spec(spec)
    counts = _test_videos(spec["runs"], scores)
    records = [
        {**_own(spec, row, benchmark, scores, counts), **_published(spec, row["published_as"], benchmark)}
        for row in spec["rows"]
        for benchmark in spec["benchmarks"]
        if set(_members(spec, benchmark)) <= set(_benchmarks(spec, row))
        or _published(spec, row["published_as"], benchmark).get("published") is not None
    ]
    if spec["include_prior_work"]:
        records += _prior_work(spec)
    table = pd.DataFrame(records, columns=list(COLUMNS))
    table = table.astype({**dict.fromkeys(NUMBERS, float), **dict.fromkeys(COUNTS, "Int64")})
    text = [name for name in COLUMNS if name not in NUMBERS + COUNTS]
    return table.astype(dict.fromkeys(text, object)).fillna(dict.fromkeys(text, ""))


def markdown(table: pd.DataFrame, spec: dict) -> str:
    """The tidy table as wide Markdown: a row per method, per benchmark our mean ± std (runs) and the published number.

    A caption below says what was measured, on which data, over how many splits and seeds, and by which command.
    """
    heads = ["method", "trained here"]
    for benchmark, entry in spec["benchmarks"].items():
        heads.append(f"{benchmark}: ours on {entry['data']}")
        if _column(spec, benchmark):
            heads.append(f"published on {published.BENCHMARKS[entry['published_as']]}")
    lines = [f"# {spec['title']}", "", _line(heads), _line(["---", "---", *["---:"] * (len(heads) - 2)])]
    for method in table["method"].unique():
        cells = table[table["method"] == method].set_index("benchmark")
        line = [cells["title"].iloc[0], cells["trained_backbone"].iloc[0] or DASH]
        for benchmark in spec["benchmarks"]:
            cell = cells.loc[benchmark] if benchmark in cells.index else None
            line.append(DASH if cell is None else _ours(cell))
            if _column(spec, benchmark):
                line.append(DASH if cell is None or pd.isna(cell["published"]) else f"{cell['published']:.1f}")
        lines.append(_line(line))
    return "\n".join([*lines, "", *_caption(table, spec)]) + "\n"


def _test_videos(runs: list[dict], scores: dict[str, dict]) -> dict[tuple, int]:
    counts = {}
    for run in runs:
        part, n = (run["benchmark"], run["split"]), specs.scores_of(run, scores)["n"]
        if counts.setdefault(part, n) != n:
            raise ValueError(
                f"{run['scores']}: {n} test videos scored, {counts[part]} wanted as in other runs of {part[0]}, split "
                f"{part[1]}; score the run again with the same target_test.csv"
            )
    return counts


def _measured(spec: dict) -> list[str]:
    return [name for name, entry in spec["benchmarks"].items() if "mean_of" not in entry]


def _members(spec: dict, benchmark: str) -> list[str]:
    return spec["benchmarks"][benchmark].get("mean_of", [benchmark])


def _benchmarks(spec: dict, row: dict) -> list[str]:
    return row.get("benchmarks", _measured(spec))


def _column(spec: dict, benchmark: str) -> str | None:
    """The column of the published table that a benchmark stands beside, or None."""
    name = spec["benchmarks"][benchmark]["published_as"]
    return name if name in published.benchmarks(spec["published_table"]) else None


def _own(spec: dict, row: dict, benchmark: str, scores: dict[str, dict], counts: dict[tuple, int]) -> dict:
    record = {**{key: row[key] for key in ("method", "title", "trained_backbone")}, "benchmark": benchmark}
    members = _members(spec, benchmark)
    runs = [run for run in spec["runs"] if run["method"] == row["method"] and run["benchmark"] in members]
    parts: dict[tuple, list[float]] = {}
    for run in runs:
        parts.setdefault((run["split"], run["seed"]), []).append(100 * specs.scores_of(run, scores)["top1"])
    values = pd.Series({part: sum(some) / len(some) for part, some in parts.items() if len(some) == len(members)})
    if values.empty:
        return record
    splits, seeds = (sorted(set(some)) for some in zip(*values.index, strict=True))
    return {
        **record,
        "data": spec["benchmarks"][benchmark]["data"],
        "metric": METRIC,
        "mean": float(values.mean()),
        "std": float(values.std(ddof=1)),
        "n_runs": len(values),
        "splits": " ".join(map(str, splits)),
        "seeds": " ".join(map(str, seeds)),
        "n_test_videos": sum(counts[name, split] for name in members for split in splits),
        "model_selection": spec["model_selection"],
    }


def _published(spec: dict, row: dict | None, benchmark: str) -> dict:
    name, column = spec["published_table"], _column(spec, benchmark)
    if row is None or column is None:
        return {}
    cell = published.cell(name, row["method"], row["backbone"], column)
    return {
        "published": None if cell is None else float(cell["value"]),
        "published_method": row["method"],
        "published_backbone": row["backbone"],
        "published_benchmark": column,
        "published_source": published.table(name)["table"].iloc[0],
    }


def _prior_work(spec: dict) -> list[dict]:
    shown = [row["published_as"] for row in spec["rows"]]
    return [
        {
            "method": f"published: {method}, {backbone}",
            "title": f"{method}, {backbone} (not run here)",
            "benchmark": benchmark,
            **_published(spec, {"method": method, "backbone": backbone}, benchmark),
        }
        for method, backbone in published.methods(spec["published_table"])
        if {"method": method, "backbone": backbone} not in shown
        for benchmark in spec["benchmarks"]
        if _column(spec, benchmark)
    ]


def _ours(cell: pd.Series) -> str:
    if pd.isna(cell["mean"]):
        return DASH
    spread = "" if pd.isna(cell["std"]) else f" ± {cell['std']:.1f}"
    return f"{cell['mean']:.1f}{spread} ({cell['n_runs']})"


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _caption(table: pd.DataFrame, spec: dict) -> list[str]:
    lines = [
        f"Top-1 accuracy in percent on the target test videos. Model reported: {spec['model_selection']}; no target "
        "label took part in choosing it. Ours: mean ± sample standard deviation (number of runs).",
        *([spec["note"]] if "note" in spec else []),
        "",
    ]
    for benchmark, entry in spec["benchmarks"].items():
        cell = table[(table["benchmark"] == benchmark) & table["n_runs"].notna()].iloc[0]
        splits, seeds = cell["splits"].split(), cell["seeds"].split()
        lines.append(
            f"- {benchmark}: ran on {entry['data']}; splits: {len(splits)} ({', '.join(splits)}); seeds: {len(seeds)} "
            f"({', '.join(seeds)}); test videos: {cell['n_test_videos']}."
        )
    if any(_column(spec, benchmark) for benchmark in spec["benchmarks"]):
        cells = published.table(spec["published_table"])
        lines += [
            "",
            f"Published: {cells['table'].iloc[0]}, {_averaged(cells)}, on the real benchmarks named in the heads, with "
            "the paper's own backbones. Where ours ran on other data, the two columns do not compare.",
        ]
    return [*lines, "", f"Made by `{spec['command']}`."]


def _averaged(cells: pd.DataFrame) -> str:
    """What the paper averaged over, from "top-1 accuracy in percent, mean of 3 splits"."""
    return " or ".join(dict.fromkeys(metric.removeprefix(f"{METRIC}, ") for metric in cells["metric"]))
