"""MCD (Saito et al. 2018) on clip features, in the one-step form of MM-SADA's comparison.

Deviation: one step with gradient reversal does what the paper does in three (A: all parts on CE; B: classifiers on
CE - d; C, four times: encoder on d), as in the code of MM-SADA and TA3N; this project's loop takes one backward pass
per step. Tables call the rows MCD "one step".
"""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

from i2v_core.baselines.clips.model import ClipModel, clean_clips, heads_of, pooled
from i2v_core.batches import Batch
from i2v_core.models.gradient_reversal import ganin_coefficient, reverse_gradient


class Model(ClipModel):
    """`ClipModel` with a second linear classifier in each view; a prediction is the mean of both sets of logits."""

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
        super().__init__(feature_dim, classes, segments=segments, views=views, dim=dim, dropout=dropout)
        self.second = heads_of(self, lambda: nn.Linear(dim, classes))

    def both(self, features: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Logits of the two classifiers, each summed over the views: (n, dim) of each view -> (n, k) twice."""
        return self.logits(features), torch.stack([self.second[view](z) for view, z in features.items()]).sum(dim=0)

    def classify(self, videos: Tensor, *, view: str | None = None) -> Tensor:
        """Mean of the two classifiers' logits: (n, S, D) -> (n, k)."""
        first, second = self.both(pooled(self.clips(videos, view=view)))
        return (first + second) / 2


def losses(
    model: Model, source: Batch, target: Batch, progress: float, *, weight: float = 1.0, reversal_high: float = 1.0
) -> dict[str, Tensor]:
    """L = CE(p1, y) + CE(p2, y) - w d(p1', p2'), d behind gradient reversal on the target's features.

    d = mean over targets and classes of |p1 - p2|, on softmax outputs               Saito et al. 2018, eq. 3
    The classifiers raise d and the encoder, behind the reversal, lowers it.
    weight: w; that code gives CE and d 0.2 each, which is w = 1 at a fifth of its learning rate. reversal_high: the
    coefficient's final value, by Ganin's schedule. Choice: 1; 4 is nearest to the paper's four repeats of C.
    """
    videos_src, videos_tgt = pooled(model.clips(clean_clips(source))), pooled(model.clips(clean_clips(target)))
    coefficient = ganin_coefficient(progress, high=reversal_high)
    first, second = model.both(videos_src)
    guesses = model.both({view: reverse_gradient(z, coefficient) for view, z in videos_tgt.items()})
    return {
        "classification": functional.cross_entropy(first, source.labels),
        "classification_second": functional.cross_entropy(second, source.labels),
        "discrepancy": -weight * classifier_discrepancy(*guesses),
    }


def classifier_discrepancy(logits_first: Tensor, logits_second: Tensor) -> Tensor:
    """Mean over rows and classes of |softmax - softmax|: (n, k) twice -> () in [0, 2 / k], 0 for equal outputs."""
    return (logits_first.softmax(dim=1) - logits_second.softmax(dim=1)).abs().mean()
