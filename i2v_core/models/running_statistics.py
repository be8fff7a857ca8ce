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
    layers = _tracking(net)
    for layer in layers:
        layer.track_running_stats = False
    try:
        yield
    finally:
        for layer in layers:
            layer.track_running_stats = True


def mixes_rows(net: nn.Module) -> bool:
    """Whether a row's output depends on the other rows of its batch in training, by batch normalisation."""
    return any(isinstance(layer, _BatchNorm) for layer in net.modules())


def repetition(net: nn.Module) -> contextlib.AbstractContextManager[None]:
    """Within it a training pass of `net` repeats one made where this was called, and moves no running statistics.

    Layers that are `held` here are held there, the others are not: both passes do the same operations and keep the same
    tensors for the gradient, as activation checkpointing wants it.
    """
    return _repeated(net, _tracking(net))


@contextlib.contextmanager
def _repeated(net: nn.Module, tracked: list[_BatchNorm]) -> Iterator[None]:
    others = [layer for layer in _tracking(net) if layer not in tracked]
    lost = [layer for layer in tracked if not layer.track_running_stats]
    before = [(buffer, buffer.clone()) for layer in tracked for buffer in layer.buffers(recurse=False)]
    _set_tracking(lost, others)
    try:
        yield
    finally:
        _set_tracking(others, lost)
        for buffer, value in before:
            buffer.copy_(value)


def _set_tracking(on: list[_BatchNorm], off: list[_BatchNorm]) -> None:
    for layers, value in ((on, True), (off, False)):
        for layer in layers:
            layer.track_running_stats = value


def _tracking(net: nn.Module) -> list[_BatchNorm]:
    return [layer for layer in net.modules() if isinstance(layer, _BatchNorm) and layer.track_running_stats]
