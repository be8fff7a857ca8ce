"""I3D with class logits for each of its steps in time, the branch of CFB and of ST-I2V."""

from pathlib import Path

from torch import Tensor, nn

from i2v_core import ranks
from i2v_core.models.i3d import I3D
from i2v_core.models.i3d_checkpoints import load_i3d


class I3DSteps(nn.Module):
    """I3D with a new classifier on each of its steps in time: Dropout, Linear (CFB, 4.2).

    classes: outputs k. weights: a public I3D file, whose classifier is left out; None for random ones.
    freeze_until, frozen_statistics: see `I3D.freeze`. Choice: all up to MaxPool3d_4a, as in ST-I2V's code, which the
    paper says it follows; its own words, the "first three Unit3D blocks", are Conv3d_2c_3x3.
    temporal_stride: Choice: "st_i2v", one step for two frames, without which 16 frames have a single logit and L_loc
    nothing to add. With "original" strides each step of Mixed_5c has its logits; the public head averages pairs first.
    The other arguments: see `I3D`.
    """

    def __init__(
        self,
        *,
        classes: int,
        width: float = 1.0,
        in_channels: int = 3,
        dropout: float = 0.5,
        statistics_momentum: float = 0.01,
        temporal_stride: str = "st_i2v",
        freeze_until: str | None = "MaxPool3d_4a_3x3",
        frozen_statistics: str = "batch",
        weights: str | Path | None = None,
    ) -> None:
        super().__init__()
        self.backbone = I3D(
            classes=None,
            in_channels=in_channels,
            width=width,
            normalisation="kinetics" if in_channels == 3 else "none",
            statistics_momentum=statistics_momentum,
            temporal_stride=temporal_stride,
        )
        if weights is not None:
            load_i3d(self.backbone, Path(weights), classifier=False)
        if freeze_until is not None:
            self.backbone.freeze(freeze_until, statistics=frozen_statistics)
        self.feature_dim = self.backbone.feature_dim
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(self.feature_dim, classes)

    def steps(self, clip: Tensor) -> Tensor:
        """Features in time: clip (n, t, c, h, w) -> (n, t', D)."""
        return ranks.share(self.backbone.steps, clip)

    def classify(self, steps: Tensor) -> Tensor:
        """Class logits of each step: (n, t', D) -> (n, t', k)."""
        return self.classifier(self.dropout(steps))

    def forward(self, clip: Tensor) -> Tensor:
        """Class logits of the clip, the mean over its steps: (n, t, c, h, w) -> (n, k)."""
        return self.classify(self.steps(clip)).mean(dim=1)

    def backbone_parameters(self) -> list[nn.Parameter]:
        """Parameters that may come pretrained, frozen ones included."""
        return list(self.backbone.parameters())

    def new_parameters(self) -> list[nn.Parameter]:
        """Parameters of the classifier."""
        return list(self.classifier.parameters())
