"""Several processes ("ranks") that train one model together, started by torchrun: to the result of one, but faster.

Every rank holds the model and the whole batch. What takes the time is split: `rows` says which samples of a batch a
rank draws, `share` passes its part of the rows through the backbone and gives all rows back, in their order. Heads and
losses see the batch that one process would see, whatever they compare in it, and compute the same on every rank; batch
normalisation within `share` is over all rows. `average` then makes the gradients of one process of those of all.
Results differ from those of one process by rounding alone, as sums are taken in another order. The devices must be of
one kind: what each rank decides by itself from the same features (clusters, banks, which samples come next) must agree.
Choice: not torch's DistributedDataParallel, which averages losses of parts of a batch: it would change every loss here
that compares samples (discrepancies, contrasts, alignment), and normalise each part by itself.
"""

import ctypes
import logging
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as processes
from torch import Tensor, nn
from torch.nn import functional

from i2v_core import storage

DIE_WITH_PARENT = 1  # Linux's PR_SET_PDEATHSIG
COUNT, NUMBER, LOCAL = "WORLD_SIZE", "RANK", "LOCAL_RANK"  # set by torchrun


@dataclass
class _Place:
    """This process among those of the training. sharing: whether it is within `share`."""

    number: int = 0
    count: int = 1
    sharing: bool = False


_place = _Place()


def count() -> int:
    """Number of processes, 1 without torchrun."""
    return _place.count


def join(device: torch.device) -> None:
    """Joins the processes that torchrun started, once; without torchrun nothing happens.

    Of all ranks the first alone writes files and tells of its progress. Raises ValueError without a GPU for each.
    """
    wanted = int(os.environ.get(COUNT, "1"))
    if wanted == 1 or processes.is_initialized():
        return
    if sys.platform == "linux":  # torchrun's agent cannot end its processes when it is killed
        ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    if device.type == "cuda":
        local = int(os.environ[LOCAL])
        if local >= torch.cuda.device_count():
            raise ValueError(
                f"compute.processes: a process number {local + 1} found on a machine with {torch.cuda.device_count()} "
                "GPUs, one GPU for each wanted; lower compute.processes"
            )
        torch.cuda.set_device(local)
    _together(processes.init_process_group, "nccl" if device.type == "cuda" else "gloo")
    _place.number, _place.count = processes.get_rank(), processes.get_world_size()
    if _place.number:
        storage.discard_writes()
        logging.getLogger().setLevel(logging.WARNING)


def wait() -> None:
    """Goes on when every rank has come here."""
    if _place.count > 1:
        _together(processes.barrier)


