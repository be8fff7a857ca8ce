"""Peak memory and time of the near-duplicate filter at the web's size, beside the size of a whole table of cosines.

Run: python -m benchmarks.near_duplicates [--rows 200000 --queries 200000 --dim 512 --block 8192 --threads 1].
Both sides are float16 rows by chance in files, read by blocks; a temporary folder holds them. Fewer `--queries` than
rows are a part of them, timed, with what all would take. Peak memory is of the process, libraries and mapped files
included. For the table of ratios each form runs in a process of its own, on sizes at which the whole table fits.
"""

import argparse
import json
import multiprocessing
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

from benchmarks.measuring import Row
from i2v_core.media.near_duplicates import Rows, most_similar

WRITTEN_AT_ONCE = 10_000


def rows(*, quick: bool) -> Iterator[Row]:
    """For the table of ratios: blocks beside all cosines at once."""
    count, block = (6_000, 1024) if quick else (20_000, 8192)
    with tempfile.TemporaryDirectory() as folder:
        for seed in (0, 1):
            _by_chance(Path(folder) / f"{seed}.npy", count, 512, seed)
        for form in ("blocks", "whole"):
            child = multiprocessing.get_context("spawn").Process(target=_measured, args=(form, Path(folder), block))
            child.start()
            child.join()
        ours, theirs = (json.loads((Path(folder) / f"{form}.json").read_text()) for form in ("blocks", "whole"))
        found, wanted = (np.load(Path(folder) / f"{form}.npy") for form in ("blocks", "whole"))
    agreement = f"{np.mean(found == wanted):.2%} of the twins the same"
    what = f"near duplicates of {count} among {count}, d = 512"
    yield Row(what, ours["seconds"], "all cosines at once, torch", theirs["seconds"], agreement)
    yield Row(f"{what}: memory on top", ours["mib"], "all cosines at once, torch", theirs["mib"], unit="MiB")


def _measured(form: str, folder: Path, block: int) -> None:
    """Writes seconds and MiB of a form, and its twins."""
    torch.set_num_threads(1)
    sides = [np.load(folder / f"{seed}.npy", mmap_mode="r") for seed in (0, 1)]
    most_similar(Rows(sides[0][:8]), Rows(sides[1][:8]))  # what a first call loads
    before, started = _peak_mib(), time.process_time()
    if form == "blocks":
        twins = most_similar(*map(Rows, sides), block=block)[1]
    else:
        whole = [functional.normalize(torch.from_numpy(np.asarray(side, np.float32)), dim=1) for side in sides]
        twins = (whole[0] @ whole[1].T).max(dim=1).indices.numpy()
    seconds = time.process_time() - started
    (folder / f"{form}.json").write_text(json.dumps({"seconds": seconds, "mib": _peak_mib() - before}))
    np.save(folder / f"{form}.npy", twins)


def main() -> None:
    """Prints one line of Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, value in (("rows", 200_000), ("queries", 200_000), ("dim", 512), ("block", 8192), ("threads", 1)):
        parser.add_argument(f"--{name}", type=int, default=value)
    chosen = parser.parse_args()
    torch.set_num_threads(chosen.threads)
    with tempfile.TemporaryDirectory() as folder:
        sides = [_by_chance(Path(folder) / f"{seed}.npy", chosen.rows, chosen.dim, seed) for seed in (0, 1)]
        before, started = _peak_mib(), time.process_time()
        cosine, _ = most_similar(Rows(sides[0][: chosen.queries]), Rows(sides[1]), block=chosen.block)
        seconds = time.process_time() - started
        whole = chosen.rows**2 * 4 / 2**30
        print("| rows a side | queries | peak MiB before, after | whole table GiB | CPU s | CPU s for all | mean |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        print(
            f"| {chosen.rows} | {chosen.queries} | {before:.0f}, {_peak_mib():.0f} | {whole:.0f} | {seconds:.0f} | "
            f"{seconds * chosen.rows / chosen.queries:.0f} | {cosine.mean():.3f} |"
        )


def _by_chance(path: Path, rows: int, dim: int, seed: int) -> np.ndarray:
    """A file of rows, opened as a memory map."""
    random = np.random.default_rng(seed)
    file = np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=(rows, dim))
    for start in range(0, rows, WRITTEN_AT_ONCE):
        part = min(WRITTEN_AT_ONCE, rows - start)
        file[start : start + part] = random.standard_normal((part, dim), np.float32)
    file.flush()
    del file
    return np.load(path, mmap_mode="r")


def _peak_mib() -> float:
    """Of this process since its program began: getrusage would count what the parent held when it started it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    main()
