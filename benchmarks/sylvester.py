"""Times the weights of a semantic autoencoder beside SciPy's Bartels-Stewart solver, on one core.

Run: python -m benchmarks.sylvester [--dims 512 1024 2048 4096 --samples 64 550 5000 --classes 10 101 --repeats 3].
CPU time, medians; Bartels-Stewart runs once from d = 2048 on. Each row: n samples of d features of C classes, k = 300
numbers per class, beta 0.1, lambda 0.01. "residual" is |A W + W B - K| / |K|, "surplus" the norm of Bartels-Stewart's W
over that of minimum norm: above 1 where the equation is singular.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import numpy as np
from scipy.linalg import solve_sylvester
from threadpoolctl import threadpool_limits

from i2v_core.methods.divafn.sylvester import faster_solver, semantic_weights

SEMANTIC_DIM, DECODER, ENCODER = 300, 0.1, 0.01
ONCE_FROM = 2048


def seconds(work: Callable[[], object], repeats: int) -> float:
    """Median CPU time of the runs after a first one, or of that one alone for a single repeat."""
    times = []
    for _ in range(repeats + (repeats > 1)):
        started = time.process_time()
        work()
        times.append(time.process_time() - started)
    return statistics.median(times[1:] or times)


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
            problem = drawn(samples, dim, classes)
            times = {
                solver: seconds(lambda s=solver, p=problem: semantic_weights(*p, solver=s), given.repeats)
                for solver in ("thin", "tri", "eigh")
            }
            theirs = seconds(lambda p=problem: bartels_stewart(*p), 1 if dim >= ONCE_FROM else given.repeats)
            chosen = faster_solver(samples, dim)
            ours, other = semantic_weights(*problem), bartels_stewart(*problem)
            print(
                f"| {classes} | {dim} | {samples} | {chosen} | {times['thin']:.3g} | {times['tri']:.3g} "
                f"| {times['eigh']:.3g} | {theirs:.3g} | {theirs / times[chosen]:.3g} | {residual(ours, *problem):.1e} "
                f"| {residual(other, *problem):.1e} | {np.linalg.norm(other) / np.linalg.norm(ours):.3g} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
