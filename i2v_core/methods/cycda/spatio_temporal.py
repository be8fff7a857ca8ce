"""CycDA stages 2 and 4: spatio-temporal learning on target videos with the pseudo labels of the image model's vote."""

from torch import Tensor
from torch.nn import functional

from i2v_core.baselines import supervised_target
from i2v_core.batches import Batch
from i2v_core.models.video import VideoModel


def losses(model: VideoModel, target: Batch, source: Batch | None = None) -> dict[str, Tensor]:
    """L = CE(C^V(E^V(clip)), pseudo label) over kept target videos, plus CE over labelled source videos, if any.

    Both terms count equally (CycDA, mixed source). Choice: domains pass one after the other, so that batch
    normalisation sees one at a time.
    """
    terms = supervised_target.losses(model, target)
    if source is not None:
        terms["source"] = functional.cross_entropy(model(source.inputs), source.labels)
    return terms
