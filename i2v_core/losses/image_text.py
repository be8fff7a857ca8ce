"""Contrastive alignment of images and their captions."""

import torch
from torch import Tensor
from torch.nn import functional


def image_text_contrastive(images: Tensor, texts: Tensor, labels: Tensor, *, scale: Tensor | float) -> Tensor:
    """Pulls each image to its caption and away from captions of other classes, and each caption to its image.

    L = -1 / (2 n) sum_i [ log e(i, i) / (e(i, i) + sum_j e(i, j)) + log e(i, i) / (e(i, i) + sum_j e(j, i)) ]
    e(i, j) = exp(scale cos(image_i, text_j)), j over the pairs of other classes
    Symmetric InfoNCE (CLIP, Radford et al. 2021). Choice: pairs of one class are no negatives of each other, since with
    few classes many captions of a batch are the same.
    images, texts (n, d), row by row a pair; labels (n,) classes of the pairs; scale: 1 / temperature    ->  () , >= 0
    Raises ValueError if the shapes do not fit.
    """
    if not (images.ndim == 2 and images.shape == texts.shape and labels.shape == images.shape[:1]):
        shapes = [tuple(x.shape) for x in (images, texts, labels)]
        raise ValueError(f"images, texts, labels: shapes {shapes} found, (n, d), (n, d), (n,) wanted")
    images, texts = (
        functional.normalize(x.to(torch.promote_types(x.dtype, torch.float32)), dim=1) for x in (images, texts)
    )
    logits = scale * images @ texts.T
    own = torch.arange(len(labels), device=labels.device)
    is_same = (labels[:, None] == labels[None]) & (own[:, None] != own[None])
    logits = logits.masked_fill(is_same, -torch.inf)
    return (functional.cross_entropy(logits, own) + functional.cross_entropy(logits.T, own)) / 2
