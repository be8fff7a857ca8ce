"""Grad-CAM (Selvaraju et al. 2017): where a model looks for a class."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from i2v_core.models.image import ImageModel


def activation(maps: Tensor, score: Callable[[Tensor], Tensor], size: Sequence[int]) -> Tensor:
    """Where the last feature maps speak for a score.

    a_c = mean over time and space of d y / d A_c;  map = ReLU(sum_c a_c A_c)
    maps A (n, c, h, w) or (n, c, t, h, w); score: of maps, a tensor of which the sum is y, item by item; size: (h, w)
    or (t, h, w) of the pictures    ->  (n, *size) in [0, 1], each divided by its maximum; all zero where nothing speaks
    for it. Parameters get no gradient.
    """
    with torch.enable_grad():
        maps = maps.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(score(maps).sum(), maps)
    places = tuple(range(2, maps.ndim))
    found = functional.relu((gradient.mean(dim=places, keepdim=True) * maps.detach()).sum(dim=1, keepdim=True))
    mode = "bilinear" if len(places) == 2 else "trilinear"
    found = functional.interpolate(found, tuple(size), mode=mode, align_corners=False)[:, 0]
    highest = found.flatten(1).amax(dim=1).reshape(-1, *[1] * len(places))
    return found / torch.where(highest > 0, highest, 1)


def grad_cam(model: ImageModel, images: Tensor, classes: Tensor) -> Tensor:
    """Activation of a class in each image: see `activation`, y the logit of the class.

    images (n, 3, h, w) in [0, 1], classes int64 (n,)  ->  (n, h, w) in [0, 1]
    Raises ValueError for a backbone whose features are no maps.
    """
    with torch.no_grad():
        maps = model.backbone.forward_features(model.normalisation(images))
    if maps.ndim != 4:
        raise ValueError(f"Grad-CAM: features of shape {tuple(maps.shape)} found, maps (n, c, h, w) wanted; use a CNN")

    def score(maps: Tensor) -> Tensor:
        logits = model.classify(model.reduction(model.backbone.forward_head(maps)))
        return logits.gather(1, classes[:, None])

    return activation(maps, score, images.shape[2:])
