"""Web items that show a key frame of the target's videos: which, by which twin, how many of each class."""

import logging
from pathlib import Path

import numpy as np
import pandas as pd

from i2v_core import cli, storage, training
from i2v_core.media import near_duplicates
from i2v_core.media.near_duplicates import Rows
from i2v_core.media.vector_store import VectorStore

logger = logging.getLogger(__name__)


def run(
    *,
    name: str,
    index: Path,
    web: list[Path],
    target: list[Path],
    settings: dict,
    device: str,
    threads: int,
    out_removed: Path,
    out_kept: Path,
    out_by_class: Path,
    out_histogram: Path,
) -> None:
    """name: of the web dataset. index: `id, kind, label` of its items. web, target: embeddings of their key frames.

    settings: threshold (a cosine above it is a duplicate), block (rows), compared: see `near_duplicates.comparison`. Of
    a video one such key frame is enough for all of it to go.
    Writes the items that go and those that stay, each with its twin (`id, dataset, kind, label, frame, twin,
    twin_frame, cosine`); shares by class; and a histogram of all cosines.
    """
    place = training.open_device(device=device, threads=threads)
    (own, queries), (twins, references) = (key_frames(paths) for paths in (web, target))
    how = near_duplicates.comparison(references, settings["compared"])
    cosine, at = near_duplicates.most_similar(
        Rows(queries, **how), Rows(references, **how), block=settings["block"], device=place
    )
    items = storage.read_csv(index, ("id", "kind", "label")).assign(dataset=name)
    table = near_duplicates.per_item(own.assign(cosine=cosine, place=at), twins, items)
    gone = near_duplicates.removed(table, threshold=settings["threshold"])
    storage.write_csv(table[gone], out_removed)
    storage.write_csv(table[~gone], out_kept)
    storage.write_csv(near_duplicates.by_class(table, gone), out_by_class)
    storage.write_csv(near_duplicates.histogram(table), out_histogram)
    logger.info("%s: %d of %d items are near-duplicates of the target", name, gone.sum(), len(table))


def key_frames(paths: list[Path]) -> tuple[pd.DataFrame, np.ndarray]:
    """Items and frames of all key frames of some stores, in stored order, and their embeddings."""
    store = VectorStore(paths)
    keys = list(store)
    names = [key.partition("/")[2].rpartition("#") for key in keys]
    table = pd.DataFrame({"id": [name[0] for name in names], "frame": [int(name[2]) for name in names]})
    return table, store.matrix(keys)


if __name__ == "__main__":
    cli.entry(run)
