"""Draws how good the pseudo labels are, stage by stage and cycle by cycle."""

from pathlib import Path

import pandas as pd

from i2v_core import cli, storage
from i2v_core.evaluation import figures, specs

SPEC_KEYS = ("stages", "benchmarks", "runs")
RUN_KEYS = ("scores", "benchmark", "stage", "split", "seed")


def run(*, spec: dict, out: Path, table: Path) -> None:
    """Writes a PNG to `out` and the numbers behind it to `table`, in percent, one row per run and stage.

    spec: `stages`, the labels of the x axis in order (the stages in the order they run); `benchmarks`, name -> data it
    ran on; `runs`, a list of {scores (path of what score_pseudo_labels wrote), benchmark, stage, split, seed}.
    Raises ValueError for missing or unknown keys and for unknown, double or missing runs.
    """
    specs.check_keys(spec, SPEC_KEYS, "figure")
    for entry in spec["runs"]:
        specs.check_keys(entry, RUN_KEYS, "runs")
    specs.check_runs(spec["runs"], {stage: list(spec["benchmarks"]) for stage in spec["stages"]}, over="stage")
    rows = []
    for entry in spec["runs"]:
        content = storage.read_json(entry["scores"])
        percent = {name: None if content[name] is None else 100 * content[name] for name in figures.MEASURES}
        keys = {name: entry[name] for name in ("benchmark", "stage", "split", "seed")}
        data = spec["benchmarks"][entry["benchmark"]]
        rows.append({**keys, "data": data, **percent, "n": content["n"], "n_kept": content["n_kept"]})
    frame = pd.DataFrame(rows).astype(dict.fromkeys(figures.MEASURES, float))
    storage.write_csv(frame, table)
    figures.pseudo_label_quality(frame, spec["stages"], data=spec["benchmarks"], out=out)


if __name__ == "__main__":
    cli.entry(run)
