"""Times shallow domain adaptation beside its textbook forms, on one core, and tells how far the results are apart.

Run: python -m benchmarks.shallow [--rows 2000 8000 --dim 512 --components 30 --classes 10 --repeats 3
--cubic-rows 2000 --methods tca jda]. Half of the rows are of the source. The textbook forms build n x n matrices and
solve generalised eigenproblems with scipy's `eigh`; they run once, and those that solve a problem of size n only up to
`cubic-rows` (at 8000 rows they take minutes to hours, and several GiB). Ours run `repeats` times, of which the median
counts (CPU time). Apart: the largest principal angle between the spaces of the adapted rows, or for forms that give
other coordinates the largest difference of inner products as a share of the largest product.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from i2v_core.baselines.shallow import coral, gfk, jda, jgsa, meda, tca, tjm
from i2v_core.baselines.shallow.adapted import Adapted
from tests.baselines.shallow import domains, textbook

COMPARED_ROWS = 500  # for inner products
WEIGHTS = {"alpha": 1.0, "mu": 1.0, "beta": 0.1}
SOLVE = {"weight": 10.0, "smoothness": 1.0, "shrinkage": 0.1, "neighbours": 10, "iterations": 10}


@dataclass(frozen=True)
class Case:
    """A method's call, its textbook form, and whether that one's time grows with n^3."""

    name: str
    ours: Callable[[], Adapted]
    textbook: Callable[[], np.ndarray]
    cubic: bool
    by_angle: bool = True


def cases(source: np.ndarray, labels: np.ndarray, target: np.ndarray, dim: int) -> list[Case]:
    data, weights = (source, labels, target), {"dim": dim, "weight": 1.0}
    found = []
    for kernel in ("primal", "linear", "rbf"):
        options = {**weights, "kernel": kernel}
        found.append(
            Case(
                f"tca {kernel}",
                lambda o=options: tca.fit(*data, **o),
                lambda o=options: textbook.tca(source, target, **o),
                kernel != "primal",
            )
        )
    rounds = {**weights, "iterations": 10}
    return [
        *found,
        Case("gfk", lambda: gfk.fit(*data, dim=dim), lambda: textbook.flow(source, target, dim), False, False),
        Case("jda", lambda: jda.fit(*data, **rounds), lambda: textbook.jda(*data, **rounds)[0], False),
        Case("tjm", lambda: tjm.fit(*data, **rounds), lambda: textbook.tjm(source, target, **rounds), True),
        Case(
            "coral",
            lambda: coral.fit(*data, normalise=False),
            lambda: np.concatenate([textbook.coral(source, target), target]),
            False,
            False,
        ),
        Case(
            "jgsa",
            lambda: jgsa.fit(*data, dim=dim, normalise=False, **WEIGHTS),
            lambda: np.concatenate(textbook.jgsa(*data, dim=dim, iterations=10, **WEIGHTS)[:2]),
            False,
        ),
        Case(
            "meda",
            lambda: meda.fit(*data, dim=dim, output="scores", **SOLVE),
            lambda: textbook.meda(*data, dim=dim, balance=meda.balance, **SOLVE)[0],
            True,
            False,
        ),
    ]


def timed(work: Callable[[], object]) -> tuple[float, object]:
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def apart(found: np.ndarray, wanted: np.ndarray, *, by_angle: bool) -> str:
    if by_angle:
        return f"{domains.principal_degrees(found, wanted):.1e} degrees"
    few = np.linspace(0, len(found) - 1, min(COMPARED_ROWS, len(found))).astype(int)
    products = [rows[few] @ rows[few].T for rows in (found, wanted)]
    return f"{np.abs(products[0] - products[1]).max() / np.abs(products[1]).max():.1e}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, nargs="+", default=[2000, 8000], help="of both domains together")
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--components", type=int, default=30)
    parser.add_argument("--classes", type=int, default=10)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--cubic-rows", type=int, default=2000, help="most rows for textbook forms of the order n^3")
    parser.add_argument("--methods", nargs="+", help="those whose name starts so; all if absent")
    given = parser.parse_args()
    print("| method | n | textbook s | ours s | times as fast | apart |\n| --- | --- | --- | --- | --- | --- |")
    for rows in given.rows:
        half = rows // 2
        source, labels, target, _ = domains.pair(half, rows - half, given.dim, given.classes, spread=0.3)
        for case in cases(source, labels, target, given.components):
            if given.methods and not case.name.startswith(tuple(given.methods)):
                continue
            runs = [timed(case.ours) for _ in range(given.repeats)]
            ours, found = statistics.median(seconds for seconds, _ in runs), runs[0][1]
            slow, times, distance = "-", "-", "-"
            if rows <= given.cubic_rows or not case.cubic:
                seconds, wanted = timed(case.textbook)
                slow, times = f"{seconds:.3g}", f"{seconds / ours:.3g}"
                distance = apart(np.concatenate([found.source, found.target]), wanted, by_angle=case.by_angle)
            print(f"| {case.name} | {rows} | {slow} | {ours:.3g} | {times} | {distance} |", flush=True)


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
