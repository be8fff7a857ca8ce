"""Runs rows of DIVAFN's tables on one sample of its protocol: trains them and predicts the test videos."""

from pathlib import Path

import pandas as pd

from i2v_core import cli, divafn_jobs, provenance, storage, training
from i2v_core.divafn_jobs import Stores


def run(
    *,
    sample: Path,
    classes: Path,
    images: list[Path],
    keyframes: list[Path],
    videos: list[Path],
    settings: dict,
    seed: int,
    device: str,
    threads: int,
    out: Path,
    log: Path,
    record: Path,
) -> None:
    """Writes `out`, CSV `row, id, class`, and `log`, CSV with `row, iteration` and J with its terms.

    sample: of draw_ratio_sample. images, keyframes, videos: vector stores. settings: by the name of each row what
    `divafn_jobs.predictions` wants. log: of rows that train networks; empty where none does.
    Raises ValueError for no row, an unknown method, and for what the methods refuse.
    """
    if not settings:
        raise ValueError("settings: no row found, one at least wanted; see tables.divafn in params.yaml")
    training.open_device(device=device, threads=threads)
    arguments = dict(locals())
    job = divafn_jobs.read(sample, classes, Stores(images, keyframes, videos))
    predicted, logs = [], []
    for name, row in settings.items():
        found, trained = divafn_jobs.predictions(job, row, seed=seed)
        predicted.append(pd.DataFrame({"row": name, "id": job.tests, "class": found}))
        if trained is not None:
            logs.append(trained.assign(row=name))
    storage.write_csv(pd.concat(predicted), out)
    table = pd.concat(logs) if logs else pd.DataFrame(columns=["row", "iteration"])
    storage.write_csv(table.set_index("row").reset_index(), log)
    storage.write_json(provenance.describe("run_divafn", arguments), record)


if __name__ == "__main__":
    cli.entry(run)
