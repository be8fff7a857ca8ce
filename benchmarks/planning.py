"""Times `snakemake -n` with the paper's preset on folders of the real data sets' size (13,320 videos of UCF101, ...).

Run: python -m benchmarks.planning. Files are empty and lie in a temporary folder; wall time, the libraries' start
included, and CPU time, which others on the machine disturb less. There is nothing fair to compare with: the aim is ten
seconds.
"""

import os
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measuring import Row, run_alone
from tests.workflow import paper_folders, project

TARGETS = {"CycDA's Table 2": project.TABLE, "the tables of CFB": "cfb"}


def rows(*, quick: bool) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        planned = paper_folders.planned(Path(folder) / "project")
        for name, target in list(TARGETS.items())[: 1 if quick else None]:
            command = ["snakemake", "-n", target, "--configfile", paper_folders.PAPER]
            runs = [timed(planned, command) for _ in range(1 if quick else 3)]
            wall, cpu = (statistics.median(values) for values in list(zip(*runs, strict=True))[:2])
            jobs = re.findall(r"^total +(\d+)$", runs[0][2], re.MULTILINE)
            agreement = f"{jobs[0] if jobs else '?'} jobs, {cpu:.3g} s CPU"
            yield Row(f"snakemake -n, {name}, paper's preset", wall, agreement=agreement, unit="s")


def timed(folder: Path, command: list[str]) -> tuple[float, float, str]:
    """Wall and CPU seconds of a command, and what it prints."""
    started, before = time.perf_counter(), os.times()
    text = project.run(folder, command)
    after = os.times()
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return time.perf_counter() - started, cpu, text


def main() -> None:
    run_alone(rows, __doc__)


if __name__ == "__main__":
    main()
