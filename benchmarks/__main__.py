"""The benchmarks side by side: one table of ratios, ours against what one would do otherwise, from one run.

Run: python -m benchmarks [--quick] [--only tvl1 vca ...] [--out ratios.csv], or --list for their names. Ratio is the
alternative's figure over ours: above 1 ours needs less. One thread in this process, two cores for whole runs of the
graph; on a shared machine trust ratios, not seconds. `--quick` has small sizes (minutes), else it takes a quarter of
an hour. On a machine with a GPU rows for it are added. Benchmarks that need a run's results are listed with their own
command.
"""

import argparse
import datetime
import importlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import cv2
import numba
import pandas as pd
import torch
from threadpoolctl import threadpool_limits

from benchmarks.measuring import COLUMNS, HEAD, Row
from i2v_core import storage

SHARED = ("__main__", "measuring", "unit_costs")  # no benchmarks themselves
NAMES = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in SHARED)


def main() -> None:
    """Prints the table row by row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="names and what each is about, nothing is run")
    parser.add_argument("--only", nargs="+", choices=NAMES, metavar="NAME", help="these benchmarks alone")
    parser.add_argument("--quick", action="store_true", help="small sizes")
    parser.add_argument("--out", type=Path, metavar="CSV")
    given = parser.parse_args()
    modules = {name: importlib.import_module(f"benchmarks.{name}") for name in given.only or NAMES}
    if given.list:
        for name, module in modules.items():
            print(f"{name:16} {first_line(module)}{'' if has_rows(module) else f' (python -m benchmarks.{name})'}")
        return
    alone = [name for name in given.only or () if not has_rows(modules[name])]
    if alone:
        sys.exit(
            f"--only: {alone} found, benchmarks with rows wanted; run {alone[0]} as python -m benchmarks.{alone[0]}"
        )
    one_thread()
    print(f"{heading(given.quick)}\n\n{HEAD}", flush=True)
    table = pd.DataFrame(
        [[name, *row.cells()] for name, row in measured(modules, given.quick)], columns=["benchmark", *COLUMNS]
    )
    if given.out is not None:
        storage.write_csv(table, given.out)


def measured(modules: dict[str, ModuleType], quick: bool) -> Iterator[tuple[str, Row]]:
    """Rows as they are done, each printed at once."""
    with threadpool_limits(1):
        for name, module in modules.items():
            if has_rows(module):
                for row in module.rows(quick=quick):
                    print(row.shown(), flush=True)
                    yield name, row


def has_rows(module: ModuleType) -> bool:
    return hasattr(module, "rows")


def first_line(module: ModuleType) -> str:
    return module.__doc__.splitlines()[0]


def one_thread() -> None:
    """In this process and in those it starts."""
    os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    cv2.setNumThreads(1)
    numba.set_num_threads(1)
    torch.set_num_threads(1)


def heading(quick: bool) -> str:
    """Date, machine and versions."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    device = torch.cuda.get_device_name() if torch.cuda.is_available() else "no GPU"
    sizes = "quick sizes" if quick else "full sizes"
    return (
        f"{datetime.date.today()}, {models[0] if models else 'unknown CPU'}, {os.cpu_count()} cores, {device}, torch "
        f"{torch.__version__}, {torch.get_num_threads()} thread, {sizes}"
    )


if __name__ == "__main__":
    main()
