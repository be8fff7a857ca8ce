"""Toy videos of clip features for the clip baselines, and how well a method cures their shift."""

from types import ModuleType

import torch
from torch import Tensor

from i2v_core.baselines.clips.model import ClipModel
from i2v_core.batches import Batch

VIEWS = {"rgb": slice(0, 4), "flow": slice(4, 7)}


def batch(count: int, seed: int, *, labelled: bool = True, segments: int = 3, width: int = 7) -> Batch:
    """Random features (count, segments, width) with labels of three classes."""
    generator = torch.Generator().manual_seed(seed)
    inputs = torch.randn(count, segments, width, generator=generator)
    return Batch(inputs, torch.arange(count), torch.arange(count) % 3 if labelled else None)


def build(module: ModuleType, *, seed: int = 0, **options) -> ClipModel:
    """A small model of a baseline, three classes, two views, in evaluation mode: no dropout."""
    torch.manual_seed(seed)
    return module.Model(**{"feature_dim": 7, "classes": 3, "views": VIEWS, "dim": 5, **options}).eval()


def gradients(model: ClipModel, *terms: Tensor) -> dict[str, Tensor]:
    """Gradient of the terms' sum for each parameter that it reaches."""
    model.zero_grad(set_to_none=True)
    sum(terms).backward()
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


def shifted(count: int, generator: torch.Generator, *, shift: float) -> tuple[Batch, Batch]:
    """Two coordinates per view: the first tells the class in both domains, the second tells it better in the source.

    In the target the second is `shift` everywhere, so a model that listens to it calls too many videos class 1.
    """
    labels = torch.arange(count) % 2
    sign = (2.0 * labels - 1)[:, None]

    def views(second: Tensor) -> Tensor:
        parts = []
        for _ in range(2):
            noise = torch.randn(count, 3, 2, generator=generator)
            parts += [sign + 0.8 * noise[..., 0], second + 0.3 * noise[..., 1]]
        return torch.stack(parts, dim=2)

    index = torch.arange(count)
    return Batch(views(sign), index, labels), Batch(views(torch.full((count, 1), shift)), index, labels)


def accuracy(module: ModuleType, seed: int, *, shift: float, steps: int = 600, options: dict, model: dict) -> float:
    """Target accuracy of a baseline after training; the target's batch is the smaller one and has no labels."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    views = {"rgb": slice(0, 2), "flow": slice(2, 4)}
    nets = module.Model(4, 2, views=views, dim=16, dropout=0.0, **model)
    optimiser = torch.optim.SGD(nets.new_parameters(), lr=0.05)
    for step in range(steps):
        source, target = shifted(48, generator, shift=shift)
        target = Batch(target.inputs[:32], target.index[:32])
        terms = module.losses(nets, source, target, step / steps, **options)
        optimiser.zero_grad()
        sum(terms.values()).backward()
        optimiser.step()
    if hasattr(module, "adapt"):
        module.adapt(nets, [shifted(400, generator, shift=shift)[1]])
    _, test = shifted(1000, generator, shift=shift)
    return (nets.eval()(test.inputs).argmax(dim=1) == test.labels).float().mean().item()
