"""Descriptors of dense trajectories of all videos of one shard of frames: our idt_lite's, or the IDT binary's."""

import logging
from collections.abc import Iterator
from pathlib import Path

import cv2
import h5py
import numpy as np

from i2v_core import cli
from i2v_core.media import idt_lite, llc, trajectory_store
from i2v_core.media.frames import FrameStore
from i2v_core.media.idt_lite import original as binary
from i2v_core.progress import track
from i2v_core.seeding import generator

logger = logging.getLogger(__name__)


def run(*, store: Path, original: Path | None = None, settings: dict, seed: int, out: Path) -> None:
    """store: a shard of frames. original: a folder of the IDT binary's text files `<id>.txt`, read instead of computed.

    settings: `most`, descriptors kept of each video, drawn by seed and name, null for all; `idt_lite`, any of
    `idt_lite.Settings`, which say nothing of text files. out: see `media.trajectory_store`; a video without tracks has
    no rows there. Raises ValueError for unknown settings and small frames, FileNotFoundError for a missing text file.
    """
    cv2.setNumThreads(1)  # shards run side by side, one process each
    most, fields = settings["most"], idt_lite.Settings.__dataclass_fields__
    if most is not None and most < 1:
        raise ValueError(f"trajectories most: {most} found, at least 1, or null for all, wanted; see params.yaml")
    if unknown := sorted(set(settings["idt_lite"]) - set(fields)):
        raise ValueError(f"idt_lite settings {unknown} found, any of {sorted(fields)} wanted; see params.yaml")
    chosen, frames = idt_lite.Settings(**settings["idt_lite"]), FrameStore([store])
    with h5py.File(store) as file:
        dataset = str(file.attrs["dataset"])

    def items() -> Iterator[tuple[str, np.ndarray, int]]:
        for key in track(frames, f"trajectories of {dataset}", len(frames)):
            name = key.partition("/")[2]
            found = _described(frames, key, chosen) if original is None else binary.read(original / f"{name}.txt")
            rows = found.descriptors
            counts.append(len(rows))
            kept = rows if most is None else llc.sampled(rows, generator(seed, "trajectories", key), most=most)
            yield name, kept, len(rows)

    counts: list[int] = []
    trajectory_store.write_descriptors(items(), out, dataset=dataset)
    logger.info("%s: %.0f a video of %d, none in %d", dataset, np.mean(counts), len(counts), counts.count(0))


def _described(frames: FrameStore, key: str, settings: idt_lite.Settings) -> idt_lite.Trajectories:
    try:
        return idt_lite.describe(frames.frames(key, range(frames.length(key))), settings)
    except ValueError as error:
        raise ValueError(f"item {key!r}: {error}") from None


if __name__ == "__main__":
    cli.entry(run)
