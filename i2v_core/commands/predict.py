"""`i2v predict MODEL VIDEO...`: one line per video as soon as it is known, in CSV or JSON."""

import argparse
import contextlib
import csv
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import numpy as np

from i2v_core.datasets.importers import video_tree
from i2v_core.progress import track

COLUMNS = ("path", "class", "confidence", "runner_up", "runner_up_confidence")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    parser.add_argument("model", type=Path, help="an exported model.pt")
    parser.add_argument("videos", type=Path, nargs="+", metavar="VIDEO", help="a video file, or a folder of any depth")
    parser.add_argument("--format", choices=["csv", "json"], default="csv", help="json: an object a line, all classes")
    parser.add_argument("--out", type=Path, help="a file instead of the standard output")
    parser.add_argument("--resume", action="store_true", help="go on with --out: videos that stand there are left out")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--threads", type=int, default=1)


def run(
    *, model: Path, videos: list[Path], format: str, out: Path | None, resume: bool, device: str, threads: int
) -> int:
    """Predicts one video after another -> 0, or 1 if any could not be read; each of these has one line of error.

    Memory holds a part of one video, or one whole (cfb, stcda, divafn). Raises FileNotFoundError for a file that is not
    there and a folder without videos, ValueError for another model file, and with --resume for a file of another form.
    """
    if resume and out is None:
        raise ValueError("--resume: no --out found, the file to go on with wanted")
    paths, left_out = _files(videos)
    done = _written(out, format) if resume and out.is_file() else set()
    left = [path for path in paths if str(path) not in done]

    from i2v_core import training  # torch takes seconds to import
    from i2v_core.exported import predictors

    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    predictor = predictors.load(model, device=training.open_device(device=device, threads=threads))
    for text in left_out:
        print(f"error: {text}", file=sys.stderr)
    failed = len(left_out)
    with _opened(out, append=bool(done)) as file:
        if format == "csv" and not done:
            csv.writer(file, lineterminator="\n").writerow(COLUMNS)
        for path in track(left, "predicting", len(left)):
            try:
                _write(file, format, path, predictor.predict(path), predictor.classes)
            except (ValueError, OSError) as error:
                print("error: " + " ".join(str(error).split()), file=sys.stderr)
                failed += 1
            file.flush()
    return int(failed > 0)


def _files(given: list[Path]) -> tuple[list[Path], list[str]]:
    """All video files, and a line on each that the folders hold and that cannot be taken."""
    found, left_out = [], []
    for path in given:
        if path.is_dir():
            catalog, problems = video_tree.index(path)
            surplus = problems[problems["problem"] == "surplus"]
            left_out += [f"{path}/{row.path}: {row.found}; {row.wanted} wanted" for row in surplus.itertuples()]
            if catalog.empty:
                raise FileNotFoundError(f"{path}: no video found, {video_tree.EXPECTED} wanted")
            found += [path / name for name in catalog["path"]]
        elif path.is_file():
            found.append(path)
        else:
            raise FileNotFoundError(f"{path}: no such file or folder")
    return found, left_out


@contextlib.contextmanager
def _opened(out: Path | None, *, append: bool) -> Iterator[TextIO]:
    if out is None:
        yield sys.stdout
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    with open(out, "a" if append else "w", newline="") as file:
        yield file


def _write(file: TextIO, form: str, path: Path, values: np.ndarray, classes: list[str]) -> None:
    order = np.argsort(-values, kind="stable")
    if form == "csv":
        row = [str(path)]
        for place in order[:2]:
            row += [classes[place], f"{values[place]:.6f}"]
        csv.writer(file, lineterminator="\n").writerow(row)
    else:
        found = {name: round(float(value), 6) for name, value in zip(classes, values, strict=True)}
        best = classes[order[0]]
        line = {"path": str(path), "class": best, "confidence": found[best], "probabilities": found}
        file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _written(out: Path, form: str) -> set[str]:
    """Videos of whole lines of a file that was begun; a line that was cut off is taken away."""
    text = out.read_bytes()
    whole = text[: text.rfind(b"\n") + 1]
    lines = whole.decode().splitlines()
    try:
        if form == "json":
            names = {json.loads(line)["path"] for line in lines}
        else:
            rows = list(csv.reader(lines))
            if rows and tuple(rows[0]) != COLUMNS:
                raise ValueError
            names = {row[0] for row in rows[1:]} if rows else set()
    except (ValueError, KeyError, IndexError):
        raise ValueError(
            f"{out}: not a {form} file of `i2v predict`; give another --out or leave --resume out"
        ) from None
    if whole != text:
        with open(out, "r+b") as file:
            file.truncate(len(whole))
    return names
