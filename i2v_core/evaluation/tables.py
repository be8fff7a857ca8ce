"""Table 2: our runs beside the published numbers, one tidy table and its Markdown twin.

A spec says what stands in the table; nothing is read off a path:
    rows        list of {method, title, trained_backbone, published_as: {method, backbone} of Table 2, or null}
    benchmarks  {name: {data, published_as: "e2h" | "s2u" | "b2u" | null}}
    runs        list of {scores (path), method, benchmark, split, seed}
    include_prior_work, model_selection, command
"""

import pandas as pd

from i2v_core.evaluation import published

COLUMNS = (
    *("method", "title", "trained_backbone", "benchmark", "data", "metric", "mean", "std", "n_runs", "splits", "seeds"),
    *("n_test_videos", "model_selection"),
    *("published", "published_method", "published_backbone", "published_benchmark", "published_source"),
)
NUMBERS = ("mean", "std", "published")
COUNTS = ("n_runs", "n_test_videos")
SPEC_KEYS = ("rows", "benchmarks", "runs", "include_prior_work", "model_selection", "command")
ROW_KEYS = ("method", "title", "trained_backbone", "published_as")
BENCHMARK_KEYS = ("data", "published_as")
RUN_KEYS = ("scores", "method", "benchmark", "split", "seed")
METRIC = "top-1 accuracy in percent"
DASH = "-"


def check_spec(spec: dict) -> None:
    """Raises ValueError if keys are missing or unknown, rows are double, or runs are unknown, double or missing."""
    check_keys(spec, SPEC_KEYS, "spec")
    for part, keys in (("rows", ROW_KEYS), ("runs", RUN_KEYS)):
        for entry in spec[part]:
            check_keys(entry, keys, part)
    for entry in spec["benchmarks"].values():
        check_keys(entry, BENCHMARK_KEYS, "benchmarks")
    names = [row["method"] for row in spec["rows"]]
    if not names or not spec["benchmarks"] or len(set(names)) < len(names):
        raise ValueError(
            f"table spec: rows {names}, benchmarks {list(spec['benchmarks'])} found, at least one of each and no "
            "method twice wanted; see the rule that makes the table"
        )
    check_runs(spec["runs"], list(spec["benchmarks"]), over="method", names=names)


def check_keys(entry: dict, keys: tuple[str, ...], part: str) -> None:
    """Raises ValueError unless `entry`, a part of a spec, has exactly these keys."""
    if set(entry) != set(keys):
        raise ValueError(
            f"spec, {part}: keys {sorted(entry)} found, {sorted(keys)} wanted; see the rule that passes the spec"
        )


def check_runs(runs: list[dict], benchmarks: list[str], *, over: str, names: list[str]) -> None:
    """Raises ValueError unless every one of `names` has one run, with its own file, per benchmark, split and seed.

    runs: dicts with `scores, benchmark, split, seed` and the key `over`, whose values are `names`. Which splits and
    seeds a benchmark has follows from all its runs together; it needs at least one.
    """
    found = [(run[over], run["benchmark"], run["split"], run["seed"]) for run in runs]
    parts = {benchmark: sorted({key[2:] for key in found if key[1] == benchmark}) for benchmark in benchmarks}
    wanted = [
        (name, bench, *part) for name in names for bench in benchmarks for part in parts[bench] or [("any", "any")]
    ]
    files = [run["scores"] for run in runs]
    faults = {
        "unknown": [key for key in found if key not in wanted],
        "double": [key for key in found if found.count(key) > 1],
        "missing": [key for key in wanted if key not in found],
        "sharing a file": [key for key, file in zip(found, files, strict=True) if files.count(file) > 1],
    }
    for fault, keys in faults.items():
        if keys:
            name, benchmark, split, seed = keys[0]
            raise ValueError(
                f"runs: {len(set(keys))} {fault}, first {over} {name!r} on {benchmark!r}, split {split}, seed {seed}; "
                f"one run of each {over} for each benchmark, split and seed wanted; see the rule that passes the spec"
            )


