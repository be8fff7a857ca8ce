"""Times shallow domain adaptation beside its textbook forms, on one core, and tells how far the results are apart.

Run: python -m benchmarks.shallow [--rows 2000 8000 --dim 512 --components 30 --classes 10 --repeats 3
--cubic-rows 2000 --methods tca jda]. An estimate of the whole, not a measurement: 7 to 10 minutes on an idle core, most
of them the textbook forms at 8000 rows.
Half of the rows are of the source. The textbook forms build n x n matrices and solve generalised eigenproblems with
scipy's `eigh`; they run once, and those that solve a problem of size n only up to `cubic-rows` (at 8000 rows they take
minutes to hours, and several GiB). So tca primal, gfk, jda, coral and jgsa have a reference at every size, tca linear,
tca rbf, tjm and meda at the smaller ones; a column says which. Ours run `repeats` times, the median counts (CPU
time).
How far apart: "degrees", the largest principal angle between the spaces of the adapted rows, and "products", the
largest difference of their inner products as a share of the largest product.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks.measuring import Row
from i2v_core.baselines.shallow import coral, gfk, jda, jgsa, meda, tca, tjm
from i2v_core.baselines.shallow.adapted import Adapted
from tests.baselines.shallow import domains, textbook

COMPARED_ROWS = 500  # for inner products
WEIGHTS = {"alpha": 1.0, "mu": 1.0, "beta": 0.1}
SOLVE = {"weight": 10.0, "smoothness": 1.0, "shrinkage": 0.1, "neighbours": 10, "iterations": 10}


@dataclass(frozen=True)
class Case:
    """A method's call, its textbook form, what that one is, and whether its time grows with n^3."""

    name: str
    ours: Callable[[], Adapted]
    textbook: Callable[[], np.ndarray]
    reference: str
    cubic: bool


def cases(source: np.ndarray, labels: np.ndarray, target: np.ndarray, dim: int) -> list[Case]:
    data, weights = (source, labels, target), {"dim": dim, "weight": 1.0}
    found = []
    for kernel in ("primal", "linear", "rbf"):
        options = {**weights, "kernel": kernel}
        size = "d x d" if kernel == "primal" else "n x n"
        found.append(
            Case(
                f"tca {kernel}",
                lambda o=options: tca.fit(*data, scale="spread", **o),
                lambda o=options: textbook.tca(source, target, **o),
                f"eigh, {size}",
                kernel != "primal",
            )
        )
    rounds, spread = {**weights, "iterations": 10}, {"scale": "spread"}
    return [
        *found,
        Case(
            "gfk",
            lambda: gfk.fit(*data, dim=dim, normalise=False),
            lambda: textbook.flow(source, target, dim),
            "root of G, d x d",
            False,
        ),
        Case(
            "jda",
            lambda: jda.fit(*data, **rounds, **spread),
            lambda: textbook.jda(*data, **rounds)[0],
            "eigh, d x d, M n x n",
            False,
        ),
        Case(
            "tjm",
            lambda: tjm.fit(*data, **rounds, **spread),
            lambda: textbook.tjm(source, target, **rounds),
            "eigh, n x n",
            True,
        ),
        Case(
            "coral",
            lambda: coral.fit(*data, normalise=False),
            lambda: np.concatenate([textbook.coral(source, target), target]),
            "powers, d x d",
            False,
        ),
        Case(
            "jgsa",
            lambda: jgsa.fit(*data, dim=dim, normalise=False, **WEIGHTS),
            lambda: np.concatenate(textbook.jgsa(*data, dim=dim, iterations=10, **WEIGHTS)[:2]),
            "eigh, 2d x 2d, M n x n",
            False,
        ),
        Case(
            "meda",
            lambda: meda.fit(*data, dim=dim, output="scores", **SOLVE),
            lambda: textbook.meda(*data, dim=dim, balance=meda.balance, **SOLVE)[0],
            "solve, n x n",
            True,
        ),
    ]


def timed(work: Callable[[], object]) -> tuple[float, object]:
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def degrees(found: np.ndarray, wanted: np.ndarray) -> str:
    """The largest principal angle between two spaces of rows. GFK's textbook form has d columns of lower rank."""
    return f"{domains.principal_degrees(found, basis(wanted, found.shape[1])):.1e}"


def basis(rows: np.ndarray, width: int) -> np.ndarray:
    """The rows, or an orthonormal basis of the `width` directions of most size where they have more columns."""
    return rows if rows.shape[1] <= width else np.linalg.svd(rows, full_matrices=False)[0][:, :width]


def products(found: np.ndarray, wanted: np.ndarray) -> str:
    few = np.linspace(0, len(found) - 1, min(COMPARED_ROWS, len(found))).astype(int)
    inner = [rows[few] @ rows[few].T for rows in (found, wanted)]
    return f"{np.abs(inner[0] - inner[1]).max() / np.abs(inner[1]).max():.1e}"


def rows(*, quick: bool) -> Iterator[Row]:
    """For the table of ratios."""
    count, dim, components = (400, 64, 10) if quick else (2000, 512, 30)
    source, labels, target, _ = domains.pair(count // 2, count // 2, dim, 10, spread=0.3)
    for case in cases(source, labels, target, components):
        runs = [timed(case.ours) for _ in range(3)]
        seconds, wanted = timed(case.textbook)
        joint = np.concatenate([runs[0][1].source, runs[0][1].target])
        agreement = f"spaces {degrees(joint, wanted)} degrees, products {products(joint, wanted)} apart"
        ours = statistics.median(spent for spent, _ in runs)
        yield Row(f"{case.name}, n = {count}, d = {dim}", ours, f"textbook, {case.reference}", seconds, agreement)


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
    print(f"| method | n | reference | textbook s | ours s | times as fast | degrees | products |\n|{' --- |' * 8}")
    for rows in given.rows:
        half = rows // 2
        source, labels, target, _ = domains.pair(half, rows - half, given.dim, given.classes, spread=0.3)
        for case in cases(source, labels, target, given.components):
            if given.methods and not case.name.startswith(tuple(given.methods)):
                continue
            runs = [timed(case.ours) for _ in range(given.repeats)]
            ours, found = statistics.median(seconds for seconds, _ in runs), runs[0][1]
            slow, times, angle, difference = "-", "-", "-", "-"
            if rows <= given.cubic_rows or not case.cubic:
                seconds, wanted = timed(case.textbook)
                slow, times, ours_rows = f"{seconds:.3g}", f"{seconds / ours:.3g}", (found.source, found.target)
                joint = np.concatenate(ours_rows)
                angle, difference = degrees(joint, wanted), products(joint, wanted)
            print(
                f"| {case.name} | {rows} | {case.reference if slow != '-' else 'none'} | {slow} | {ours:.3g} | {times} "
                f"| {angle} | {difference} |",
                flush=True,
            )


if __name__ == "__main__":
    with threadpool_limits(1):
        main()
