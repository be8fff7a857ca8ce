"""Times our TV-L1 flow beside OpenCV's, one core each, on textured images that shift, turn and grow.

Run: python -m benchmarks.tvl1 [--sizes 64x64 112x112 224x224 340x256 --repeats 3 --batch 64]. The forms take turns in
one process; times are medians (CPU time), errors mean end-point errors over all pixels. Columns for torch in batches
are added where there is a GPU.
"""

import argparse
import time
from collections.abc import Callable, Iterator

import cv2
import numba
import numpy as np
import torch

from benchmarks.measuring import Row
from i2v_core.media import tvl1
from tests.media.tvl1.known_motion import MOTIONS, end_point_error, moved

SETTINGS = tvl1.Settings()


def milliseconds(work: Callable[[], object]) -> float:
    """CPU time, or wall time on a machine with a GPU, where work is over when the flow is back."""
    clock = time.perf_counter if torch.cuda.is_available() else time.process_time
    started = clock()
    work()
    return 1e3 * (clock() - started)


def solved(pair: list[np.ndarray], backend: str) -> np.ndarray:
    return tvl1.flow(*pair, SETTINGS, backend=backend)


def one_core(width: int, height: int, repeats: int) -> list[dict]:
    """Median times and errors of each motion."""
    rows = []
    for name, motion in MOTIONS.items():
        *pair, truth = (side[None] for side in moved(height, width, *motion))
        found = {backend: solved(pair, backend) for backend in ("numba", "opencv")}
        times: dict[str, list[float]] = {"opencv": [], "numba": []}
        for _ in range(repeats):
            times["opencv"].append(milliseconds(lambda pair=pair: solved(pair, "opencv")))
            times["numba"] += [milliseconds(lambda pair=pair: solved(pair, "numba")) for _ in range(3)]
        slow, fast = (float(np.median(values)) for values in times.values())
        errors = {
            "to opencv px": end_point_error(found["numba"], found["opencv"]),
            "numba to truth px": end_point_error(found["numba"], truth),
            "opencv to truth px": end_point_error(found["opencv"], truth),
        }
        row = {"motion": name, "opencv ms": slow, "numba ms": fast, "faster": slow / fast}
        rows.append(row | {key: float(error[0]) for key, error in errors.items()})
    return rows


def in_batches(width: int, height: int, batch: int, repeats: int) -> tuple[float, float]:
    """Milliseconds per pair of `batch` pairs in torch, and the largest mean end-point error to numba in px."""
    pairs = [moved(height, width, *motion)[:2] for motion in MOTIONS.values()]
    few = [np.stack(side) for side in zip(*pairs, strict=True)]
    many = [np.resize(side, (batch, *side.shape[1:])) for side in few]
    error = end_point_error(solved(few, "torch"), solved(few, "numba")).max()
    solved(many, "torch")
    return float(np.median([milliseconds(lambda: solved(many, "torch")) for _ in range(repeats)])) / batch, float(error)


def rows(*, quick: bool) -> Iterator[Row]:
    """For the table of ratios: means over the motions."""
    clock = "s" if torch.cuda.is_available() else "s CPU"
    for width, height in ((64, 64), (112, 112)) if quick else ((112, 112), (224, 224), (340, 256)):
        found = one_core(width, height, 1 if quick else 3)
        slow, fast = (float(np.mean([row[f"{form} ms"] for row in found])) / 1e3 for form in ("opencv", "numba"))
        gap = max(row["to opencv px"] for row in found)
        agreement = f"mean end-point difference {gap:.4f} px at most"
        yield Row(f"TV-L1 flow of a pair, {width} x {height}", fast, "OpenCV's DualTVL1", slow, agreement, clock)
        if torch.cuda.is_available():
            milliseconds_each, error = in_batches(width, height, 64, 3)
            what = f"TV-L1 flow of a pair in batches of 64 on a GPU, {width} x {height}"
            yield Row(what, milliseconds_each / 1e3, "ours on a core", fast, f"{error:.4f} px at most", clock)


def table(columns: list[str], rows: list[list]) -> str:
    lines = [columns, ["---"] * len(columns)]
    lines += [[f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["64x64", "112x112", "224x224", "340x256"], metavar="WxH")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--batch", type=int, default=64, help="pairs in a batch on a GPU")
    given = parser.parse_args()
    cv2.setNumThreads(1)
    numba.set_num_threads(1)
    torch.set_num_threads(1)
    compiling = milliseconds(lambda: tvl1.flow(*np.zeros((2, 1, 16, 16), np.uint8), SETTINGS, backend="numba")) / 1e3
    print(f"loading and compiling, or reading what was compiled before: {compiling:.1f} s\n")
    summary, details = [], []
    for size in given.sizes:
        width, height = map(int, size.split("x"))
        rows = one_core(width, height, given.repeats)
        details += [[size, *row.values()] for row in rows]
        slow, fast = (float(np.mean([row[f"{form} ms"] for row in rows])) for form in ("opencv", "numba"))
        batched = in_batches(width, height, given.batch, given.repeats) if torch.cuda.is_available() else ()
        summary.append([size, slow, fast, slow / fast, *batched])
    columns = ["size", "opencv ms", "numba ms", "faster", "torch ms", "torch to numba px"]
    print(table(columns[: len(summary[0])], summary), end="\n\n")
    print(table(["size", *rows[0]], details))


if __name__ == "__main__":
    main()
