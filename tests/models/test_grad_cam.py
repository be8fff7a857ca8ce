import pytest
import torch
from torch import nn

from i2v_core.models.grad_cam import grad_cam
from i2v_core.models.image import ImageModel


class Backbone(nn.Module):
    """Two feature maps: the picture's red and green, halved in size by pooling."""

    def forward_features(self, x):
        return nn.functional.avg_pool2d(x[:, :2], 2)

    def forward_head(self, maps):
        return maps.mean(dim=(2, 3))


@pytest.fixture
def model():
    """Class 0 is the mean red minus the mean green, class 1 the mean green."""
    made = ImageModel(classes=2, backbone="resnet18", backbone_options={"channels": [8, 8, 8, 8]}, normalisation="none")
    made.backbone, made.reduction = Backbone(), nn.Identity()
    made.classifier = nn.Linear(2, 2, bias=False)
    made.classifier.weight.data = torch.tensor([[1.0, -1.0], [0.0, 1.0]])
    return made


def test_the_map_is_worked_by_hand(model):
    image = torch.zeros(1, 3, 4, 4)
    image[0, 0, :2, :2], image[0, 1, 2:, 2:] = 1.0, 0.5
    # Maps 2 x 2: red [[1, 0], [0, 0]], green [[0, 0], [0, .5]]. Class 0: weights (1, -1) / 4, ReLU(red - green) / 4 =
    # [[1, 0], [0, 0]] / 4, over its maximum [[1, 0], [0, 0]]; bilinear to 4 x 4: 1, .75, .25, 0 along each axis.
    line = torch.tensor([1.0, 0.75, 0.25, 0.0])
    torch.testing.assert_close(grad_cam(model, image, torch.tensor([0]))[0], line[:, None] * line)
    torch.testing.assert_close(grad_cam(model, image, torch.tensor([1]))[0], (line[:, None] * line).flip(0, 1))


def test_where_nothing_speaks_for_the_class_the_map_is_zero(model):
    image = torch.zeros(1, 3, 4, 4)
    image[0, 1] = 1.0  # green alone speaks against class 0
    assert grad_cam(model, image, torch.tensor([0])).abs().max() == 0


def test_parameters_get_no_gradient_and_images_do_not_see_each_other():
    torch.manual_seed(0)
    net = ImageModel(classes=3, backbone="resnet18", backbone_options={"channels": [8, 8, 8, 8]}).eval()
    images, classes = torch.rand(3, 3, 64, 64), torch.tensor([0, 2, 1])
    together = grad_cam(net, images, classes)
    assert all(p.grad is None for p in net.parameters())
    assert together.shape == (3, 64, 64)
    assert together.amax() == 1
    alone = torch.cat([grad_cam(net, images[k : k + 1], classes[k : k + 1]) for k in range(3)])
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-4)  # other kernels for other batch sizes


def test_a_backbone_without_maps_is_refused():
    net = ImageModel(
        classes=2, backbone="vit_tiny_patch16_224", backbone_options={"img_size": 32, "depth": 1}, feature_dim=8
    )
    with pytest.raises(
        ValueError, match=r"^Grad-CAM: features of shape \(1, 5, 192\) found, maps \(n, c, h, w\) wanted"
    ):
        grad_cam(net, torch.rand(1, 3, 32, 32), torch.tensor([0]))
