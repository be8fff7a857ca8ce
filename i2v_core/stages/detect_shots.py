"""Shots and key frames of all items of a shard; a still image is one shot."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pandas as pd

from i2v_core import cli, storage
from i2v_core.media import shots
from i2v_core.media.frames import FrameStore
from i2v_core.media.shots import Part, Shot
from i2v_core.media.shots.settings import settings_from
from i2v_core.progress import track

BLOCK = 64  # frames decoded at a time


def run(*, store: Path, settings: dict, seed: int, out: Path) -> None:
    """Writes a CSV with a row per part of a shot, columns `id, dataset, frames, fps, shot, part, start, stop,
    part_start, part_stop, keyframe`: [start, stop) are frames of the shot, [part_start, part_stop) of the part.

    settings: values of `media.shots.Settings` other than the shipped ones. seed: of the clusters.
    """
    cv2.setNumThreads(1)  # shards run side by side, one process each
    chosen, frames, rows = settings_from(settings), FrameStore([store]), []
    for key in track(list(frames), "shots", len(frames)):
        length, fps = frames.length(key), frames.fps(key)
        if length == 1:
            found = [Shot(0, 1, [Part(0, 1, 0)])]
        else:
            found = shots.detect(_blocks(frames, key), fps, chosen, seed=seed)
        dataset, _, name = key.partition("/")
        for number, shot in enumerate(found):
            for place, part in enumerate(shot.parts):
                inside = (number, place, shot.start, shot.stop, part.start, part.stop, part.keyframe)
                rows.append((name, dataset, length, fps, *inside))
    columns = ["id", "dataset", "frames", "fps", "shot", "part", "start", "stop", "part_start", "part_stop", "keyframe"]
    storage.write_csv(pd.DataFrame(rows, columns=columns), out)


def _blocks(frames: FrameStore, key: str) -> Iterator[np.ndarray]:
    for start in range(0, frames.length(key), BLOCK):
        yield frames.frames(key, np.arange(start, min(start + BLOCK, frames.length(key))))


if __name__ == "__main__":
    cli.entry(run)
