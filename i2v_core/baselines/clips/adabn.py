"""AdaBN (Li et al. 2016) on clip features: after training, batch normalisation gets the target's statistics.

Network and training are those of `source_bn`, to which a gain of AdaBN is to be held.
"""

from collections.abc import Iterable

import torch
from torch import Tensor, nn

from i2v_core.baselines.clips import source_bn
from i2v_core.baselines.clips.model import clean_clips
from i2v_core.baselines.clips.source_bn import Model
from i2v_core.batches import Batch


def losses(model: Model, source: Batch, target: Batch | None = None, progress: float = 0.0) -> dict[str, Tensor]:
    """`source_bn`'s: training sees the source alone; what adapts is `adapt`.

    Deviation: MM-SADA's mode "BN" normalises source and target apart during training, and its moving averages, which
    are used in the test, mix both; the paper changes statistics after training, and so does this.
    """
    return source_bn.losses(model, source)


@torch.no_grad()
def adapt(model: Model, batches: Iterable[Batch]) -> None:
    """Replaces mean and variance of every normalisation by those of all clips of the target's training videos.

    batches: each video once; labels are not looked at. The result does not depend on how the videos are batched:
    counts, means and sums of squares are merged in float64 (Li et al., online estimation). Variance is unbiased, as
    torch keeps it. The model is left in evaluation mode.
    Raises ValueError for fewer than two clips.
    """
    model.eval()
    layers = {
        view: next(m for m in stream.encoder if isinstance(m, nn.BatchNorm1d)) for view, stream in model.streams.items()
    }
    totals = {view: _Moments() for view in layers}
    hooks = [
        layer.register_forward_pre_hook(lambda _, inputs, moments=totals[view]: moments.add(inputs[0]))
        for view, layer in layers.items()
    ]
    try:
        for batch in batches:
            model.clips(clean_clips(batch).to(next(model.parameters()).device))
    finally:
        for hook in hooks:
            hook.remove()
    for view, layer in layers.items():
        mean, variance = totals[view].result()
        layer.running_mean.copy_(mean)
        layer.running_var.copy_(variance)


class _Moments:
    """Count, mean and sum of squared deviations of rows that come in parts."""

    def __init__(self) -> None:
        self.count, self.mean, self.squares = 0, 0.0, 0.0

    def add(self, rows: Tensor) -> None:
        rows = rows.double()
        count, mean = len(rows), rows.mean(dim=0)
        total, gap = self.count + count, mean - self.mean
        self.squares = self.squares + (rows - mean).square().sum(dim=0) + gap.square() * (self.count * count / total)
        self.mean = self.mean + gap * (count / total)
        self.count = total

    def result(self) -> tuple[Tensor, Tensor]:
        if self.count < 2:
            raise ValueError(
                f"batches: {self.count} target clips found, at least 2 wanted; give the target's training set"
            )
        return self.mean, self.squares / (self.count - 1)
