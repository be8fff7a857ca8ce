"""Small networks of STCDA on features of no meaning, with batches for them."""

import torch

from i2v_core.batches import Batch
from i2v_core.methods.stcda.network import on_features
from i2v_core.methods.stcda.objective import losses, nets_of

WIDTHS = {"rgb": 5, "flow": 4}
VIDEOS = {"source": 8, "target": 6}
LABELS = torch.tensor([0, 1, 2, 0])


def inputs(count, seed, *, samples=2, width=9):
    return torch.randn(count, samples, 3, width, generator=torch.Generator().manual_seed(seed))


def batch(seed=0, samples=2, width=9):
    target = Batch(inputs(4, seed + 1, samples=samples, width=width), torch.tensor([5, 0, 2, 3]))
    source = Batch(inputs(4, seed, samples=samples, width=width), torch.tensor([1, 7, 3, 0]), LABELS)
    return {"source": source, "target": target}


def model(widths=None, **options):
    torch.manual_seed(0)
    return on_features(widths or WIDTHS, **{"classes": 3, "dim": 6, **options})


def nets(settings, labels=(0, 1, 2, 0, 1, 2), **options):
    made = nets_of(model(**options), settings, VIDEOS)
    made["pseudo_labels"].labels[:] = torch.tensor(labels)
    made["pseudo_labels"].assigned.fill_(True)
    return made


def found(made, settings, parts=None, progress=0.5, seed=3):
    generator = torch.Generator().manual_seed(seed)
    return losses(made, parts or batch(), settings, progress=progress, generator=generator)
