import copy

import pytest
import torch
from torch import nn

from i2v_core.models import c3d_training
from i2v_core.models.c3d import C3D, CONVOLUTIONS

WIDTH = 1 / 64


def normalised(momentum=0.5):
    torch.manual_seed(0)
    model = C3D(classes=3, width=WIDTH, dropout=0.0)
    c3d_training.normalise(model, statistics_momentum=momentum)
    return model


def clips(count=2, seed=0):
    return torch.rand(count, 16, 3, 112, 112, generator=torch.Generator().manual_seed(seed))


def test_the_folded_network_is_an_ordinary_one_with_the_same_outputs():
    model = normalised()
    with torch.no_grad():
        for _ in range(3):
            model(clips())
        for name in CONVOLUTIONS:  # as if learnt: factors and shifts that are not 1 and 0
            statistics = model.get_submodule(name)[1]
            statistics.weight.uniform_(0.5, 2)
            statistics.bias.uniform_(-1, 1)
        model.eval()
        expected = model(clips(seed=1))
        c3d_training.fold(model)
        ordinary = C3D(classes=3, width=WIDTH)
        ordinary.load_state_dict(model.state_dict())  # the public keys and shapes, no others
        found = ordinary.eval()(clips(seed=1))
    assert expected.std() > 1e-3
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-3)  # float32 through ten layers
    assert not any(isinstance(module, nn.BatchNorm3d) for module in model.modules())


def test_maps_are_normalised_per_channel_before_the_rectifier():
    model, seen = normalised(), []
    model.conv2.register_forward_hook(lambda module, given, found: seen.append(found.detach().clone()))
    model(clips())
    mean, deviation = (function(seen[0], dim=(0, 2, 3, 4)) for function in (torch.mean, torch.std))
    torch.testing.assert_close(mean, torch.zeros_like(mean), atol=1e-4, rtol=0)
    torch.testing.assert_close(deviation, torch.ones_like(deviation), atol=0.05, rtol=0)  # epsilon, small variances


def test_the_momentum_is_the_share_of_a_batch():
    slow, fast = normalised(0.1), normalised(1.0)
    for model in (slow, fast):
        model(clips())
    for name in CONVOLUTIONS:
        one, other = (model.get_submodule(name)[1].running_mean for model in (slow, fast))
        torch.testing.assert_close(one, 0.1 * other)


def test_normalisation_changes_no_weight():
    torch.manual_seed(0)
    plain = C3D(classes=3, width=WIDTH).state_dict()
    model = copy.deepcopy(normalised())
    assert torch.equal(model.conv3b[0].weight, plain["conv3b.weight"])
    assert torch.equal(model.fc6.weight, plain["fc6.weight"])


@pytest.mark.parametrize("momentum", [0.0, -0.1, 1.5])
def test_another_momentum_is_refused(momentum):
    with pytest.raises(ValueError, match=rf"C3D statistics_momentum: {momentum} found, a share in \(0, 1\] wanted"):
        normalised(momentum)
