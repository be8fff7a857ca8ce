"""Joins DIVAFN's networks with the frozen networks of its vectors into one file that leaves the project."""

from pathlib import Path

import torch

from i2v_core import cli, storage
from i2v_core.exported import files
from i2v_core.models.c3d import C3D
from i2v_core.models.c3d_checkpoints import load_c3d
from i2v_core.models.still_encoders import StillEncoder


def run(*, model: Path, still_weights: str, c3d_weights: str, media: dict, seed: int, out: Path) -> None:
    """model: of train_divafn. still_weights, c3d_weights, seed: as for extract_still_vectors and extract_video_vectors.

    media: frames and vectors (keyframes: rule, deviations; stills, c3d: settings of the two stages).
    """
    settings = media["vectors"]
    torch.manual_seed(seed)
    c3d = C3D(classes=None, **settings["c3d"]["options"])
    if c3d_weights:
        load_c3d(c3d, Path(c3d_weights), classifier=False)
    torch.manual_seed(seed)
    still = StillEncoder(settings["stills"], still_weights)
    parts = {
        "codes": storage.load_weights(model),
        "still": {"state": still.state_dict()},
        "c3d": {"state": c3d.state_dict()},
    }
    files.join(out, method="divafn", parts=parts, media=media)


if __name__ == "__main__":
    cli.entry(run)
