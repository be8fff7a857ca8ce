"""Supervised target: the video model trained with the target's true labels, the upper bound of every table."""

from pathlib import Path

import pandas as pd
from torch import Tensor
from torch.nn import functional

from i2v_core import storage
from i2v_core.batches import Batch
from i2v_core.models.video import VideoModel


def losses(model: VideoModel, target: Batch) -> dict[str, Tensor]:
    """L = CE(C(E(clip)), y); the batch holds clips (n, t, 3, h, w) and labels (n,), true ones or pseudo labels."""
    return {"classification": functional.cross_entropy(model(target.inputs), target.labels)}


def labels_of(videos: pd.DataFrame, table: Path) -> list[int]:
    """True labels of training videos (`id`), from a table `id, label`. Raises ValueError for a video without one."""
    labels = storage.read_csv(table, ("id", "label")).set_index("id")["label"].astype(int)
    unlabelled = sorted(set(videos["id"]) - set(labels.index))
    if unlabelled:
        raise ValueError(
            f"{table}: no label for {len(unlabelled)} training videos, first {unlabelled[0]!r}; make it again"
        )
    return labels.loc[videos["id"]].tolist()
