"""A toy world of web supervision: labelled photos, labelled web videos of two scenes, unlabelled target videos."""

from pathlib import Path

import numpy as np
import pandas as pd

from i2v_core import storage
from i2v_core.media import frames
from i2v_core.stages import detect_shots
from tests import toy

SHOTS = {"margin_sec": 0.0, "min_shot_frames": 3}


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
