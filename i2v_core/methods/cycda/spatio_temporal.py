"""CycDA stages 2 and 4: spatio-temporal learning on target videos with the pseudo labels of the image model's vote."""

from torch import Tensor

from i2v_core.baselines import supervised_target
from i2v_core.batches import Batch
from i2v_core.models.video import VideoModel


def losses(model: VideoModel, target: Batch) -> dict[str, Tensor]:
    """L = CE(C^V(E^V(clip)), pseudo label) over kept target videos; no source term, as no source video exists."""
    return supervised_target.losses(model, target)
