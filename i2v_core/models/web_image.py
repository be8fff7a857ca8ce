"""The image model of web supervision (section 3.5): ResNet, classifier, attention, discriminators; tied branches."""

from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from i2v_core import ranks
from i2v_core.models import resnet_layers
from i2v_core.models.image import make_backbone
from i2v_core.models.normalisation import Normalisation
from i2v_core.models.web_heads import WebHeads

SOURCES = ("image", "video")


class WebImageModel(nn.Module):
    """Backbone -> embedding E(x), the mean over places of its last layer -> `WebHeads`.

    classes: outputs k. backbone: a ResNet of timm, by name, with backbone_options; ResNet-34 in the paper. weights,
    normalisation: see `models.image.ImageModel`. attention, discriminator: see `WebHeads`.
    Raises ValueError for a backbone that is no ResNet, for unknown settings, and for weights that do not fit.
    """

    def __init__(
        self,
        *,
        classes: int,
        backbone: str = "resnet34",
        backbone_options: dict | None = None,
        weights: str | Path | None = None,
        normalisation: str = "imagenet",
        attention: dict | None = None,
        discriminator: dict | None = None,
    ) -> None:
        super().__init__()
        self.normalisation = Normalisation(normalisation)
        self.backbone = make_backbone(backbone, backbone_options or {}, weights)
        self.heads = WebHeads(
            resnet_layers.widths(self.backbone),
            classes=classes,
            sources=SOURCES,
            attention=attention,
            discriminator=discriminator,
        )

    def layers(self, images: Tensor) -> list[Tensor]:
        """Embeddings of all layers, the last one is E(x): images (n, 3, h, w) in [0, 1] -> list of (n, C_l).

        Raises ValueError for another shape.
        """
        if images.ndim != 4 or images.shape[1] != 3:
            raise ValueError(f"images: shape {tuple(images.shape)} found, (n, 3, h, w) wanted")
        ready = self.normalisation(images).contiguous(memory_format=torch.channels_last)
        return ranks.share(partial(resnet_layers.pooled, self.backbone), ready)

    def classify(self, embeddings: Tensor) -> Tensor:
        """Class logits: E(x) (n, d) -> (n, k)."""
        return self.heads.classifier(embeddings)

    def forward(self, images: Tensor) -> Tensor:
        """Class logits: images (n, 3, h, w) in [0, 1] -> (n, k)."""
        return self.classify(self.layers(images)[-1])

    def backbone_parameters(self) -> list[nn.Parameter]:
        """Parameters that may come pretrained."""
        return list(self.backbone.parameters())
