"""Times rows of DIVAFN's tables on samples of one benchmark (section IV.H). Its output differs from run to run."""

import time
from pathlib import Path

import pandas as pd

from i2v_core import cli, divafn_jobs, storage, training
from i2v_core.divafn_jobs import Stores


def run(
    *,
    samples: list[Path],
    shares: list[int],
    rows: list[str],
    classes: Path,
    images: list[Path],
    keyframes: list[Path],
    videos: list[Path],
    settings: dict,
    seed: int,
    device: str,
    threads: int,
    out: Path,
) -> None:
    """Writes CSV `share, row, seconds, seconds_per_video, n_train_videos, n_test_videos`: a line per sample and row.

    samples: one for each of `shares`, in percent. rows: in the order in which they are timed. settings: of each row, as
    run_divafn has them. seconds: wall time from
    vectors in memory to predictions of the test, training included.
    Choice: seconds_per_video is per test video. The paper says neither what it times nor by what it divides; its
    numbers grow with the share of training videos, so training is in them. Feature extraction is not, as there.
    Raises ValueError if samples and shares differ in number.
    """
    if len(samples) != len(shares):
        raise ValueError(f"shares: {len(shares)} found for {len(samples)} samples, one each wanted")
    training.open_device(device=device, threads=threads)
    found = []
    for path, share in zip(samples, shares, strict=True):
        job = divafn_jobs.read(path, classes, Stores(images, keyframes, videos))
        for name in rows:
            if not found:
                divafn_jobs.predictions(job, settings[name], seed=seed)  # the first run of all also warms up
            start = time.perf_counter()
            divafn_jobs.predictions(job, settings[name], seed=seed)
            seconds = time.perf_counter() - start
            counts = {"n_train_videos": len(job.sample.labels), "n_test_videos": len(job.tests)}
            timed = {"share": share, "row": name, "seconds": seconds, "seconds_per_video": seconds / len(job.tests)}
            found.append({**timed, **counts})
    storage.write_csv(pd.DataFrame(found), out)


if __name__ == "__main__":
    cli.entry(run)
