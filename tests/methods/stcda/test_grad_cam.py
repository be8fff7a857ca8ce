import pytest
import torch
from torch import nn

from i2v_core.methods.stcda import grad_cam
from i2v_core.methods.stcda.network import StreamNetwork
from i2v_core.models.bn_inception_clips import BNInceptionClips
from i2v_core.models.i3d import I3D


class Colours(nn.Module):
    """Maps are the clip's red and green, one step in time per frame."""

    def maps(self, clips):
        return clips[:, :, :2].transpose(1, 2)

    def features(self, clips):
        return self.maps(clips).mean(dim=(2, 3, 4))


@pytest.fixture
def stream():
    """Class 0 is the mean red of all clips, class 1 the mean green."""
    made = StreamNetwork(Colours(), 2, classes=2, dim=2, aggregator="mean", segments=2)
    for layer in (made.projection, made.classifier):
        layer.weight.data, layer.bias.data = torch.eye(2), torch.zeros(2)
    return made


def test_a_map_is_worked_by_hand(stream):
    """The gradient is the same everywhere, so a map is the class's colour over its maximum in the clip."""
    videos = torch.zeros(1, 2, 3, 3, 4, 4)
    videos[0, 0, 1, 0, 2, 3], videos[0, 0, 2, 0, 0, 0], videos[0, 1, 0, 1, 1, 1] = 0.5, 0.25, 0.8
    red, green = (grad_cam.of_clips(stream, videos, torch.tensor([label])) for label in (0, 1))
    wanted = torch.zeros(2, 1, 2, 3, 4, 4)
    wanted[0, 0, 0, 1, 2, 3], wanted[0, 0, 0, 2, 0, 0], wanted[1, 0, 1, 0, 1, 1] = 1.0, 0.5, 1.0
    torch.testing.assert_close(red, wanted[0])
    torch.testing.assert_close(green, wanted[1])


def test_clips_speak_through_the_aggregation(stream):
    """Where the video's feature has nothing of the second clip, its map is zero."""
    stream.aggregator = type("First", (nn.Module,), {"forward": lambda self, clips: clips[:, 0]})()
    videos = torch.rand(1, 2, 3, 3, 4, 4)
    found = grad_cam.of_clips(stream, videos, torch.tensor([0]))
    assert found[0, 0].max() == 1
    assert found[0, 1].abs().max() == 0


@pytest.mark.parametrize("mode", ["i3d", "frame_stack", "frame_mean"])
def test_backbones_give_maps_of_which_features_are_the_mean(mode):
    torch.manual_seed(0)
    if mode == "i3d":
        encoder = I3D(classes=None, in_channels=3, width=0.0625)
    else:
        encoder = BNInceptionClips(mode=mode, frames=16, width=0.125)
    clips = torch.rand(2, 16, 3, 64, 64)
    encoder.eval()
    with torch.no_grad():
        torch.testing.assert_close(encoder.maps(clips).mean(dim=(2, 3, 4)), encoder.features(clips))


@pytest.mark.parametrize("mode", ["i3d", "frame_mean"])
def test_maps_differ_between_frames_and_parameters_get_no_gradient(mode):
    torch.manual_seed(0)
    i3d = I3D(classes=None, in_channels=3, width=0.0625)
    encoder = i3d if mode == "i3d" else BNInceptionClips(mode=mode, width=0.125)
    stream = StreamNetwork(encoder, encoder.feature_dim, classes=3, dim=6, segments=2)
    for module in stream.modules():  # statistics of the batch: random weights fade out without them
        module.train(isinstance(module, nn.BatchNorm2d | nn.BatchNorm3d))
    found = grad_cam.of_clips(stream, torch.rand(1, 2, 16, 3, 64, 64), torch.tensor([1]))
    assert found.shape == (1, 2, 16, 64, 64)
    assert (found >= 0).all()
    assert found.amax() == 1
    assert (found[0, 0, 0] - found[0, 0, -1]).abs().max() > 0.01
    assert all(p.grad is None for p in stream.parameters())
