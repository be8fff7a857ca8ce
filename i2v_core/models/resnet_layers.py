"""Pooled outputs of the four layers of a ResNet of timm."""

from torch import Tensor, nn

LAYERS = ("layer1", "layer2", "layer3", "layer4")


def check(backbone: nn.Module) -> None:
    """Raises ValueError unless the backbone has the parts of a ResNet: conv1, bn1, act1, maxpool, four layers."""
    missing = [name for name in ("conv1", "bn1", "act1", "maxpool", *LAYERS) if not hasattr(backbone, name)]
    if missing or not isinstance(backbone.conv1, nn.Conv2d):
        raise ValueError(
            f"backbone {type(backbone).__name__}: a ResNet of timm with one convolution as its stem wanted "
            f"(missing: {', '.join(missing) or 'that convolution'}); see image_model.backbone"
        )


def widths(backbone: nn.Module) -> list[int]:
    """C_l of each layer. Raises ValueError for another backbone than a ResNet."""
    check(backbone)
    found = []
    for name in LAYERS:
        convolutions = [part for part in getattr(backbone, name)[-1].modules() if isinstance(part, nn.Conv2d)]
        found.append(convolutions[-1].out_channels)
    return found


def pooled(backbone: nn.Module, images: Tensor) -> list[Tensor]:
    """E_l of each layer, the mean over all places: images (n, 3, h, w), normalised -> list of (n, C_l)."""
    x = backbone.maxpool(backbone.act1(backbone.bn1(backbone.conv1(images))))
    found = []
    for name in LAYERS:
        x = getattr(backbone, name)(x)
        found.append(x.mean(dim=(2, 3)))
    return found
