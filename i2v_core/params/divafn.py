"""The sections of params.yaml on DIVAFN turned into settings: features, samples, and the rows that each job runs."""

from collections.abc import Iterator
from typing import NamedTuple

from i2v_core import params
from i2v_core.methods.divafn import runs

TABLES = ("table4", "table5", "table6", "table7", "table8", "table9", "table10", "table11")
VIDEO_FEATURES = ("idt", "c3d", "i3d")
# What figure 6 compares: the video features, the row, and its name there.
SEMANTICS = {"attributes": "A", "names": "W"}


class Cell(NamedTuple):
    """One run: a row on a share of a benchmark's videos, with a kind of video features."""

    benchmark: str
    video: str
    share: int
    row: str


def still_settings(config: dict) -> dict:
    """Settings of extract_still_vectors: the image model's backbone and sizes, and what divafn.stills changes."""
    shared = config["image_model"]
    names = ("backbone", "backbone_options", "normalisation", "size_px", "short_side_px")
    return {**{name: shared[name] for name in names}, **config["divafn"]["stills"]["model"]}


def video_settings(config: dict, network: str) -> dict:
    """Settings of extract_video_vectors for a network, "c3d" or "i3d"."""
    section = {name: value for name, value in config["divafn"][network].items() if name != "weights"}
    options = section.pop("model")
    if network == "i3d":
        shared = config["video_model"]
        options = {"width": shared["width"], "statistics_momentum": shared["statistics_momentum"], **options}
    return {"network": network, "options": options, **section}


def sample_settings(config: dict, benchmark: str, share: int) -> dict:
    """Settings of draw_ratio_sample for a share in percent."""
    return {**params.part(config, benchmark, "divafn")["sample"], "ratio": share / 100}


def row_settings(config: dict, benchmark: str, row: str) -> dict:
    """What `divafn_jobs.predictions` wants for a row: the section's values and what the row's name changes."""
    section, found = params.part(config, benchmark, "divafn"), runs.options(row)
    terms = {name: float(found[letter]) for letter, name in runs.TERMS.items() if letter in found}
    network = {**section["network"], **({"dim": int(found["dim"])} if "dim" in found else {})}
    return {
        "method": runs.method(row),
        **network,
        "objective": {**section["objective"], **terms},
        "semantics": section["semantics"][found.get("semantics", "names")],
        "shallow": section["shallow"],
        **section["protocol"],
        "c": section["c"],
    }


def rows_of_jobs(config: dict) -> dict[tuple[str, str, int, str], list[str]]:
    """By benchmark, video features, share and family: all rows that the tables and figures want of that job."""
    found: dict[tuple[str, str, int, str], set[str]] = {}
    for benchmark, video, share, row in cells(config):
        found.setdefault((benchmark, video, share, runs.family(row)), set()).add(row)
    return {job: sorted(rows) for job, rows in found.items()}


def shares(config: dict, benchmark: str) -> list[int]:
    """The shares of a benchmark's videos that train, in percent."""
    return config["tables"]["divafn"]["shares"][benchmark]


def table_cells(config: dict, table: str) -> list[Cell]:
    """What one of `TABLES` is made of. Table 8 has the least share of each benchmark alone, as in the paper."""
    section = config["tables"]["divafn"][table]
    return [
        Cell(benchmark, section["video"], share, row)
        for benchmark in section["benchmarks"]
        for share in (shares(config, benchmark) if table != "table8" else [min(shares(config, benchmark))])
        for row in section["methods"]
    ]


def table12_cells(config: dict) -> list[Cell]:
    """What Table 12 is made of: `<video features>-<share>/<row>`. Raises ValueError for another form."""
    section = config["tables"]["divafn"]["table12"]
    return [Cell(section["benchmark"], *_place(run)) for run in section["runs"]]


