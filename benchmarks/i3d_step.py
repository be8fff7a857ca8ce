"""Times a training step of I3D beside the same network as its public PyTorch port is written.

Run: python -m benchmarks.i3d_step [--quick]. Both have the same weights, clips, loss and optimiser (SGD with momentum).
The other form: channels first, a padded copy before each convolution and pool, 1 x 1 x 1 convolutions as such, ReLU out
of place (as in pytorch-i3d). Ours: channels last in memory, padding inside the operation where it is even,
1 x 1 x 1 convolutions as matrix products. Agreement: the largest difference of the logits of the first pass as a share
of the largest logit. On a GPU the same in 32 bits, and ours with bfloat16 beside ours without (these rows have not been
run yet).
"""

import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.measuring import Row, in_turns, run_alone
from i2v_core import training
from i2v_core.models.i3d import I3D, Pool, Unit, same_padding

CLASSES = 12


class PlainUnit(Unit):
    """`Unit`, written plainly."""

    def forward(self, x: Tensor) -> Tensor:
        x = padded(x, self.conv3d.kernel_size, self.conv3d.stride)
        return functional.relu(self.bn(self.conv3d(x)))


class PlainPool(Pool):
    """`Pool`, written plainly: zeros around, which a maximum behind a ReLU does not see."""

    def forward(self, x: Tensor) -> Tensor:
        return functional.max_pool3d(padded(x, self.kernel, self.stride), self.kernel, self.stride)


class PlainI3D(I3D):
    """`I3D`, written plainly."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        for module in self.modules():
            module.__class__ = {Unit: PlainUnit, Pool: PlainPool}.get(type(module), type(module))

    def _enter(self, clip: Tensor) -> Tensor:
        return self.normalisation(clip).transpose(1, 2).contiguous()


def padded(x: Tensor, kernel: tuple[int, ...], stride: tuple[int, ...]) -> Tensor:
    pads = [same_padding(*axis) for axis in zip(x.shape[2:], kernel, stride, strict=True)]
    return functional.pad(x, [cells for pair in reversed(pads) for cells in pair])


def rows(*, quick: bool) -> Iterator[Row]:
    cases = [(0.25, 4, 16, 64)] if quick else [(0.125, 16, 12, 56), (0.25, 4, 16, 64), (1.0, 2, 16, 112)]
    for width, batch, frames, side in cases:
        yield from compared(width, batch, frames, side, 2 if quick else 5, torch.device("cpu"))
    if torch.cuda.is_available():
        yield from compared(1.0, 8, 16, 224, 10, torch.device("cuda"))


def compared(width: float, batch: int, frames: int, side: int, repeats: int, device: torch.device) -> Iterator[Row]:
    """A step and a pass without gradient, in 32 bits; on a GPU also with bfloat16."""
    torch.manual_seed(0)
    options = {"classes": CLASSES, "width": width, "dropout": 0.0}
    ours, plain = I3D(**options), PlainI3D(**options)
    plain.load_state_dict(ours.state_dict())
    clip = torch.rand(batch, frames, 3, side, side, device=device)
    labels = torch.arange(batch, device=device) % CLASSES
    with torch.no_grad():
        first, other = ours.to(device).train()(clip), plain.to(device).train()(clip)
    agreement = f"logits {(first - other).abs().max() / other.abs().max():.0e} apart"
    clock, unit = (time.perf_counter, "s") if device.type == "cuda" else (time.process_time, "s CPU")
    what = f"I3D of width {width:g}, {batch} clips of {frames} x {side} x {side}"
    name = "pytorch-i3d's form"
    forms = {"ours": step(ours, clip, labels, "fp32"), "plain": step(plain, clip, labels, "fp32")}
    if device.type == "cuda":
        what += " on a GPU"
        forms["bf16"] = step(ours, clip, labels, "bf16")
    seconds, _ = in_turns(forms, repeats, clock=clock)
    yield Row(f"training step, {what}", seconds["ours"], name, seconds["plain"], agreement, unit)
    if "bf16" in forms:
        yield Row(f"training step, {what}, bfloat16", seconds["bf16"], "ours in 32 bits", seconds["ours"], unit=unit)
    forms = {"ours": passed(ours, clip), "plain": passed(plain, clip)}
    seconds, _ = in_turns(forms, repeats, clock=clock)
    yield Row(f"forward pass, {what}", seconds["ours"], name, seconds["plain"], unit=unit)


def step(model: I3D, clip: Tensor, labels: Tensor, precision: str) -> Callable[[], float]:
    """A function that makes a step, and ends when it is done."""
    optimiser = torch.optim.SGD(model.parameters(), 0.001, momentum=0.9)

    def work() -> float:
        optimiser.zero_grad(set_to_none=True)
        with training.autocast(clip.device, precision):
            loss = functional.cross_entropy(model.train()(clip), labels)
        loss.backward()
        optimiser.step()
        return finished(loss)

    return work


def passed(model: I3D, clip: Tensor) -> Callable[[], float]:
    @torch.inference_mode()
    def work() -> float:
        return finished(model.eval()(clip).sum())

    return work


def finished(value: Tensor) -> float:
    """The number, once all that was asked of a GPU is done."""
    if value.is_cuda:
        torch.cuda.synchronize()
    return value.item()


def main() -> None:
    torch.set_num_threads(1)
    run_alone(rows, __doc__)


if __name__ == "__main__":
    main()
