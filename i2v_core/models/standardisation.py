"""Stored features of a frozen backbone, centred and scaled by numbers that were taken of training data once."""

import torch
from torch import Tensor, nn


class Standardisation(nn.Module):
    """(x - mean) / deviation per feature: (..., d) -> (..., d). Before `fit` it changes nothing; both are in the state.

    Features of a frozen network share a mean that is several times as long as what tells them apart: cosines are near
    1, and layers behind it learn slowly. A backbone that is trained needs none of this.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("deviation", torch.ones(width))

    @torch.no_grad()
    def fit(self, rows: Tensor) -> None:
        """Takes mean and standard deviation of rows (n, d), n >= 1; features that do not vary are centred alone."""
        self.mean.copy_(rows.mean(dim=0))
        spread = rows.std(dim=0, unbiased=False)
        is_constant = spread <= 1e-6 * rows.abs().amax(dim=0)  # rounding of float32
        self.deviation.copy_(torch.where(is_constant, 1.0, spread))

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.deviation
