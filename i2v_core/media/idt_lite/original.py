"""Text files of the original IDT binary (DenseTrackStab): one track a line, 10 facts and 426 descriptor values."""

from pathlib import Path

import numpy as np

from i2v_core.media.idt_lite import Trajectories, parts

FACTS = 10  # last frame, mean x, mean y, spread x, spread y, length, scale, and x, y, t as shares of the video
LAST_FRAME, MEAN_X, SCALE = 0, 1, 6


def read(path: Path) -> Trajectories:
    """Trajectories of a text file, whose order of descriptors is that of `parts`; an empty file has none.

    Raises FileNotFoundError if there is no such file, ValueError with the line for other text.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such file of trajectories; run the IDT binary on the video first")
    width = FACTS + parts()["mbh_y"].stop
    rows = []
    with Path(path).open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, start=1):
            fields = line.split()
            try:
                row = np.array(fields, np.float64)
            except ValueError as error:
                raise ValueError(f"{path} line {number}: {error}; numbers wanted; make the file anew") from None
            if len(row) not in (0, width) or not np.isfinite(row).all():
                raise ValueError(
                    f"{path} line {number}: {len(row)} values found, {width} finite ones wanted; make the file anew "
                    "with the binary's default settings"
                )
            if len(row):
                rows.append(row)
    table = np.array(rows).reshape(-1, width)
    return Trajectories(
        table[:, LAST_FRAME].astype(np.int64),
        table[:, MEAN_X : MEAN_X + 2].astype(np.float32),
        table[:, SCALE],
        table[:, FACTS:].astype(np.float32),
    )
