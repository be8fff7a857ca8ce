import numpy as np
import pytest
import torch
from torch import nn
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from i2v_core.models import running_statistics
from i2v_core.models.i3d import I3D
from i2v_core.models.recomputation import encoded_in_parts

CLIPS = 5


def network():
    torch.manual_seed(0)
    return I3D(classes=None, in_channels=2, width=0.05, normalisation="none", statistics_momentum=0.3)


def clips(count=CLIPS):
    return torch.rand(count, 4, 2, 40, 40, generator=torch.Generator().manual_seed(1))


def in_parts(net, at_once, given=None):
    return encoded_in_parts(net.features, given if given is not None else clips(), net=net, at_once=at_once)


def one_by_one(net, at_once, given=None):
    """The same parts in passes of their own, all kept."""
    given = given if given is not None else clips()
    rows = np.array_split(np.arange(len(given)), -(-len(given) // at_once))
    return torch.cat([net.features(given[part]) for part in rows])


def learn(features):
    """Gradients of a loss in which each clip counts differently."""
    weights = torch.arange(1.0, features.numel() + 1).reshape(features.shape).sin()
    (features * weights).square().sum().backward()


def gradients(net):
    return {name: parameter.grad for name, parameter in net.named_parameters()}


def assert_equal(found, wanted):
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], wanted[name]) for name in wanted)


@pytest.mark.parametrize("at_once", [1, 2, 4, 5, 9])
def test_without_statistics_of_the_batch_parts_are_the_whole(at_once):
    plain, parted = network().eval(), network().eval()
    wanted, found = plain.features(clips()), in_parts(parted, at_once)
    torch.testing.assert_close(found, wanted, rtol=1e-5, atol=1e-6)  # float32, sums in another order
    learn(wanted)
    learn(found)
    for name, gradient in gradients(plain).items():
        # Sums over clips in another order, of terms up to the largest of the layer.
        torch.testing.assert_close(gradients(parted)[name], gradient, rtol=1e-4, atol=1e-4 * gradient.abs().max())