def rows(total: int, number: int | None = None) -> slice:
    """The rows, of `total`, of a rank (this one's if not given); all of them where there are fewer rows than ranks."""
    if total < _place.count:
        return slice(0, total)
    number = _place.number if number is None else number
    return slice(total * number // _place.count, total * (number + 1) // _place.count)


def share(function: Callable[[Tensor], Any], inputs: Tensor) -> Any:
    """function(inputs), each rank computing a part of the rows; differentiable.

    function: maps the rows of its input to rows, by a tensor or a list of tensors, in training with batch normalisation
    at most between them (see `synchronise`). Raises ValueError if it draws random numbers, as dropout does: each rank
    would draw those of other rows.
    """
    if len(inputs) < _place.count or _place.count == 1:
        return function(inputs)
    before, _place.sharing = _random_states(inputs), True
    try:
        found = function(inputs[rows(len(inputs))])
    finally:
        _place.sharing = False
    if any(not torch.equal(*pair) for pair in zip(before, _random_states(inputs), strict=True)):
        raise ValueError(
            "compute.processes: random numbers (dropout, drop path) drawn in the backbone, none wanted where several "
            "processes share it; set its rate to 0, or compute.processes to 1"
        )
    if isinstance(found, Tensor):
        return _Gathered.apply(found, len(inputs))
    return [_Gathered.apply(part, len(inputs)) for part in found]


def gather(part: Tensor, total: int) -> Tensor:
    """All `total` rows, of which each rank gives its own; no gradient."""
    if total < _place.count or _place.count == 1:
        return part
    parts = []
    for number in range(_place.count):
        own = rows(total, number)
        shape = (own.stop - own.start, *part.shape[1:])
        received = part.contiguous() if number == _place.number else part.new_empty(shape)
        _together(processes.broadcast, received, src=number)
        parts.append(received)
    return torch.cat(parts)


def synchronise(nets: nn.Module) -> None:
    """Before training: batch normalisation in `nets` becomes one of all rows, within `share`; parameters and buffers
    become the first rank's.

    Raises ValueError for another kind of batch normalisation than torch's three.
    """
    if _place.count == 1:
        return
    for module in nets.modules():
        if type(module) in _SYNCHRONISED:
            module.__class__ = _SYNCHRONISED[type(module)]
        elif isinstance(module, nn.modules.batchnorm._BatchNorm) and not isinstance(module, _OfAllRows):
            raise ValueError(
                f"compute.processes: {type(module).__name__} found in the network, torch's BatchNorm1d, 2d or 3d "
                "wanted where several processes share it; take another backbone, or set compute.processes to 1"
            )
    for tensor in (*nets.parameters(), *nets.buffers()):
        _together(processes.broadcast, tensor.data, src=0)


def average(parameters: list[nn.Parameter]) -> None:
    """Makes the mean over all ranks of each gradient, in one message."""
    given = [parameter.grad for parameter in parameters if parameter.grad is not None]
    if _place.count == 1 or not given:
        return
    flat = torch.cat([gradient.flatten() for gradient in given])
    _together(processes.all_reduce, flat)
    flat /= _place.count
    for gradient, values in zip(given, flat.split([gradient.numel() for gradient in given]), strict=True):
        gradient.copy_(values.view_as(gradient))


class _Gathered(torch.autograd.Function):
    """All rows of those that each rank has. The losses are the same on each rank, so that the gradient of a rank's rows
    is there already; it is times the number of ranks, since `average` divides the sum of what the ranks' rows give to a
    parameter by it.
    """

    @staticmethod
    def forward(context: Any, part: Tensor, total: int) -> Tensor:
        context.own = rows(total)
        return gather(part, total)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return gradient[context.own] * _place.count, None


class _Normalised(torch.autograd.Function):
    """Batch normalisation of x (n, c, ...) by the rows of all ranks -> y, mean and variance (c,), cells of a channel N.

    With g the gradient of y and z = (x - mean) / s, s the standard deviation:
    dx = w / s (g - sum g / N - z sum g z / N), the sums over all ranks.
    """

    @staticmethod
    def forward(context: Any, x: Tensor, weight: Tensor | None, bias: Tensor | None, eps: float) -> tuple:
        axes = [0, *range(2, x.ndim)]
        wide = torch.promote_types(x.dtype, torch.float32)
        variance, mean = torch.var_mean(x.to(wide), axes, correction=0)
        cells = mean.new_tensor([x.numel() / x.shape[1]])
        found = torch.cat([mean, variance, cells])
        parts = [torch.empty_like(found) for _ in range(_place.count)]
        _together(processes.all_gather, parts, found)
        means, variances, counts = torch.stack(parts).split([len(mean), len(mean), 1], dim=1)
        shares = counts / counts.sum()
        mean = (shares * means).sum(dim=0)
        variance = (shares * (variances + (means - mean).square())).sum(dim=0)
        context.save_for_backward(x, mean, (variance + eps).rsqrt(), weight)
        context.axes, context.cells = axes, counts.sum()
        context.mark_non_differentiable(mean, variance, context.cells)
        y = functional.batch_norm(x, mean, variance, weight, bias, training=False, eps=eps)
        return y, mean, variance, context.cells

    @staticmethod
    def backward(context: Any, gradient: Tensor, *_: None) -> tuple:
        x, mean, scale, weight = context.saved_tensors
        shape = [1, -1, *[1] * (x.ndim - 2)]
        z = (x - mean.view(shape)) * scale.view(shape)
        own = torch.stack([gradient.sum(context.axes), (gradient * z).sum(context.axes)]).to(mean.dtype)
        sums = own.clone()
        _together(processes.all_reduce, sums)
        to_y, to_z = (part.view(shape) / context.cells for part in sums)
        factor = scale if weight is None else scale * weight
        inputs = ((gradient - to_y - z * to_z) * factor.view(shape)).to(x.dtype)
        return inputs, None if weight is None else own[1], None if weight is None else own[0], None


class _OfAllRows(nn.modules.batchnorm._BatchNorm):
    """Batch normalisation that, in training within `share`, is over the rows of all ranks."""

    def forward(self, x: Tensor) -> Tensor:
        if not (self.training and _place.sharing):
            return super().forward(x)
        y, mean, variance, cells = _Normalised.apply(x, self.weight, self.bias, self.eps)
        if self.track_running_stats and self.running_mean is not None:
            self.num_batches_tracked.add_(1)
            momentum = 1 / float(self.num_batches_tracked) if self.momentum is None else self.momentum
            self.running_mean.lerp_(mean.to(self.running_mean.dtype), momentum)
            unbiased = variance * cells / (cells - 1)
            self.running_var.lerp_(unbiased.to(self.running_var.dtype), momentum)
        return y


_SYNCHRONISED = {
    kind: type(f"{kind.__name__}OfAllRows", (_OfAllRows, kind), {})
    for kind in (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
}


def _random_states(inputs: Tensor) -> list[Tensor]:
    states = [torch.get_rng_state()]
    return [*states, torch.cuda.get_rng_state(inputs.device)] if inputs.is_cuda else states


def _together(collective: Callable, *arguments: Any, **options: Any) -> None:
    """A step that all ranks make together. Raises OSError if it fails, as when one of them has gone."""
    try:
        collective(*arguments, **options)
    except torch.OutOfMemoryError:
        raise
    except RuntimeError as error:
        number, said = os.environ.get(NUMBER, "?"), str(error).splitlines()[0]
        raise OSError(
            f"process {number} of this training cannot reach the others ({said}); see what they say; the same command "
            "again goes on after the last whole epoch"
        ) from None
