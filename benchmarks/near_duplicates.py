"""Peak memory and time of the near-duplicate filter at the web's size, beside the size of a whole table of cosines.

Run: python -m benchmarks.near_duplicates [--rows 200000 --queries 200000 --dim 512 --block 8192 --threads 1].
Both sides are float16 rows by chance in files, read by blocks; a temporary folder holds them. Fewer `--queries` than
rows are a part of them, timed, with what all would take. Peak memory is of the process, libraries and mapped files
included.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import torch

from i2v_core.media.near_duplicates import Rows, most_similar

WRITTEN_AT_ONCE = 10_000


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
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
