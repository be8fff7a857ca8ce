"""A toy world for STCDA with its backbone: two views of generated source videos and of target videos, weights."""

from pathlib import Path

import torch

from i2v_core import storage
from i2v_core.models.i3d import I3D
from tests import toy

BACKBONE = {
    "backbone": "i3d",
    "model": {"width": 0.05},
    "resize_px": 34,
    "size_px": 32,
    "segments": 2,
    "frames": 4,
    "stride": 1,
}
SETTINGS = {
    "model": {"dim": 6, "aggregator": "gru"},
    "backbone": BACKBONE,
    "corruptions": ["spatial", "temporal"],
    "per_class": 2,
    "most_classes": 12,
}
METHOD = {"alpha": 2.0, "beta": 0.5, "negatives": 8}


def world(root: Path) -> dict[str, Path | list[Path]]:
    """The world of toy.two_streams -> its paths, and `rgb`, `flow` (weights of I3D), `frames`, `flows` (stores)."""
    paths = toy.two_streams(root)
    storage.write_csv(storage.read_csv(paths["source"]).assign(kind="video"), paths["source"])
    for view, channels in (("rgb", 3), ("flow", 2)):
        torch.manual_seed(channels)
        paths[view] = paths["source"].with_name(f"{view}.pt")
        storage.save_weights(
            I3D(classes=3, width=0.05, in_channels=channels, normalisation="none").state_dict(), paths[view]
        )
    paths["frames"] = [paths[name] for name in ("generated", "videos0", "videos1")]
    paths["flows"] = [paths[name] for name in ("generated_flow", "flow0", "flow1")]
    return paths
