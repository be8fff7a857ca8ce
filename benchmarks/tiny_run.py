"""Times a whole run of the graph, Table 2 of the tiny preset on two cores, with and without the server of stages.

Run: python -m benchmarks.tiny_run. Wall time, from nothing: the mini world is drawn, stored, learned from and scored.
Jobs and table are the same both times; without the server each job starts a Python process. One run of each.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from benchmarks.measuring import Row, run_alone
from i2v_core import stage
from tests.workflow import project


def rows(*, quick: bool) -> Iterator[Row]:
    ours, table = run(has_server=True)
    theirs, other = run(has_server=False)
    agreement = "the same table" if table == other else "OTHER TABLES"
    yield Row("the tiny preset's Table 2, from nothing", ours, "no stage server", theirs, agreement, "s")


def run(*, has_server: bool) -> tuple[float, bytes]:
    """Wall seconds of a run in a folder of its own, and its table."""
    change = {} if has_server else {stage.ADDRESS: ""}
    with tempfile.TemporaryDirectory() as folder, mock.patch.dict(os.environ, change):
        sources = project.sources(Path(folder) / "project")
        started = time.perf_counter()
        project.run(sources, project.command(project.TABLE))
        return time.perf_counter() - started, (sources / project.TABLE).read_bytes()


def main() -> None:
    run_alone(rows, __doc__)


if __name__ == "__main__":
    main()
