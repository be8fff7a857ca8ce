"""One small JSON file per benchmark in the form that `dvc metrics` compares between revisions."""

from pathlib import Path
from statistics import fmean

from i2v_core import cli, storage


def run(*, scores: list[Path], methods: list[str], labels: list[Path], stages: list[str], out: Path) -> None:
    """Writes {"accuracy": {method: percent}, "pseudo_label_precision": {stage: percent}}, means over the runs.

    scores: scores.json of every run, methods: the method of each in the same order; labels: pseudo_label_scores.json of
    every stage of every run, stages: the stage of each. Raises ValueError if two lists differ in length.
    """
    storage.write_json(
        {
            "accuracy": _means(scores, methods, "top1"),
            "pseudo_label_precision": _means(labels, stages, "precision_kept"),
        },
        out,
    )


def _means(files: list[Path], names: list[str], measure: str) -> dict[str, float]:
    if len(files) != len(names):
        raise ValueError(f"metrics: {len(files)} score files with {len(names)} names found, one name each wanted")
    values: dict[str, list[float]] = {name: [] for name in names}
    for path, name in zip(files, names, strict=True):
        values[name].append(storage.read_json(path)[measure])
    return {name: round(100 * fmean(own), 4) for name, own in values.items()}


if __name__ == "__main__":
    cli.entry(run)
