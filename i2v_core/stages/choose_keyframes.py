"""Chooses one key frame of each video of a shard, by differences of colour histograms."""

from pathlib import Path

import numpy as np
import pandas as pd

from i2v_core import cli, storage
from i2v_core.media.frames import FrameStore
from i2v_core.media.histogram_keyframes import keyframe
from i2v_core.progress import track


def run(*, store: Path, rule: str, deviations: float, out: Path) -> None:
    """Writes a CSV with a row per video: `id, frame, frames, cuts, differences, rule, version`.

    rule, deviations: see `media.histogram_keyframes`. cuts: first frames of segments; differences: of neighbouring
    histograms, in thousandths; both as numbers with blanks between. Raises ValueError for an unknown rule.
    """
    frames, rows = FrameStore([store]), []
    for key in track(list(frames), "key frames", len(frames)):
        length = frames.length(key)
        found = keyframe(frames.frames(key, np.arange(length)), rule=rule, deviations=deviations)
        rows.append(
            {
                "id": key.partition("/")[2],
                "frame": found.index,
                "frames": length,
                "cuts": " ".join(map(str, found.cuts.tolist())),
                "differences": " ".join(map(str, np.round(1000 * found.differences).astype(int).tolist())),
                "rule": found.rule,
                "version": found.version,
            }
        )
    storage.write_csv(pd.DataFrame(rows), out)


if __name__ == "__main__":
    cli.entry(run)
