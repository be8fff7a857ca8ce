"""A shift on points of the plane that aligning features cures: class in one coordinate, domain in the other."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from i2v_core.baselines import source_only
from i2v_core.batches import Batch

Losses = Callable[[nn.Module, Batch, Batch, float], dict[str, Tensor]]


class Points(nn.Module):
    """The image model's interface on points of the plane."""

    def __init__(self) -> None:
        super().__init__()
        self.features = nn.Linear(2, 2)
        self.classifier = nn.Linear(2, 2)

    def classify(self, z: Tensor) -> Tensor:
        return self.classifier(z)

    def forward(self, x: Tensor) -> Tensor:
        return self.classify(self.features(x))


def shifted(count: int, generator: torch.Generator) -> tuple[Batch, Batch]:
    """The first coordinate tells the class in both domains; the second tells it better in the source alone.

    In the target the second coordinate is 3 everywhere, so a model that listens to it calls all points class 1.
    """
    labels = torch.arange(count) % 2
    sign = 2.0 * labels - 1

    def points(second: Tensor) -> Tensor:
        noise = torch.randn(count, 2, generator=generator)
        return torch.stack([sign + 0.5 * noise[:, 0], second + 0.3 * noise[:, 1]], dim=1)

    index = torch.arange(count)
    return Batch(points(sign), index, labels), Batch(points(torch.full((count,), 3.0)), index, labels)


def accuracy(losses: Losses | None, seed: int, *, steps: int = 300) -> float:
    """Target accuracy after training with `losses`, or on the source alone; the target's batch is the smaller one."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    model = Points()
    optimiser = torch.optim.SGD(model.parameters(), lr=0.05)
    for step in range(steps):
        source, target = shifted(64, generator)
        target = Batch(target.inputs[:48], target.index[:48])
        terms = losses(model, source, target, step / steps) if losses else source_only.losses(model, source)
        optimiser.zero_grad()
        sum(terms.values()).backward()
        optimiser.step()
    _, test = shifted(2000, generator)
    return (model(test.inputs).argmax(dim=1) == test.labels).float().mean().item()
