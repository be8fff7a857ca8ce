"""Source only on clip features: the lower bound. With the target's true labels as `source` it is the upper bound."""

from torch import Tensor
from torch.nn import functional

from i2v_core.baselines.clips.model import ClipModel, clean_clips
from i2v_core.batches import Batch

Model = ClipModel


def losses(model: ClipModel, source: Batch, target: Batch | None = None, progress: float = 0.0) -> dict[str, Tensor]:
    """L = CE(C(mean of clips), y). target and progress are there for the common call and are not looked at."""
    return {"classification": functional.cross_entropy(model(clean_clips(source)), source.labels)}
