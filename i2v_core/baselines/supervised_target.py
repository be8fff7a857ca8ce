"""Supervised target: the video model trained with the target's true labels, the upper bound of every table."""

from torch import Tensor
from torch.nn import functional

from i2v_core.batches import Batch
from i2v_core.models.video import VideoModel


def losses(model: VideoModel, target: Batch) -> dict[str, Tensor]:
    """L = CE(C(E(clip)), y); the batch holds clips (n, t, 3, h, w) and labels (n,), true ones or pseudo labels."""
    return {"classification": functional.cross_entropy(model(target.inputs), target.labels)}
