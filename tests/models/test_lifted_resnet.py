"""The image network lifted to videos."""

import copy

import pytest
import timm
import torch
from torch import nn

from i2v_core.models.lifted_resnet import LiftedResNet, TemporalConvolution
from i2v_core.models.resnet_layers import pooled, widths

NARROW = {"channels": [16, 32, 64, 128]}


def backbone(name="resnet18", *, seed=0, **options):
    """Random weights, and statistics of batch normalisation that are not those at the start."""
    torch.manual_seed(seed)
    made = timm.create_model(name, num_classes=0, **(options or NARROW))
    for part in made.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.normal_(part.bias, std=0.1)
            nn.init.normal_(part.running_mean, std=0.1)
            nn.init.uniform_(part.running_var, 0.5, 2.0)
    return made.eval()


def clips(count=2, frames=5, size=40):
    return torch.randn(count, frames, 3, size, size, generator=torch.Generator().manual_seed(3))


def by_frames(network, clip):
    """The image network's embeddings, averaged over the frames."""
    parts = [pooled(network, frame) for frame in clip.unbind(dim=1)]
    return [torch.stack(layer).mean(dim=0) for layer in zip(*parts, strict=True)]


@torch.no_grad()
def gap(lifted, network, clip):
    found, wanted = lifted.layers(clip), by_frames(network, clip)
    assert [layer.shape for layer in found] == [layer.shape for layer in wanted]
    return max(((a - b).abs().max() / b.abs().max()).item() for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize("is_training", [False, True])
@pytest.mark.parametrize("options", [{}, {"residual": False}, {"temporal_after": "conv"}, {"stem_temporal": False}])
def test_at_the_start_it_is_the_image_network_averaged_over_frames(options, is_training):
    network = backbone()
    lifted = LiftedResNet(network, **options).train(is_training)
    assert gap(lifted, network, clips()) < 1e-5  # float32, sums in another order


@pytest.mark.parametrize("name", ["resnet34", "resnet50"])
def test_so_it_is_of_the_papers_network_and_of_bottlenecks(name):
    network = backbone(name, in_chans=3)
    assert gap(LiftedResNet(network), network, clips(1, 3, 64)) < 1e-5


def test_resnet_34_gets_7557120_temporal_numbers_in_33_filters():
    lifted = LiftedResNet(timm.create_model("resnet34", num_classes=0))
    assert sum(parameter.numel() for parameter in lifted.temporal_parameters()) == 7_557_120
    assert len(lifted.temporal_parameters()) == 33
    assert widths(lifted.spatial) == [64, 128, 256, 512]


def test_bottlenecks_get_filters_behind_their_3_x_3_convolutions_alone():
    lifted = LiftedResNet(timm.create_model("resnet50", num_classes=0))
    assert {name.rpartition("_")[2] for name in lifted.temporal} == {"stem", "conv2"}
    assert len(lifted.temporal) == 1 + 3 + 4 + 6 + 3


@pytest.mark.parametrize("residual", [True, False])
def test_the_temporal_convolution_equals_a_loop_over_time(residual):
    torch.manual_seed(0)
    part = TemporalConvolution(3, residual=residual)
    nn.init.normal_(part.weight)
    s = torch.randn(2 * 4, 3, 5, 6).contiguous(memory_format=torch.channels_last)
    with torch.no_grad():
        found = part(s, 4).reshape(2, 4, 3, 5, 6)
        video = s.reshape(2, 4, 3, 5, 6)
        for t in range(4):
            wanted = video[:, t].clone() if residual else torch.zeros(2, 3, 5, 6)
            for step in (-1, 0, 1):
                if 0 <= t + step < 4:
                    kernel = part.weight[:, :, step + 1, 0]
                    wanted += torch.einsum("oc,nchw->nohw", kernel, video[:, t + step])
            torch.testing.assert_close(found[:, t], wanted, atol=1e-5, rtol=1e-5)


def trained(lifted, steps=100):
    """So many steps of all parameters that learn, in training mode, on noise -> the network."""
    parameters = [p for p in lifted.parameters() if p.requires_grad]
    optimiser = torch.optim.SGD(parameters, lr=0.01, weight_decay=0.01)
    lifted.train()
    for step in range(steps):
        clip = torch.randn(2, 3, 3, 32, 32, generator=torch.Generator().manual_seed(step))
        loss = lifted.layers(clip)[-1].square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return lifted


def state(module):
    return {name: value.clone() for name, value in module.state_dict().items()}


def changed(before, after):
    return {name for name in before if not torch.equal(before[name], after[name])}


def test_frozen_filters_and_statistics_are_the_same_to_the_bit_after_100_steps():
    network = backbone(channels=[4, 4, 8, 8])
    lifted = LiftedResNet(network)
    before, temporal = state(network), state(lifted.temporal)
    trained(lifted)
    assert changed(before, lifted.spatial.state_dict()) == set()
    assert len(changed(temporal, lifted.temporal.state_dict())) == len(temporal)
    assert changed(before, network.state_dict()) == set()


@pytest.mark.parametrize(
    ("options", "moves"),
    [
        ({"bn": "trainable_affine"}, {"weight", "bias"}),
        ({"bn": "trainable"}, {"weight", "bias", "running_mean", "running_var", "num_batches_tracked"}),
    ],
)
def test_batch_normalisation_learns_what_the_option_says(options, moves):
    network = backbone(channels=[4, 4, 8, 8])
    before = state(network)
    lifted = trained(LiftedResNet(network, **options), steps=3)
    names = changed(before, lifted.spatial.state_dict())
    assert {name.rpartition(".")[2] for name in names} == moves
    assert all("bn" in name or "downsample.1" in name for name in names)


def test_trained_spatial_filters_learn_while_frozen_normalisation_does_not():
    network = backbone(channels=[4, 4, 8, 8])
    before = state(network)
    lifted = trained(LiftedResNet(network, spatial="trained"), steps=3)
    names = changed(before, lifted.spatial.state_dict())
    assert "conv1.weight" in names
    assert not any("bn" in name for name in names)


def test_the_order_of_frames_matters_after_training_and_not_before():
    network = backbone(channels=[4, 4, 8, 8])
    lifted, clip = LiftedResNet(network).eval(), clips(1, 4, 32)
    with torch.no_grad():
        plain, turned = lifted.layers(clip)[-1], lifted.layers(clip.flip(1))[-1]
        torch.testing.assert_close(plain, turned, atol=1e-5, rtol=1e-5)
        for parameter in lifted.temporal_parameters():
            nn.init.normal_(parameter, std=0.1)
        assert (lifted.layers(clip)[-1] - lifted.layers(clip.flip(1))[-1]).abs().max() > 1e-3


@pytest.mark.parametrize("options", [{"temporal_after": "conv"}, {"stem_temporal": False}])
def test_each_option_matters_once_filters_are_not_zero(options):
    network, clip, found = backbone(channels=[4, 4, 8, 8]), clips(1, 4, 32), []
    for chosen in ({}, options):
        lifted = LiftedResNet(network, **chosen).eval()
        with torch.no_grad():
            for name, part in lifted.temporal.items():
                torch.manual_seed(len(name))
                part.weight += 0.2 * torch.randn_like(part.weight)
            found.append(lifted.layers(clip)[-1])
    assert (found[0] - found[1]).abs().max() > 1e-3


def steps_of(decay, *, residual):
    """Outputs after ten steps of SGD."""
    lifted = LiftedResNet(backbone(channels=[4, 4, 8, 8]), residual=residual).double()
    optimiser = torch.optim.SGD(lifted.temporal_parameters(), lr=0.05, momentum=0.9, weight_decay=decay)
    for step in range(10):
        clip = torch.randn(2, 3, 3, 32, 32, generator=torch.Generator().manual_seed(step)).double()
        optimiser.zero_grad()
        (lifted.layers(clip)[-1] - 1).square().mean().backward()
        optimiser.step()
    with torch.no_grad():
        return lifted.layers(clips().double())[-1]


def test_without_weight_decay_both_forms_of_figure_5_learn_the_same_and_with_it_they_differ():
    """s + T(s) with T = 0 and T(s) with T = 1 at the start are one function with one gradient."""
    torch.testing.assert_close(steps_of(0.0, residual=True), steps_of(0.0, residual=False), atol=1e-9, rtol=1e-9)
    assert (steps_of(0.1, residual=True) - steps_of(0.1, residual=False)).abs().max() > 1e-3


def test_a_copy_of_its_state_gives_the_same_embeddings():
    network = backbone(channels=[4, 4, 8, 8])
    lifted = trained(LiftedResNet(network), steps=2).eval()
    other = LiftedResNet(backbone(channels=[4, 4, 8, 8], seed=9)).eval()
    other.load_state_dict(copy.deepcopy(lifted.state_dict()))
    with torch.no_grad():
        assert torch.equal(lifted.layers(clips())[-1], other.layers(clips())[-1])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bn": "batch"}, "lifted bn: 'batch' found, one of frozen, trainable_affine, trainable"),
        ({"temporal_after": "relu"}, "lifted temporal_after: 'relu' found, one of bn, conv"),
        ({"spatial": "free"}, "lifted spatial: 'free' found, one of frozen, trained"),
    ],
)
def test_wrong_words_are_named(options, message):
    with pytest.raises(ValueError, match=message):
        LiftedResNet(backbone(), **options)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("seresnet18", "layer1_0: BasicBlock with more in it than"),
        ("resnetaa50", "layer2_0: Bottleneck with more in it than"),
        ("vgg11", "VGG: a ResNet of timm with one convolution as its stem wanted"),
        ("resnet18d", "ResNet: a ResNet of timm with one convolution as its stem wanted"),
    ],
)
def test_other_backbones_are_refused(name, message):
    with pytest.raises(ValueError, match=message):
        LiftedResNet(timm.create_model(name, num_classes=0))
