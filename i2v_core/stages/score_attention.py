"""Compares attention weights with what the mini world planted: areas under the ROC curve, over the seeds."""

from pathlib import Path

import pandas as pd

from i2v_core import cli, storage
from i2v_core.evaluation import attention_quality


def run(
    *, attention: list[Path], seeds: list[int], kind: str, catalog: Path, truth: Path, out: Path, runs: Path
) -> None:
    """Writes the mean area per fate to `out` and those of each seed to `runs`; see `evaluation.attention_quality`.

    attention: a file of weigh_web_sources per seed. kind: image or video, whose items are compared. catalog: of their
    dataset, `id, path`. truth: `path, fate`, of the mini world. No training reads it.
    Raises ValueError if there are not as many seeds as files.
    """
    if len(attention) != len(seeds):
        raise ValueError(f"attention: {len(attention)} files and seeds {seeds} found, a seed for each file wanted")
    paths = storage.read_csv(catalog, ("id", "path"))
    planted = storage.read_csv(truth, ("path", "fate"))
    fate_of = dict(zip(planted["path"], planted["fate"], strict=True))
    fates = {name: fate_of[path] for name, path in zip(paths["id"], paths["path"], strict=True) if path in fate_of}
    tables = []
    for path, seed in zip(attention, seeds, strict=True):
        weights = storage.read_csv(path, ("id", "kind", "weight"))
        tables.append(attention_quality.areas(weights[weights["kind"] == kind], fates, seed=seed))
    joint = pd.concat(tables, ignore_index=True)
    storage.write_csv(joint, runs)
    storage.write_csv(attention_quality.summary(joint), out)


if __name__ == "__main__":
    cli.entry(run)