def figure5_cells(config: dict) -> list[Cell]:
    """What Figure 5 is made of: all pairs of weights of decoders and encoders, at the least share."""
    section = config["tables"]["divafn"]["figure5"]
    return [
        Cell(benchmark, section["video"], min(shares(config, benchmark)), figure5_row(config, benchmark, beta, weight))
        for benchmark in section["benchmarks"]
        for beta in section["beta"]
        for weight in section["lambda"]
    ]


def figure5_row(config: dict, benchmark: str, beta: float, weight: float) -> str:
    """The row of a pair of weights, that of the tables where the pair is theirs."""
    used = params.part(config, benchmark, "divafn")["objective"]
    if (beta, weight) == (used["decoder"], used["encoder"]):
        return "divafn"
    return f"divafn+beta={beta:g}+lambda={weight:g}"


def figure6_cells(config: dict) -> list[Cell]:
    """What Figure 6 is made of: DIVAFN with both semantics, and the SVM, on each kind of video features."""
    section = config["tables"]["divafn"]["figure6"]
    return [
        Cell(benchmark, video, share, row)
        for benchmark in section["benchmarks"]
        for video in section["videos"]
        for share in shares(config, benchmark)
        for row in ("svm", "divafn", "divafn+semantics=attributes")
    ]


def cells(config: dict) -> Iterator[Cell]:
    """All runs of DIVAFN's tables and figures, some more than once."""
    for table in TABLES:
        yield from table_cells(config, table)
    for of_part in (table12_cells, figure5_cells, figure6_cells):
        yield from of_part(config)


def benchmarks(config: dict) -> list[tuple[str, str]]:
    """Where params.yaml's tables of DIVAFN name a benchmark, and its name."""
    section = config["tables"]["divafn"]
    lists = (*TABLES, "figure5", "figure6", "run_time")
    named = [(f"tables.divafn.{key}.benchmarks", name) for key in lists for name in section[key]["benchmarks"]]
    return [*named, ("tables.divafn.table12.benchmark", section["table12"]["benchmark"])]


def problems(config: dict) -> list[str]:
    """Values of the right type that no run of DIVAFN could use, one line each."""
    section, own, found = config["tables"]["divafn"], config["divafn"], []
    for key in ("splits", "seeds", "shares"):
        found += [
            f"tables.divafn.{key}: {sorted(section[key])} found, {name!r} wanted besides, which a table names"
            for name in sorted({name for _, name in benchmarks(config)} - set(section[key]))
        ]
    if found:
        return found
    names = sorted({name for _, name in benchmarks(config)})
    both = [name for name in names if all(params.part(config, name, "divafn")["protocol"].values())]
    if both:
        found.append(f"divafn.protocol: transductive and target_labels found for {both}, one at most wanted")
    rows = [(f"tables.divafn.{table}.methods", row) for table in TABLES for row in section[table]["methods"]]
    for run in section["table12"]["runs"]:
        try:
            _, share, row = _place(run)
        except ValueError as error:
            found.append(f"tables.divafn.table12.runs: {error}")
            continue
        rows.append(("tables.divafn.table12.runs", row))
        if share not in shares(config, section["table12"]["benchmark"]):
            found.append(f"tables.divafn.table12.runs: {run!r} found, a share of tables.divafn.shares wanted")
    rows += [("tables.divafn.run_time.methods", row) for row in section["run_time"]["methods"]]
    for place, row in rows:
        try:
            changes = runs.options(row)
        except ValueError as error:
            found.append(f"{place}: {error}")
            continue
        if changes.get("semantics", "names") not in own["semantics"]:
            found.append(f"{place}: row {row!r} found, semantics of {sorted(own['semantics'])} wanted")
    return found


def _place(run: str) -> tuple[str, int, str]:
    """ "idt-100/svm": video features, share in percent, row."""
    folder, _, row = run.partition("/")
    video, _, share = folder.partition("-")
    if video not in VIDEO_FEATURES or not share.isdecimal() or not row:
        raise ValueError(f"{run!r} found, <one of {', '.join(VIDEO_FEATURES)}>-<share in percent>/<row> wanted")
    return video, int(share), row
