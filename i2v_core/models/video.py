"""The video model phi^V of CycDA: I3D, feature reduction, classifier."""

from pathlib import Path

from torch import Tensor, nn

from i2v_core import ranks
from i2v_core.models.heads import perceptron
from i2v_core.models.i3d import I3D
from i2v_core.models.i3d_checkpoints import load_i3d


class VideoModel(nn.Module):
    """I3D -> Dropout -> Linear -> z; classifier Linear, ReLU, Linear on z (CycDA, official code).

    classes: outputs k. width, in_channels, normalisation, statistics_momentum: see `I3D`.
    feature_dim: width D of z and of the hidden layer.
    dropout: on I3D's feature, 0.5 in the official code. weights: a public I3D file (see `i3d_checkpoints`), whose
    classifier is left out; None for random ones. freeze_until: I3D's units up to and including it are not trained.
    Choice: "kinetics" normalisation, which the public weights were trained with; the official code feeds them
    ImageNet-normalised clips ("imagenet").
    """

    def __init__(
        self,
        *,
        classes: int,
        width: float = 1.0,
        feature_dim: int = 64,
        dropout: float = 0.5,
        weights: str | Path | None = None,
        in_channels: int = 3,
        normalisation: str = "kinetics",
        freeze_until: str | None = None,
        statistics_momentum: float = 0.01,
    ) -> None:
        super().__init__()
        self.backbone = I3D(
            classes=None,
            in_channels=in_channels,
            width=width,
            normalisation=normalisation,
            statistics_momentum=statistics_momentum,
        )
        if weights is not None:
            load_i3d(self.backbone, Path(weights), classifier=False)
        if freeze_until is not None:
            self.backbone.freeze(freeze_until)
        self.feature_dim = feature_dim
        self.dropout = nn.Dropout(dropout)
        self.reduction = nn.Linear(self.backbone.feature_dim, feature_dim)
        self.classifier = perceptron(feature_dim, feature_dim, classes)

    def features(self, clip: Tensor) -> Tensor:
        """z: clip (n, t, 3, h, w) in [0, 1] -> (n, D). Raises ValueError for another shape."""
        return self.reduction(self.dropout(ranks.share(self.backbone.features, clip)))

    def classify(self, z: Tensor) -> Tensor:
        """Class logits: (n, D) -> (n, k)."""
        return self.classifier(z)

    def forward(self, clip: Tensor) -> Tensor:
        """Class logits: clip (n, t, 3, h, w) in [0, 1] -> (n, k)."""
        return self.classify(self.features(clip))

    def backbone_parameters(self) -> list[nn.Parameter]:
        """Parameters that may come pretrained, frozen ones included."""
        return list(self.backbone.parameters())

    def new_parameters(self) -> list[nn.Parameter]:
        """Parameters of the reduction and the classifier."""
        return [*self.reduction.parameters(), *self.classifier.parameters()]
