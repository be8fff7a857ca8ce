"""Times the weights of a semantic autoencoder beside SciPy's Bartels-Stewart solver, on one core.

Run: python -m benchmarks.sylvester [--dims 512 1024 2048 4096 --samples 64 550 5000 --classes 10 101 --repeats 3].
CPU time, medians; Bartels-Stewart runs once from d = 2048 on, and at 4096 for 550 samples alone. Ours run
once where they decompose a matrix of 4096 or more, n x n for "thin" and else d x d. An estimate of the whole, not a
measurement: 12 minutes on an idle core. Each row: n samples of d features of C classes, k = 300
numbers per class, beta 0.1, lambda 0.01. "residual" is |A W + W B - K| / |K|, "surplus" the norm of Bartels-Stewart's W
over that of minimum norm: above 1 where the equation is singular. "-": not run.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np
from scipy.linalg import solve_sylvester
from threadpoolctl import threadpool_limits

from benchmarks.measuring import Row
from i2v_core.methods.divafn.sylvester import faster_solver, semantic_weights

SEMANTIC_DIM, DECODER, ENCODER = 300, 0.1, 0.01
ONCE_FROM, LARGE, SAMPLES_AT_LARGE = 2048, 4096, 550


def timed(work: Callable[[], np.ndarray], repeats: int) -> tuple[float, np.ndarray]:
    """Median CPU time of the runs after a first one, or of that one alone for a single repeat, and the last result."""
    times = []
    for _ in range(repeats + (repeats > 1)):
        started = time.process_time()
        found = work()
        times.append(time.process_time() - started)
    return statistics.median(times[1:] or times), found


def drawn(samples: int, dim: int, classes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features around a centre per class (n, d), labels (n,), class vectors of length 1 (C, k)."""
    random = np.random.default_rng([samples, dim, classes])
    labels = np.arange(samples) % classes
    centres, vectors = random.standard_normal((classes, dim)), random.standard_normal((classes, SEMANTIC_DIM))
    features = centres[labels] + random.standard_normal((samples, dim))
    return features, labels, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def bartels_stewart(features: np.ndarray, labels: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Equation 21 as printed, by SciPy."""
    semantics = vectors[labels]
    right = (DECODER + ENCODER) * semantics.T @ features
    return solve_sylvester(DECODER * semantics.T @ semantics, ENCODER * features.T @ features, right)


def residual(weights: np.ndarray, features: np.ndarray, labels: np.ndarray, vectors: np.ndarray) -> float:
    semantics = vectors[labels]
    right = (DECODER + ENCODER) * semantics.T @ features
    left = DECODER * semantics.T @ (semantics @ weights) + ENCODER * (weights @ features.T) @ features
    return float(np.linalg.norm(left - right) / np.linalg.norm(right))


def rows(*, quick: bool) -> Iterator[Row]:
    """For the table of ratios: 10 classes, the solver that the sizes choose."""
    for dim, samples in ((256, 64), (256, 550)) if quick else ((1024, 64), (1024, 550), (1024, 5000), (2048, 550)):
        problem, solver = drawn(samples, dim, 10), faster_solver(samples, dim)
        fast, ours = timed(lambda problem=problem, solver=solver: semantic_weights(*problem, solver=solver), 3)
        slow, other = timed(lambda problem=problem: bartels_stewart(*problem), 1)
        agreement = f"residuals {residual(ours, *problem):.0e}, theirs {residual(other, *problem):.0e}"
        what = f"weights of a semantic autoencoder, n = {samples}, d = {dim}, {solver}"
        yield Row(what, fast, "scipy.linalg.solve_sylvester", slow, agreement)


def row(classes: int, dim: int, samples: int, repeats: int) -> str:
    """One line of the table."""
    problem, chosen, found = drawn(samples, dim, classes), faster_solver(samples, dim), {}
    for solver in ("thin", "tri", "eigh"):
        size = samples if solver == "thin" else dim
        count = 1 if size >= LARGE else repeats
        found[solver] = timed(lambda s=solver: semantic_weights(*problem, solver=s), count)
    seconds = [f"{found[solver][0]:.3g}" for solver in ("thin", "tri", "eigh")]
    fast, ours = found[chosen]
    theirs = ["-"] * 4
    if dim < LARGE or samples == SAMPLES_AT_LARGE:
        slow, other = timed(lambda: bartels_stewart(*problem), 1 if dim >= ONCE_FROM else repeats)
        surplus = np.linalg.norm(other) / np.linalg.norm(ours)
        theirs = [f"{slow:.3g}", f"{slow / fast:.3g}", f"{residual(other, *problem):.1e}", f"{surplus:.3g}"]
    numbers = [classes, dim, samples, chosen, *seconds, *theirs[:2], f"{residual(ours, *problem):.1e}", *theirs[2:]]
    return f"| {' | '.join(map(str, numbers))} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dims", type=int, nargs="+", default=[512, 1024, 2048, 4096])
    parser.add_argument("--samples", type=int, nargs="+", default=[64, 550, 5000])
    parser.add_argument("--classes", type=int, nargs="+", default=[10, 101])
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    names = "C, d, n, chosen, thin s, tri s, eigh s, scipy s, scipy / chosen, residual, scipy residual, surplus"
    print(f"| {' | '.join(names.split(', '))} |\n|{' --- |' * 12}")
    cases = [(c, d, n) for c in given.classes for d in given.dims for n in given.samples]
    with threadpool_limits(limits=1):
        for classes, dim, samples in cases:
            print(row(classes, dim, samples, given.repeats), flush=True)


if __name__ == "__main__":
    main()
