"""Grad-CAM (Selvaraju et al. 2017): where an image model looks for a class."""

import torch
from torch import Tensor
from torch.nn import functional

from i2v_core.models.image import ImageModel


def grad_cam(model: ImageModel, images: Tensor, classes: Tensor) -> Tensor:
    """Activation of a class in each image.

    a_c = mean over space of d y_class / d A_c;  map = ReLU(sum_c a_c A_c), A the backbone's last feature maps
    images (n, 3, h, w) in [0, 1], classes int64 (n,)    ->  (n, h, w) in [0, 1], each divided by its maximum; all zero
    where nothing speaks for the class. Parameters get no gradient.
    Raises ValueError for a backbone whose features are no maps.
    """
    with torch.enable_grad():
        maps = model.backbone.forward_features(model.normalisation(images))
        if maps.ndim != 4:
            raise ValueError(
                f"Grad-CAM: features of shape {tuple(maps.shape)} found, maps (n, c, h, w) wanted; use a CNN"
            )
        maps = maps.detach().requires_grad_()
        logits = model.classify(model.reduction(model.backbone.forward_head(maps)))
        score = logits.gather(1, classes[:, None]).sum()
        (gradient,) = torch.autograd.grad(score, maps)
    found = functional.relu((gradient.mean(dim=(2, 3), keepdim=True) * maps.detach()).sum(dim=1, keepdim=True))
    found = functional.interpolate(found, images.shape[2:], mode="bilinear", align_corners=False)[:, 0]
    highest = found.amax(dim=(1, 2), keepdim=True)
    return found / torch.where(highest > 0, highest, 1)
