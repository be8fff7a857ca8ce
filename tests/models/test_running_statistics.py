import contextlib

import pytest
import torch
from torch import nn

from i2v_core.models import running_statistics


def small_net():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv1d(2, 3, 1), nn.BatchNorm1d(3))


def rows():
    return torch.randn(4, 2, 5, generator=torch.Generator().manual_seed(1)) * 3 + 2


def test_outputs_and_gradients_are_those_of_training_and_statistics_stay():
    plain, holding = small_net(), small_net()
    before = {name: value.clone() for name, value in holding.state_dict().items()}
    wanted = plain(rows())
    with running_statistics.held(holding):
        found = holding(rows())
    assert torch.equal(found, wanted)
    wanted.square().sum().backward()
    found.square().sum().backward()
    assert torch.equal(holding[0].weight.grad, plain[0].weight.grad)
    assert all(torch.equal(value, before[name]) for name, value in holding.state_dict().items())
    assert not torch.equal(plain[1].running_mean, before["1.running_mean"])


def test_statistics_move_again_afterwards_even_after_an_error():
    net = small_net()
    with pytest.raises(RuntimeError), running_statistics.held(net):
        net(torch.zeros(4, 9, 5))
    net(rows())
    assert net[1].num_batches_tracked == 1


def test_a_layer_in_evaluation_mode_and_one_without_statistics_are_as_ever():
    net = small_net().eval()
    wanted = net(rows())
    with running_statistics.held(net):
        assert torch.equal(net(rows()), wanted)
    other = nn.BatchNorm1d(2, track_running_stats=False)
    with running_statistics.held(other):
        other(rows())
    assert not other.track_running_stats


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("then", [True, False])
def test_a_repetition_holds_what_was_held_and_leaves_no_trace(first, then):
    net, wanted, moved = small_net(), [], small_net()

    def hold(is_held):
        return running_statistics.held(net) if is_held else contextlib.nullcontext()

    with hold(first):
        tracked = net[1].track_running_stats
        again = running_statistics.repetition(net)
        net(rows())
    moved.load_state_dict(net.state_dict())
    with hold(then):
        with again:
            wanted.append(net[1].track_running_stats)
            net(rows() + 1)
        assert net[1].track_running_stats == (not then)
    assert wanted == [tracked]
    assert net[1].track_running_stats
    assert all(torch.equal(value, moved.state_dict()[name]) for name, value in net.state_dict().items())
