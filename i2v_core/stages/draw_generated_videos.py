"""Draws generated videos for people to look at: a sheet of frames, one row a class, and a preview that moves."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from i2v_core import cli, storage
from i2v_core.media.frames import FrameStore

CELL_PX = (120, 90)  # width, height of a frame's place
NAME_PX = 18
GREY = 46
FORMATS = {".gif": {}, ".webp": {"quality": 80, "method": 4}}


def run(
    *, stores: list[Path], source: Path, out: Path, preview: Path, classes: int = 8, columns: int = 6, fps: float = 8.0
) -> None:
    """Writes a sheet (PNG) and a preview (animated .gif or .webp) of one video a class.

    stores: frame stores of generated videos, whose frame 0 is the photo; source: table `id, dataset, class, label` of a
    benchmark. Of each class the first id in the stores is taken, of the classes `classes` evenly from first to last.
    A row of the sheet: the photo, then further `columns` - 1 frames evenly to the last.
    Raises ValueError if no item of the table is in the stores, or for another suffix of the preview.
    """
    if preview.suffix not in FORMATS:
        raise ValueError(f"{preview}: suffix {preview.suffix!r} found, one of {sorted(FORMATS)} wanted")
    shown = _videos(FrameStore(stores), source, classes)
    rows = [
        np.concatenate([_cell(name, video[index]) for index in _spread(len(video), columns)], axis=1)
        for name, video in shown
    ]
    with storage.atomic(out) as temporary:
        Image.fromarray(np.concatenate(rows)).save(temporary)
    length = max(len(video) for _, video in shown)
    moving = [
        Image.fromarray(_mosaic([_cell(name, video[frame % len(video)]) for name, video in shown]))
        for frame in range(length)
    ]
    with storage.atomic(preview) as temporary:
        moving[0].save(
            temporary,
            save_all=True,
            append_images=moving[1:],
            duration=round(1000 / fps),
            loop=0,
            **FORMATS[preview.suffix],
        )


def _videos(store: FrameStore, source: Path, classes: int) -> list[tuple[str, np.ndarray]]:
    """Class name and frames of the videos to be shown."""
    table = storage.read_csv(source, ("id", "dataset", "class", "label"))
    table["key"] = storage.keys(table)
    table = table[[key in store for key in table["key"]]].sort_values("key").drop_duplicates("class")
    if table.empty:
        raise ValueError(f"{source}: none of its items is in the stores of generated videos; run the synthesis rule")
    table = table.sort_values("class").iloc[_spread(len(table), classes)]
    return [(row["class"], store.frames(row["key"], range(store.length(row["key"])))) for _, row in table.iterrows()]


def _spread(length: int, count: int) -> list[int]:
    """`count` of the places 0..length - 1, or all there are, evenly from the first to the last."""
    return np.linspace(0, length - 1, min(count, length)).round().astype(int).tolist()


def _cell(name: str, picture: np.ndarray) -> np.ndarray:
    """The picture under its class name in the middle of a cell with a margin of 2 px."""
    cell = np.full((CELL_PX[1] + NAME_PX, CELL_PX[0], 3), GREY, np.uint8)
    cv2.putText(cell, name[:18], (3, 13), cv2.FONT_HERSHEY_SIMPLEX, 0.38, (255, 235, 120), 1, cv2.LINE_AA)
    scale = min((CELL_PX[0] - 4) / picture.shape[1], (CELL_PX[1] - 4) / picture.shape[0])
    width, height = (max(1, int(scale * length)) for length in picture.shape[1::-1])
    left, top = (CELL_PX[0] - width) // 2, NAME_PX + (CELL_PX[1] - height) // 2
    cell[top : top + height, left : left + width] = cv2.resize(picture, (width, height), interpolation=cv2.INTER_AREA)
    return cell


def _mosaic(cells: list[np.ndarray]) -> np.ndarray:
    """The cells in rows of four, empty places grey."""
    across = min(4, len(cells))
    cells = cells + [np.full_like(cells[0], GREY)] * (-len(cells) % across)
    return np.concatenate([np.concatenate(cells[row : row + across], axis=1) for row in range(0, len(cells), across)])


if __name__ == "__main__":
    cli.entry(run)
