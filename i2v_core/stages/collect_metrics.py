"""One small JSON file per benchmark in the form that `dvc metrics` compares between revisions."""

from pathlib import Path
from statistics import fmean

from i2v_core import cli, storage
from i2v_core.evaluation import specs


def run(
    *, scores: list[str], methods: list[str], rows: list[str], labels: list[str], stages: list[str], out: Path
) -> None:
    """Writes {"accuracy": {method: percent}, "pseudo_label_precision": {stage: percent}}, means over the runs.

    scores: scores.json of every run, methods: the method of each in the same order, rows: its row of that file, or "-"
    where the file is of this run alone; labels: pseudo_label_scores.json of every stage of every run, stages: the stage
    of each. Raises ValueError if lists that belong together differ in length.
    """
    storage.write_json(
        {
            "accuracy": _means(scores, methods, rows, "top1"),
            "pseudo_label_precision": _means(labels, stages, ["-"] * len(labels), "precision_kept"),
        },
        out,
    )


def _means(files: list[str], names: list[str], rows: list[str], measure: str) -> dict[str, float]:
    if not len(files) == len(names) == len(rows):
        raise ValueError(
            f"metrics: {len(files)} score files with {len(names)} names and {len(rows)} rows found, one each wanted"
        )
    contents = {path: storage.read_json(Path(path)) for path in dict.fromkeys(files)}
    values: dict[str, list[float]] = {name: [] for name in names}
    for path, name, row in zip(files, names, rows, strict=True):
        run_of = {"scores": path} if row == "-" else {"scores": path, specs.ROW: row}
        values[name].append(specs.scores_of(run_of, contents)[measure])
    return {name: round(100 * fmean(own), 4) for name, own in values.items()}


if __name__ == "__main__":
    cli.entry(run)
