"""Times the start of a stage, from its command to its command line being read, with and without the server of stages.

Run: python -m benchmarks.start_up. Wall time; the server (`i2v_core.stage_server`) has its libraries imported already,
as it has for all jobs of a run but the first ones. Without it each stage is a Python process of its own.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator

from benchmarks.measuring import Row, in_turns, run_alone
from i2v_core import stage, stage_server

STAGES = ("make_table", "train_source_only", "train_stcda")


def rows(*, quick: bool) -> Iterator[Row]:
    for name in STAGES[:2] if quick else STAGES:
        with stage_server.start():
            forms = {
                "server": lambda name=name: started(name),
                "process": lambda name=name: started(name, server=""),
            }
            seconds, texts = in_turns(forms, 3 if quick else 5, clock=time.perf_counter)
        agreement = "same output" if texts["server"] == texts["process"] else "OTHER OUTPUT"
        yield Row(f"start of {name}", seconds["server"], "a process of its own", seconds["process"], agreement, "s")


def started(name: str, **environment: str) -> str:
    """What a stage says of its command line. server: its address, empty for none."""
    changed = {stage.ADDRESS: environment["server"]} if "server" in environment else {}
    command = [sys.executable, "-m", "i2v_core.stage", name, "--help"]
    return subprocess.run(command, env={**os.environ, **changed}, check=True, capture_output=True, text=True).stdout


def main() -> None:
    run_alone(rows, __doc__)


if __name__ == "__main__":
    main()
