"""Source only with batch normalisation: AdaBN's network and training without its adaptation.

AdaBN is to be held to this row: `source_only` has no layer of statistics, and a gain over it may be that layer's.
"""

from collections.abc import Mapping

from torch import Tensor

from i2v_core.baselines.clips import source_only
from i2v_core.baselines.clips.model import ClipModel
from i2v_core.batches import Batch


class Model(ClipModel):
    """`ClipModel` with batch normalisation between the encoder's linear layer and its ReLU.

    Choice: this is the one layer with statistics; the papers' backbones normalise throughout.
    """

    def __init__(
        self,
        feature_dim: int,
        classes: int,
        *,
        segments: int = 3,
        views: Mapping[str, slice] | None = None,
        dim: int = 512,
        dropout: float = 0.5,
    ) -> None:
        super().__init__(
            feature_dim, classes, segments=segments, views=views, dim=dim, dropout=dropout, batch_norm=True
        )


def losses(model: Model, source: Batch, target: Batch | None = None, progress: float = 0.0) -> dict[str, Tensor]:
    """`source_only`'s; statistics in the test are the source's, as training averages them."""
    return source_only.losses(model, source)
