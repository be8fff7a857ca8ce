"""Rows of the table of ratios, and how times are taken: in turns, medians, of the CPU unless a row says otherwise."""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

COLUMNS = ["what", "ours", "alternative", "theirs", "unit", "ratio", "agreement"]


@dataclass(frozen=True)
class Row:
    """ours, theirs: in `unit`, less is better; ratio: theirs / ours. No alternative, and None, where nothing fair is to
    be compared with. agreement: how far the two results are apart.
    """

    what: str
    ours: float
    alternative: str = ""
    theirs: float | None = None
    agreement: str = ""
    unit: str = "s CPU"

    @property
    def ratio(self) -> float | None:
        return None if self.theirs is None else self.theirs / self.ours

    def shown(self) -> str:
        """A line of a Markdown table, as `HEAD` has it."""
        other = self.alternative and f"{self.alternative}: {self.theirs:.3g} {self.unit}"
        ratio = "-" if self.ratio is None else f"{self.ratio:.3g}"
        return f"| {self.what} | {self.ours:.3g} {self.unit} | {other or '-'} | {ratio} | {self.agreement or '-'} |"

    def cells(self) -> list:
        """Values by COLUMNS."""
        return [self.what, self.ours, self.alternative, self.theirs, self.unit, self.ratio, self.agreement]


HEAD = "| what | ours | alternative | ratio | agreement |\n| --- | ---: | --- | ---: | --- |"


def in_turns(
    forms: dict[str, Callable[[], object]], repeats: int, *, clock: Callable[[], float] = time.process_time
) -> tuple[dict[str, float], dict[str, object]]:
    """Median seconds of each form, and its last result. The forms take turns, after one call of each that is not
    counted.
    """
    results = {name: work() for name, work in forms.items()}
    times: dict[str, list[float]] = {name: [] for name in forms}
    for _ in range(repeats):
        for name, work in forms.items():
            started = clock()
            results[name] = work()
            times[name].append(clock() - started)
    return {name: statistics.median(values) for name, values in times.items()}, results


def run_alone(rows: Callable[..., Iterator[Row]], description: str) -> None:
    """A benchmark's own command: prints its rows, of small sizes with --quick."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="small sizes")
    given = parser.parse_args()
    print(HEAD)
    for row in rows(quick=given.quick):
        print(row.shown(), flush=True)
