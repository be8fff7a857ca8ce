"""Predictions by file for people: each video's path, class and runner-up, sorted by path."""

from pathlib import Path

import numpy as np
import pandas as pd

from i2v_core import cli, probabilities, storage


def run(*, found: Path, index: Path, out: Path) -> None:
    """found: HDF5 of probabilities; index: `id, path` of the videos' dataset.

    Writes `path, class, confidence, runner_up, runner_up_confidence`, confidence the mean probability over the parts of
    a video. Raises ValueError for a video that is not in the index.
    """
    given = probabilities.read(found)
    path_of = storage.read_csv(index, ("id", "path")).set_index("id")["path"].to_dict()
    absent = sorted(set(given.ids) - set(path_of))
    if absent:
        raise ValueError(f"{index}: no row of {len(absent)} predicted videos (first {absent[0]!r}); make both again")
    values, names = given.per_video(), np.array(given.classes, dtype=object)
    order = np.argsort(-values, axis=1, kind="stable")[:, :2]
    sorted_ = np.take_along_axis(values, order, axis=1)
    table = {"path": [path_of[name] for name in given.ids], "class": names[order[:, 0]], "confidence": sorted_[:, 0]}
    table |= {"runner_up": names[order[:, 1]], "runner_up_confidence": sorted_[:, 1]}
    storage.write_csv(pd.DataFrame(table).sort_values("path"), out)


if __name__ == "__main__":
    cli.entry(run)