@pytest.mark.parametrize("at_once", [1, 2, 4])
def test_in_training_each_part_is_normalised_by_itself_and_moves_the_statistics_once(at_once):
    plain, parted = network().train(), network().train()
    wanted, found = one_by_one(plain, at_once), in_parts(parted, at_once)
    assert torch.equal(found, wanted)
    learn(wanted)
    learn(found)
    assert_equal(gradients(parted), gradients(plain))
    assert_equal(parted.state_dict(), plain.state_dict())
    assert parted.Conv3d_1a_7x7.bn.num_batches_tracked == -(-CLIPS // at_once)


def test_in_training_parts_differ_from_the_whole():
    """The option does something: smaller groups have other statistics."""
    assert (in_parts(network(), 2) - network().features(clips())).abs().max() > 1e-3


def test_in_training_a_part_of_all_is_the_whole_to_the_bit():
    plain, parted = network().train(), network().train()
    wanted, found = plain.features(clips()), in_parts(parted, CLIPS)
    assert torch.equal(found, wanted)
    learn(wanted)
    learn(found)
    assert_equal(gradients(parted), gradients(plain))
    assert_equal(parted.state_dict(), plain.state_dict())


def test_statistics_held_in_the_first_pass_are_held_in_the_second():
    """The gradient comes when they are held no more."""
    plain, parted = network().train(), network().train()
    before = {name: value.clone() for name, value in parted.state_dict().items()}
    found = {}
    for net, encode in ((plain, one_by_one), (parted, in_parts)):
        with running_statistics.held(net):
            found[encode] = encode(net, 2)
        learn(found[encode])
    assert torch.equal(found[in_parts], found[one_by_one])
    assert_equal(gradients(parted), gradients(plain))
    assert_equal(parted.state_dict(), before)


def test_clean_and_held_passes_of_one_loss_do_not_mix():
    plain, parted = network().train(), network().train()
    for net, encode in ((plain, one_by_one), (parted, in_parts)):
        first = encode(net, 2)
        with running_statistics.held(net):
            second = encode(net, 2, clips().flip(0))
        learn(torch.cat([first, second]))
    assert_equal(gradients(parted), gradients(plain))
    assert_equal(parted.state_dict(), plain.state_dict())


class Dropping(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(4 * 2 * 40 * 40, 20), nn.Dropout(0.5), nn.Linear(20, 3))

    def features(self, x):
        return self.layers(x)


def test_dropout_is_the_same_in_both_passes_and_later_draws_do_not_move():
    found = []
    for encode in (one_by_one, in_parts):
        net = Dropping().train()
        torch.manual_seed(3)
        learn(encode(net, 2))
        found.append((gradients(net), torch.rand(2)))
    assert_equal(found[1][0], found[0][0])
    assert torch.equal(found[1][1], found[0][1])


@pytest.mark.filterwarnings("ignore:TF32 acceleration")
def test_mixed_precision_is_that_of_the_first_pass():
    """The gradient is taken outside of autocast, as training does; without oneDNN, which errs, see training.prepare."""
    found = []
    for encode in (one_by_one, in_parts):
        net = network().train()
        with torch.backends.mkldnn.flags(enabled=False):
            with torch.autocast("cpu", torch.bfloat16):
                features = encode(net, 2)
            learn(features.float())
        found.append(gradients(net))
    assert features.dtype == torch.bfloat16
    assert_equal(found[1], found[0])


def test_without_a_gradient_nothing_is_passed_twice():
    net, passes = network().eval(), []
    net.Conv3d_1a_7x7.register_forward_hook(lambda *given: passes.append(len(given[1][0])))
    with torch.no_grad():
        found = in_parts(net, 2)
    assert passes == [2, 2, 1]
    torch.testing.assert_close(found, network().eval().features(clips()), rtol=1e-5, atol=1e-6)  # float32


def test_parts_are_as_equal_as_can_be_and_pass_twice():
    net, passes = network().train(), []
    net.Conv3d_1a_7x7.register_forward_hook(lambda *given: passes.append(len(given[1][0])))
    learn(in_parts(net, 4))
    assert passes == [3, 2, 2, 3]  # the gradient comes to the last part first


class Alive(TorchDispatchMode):
    """Counts the bytes of all tensors made within it that still live; `most` is the largest count."""

    def __init__(self, older):
        super().__init__()
        self.older = {tensor.untyped_storage()._cdata for tensor in older}
        self.storages, self.most = {}, 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        made = function(*args, **(kwargs or {}))
        storages = [tensor.untyped_storage() for tensor in tree_leaves(made) if isinstance(tensor, torch.Tensor)]
        for storage in storages:
            if storage._cdata not in self.older:
                self.storages[storage._cdata] = (StorageWeakRef(storage), storage.nbytes())
        self.storages = {key: found for key, found in self.storages.items() if not found[0].expired()}
        self.most = max(self.most, sum(size for _, size in self.storages.values()))
        return made


def most_alive(net, given, encode):
    """Bytes, in a pass and its gradient, of activations and the weights' gradients, without weights and clips."""
    with Alive([given, *net.state_dict().values()]) as alive:
        learn(encode())
    return alive.most


@pytest.mark.slow
def test_activations_of_one_part_alone_live_at_a_time():
    given, plain = clips(8), network().train()
    weights = sum(parameter.nbytes for parameter in plain.parameters())
    whole = most_alive(plain, given, lambda: plain.features(given))
    for at_once in (1, 2, 4):
        net = network().train()
        found = most_alive(net, given, lambda net=net, at_once=at_once: in_parts(net, at_once, given))
        share = at_once / 8 * (whole + given.nbytes)  # a part of the clips is put together
        # Beside it the weights' gradients, and all features, random states and running statistics: 1 % of the whole.
        assert share / 2 < found < share + weights + 0.02 * whole
