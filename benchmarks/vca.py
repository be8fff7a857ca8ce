"""Times the class-aware discrepancy of STCDA beside its equations as loops over pairs of rows, on one core.

Run: python -m benchmarks.vca [--rows 2000 --dim 512 --classes 12 --repeats 3]. Both forms work on the same random
features in one process; the loops once, the block form `repeats` times with its gradient and `repeats` times without,
of which medians count (CPU time). The loops visit only the pairs that equations 5 to 8 count, and have no gradient.
"""

import argparse
import math
import statistics
import time
from collections.abc import Callable, Iterator

import numpy as np
import torch

from benchmarks.measuring import Row
from i2v_core.methods.stcda.vca import class_aware_discrepancy


def seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def drawn(rows: int, dim: int, classes: int, shift: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Features around a centre per class, float32 (rows, dim), and labels (rows,)."""
    random = np.random.default_rng(seed)
    labels = np.arange(rows) % classes
    centres = np.random.default_rng(0).standard_normal((classes, dim))
    return (centres[labels] + random.standard_normal((rows, dim)) + shift).astype(np.float32), labels


def pair_squares(left: np.ndarray, right: np.ndarray) -> list[float]:
    """|x - y|^2 of each row of one side with each of the other."""
    squares = []
    for x in left:
        for y in right:
            difference = x - y
            squares.append(float(difference @ difference))
    return squares


def mean_kernel(squares: list[float], width: float) -> float:
    total = 0.0
    for square in squares:
        for i in range(-2, 3):
            total += math.exp(-square / (2.0**i * width))
    return total / len(squares)


def loops(
    source: np.ndarray, labels_src: np.ndarray, target: np.ndarray, labels_tgt: np.ndarray, classes: int
) -> float:
    """Equations 5 to 8 pair by pair; every class must have rows on both sides."""
    sides = [
        [rows[labels == label] for label in range(classes)]
        for rows, labels in ((source, labels_src), (target, labels_tgt))
    ]
    own = [[pair_squares(group, group) for group in groups] for groups in sides]
    widths, cross, found = (np.zeros((classes, classes)) for _ in range(3))
    for a in range(classes):
        for b in range(classes):
            between = pair_squares(sides[0][a], sides[1][b])
            count = len(sides[0][a]) + len(sides[1][b])
            widths[a, b] = (sum(own[0][a]) + sum(own[1][b]) + 2 * sum(between)) / (count * (count - 1))
            cross[a, b] = mean_kernel(between, widths[a, b])
    for a in range(classes):
        for b in range(classes):
            within = mean_kernel(own[0][a], widths[a, b]) + mean_kernel(own[1][b], widths[a, b])
            found[a, b] = within - 2 * cross[a, b]
    same = np.trace(found)
    return float(same / classes - (found.sum() - same) / (classes * (classes - 1)))


def measured(rows: int, dim: int, classes: int, repeats: int) -> tuple[dict[str, float], dict[str, float]]:
    """Seconds, and the values, of each form."""
    source, labels_src = drawn(rows, dim, classes, 0.0, 1)
    target, labels_tgt = drawn(rows, dim, classes, 0.1, 2)
    leaves = [torch.from_numpy(x).requires_grad_() for x in (source, target)]
    labels = [torch.from_numpy(x) for x in (labels_src, labels_tgt)]

    def block() -> torch.Tensor:
        return class_aware_discrepancy(leaves[0], labels[0], leaves[1], labels[1], classes=classes)

    values: dict[str, float] = {"block": block().item()}  # also the first call, which is slower

    def slow() -> None:
        values["loops"] = loops(source, labels_src, target, labels_tgt, classes)

    times = {
        "loops": seconds(slow),
        "block": statistics.median(seconds(block) for _ in range(repeats)),
        "block and gradient": statistics.median(seconds(lambda: block().backward()) for _ in range(repeats)),
    }
    return times, values


def rows(*, quick: bool) -> Iterator[Row]:
    """For the table of ratios."""
    count, dim = (240, 128) if quick else (2000, 512)
    times, values = measured(count, dim, 12, 3)
    gap = abs(values["block"] - values["loops"]) / abs(values["loops"])
    what = f"class-aware discrepancy of {count} and {count} rows, d = {dim}"
    yield Row(what, times["block"], "loops over pairs", times["loops"], f"values {gap:.0e} apart")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2000, help="in either domain")
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--classes", type=int, default=12)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    torch.set_num_threads(1)
    times, values = measured(given.rows, given.dim, given.classes, given.repeats)
    print("| form | s | times as fast as the loops |\n| --- | --- | --- |")
    for name, spent in times.items():
        print(f"| {name} | {spent:.3g} | {times['loops'] / spent:.3g} |")
    print(f"\nvalues: block {values['block']:.6f}, loops {values['loops']:.6f}")


if __name__ == "__main__":
    main()
