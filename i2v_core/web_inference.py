"""What a model of web supervision makes of videos and web items: of each key frame, or of a chunk of each shot."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from i2v_core import inference, web_samples
from i2v_core.media.frames import FrameStore


def applied(
    model: nn.Module,
    apply: Callable[[Tensor], tuple[Tensor, ...]],
    store: FrameStore,
    table: pd.DataFrame,
    shots: pd.DataFrame,
    inputs: dict,
    *,
    batch_size: int,
    device: torch.device,
    workers: int = 0,
) -> tuple[pd.DataFrame, list[np.ndarray]]:
    """Applies a network to the middle crop of each key frame (or of a chunk in the middle of each shot) of the items.

    apply: batch of inputs -> tensors of as many rows each. -> the rows of `web_samples.keyframes_of` (or `shots_of`),
    and an array per tensor of `apply` with a row for each of them.
    """
    rows = (web_samples.shots_of if inputs.get("chunks") else web_samples.keyframes_of)(table, shots)
    found = inference.batched(
        model,
        list(range(len(rows))),
        lambda place: web_samples.centred(store, rows.iloc[[place]], inputs)[0],
        apply,
        batch_size=batch_size,
        device=device,
        workers=workers,
    )
    return rows, found


def probabilities(model: nn.Module, *where: object, **how: object) -> tuple[np.ndarray, np.ndarray]:
    """Softmax of each part of the items, as `applied` -> values float32 (parts, k), counts of parts (items,), in order.

    A video's prediction is the mean over its parts (notes to section 4.3: key frames, or one chunk per shot).
    """
    rows, (values,) = applied(model, lambda x: (model(x).float().softmax(dim=1),), *where, **how)
    counts = rows.groupby("key", sort=False).size().to_numpy()
    return values, counts
