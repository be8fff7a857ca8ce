"""Source only: the image model trained on labelled images alone, the lower bound of every table."""

from torch import Tensor
from torch.nn import functional

from i2v_core.batches import Batch
from i2v_core.models.image import ImageModel


def losses(model: ImageModel, source: Batch) -> dict[str, Tensor]:
    """L = CE(C(E(i)), y) over labelled images; the batch holds images (n, 3, h, w) and labels (n,)."""
    return {"classification": functional.cross_entropy(model(source.inputs), source.labels)}
