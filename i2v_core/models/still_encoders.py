"""Backbones that turn single frames into features, from settings and a file of weights."""

from pathlib import Path

import numpy as np
from torch import Tensor, nn

from i2v_core.media import augmentation
from i2v_core.models import cnn_f
from i2v_core.models.image import make_backbone
from i2v_core.models.normalisation import Normalisation


class StillEncoder(nn.Module):
    """Images (n, 3, h, w) in [0, 1], as `fitted` makes them -> (n, `feature_dim`).

    settings: backbone (cnn_f, or a model of timm by name), backbone_options (of timm's constructor, or width for
    cnn_f), normalisation ("imagenet" or "none"; cnn_f has its own mean image), size_px and short_side_px.
    weights: imagenet-vgg-f.mat for cnn_f, see `cnn_f.load_cnn_f`; for timm as `make_backbone`; nothing for random ones.
    Raises ValueError for weights that do not fit.
    """

    def __init__(self, settings: dict, weights: str | None) -> None:
        super().__init__()
        options = settings["backbone_options"]
        self.is_cnn_f = settings["backbone"] == "cnn_f"
        self.size_px, self.short_side_px = settings["size_px"], settings["short_side_px"]
        if self.is_cnn_f:
            self.normalisation = Normalisation("none")
            self.backbone = cnn_f.CnnF(**options)
            if weights:
                cnn_f.load_cnn_f(self.backbone, Path(weights))
        else:
            self.normalisation = Normalisation(settings["normalisation"])
            self.backbone = make_backbone(settings["backbone"], options, weights or None)
        self.feature_dim = self.backbone.num_features

    def forward(self, images: Tensor) -> Tensor:
        return self.backbone(self.normalisation(images))

    def fitted(self, frames: np.ndarray) -> np.ndarray:
        """uint8 (t, h, w, 3) -> (t, s, s, 3): squashed to cnn_f's 224 px, as DCMH does, or the centre crop."""
        if self.is_cnn_f:
            return augmentation.resized(frames, width=cnn_f.SIZE_PX, height=cnn_f.SIZE_PX)
        return augmentation.centre_crop(frames, size_px=self.size_px, short_side_px=self.short_side_px)
