"""Specs that rules pass to tables and figures: exact keys, no forgotten, double or unknown run, and a run's scores.

A run names its scores.json, `scores`; where one file has the scores of several rows by name, also the `row`. Runs that
differ by these alone may be written as one, see `expanded`: a command line holds no more than 128 KiB of a spec.
"""

import copy
from itertools import product

ROW = "row"
SERIES = ("split", "seed", ROW)


def check_keys(entry: dict, keys: tuple[str, ...], part: str, *, optional: tuple[str, ...] = ()) -> None:
    """Raises ValueError unless `entry`, a part of a spec, has exactly these keys, with or without the optional ones."""
    if not set(keys) <= set(entry) <= {*keys, *optional}:
        besides = f", besides perhaps {sorted(optional)}" if optional else ""
        raise ValueError(
            f"spec, {part}: keys {sorted(entry)} found, {sorted(keys)} wanted{besides}; see the rule that passes the "
            "spec"
        )


def check_runs(runs: list[dict], wanted: dict[str, list[str]], *, over: str) -> None:
    """Raises ValueError unless every name has one run, with its own file, per benchmark of its own, split and seed.

    runs: dicts with `scores, benchmark, split, seed`, perhaps `row`, and the key `over`, whose values are names.
    wanted: the benchmarks of each name. Which splits and seeds a benchmark has follows from all its runs together; it
    needs at least one.
    """
    found = [(run[over], run["benchmark"], run["split"], run["seed"]) for run in runs]
    parts = {key[1]: sorted({other[2:] for other in found if other[1] == key[1]}) for key in found}
    complete = [
        (name, benchmark, *part)
        for name, benchmarks in wanted.items()
        for benchmark in benchmarks
        for part in parts.get(benchmark, [("any", "any")])
    ]
    files = [file_and_row(run) for run in runs]
    faults = {
        "unknown": [key for key in found if key not in complete],
        "double": [key for key in found if found.count(key) > 1],
        "missing": [key for key in complete if key not in found],
        "sharing a file": [key for key, file in zip(found, files, strict=True) if files.count(file) > 1],
    }
    for fault, keys in faults.items():
        if keys:
            name, benchmark, split, seed = keys[0]
            raise ValueError(
                f"runs: {len(set(keys))} {fault}, first {over} {name!r} on {benchmark!r}, split {split}, seed {seed}; "
                f"one run of each {over} for each of its benchmarks, each split and seed wanted; see the rule that "
                "passes the spec"
            )


def expanded(runs: list[dict]) -> list[dict]:
    """Runs one by one: an entry with lists as `split`, `seed` or `row` stands for all their combinations.

    `{split}`, `{seed}` and `{row}` in such an entry's other values are replaced by each one's own.
    """
    found = []
    for run in runs:
        lists = {key: run[key] for key in SERIES if isinstance(run.get(key), list)}
        for values in product(*lists.values()):
            own = {**{key: run[key] for key in SERIES if key in run}, **dict(zip(lists, values, strict=True))}
            rest = {key: value.format(**own) if lists else value for key, value in run.items() if key not in own}
            found.append({**rest, **own})
    return found


def figure_runs(spec: dict) -> list[dict]:
    """All runs of the spec of a figure (see `sensitivity`), panel by panel, the references' last."""
    return [run for place in _places(spec) for run in place["runs"]]


def expanded_figure(spec: dict) -> dict:
    """The spec of a figure with its runs one by one, see `expanded`."""
    found = copy.deepcopy(spec)
    for place in _places(found):
        place["runs"] = expanded(place["runs"])
    return found


def _places(spec: dict) -> list[dict]:
    places = [place for panel in spec["panels"] for line in panel["lines"] for place in line["points"]]
    return places + [panel["reference"] for panel in spec["panels"] if panel["reference"]]


def file_and_row(run: dict) -> tuple[str, str | None]:
    """Where the scores of a run stand; no row where the file is of this run alone."""
    return run["scores"], run.get(ROW)


def scores_of(run: dict, scores: dict[str, dict]) -> dict:
    """The scores of a run, from the contents of files by their paths. Raises ValueError for a row the file lacks."""
    content = scores[run["scores"]]
    if ROW not in run:
        return content
    if run[ROW] not in content:
        raise ValueError(f"{run['scores']}: rows {list(content)} found, {run[ROW]!r} wanted; make the file anew")
    return content[run[ROW]]
