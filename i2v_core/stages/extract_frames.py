"""Decodes one shard of a dataset's items into a frame store; what cannot be decoded goes into a problem table."""

import logging
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from i2v_core import cli, storage
from i2v_core.datasets import segments
from i2v_core.media import decoding, frames
from i2v_core.progress import track

logger = logging.getLogger(__name__)
PROBLEM_COLUMNS = ["path", "problem", "found", "wanted"]


def run(
    *,
    dataset: str,
    catalog: Path,
    root: Path,
    shard: int,
    shards: int,
    short_side_px: int,
    jpeg_quality: int,
    out: Path,
    problems: Path,
) -> None:
    """Takes rows `shard` of `shards` equal parts of the catalog; frames shrink to a short side of `short_side_px`.

    A catalog with columns start_s and stop_s has segments of longer videos; '' is a whole one.
    """
    cv2.setNumThreads(1)  # shards run side by side, one process each
    table = storage.read_csv(catalog, ("id", "path", "kind"))
    rows = table.iloc[np.array_split(np.arange(len(table)), shards)[shard]]
    bad: list[dict] = []
    paths = rows.set_index("id")

    def leave_out(name: str, error: ValueError) -> None:
        bad.append(_problem(paths.loc[name], error))

    decoded = _decoded(rows, root, short_side_px, bad)
    frames.write_store(decoded, out, dataset=dataset, jpeg_quality=jpeg_quality, left_out=leave_out)
    storage.write_csv(pd.DataFrame(bad, columns=PROBLEM_COLUMNS), problems)
    logger.info(
        "%s shard %d of %d: %d files stored, %d unreadable", dataset, shard, shards, len(rows) - len(bad), len(bad)
    )


def _decoded(rows: pd.DataFrame, root: Path, short_side_px: int, bad: list[dict]) -> Iterator[tuple]:
    for row in track(rows.itertuples(), "decoding", len(rows)):
        try:
            images, fps = decoding.read_item(root / row.path, row.kind, *_segment(row), short_side_px=short_side_px)
        except ValueError as error:
            bad.append(_problem(row, error))
        else:
            yield row.id, images, fps


def _segment(row: object) -> list[str]:
    """Start and end of a row of the catalog, '' of whole videos."""
    return [getattr(row, name, "") for name in segments.COLUMNS]


def _problem(row: object, error: ValueError) -> dict:
    place = segments.place(row.path, *_segment(row))
    return {"path": place, "problem": "undecodable", "found": str(error), "wanted": f"a readable {row.kind}"}


if __name__ == "__main__":
    cli.entry(run)
