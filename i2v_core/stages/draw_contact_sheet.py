"""Draws photos and videos of several data sets side by side: one row a class, for people to look at."""

from pathlib import Path

import cv2
import numpy as np

from i2v_core import cli, storage
from i2v_core.datasets.mini_world.classes import action_of
from i2v_core.media.decoding import read_image, read_video

PHOTOS, STRIPS, FRAMES = 4, 2, 6
CELL_PX = (84, 64)  # width, height of a photo's place and of a frame
NAME_PX = 136
GREY = 46


def run(*, photos: list[Path], videos: list[Path], out: Path) -> None:
    """Writes a PNG with rows of classes: the name, a few photos, and frames of two videos of different groups.

    photos, videos: root folders of data sets in the layouts of Stanford40, HII, BU101, UCF101, HMDB51, Kinetics-400, or
    with one folder a class. Classes of several data sets share a row where they show the same action.
    Raises FileNotFoundError if a folder is absent or holds no file of its kind.
    """
    rows: dict[str, tuple[list, list]] = {}
    for place, roots, suffixes in ((0, photos, (".jpg", ".jpeg", ".png")), (1, videos, (".avi", ".mp4"))):
        for root in roots:
            for name, path in _files(Path(root), suffixes):
                rows.setdefault(action_of(name), ([], []))[place].append(path)
    sheet = np.concatenate([_row(name, *rows[name]) for name in sorted(rows)])
    with storage.atomic(out) as temporary:
        cv2.imwrite(str(temporary), cv2.cvtColor(sheet, cv2.COLOR_RGB2BGR))


def _files(root: Path, suffixes: tuple) -> list[tuple[str, Path]]:
    """Class name and path of each file. Flat folders name the class before the last underscore, others by folder."""
    if not root.is_dir():
        raise FileNotFoundError(f"{root}: no such folder; make the data set first or check the path")
    found = sorted(path for path in root.rglob("*") if path.suffix.lower() in suffixes)
    if not found:
        raise FileNotFoundError(f"{root}: no {' or '.join(suffixes)} file found in it; the root of a data set wanted")
    is_flat = (root / "JPEGImages").is_dir()
    return [(path.stem.rpartition("_")[0] if is_flat else path.parent.name, path) for path in found]


def _row(name: str, photos: list[Path], videos: list[Path]) -> np.ndarray:
    cells = [np.full((CELL_PX[1], NAME_PX, 3), GREY, np.uint8)]
    cv2.putText(
        cells[0], name[:18], (4, CELL_PX[1] // 2), cv2.FONT_HERSHEY_SIMPLEX, 0.42, (255, 235, 120), 1, cv2.LINE_AA
    )
    cells += [_fitted(read_image(path)) for path in _spread(photos, PHOTOS)]
    cells += [_fitted(None)] * (PHOTOS - len(photos[:PHOTOS]))
    for path in _spread(videos, STRIPS):
        frames, _ = read_video(path)
        cells += [_fitted(frames[number]) for number in np.linspace(0, len(frames) - 1, FRAMES).astype(int)]
    cells += [_fitted(None)] * (FRAMES * (STRIPS - len(videos[:STRIPS])))
    return np.concatenate(cells, axis=1)


def _spread(paths: list[Path], count: int) -> list[Path]:
    """`count` of the paths, or all there are, evenly from the first to the last."""
    return [paths[place] for place in np.linspace(0, len(paths) - 1, min(count, len(paths))).astype(int)]


def _fitted(picture: np.ndarray | None) -> np.ndarray:
    """The picture in the middle of a cell with a margin of 2 px; an empty cell for None."""
    cell = np.full((CELL_PX[1], CELL_PX[0], 3), GREY, np.uint8)
    if picture is None:
        return cell
    scale = min((CELL_PX[0] - 4) / picture.shape[1], (CELL_PX[1] - 4) / picture.shape[0])
    width, height = (max(1, int(scale * length)) for length in picture.shape[1::-1])
    left, top = (CELL_PX[0] - width) // 2, (CELL_PX[1] - height) // 2
    cell[top : top + height, left : left + width] = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return cell


if __name__ == "__main__":
    cli.entry(run)