def tidy(spec: dict, scores: dict[str, dict]) -> pd.DataFrame:
    """One row per method and benchmark with columns COLUMNS; own rows in the spec's order, then prior work.

    scores: the content of each run's scores.json by the path named in the spec. mean, std and published are in
    percent; std is the sample deviation over runs (splits and seeds weigh alike), empty for one run. n_test_videos
    counts the test videos of each split once. Own numbers of prior work stay empty, as do published numbers where the
    paper prints a dash.
    Raises ValueError for a spec that `check_spec` refuses, or if runs of one split scored different numbers of videos.
    """
    check_spec(spec)
    counts = _test_videos(spec["runs"], scores)
    records = [
        {**_own(spec, row, benchmark, scores, counts), **_published(row["published_as"], entry["published_as"])}
        for row in spec["rows"]
        for benchmark, entry in spec["benchmarks"].items()
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
        if entry["published_as"]:
            heads.append(f"published on {published.BENCHMARKS[entry['published_as']]}")
    lines = [_line(heads), _line(["---", "---", *["---:"] * (len(heads) - 2)])]
    for method in table["method"].unique():
        cells = table[table["method"] == method].set_index("benchmark")
        line = [cells["title"].iloc[0], cells["trained_backbone"].iloc[0] or DASH]
        for benchmark, entry in spec["benchmarks"].items():
            cell = cells.loc[benchmark] if benchmark in cells.index else None
            line.append(DASH if cell is None else _ours(cell))
            if entry["published_as"]:
                line.append(DASH if cell is None or pd.isna(cell["published"]) else f"{cell['published']:.1f}")
        lines.append(_line(line))
    return "\n".join([*lines, "", *_caption(table, spec)]) + "\n"


def _test_videos(runs: list[dict], scores: dict[str, dict]) -> dict[tuple, int]:
    counts = {}
    for run in runs:
        part, n = (run["benchmark"], run["split"]), scores[run["scores"]]["n"]
        if counts.setdefault(part, n) != n:
            raise ValueError(
                f"{run['scores']}: {n} test videos scored, {counts[part]} wanted as in other runs of {part[0]}, split "
                f"{part[1]}; score the run again with the same target_test.csv"
            )
    return counts


def _own(spec: dict, row: dict, benchmark: str, scores: dict[str, dict], counts: dict[tuple, int]) -> dict:
    runs = [run for run in spec["runs"] if (run["method"], run["benchmark"]) == (row["method"], benchmark)]
    values = 100 * pd.Series([scores[run["scores"]]["top1"] for run in runs])
    splits, seeds = (sorted({run[key] for run in runs}) for key in ("split", "seed"))
    return {
        **{key: row[key] for key in ("method", "title", "trained_backbone")},
        "benchmark": benchmark,
        "data": spec["benchmarks"][benchmark]["data"],
        "metric": METRIC,
        "mean": float(values.mean()),
        "std": float(values.std(ddof=1)),
        "n_runs": len(runs),
        "splits": " ".join(map(str, splits)),
        "seeds": " ".join(map(str, seeds)),
        "n_test_videos": sum(counts[benchmark, split] for split in splits),
        "model_selection": spec["model_selection"],
    }


def _published(row: dict | None, benchmark: str | None) -> dict:
    if row is None or benchmark is None:
        return {}
    cell = published.cell(row["method"], row["backbone"], benchmark)
    return {
        "published": None if cell is None else float(cell["value"]),
        "published_method": row["method"],
        "published_backbone": row["backbone"],
        "published_benchmark": benchmark,
        "published_source": published.table(2)["table"].iloc[0],
    }


def _prior_work(spec: dict) -> list[dict]:
    shown = [row["published_as"] for row in spec["rows"]]
    return [
        {
            "method": f"published: {method}, {backbone}",
            "title": f"{method}, {backbone} (not run here)",
            "benchmark": benchmark,
            **_published({"method": method, "backbone": backbone}, entry["published_as"]),
        }
        for method, backbone in published.methods()
        if {"method": method, "backbone": backbone} not in shown
        for benchmark, entry in spec["benchmarks"].items()
        if entry["published_as"]
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
        "",
    ]
    for benchmark, entry in spec["benchmarks"].items():
        cell = table[table["benchmark"] == benchmark].iloc[0]
        splits, seeds = cell["splits"].split(), cell["seeds"].split()
        lines.append(
            f"- {benchmark}: ran on {entry['data']}; splits: {len(splits)} ({', '.join(splits)}); seeds: {len(seeds)} "
            f"({', '.join(seeds)}); test videos: {cell['n_test_videos']}."
        )
    if any(entry["published_as"] for entry in spec["benchmarks"].values()):
        lines += [
            "",
            f"Published: {published.table(2)['table'].iloc[0]}, mean of 3 splits of the real benchmarks named in the "
            "heads, with the paper's own backbones. Where ours ran on other data, the two columns do not compare.",
        ]
    return [*lines, "", f"Made by `{spec['command']}`."]
