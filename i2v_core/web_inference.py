"""What a model of web supervision makes of videos and web items: of each key frame, or of a chunk of each shot."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from torch import Tensor, nn

from i2v_core import inference, web_samples
from i2v_core.models import saved
from i2v_core.models.web_image import WebImageModel
from i2v_core.models.web_video import WebVideoModel
from i2v_core.web_samples import Media

MODELS = {"image": WebImageModel, "video": WebVideoModel}


def load(path: Path, kind: str) -> saved.Saved:
    """A trained model of a kind, image or video. Raises ValueError for another file."""
    return saved.load(path, MODELS[kind], kind=f"web_{kind}")


def applied(
    model: nn.Module,
    apply: Callable[[Tensor], Tensor],
    media: Media,
    table: pd.DataFrame,
    inputs: dict,
    **how: object,
) -> tuple[pd.DataFrame, np.ndarray]:
    """Applies a network to the middle crop of each key frame (or of a chunk in the middle of each shot) of the items.

    apply: a batch of inputs -> a tensor of as many rows. how: batch_size, device, perhaps workers. -> the rows of
    `web_samples.keyframes_of` (or `shots_of`), and an array with a row for each of them.
    """
    rows = (web_samples.shots_of if inputs.get("chunks") else web_samples.keyframes_of)(table, media.shots)
    places = list(rows.itertuples())
    (found,) = inference.batched(
        model, places, lambda row: web_samples.centred(media.store, row, inputs), lambda x: (apply(x),), **how
    )
    return rows, found


def embeddings(
    model: nn.Module, media: Media, table: pd.DataFrame, inputs: dict, **how: object
) -> tuple[pd.DataFrame, np.ndarray]:
    """Embeddings E(x) (parts, d) of the items' parts, as `applied`."""
    return applied(model, lambda x: model.layers(x)[-1], media, table, inputs, **how)


def probabilities(
    model: nn.Module, media: Media, table: pd.DataFrame, inputs: dict, **how: object
) -> tuple[np.ndarray, np.ndarray]:
    """Softmax of each part of the items, as `applied` -> values float32 (parts, k), counts of parts (items,), in order.

    An item's prediction is the mean over its parts. Choice: the paper does not say how it scores a video.
    """
    rows, values = applied(model, lambda x: model(x).float().softmax(dim=1), media, table, inputs, **how)
    return values, rows.groupby("key", sort=False).size().to_numpy()
