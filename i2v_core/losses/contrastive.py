"""Alignment of two domains class by class."""

import torch
from torch import Tensor
from torch.nn import functional


def cross_domain_contrastive(
    anchors: Tensor, positives: Tensor, negatives: Tensor, *, temperature: float = 0.05
) -> Tensor:
    """Pulls each anchor to its positive and away from its negative, one of each from the other domain.

    L = -mean_i log( h(a_i, p_i) / (h(a_i, p_i) + h(a_i, n_i)) ),  h(u, v) = exp(cos(u, v) / temperature)
    CycDA, stage 3, the contrastive term; computed as softplus((cos(a, n) - cos(a, p)) / temperature), which is equal
    and cannot overflow. Choice: the mean over anchors, as the official code, where the paper prints a sum.
    temperature: the official code's value; the paper gives none.
    anchors, positives, negatives (n, d)    ->  () , > 0; log 2 where positive and negative are equally near.
    Without any anchor 0, with a gradient of zero. 16-bit features are compared in 32 bits.
    Raises ValueError if the shapes differ or the temperature is not above 0.
    """
    if not (anchors.ndim == 2 and anchors.shape == positives.shape == negatives.shape):
        shapes = [tuple(x.shape) for x in (anchors, positives, negatives)]
        raise ValueError(f"anchors, positives, negatives: shapes {shapes} found, three times (n, d) wanted")
    if not temperature > 0:
        raise ValueError(f"temperature: {temperature} found, a number above 0 wanted; see params.yaml")
    if len(anchors) == 0:
        return anchors.sum()
    dtype = torch.promote_types(anchors.dtype, torch.float32)
    anchors, positives, negatives = (x.to(dtype) for x in (anchors, positives, negatives))
    near = functional.cosine_similarity(anchors, positives)
    far = functional.cosine_similarity(anchors, negatives)
    return functional.softplus((far - near) / temperature).mean()
