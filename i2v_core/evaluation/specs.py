"""Checks of the specs that rules pass to tables and figures: exact keys, and no forgotten, double or unknown run."""


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

    runs: dicts with `scores, benchmark, split, seed` and the key `over`, whose values are names. wanted: the benchmarks
    of each name. Which splits and seeds a benchmark has follows from all its runs together; it needs at least one.
    """
    found = [(run[over], run["benchmark"], run["split"], run["seed"]) for run in runs]
    parts = {key[1]: sorted({other[2:] for other in found if other[1] == key[1]}) for key in found}
    complete = [
        (name, benchmark, *part)
        for name, benchmarks in wanted.items()
        for benchmark in benchmarks
        for part in parts.get(benchmark, [("any", "any")])
    ]
    files = [run["scores"] for run in runs]
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
