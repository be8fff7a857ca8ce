"""Gradient reversal (Ganin et al. 2016) and the usual schedule of its coefficient."""

import math
from typing import Any

import torch
from torch import Tensor


class _Reversal(torch.autograd.Function):
    @staticmethod
    def forward(context: Any, x: Tensor, coefficient: float) -> Tensor:
        context.coefficient = coefficient
        return x.view_as(x)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return -context.coefficient * gradient, None


def reverse_gradient(x: Tensor, coefficient: float) -> Tensor:
    """x itself; on the way back its gradient is multiplied by -coefficient. Any shape.

    What lies behind (a domain discriminator) learns as usual; what lies before learns the opposite.
    """
    return _Reversal.apply(x, coefficient)


def ganin_coefficient(progress: float, *, high: float = 1.0) -> float:
    """Coefficient that rises from 0 to `high` during training.

    lambda(p) = high * (2 / (1 + exp(-10 p)) - 1)                Ganin et al. 2016, section 5.2.2; high = 1
    progress p: share of training done, in [0, 1]. Raises ValueError outside.
    """
    if not 0 <= progress <= 1:
        raise ValueError(f"progress: {progress} found, a share of training in [0, 1] wanted")
    return high * (2 / (1 + math.exp(-10 * progress)) - 1)
