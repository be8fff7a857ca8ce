"""The three networks of DIVAFN (section III.C.1): images, keyframes and videos in one space of d features."""

import copy

from torch import Tensor, nn

DEVIATION = 0.01  # of new layers' weights and biases
TRAIN_LAYERS = ("all", "fc8_only")


class FeatureNet(nn.Module):
    """A backbone and a linear layer without activation on it, the paper's eighth: inputs -> (n, d).

    backbone: gives (n, backbone_dim) of a batch, for example `models.cnn_f.CnnF`, or `nn.Identity` on stored outputs of
    one, which trains fc8 alone at little cost.
    train_layers: "all", or "fc8_only" with a fixed backbone.
    The layer's weights and biases come from N(0, 0.01^2). Choice: the paper says random; this is what DCMH does, whose
    networks these are.
    Raises ValueError for other train_layers.
    """

    def __init__(self, backbone: nn.Module, backbone_dim: int, dim: int, *, train_layers: str = "all") -> None:
        super().__init__()
        if train_layers not in TRAIN_LAYERS:
            raise ValueError(f"train_layers: {train_layers!r} found, one of {', '.join(TRAIN_LAYERS)} wanted")
        self.backbone = backbone
        if train_layers == "fc8_only":
            backbone.requires_grad_(False)
        self.fc8 = _new_layer(backbone_dim, dim)

    def forward(self, inputs: Tensor) -> Tensor:
        return self.fc8(self.backbone(inputs))


def video_net(video_dim: int, dim: int, *, hidden_dim: int = 8192) -> nn.Sequential:
    """Linear, ReLU, Linear: (n, d_v) -> (n, d), 8192 units between; all weights and biases from N(0, 0.01^2)."""
    return nn.Sequential(_new_layer(video_dim, hidden_dim), nn.ReLU(), _new_layer(hidden_dim, dim))


def build(
    backbone: nn.Module,
    backbone_dim: int,
    video_dim: int,
    dim: int,
    *,
    hidden_dim: int = 8192,
    train_layers: str = "all",
) -> nn.ModuleDict:
    """Networks "image", "keyframe" (of a copy of the backbone, so that no weight is shared) and "video".

    dim: d, 512 to 4096 in the paper, 4096 from table VIII on. See `FeatureNet` and `video_net`.
    """
    image = FeatureNet(backbone, backbone_dim, dim, train_layers=train_layers)
    keyframe = FeatureNet(copy.deepcopy(backbone), backbone_dim, dim, train_layers=train_layers)
    return nn.ModuleDict(
        {"image": image, "keyframe": keyframe, "video": video_net(video_dim, dim, hidden_dim=hidden_dim)}
    )


def _new_layer(dim_in: int, dim_out: int) -> nn.Linear:
    layer = nn.Linear(dim_in, dim_out)
    nn.init.normal_(layer.weight, std=DEVIATION)
    nn.init.normal_(layer.bias, std=DEVIATION)
    return layer
