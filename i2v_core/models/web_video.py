"""The video model of web supervision (section 3.6): the image model's filters, temporal ones, heads of its own."""

from pathlib import Path

from torch import Tensor, nn

from i2v_core import ranks
from i2v_core.models.image import make_backbone
from i2v_core.models.lifted_resnet import LiftedResNet
from i2v_core.models.normalisation import Normalisation
from i2v_core.models.web_heads import WebHeads
from i2v_core.models.web_image import WebImageModel

CLASSIFIER = ("image", "random")


class WebVideoModel(nn.Module):
    """`LiftedResNet` -> embedding E(x), a mean over time and place -> `WebHeads` of web videos against the target.

    classes: outputs k. image: backbone, backbone_options and normalisation of the image model. lifted: arguments of
    `LiftedResNet`. weights: of the image backbone where no image model was trained before, see
    `models.image.ImageModel`. attention, discriminator: see `WebHeads`; W is a new one.
    """

    def __init__(
        self,
        *,
        classes: int,
        image: dict,
        lifted: dict | None = None,
        weights: str | Path | None = None,
        attention: dict | None = None,
        discriminator: dict | None = None,
    ) -> None:
        super().__init__()
        self.normalisation = Normalisation(image["normalisation"])
        backbone = make_backbone(image["backbone"], image.get("backbone_options") or {}, weights)
        self.lifted = LiftedResNet(backbone, **(lifted or {}))
        self.heads = WebHeads(
            self.lifted.widths, classes=classes, sources=["video"], attention=attention, discriminator=discriminator
        )

    def start_from(self, image: WebImageModel, *, classifier: str = "image") -> None:
        """Takes the spatial filters with their statistics, and the classifier unless it is `random`, of an image model.

        Choice: the paper ties classifiers within a stage and does not say what the video model's starts with; only a
        copy starts at the image model's accuracy. Raises ValueError for another word.
        """
        if classifier not in CLASSIFIER:
            raise ValueError(f"classifier_init: {classifier!r} found, one of {', '.join(CLASSIFIER)} wanted")
        self.lifted.spatial.load_state_dict(image.backbone.state_dict())
        if classifier == "image":
            self.heads.classifier.load_state_dict(image.heads.classifier.state_dict())

    def layers(self, clip: Tensor) -> list[Tensor]:
        """Embeddings of all layers, the last one is E(x): clip (n, t, 3, h, w) in [0, 1] -> list of (n, C_l).

        Raises ValueError for another shape.
        """
        if clip.ndim != 5 or clip.shape[2] != 3:
            raise ValueError(f"clip: shape {tuple(clip.shape)} found, (n, t, 3, h, w) wanted")
        return ranks.share(self.lifted.layers, self.normalisation(clip))

    def classify(self, embeddings: Tensor) -> Tensor:
        """Class logits: E(x) (n, d) -> (n, k)."""
        return self.heads.classifier(embeddings)

    def forward(self, clip: Tensor) -> Tensor:
        """Class logits: clip (n, t, 3, h, w) in [0, 1] -> (n, k)."""
        return self.classify(self.layers(clip)[-1])
