"""A toy world of web supervision: labelled photos, labelled web videos of two scenes, unlabelled target videos.

Also settings of an image and a video row on it.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from i2v_core import storage
from i2v_core.media import frames
from i2v_core.stages import detect_shots
from tests import toy

SHOTS = {"margin_sec": 0.0, "min_shot_frames": 3}
NET = {"backbone": "resnet18", "backbone_options": {"channels": [4, 4, 8, 8]}, "normalisation": "imagenet"}
HEADS = {"attention": {}, "discriminator": {"hidden_dim": 6}}
BASE = {
    "inputs": {"size_px": 24, "short_side_px": 28},
    "training": toy.training(epochs=1, backbone_factor=0.5, batch_size=4),
    "method": {"beta": 0.5, "top_share": 0.9, "attend": True, "adapt": True},
    "temperature": {"deviations": 2.0, "batches": 2},
}
IMAGE = {**BASE, "model": {**NET, **HEADS}, "sources": ["image", "video"]}
VIDEO = {
    **BASE,
    "model": {"image": NET, "lifted": {}, **HEADS},
    "sources": ["video"],
    "inputs": {**BASE["inputs"], "chunks": {"span": 4, "stride": 2}},
    "classifier_init": "image",
}


def world(root: Path) -> dict[str, Path | list[Path]]:
    """The toy world with six web videos -> its paths, and `web_source`, `stores`, `shots`, `web`, `target_shots`."""
    paths = toy.world(root)
    names = list(toy.COLOURS)
    videos = [
        (
            f"w/{k}",
            np.concatenate([toy.clip(names[k % 3], domain=d, length=6, seed=300 + k) for d in ("images", "videos")]),
        )
        for k in range(6)
    ]
    paths["web"] = root / "web.h5"
    frames.write_store([(name, array, 12.0) for name, array in videos], paths["web"], dataset="toy-web")
    stores = [paths[name] for name in ("images", "web", "videos0", "videos1")]
    shots = [path.with_name(f"{path.stem}_shots.csv") for path in stores]
    for store, out in zip(stores, shots, strict=True):
        detect_shots.run(store=store, settings=SHOTS, seed=0, out=out)
    labels = [k % 3 for k in range(6)]
    rows = {"id": [name for name, _ in videos], "dataset": "toy-web", "class": [names[k] for k in labels]}
    source = pd.concat([storage.read_csv(paths["source"]), pd.DataFrame({**rows, "label": labels, "kind": "video"})])
    held = [name in ("i0", "w/0") for name in source["id"]]
    paths["web_source"] = root / "web_source.csv"
    storage.write_csv(source.assign(part=np.where(held, "held_out", "train")), paths["web_source"])
    return {**paths, "stores": stores, "shots": shots, "target_shots": shots[2:], "target_stores": stores[2:]}
