"""Small BN-Inceptions and their files, for the tests of the network and of its encoder of clips."""

import torch
from torch import nn

from i2v_core.models.bn_inception import BNInception
from i2v_core.models.bn_inception_clips import BNInceptionClips


def settled(model, shape):
    """`model` in float64, evaluating, with the statistics of a random input and random scales and shifts."""
    model.double().train()
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 1.0
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.5, 0.5)
    with torch.no_grad():
        model.features(torch.rand(shape, dtype=torch.float64))
    return model.eval()


def small(**options):
    return BNInception(**{"classes": 3, "width": 0.05} | options)


def saved(state, tmp_path):
    torch.save(state, tmp_path / "public.pth")
    return tmp_path / "public.pth"


def clips(**options):
    return BNInceptionClips(**{"frames": 4, "width": 0.05} | options)
