"""Running statistics of batch normalisation."""

import contextlib
from collections.abc import Iterator

from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm


@contextlib.contextmanager
def held(net: nn.Module) -> Iterator[None]:
    """Within it training passes of `net` are normalised by their batch and leave no trace in running statistics.

    Layers in evaluation mode are normalised by their running statistics, as without it.
    """
    layers = [layer for layer in net.modules() if isinstance(layer, _BatchNorm) and layer.track_running_stats]
    for layer in layers:
        layer.track_running_stats = False
    try:
        yield
    finally:
        for layer in layers:
            layer.track_running_stats = True
