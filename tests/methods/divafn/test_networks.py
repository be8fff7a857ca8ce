import pytest
import torch
from torch import nn

from i2v_core.methods.divafn.networks import FeatureNet, build, video_net
from i2v_core.models.cnn_f import CnnF


def test_video_network_has_the_published_layers():
    with torch.device("meta"):
        net = video_net(4096, 512)
    shapes = [tuple(p.shape) for p in net.parameters()]
    assert shapes == [(8192, 4096), (8192,), (512, 8192), (512,)]
    assert [type(part) for part in net] == [nn.Linear, nn.ReLU, nn.Linear]  # no activation at the end


def test_new_layers_start_from_normal_numbers_of_deviation_001():
    torch.manual_seed(0)
    nets = build(nn.Identity(), 400, 300, 200, hidden_dim=500)
    for layer in (nets["image"].fc8, nets["keyframe"].fc8, nets["video"][0], nets["video"][2]):
        for numbers in (layer.weight, layer.bias):
            # the mean and deviation of m normal numbers are off by about 0.01 / sqrt(m); five times that
            assert abs(numbers.mean().item()) < 0.05 * numbers.numel() ** -0.5
            assert abs(numbers.std().item() - 0.01) < 0.05 * numbers.numel() ** -0.5


def test_feature_net_is_linear_on_its_backbone():
    torch.manual_seed(0)
    net = FeatureNet(nn.Sequential(nn.Linear(3, 5), nn.ReLU()), 5, 2)
    inputs = torch.randn(4, 3)
    wanted = torch.relu(inputs @ net.backbone[0].weight.T + net.backbone[0].bias) @ net.fc8.weight.T + net.fc8.bias
    torch.testing.assert_close(net(inputs), wanted)


def test_image_and_keyframe_networks_begin_with_one_backbone_and_share_nothing():
    backbone = CnnF(width=1 / 16)
    nets = build(backbone, backbone.num_features, 7, 5, hidden_dim=6)
    first, second = nets["image"], nets["keyframe"]
    assert torch.equal(first.backbone.conv1.weight, second.backbone.conv1.weight)
    assert not torch.equal(first.fc8.weight, second.fc8.weight)
    pointers = [{p.data_ptr() for p in net.parameters()} for net in nets.values()]
    assert not pointers[0] & pointers[1]
    assert nets["image"](torch.rand(2, 3, 224, 224)).shape == (2, 5)
    assert nets["video"](torch.rand(2, 7)).shape == (2, 5)


def test_fc8_only_fixes_the_backbones():
    nets = build(nn.Linear(3, 4), 4, 7, 5, hidden_dim=6, train_layers="fc8_only")
    trained = [name for name, p in nets.named_parameters() if p.requires_grad]
    assert trained == [
        *("image.fc8.weight", "image.fc8.bias", "keyframe.fc8.weight", "keyframe.fc8.bias"),
        *("video.0.weight", "video.0.bias", "video.2.weight", "video.2.bias"),
    ]
    assert all(p.requires_grad for p in build(nn.Linear(3, 4), 4, 7, 5, hidden_dim=6).parameters())


def test_other_layers_are_named():
    with pytest.raises(ValueError, match=r"train_layers: 'fc7' found, one of all, fc8_only wanted"):
        build(nn.Identity(), 4, 7, 5, train_layers="fc7")
