"""The small nets on top of a backbone."""

from torch import nn


def perceptron(dim_in: int, dim_hidden: int, dim_out: int) -> nn.Sequential:
    """Linear, ReLU, Linear with PyTorch's default initial weights: (n, dim_in) -> (n, dim_out)."""
    return nn.Sequential(nn.Linear(dim_in, dim_hidden), nn.ReLU(), nn.Linear(dim_hidden, dim_out))
