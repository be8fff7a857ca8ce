"""Batch nuclear norm: predictions that are sure and spread over classes."""

import torch
from torch import Tensor
from torch.nn import functional


def batch_nuclear_norm(logits: Tensor, *, divisor: str = "rank") -> Tensor:
    """Minus the nuclear norm of a batch of predictions, which grows as they get surer and more diverse.

    L = -sum_r sigma_r(softmax(logits)) / D                                Cui et al. 2020 (BNM)
    divisor: `rank`, D = min(n, k), minus the mean singular value, as the released code; `batch`, D = n, as the paper.
    One is the other times n / min(n, k), which on few classes is much (2.67 for 32 rows of 12 classes).
    logits (n, k), n >= 1    ->  () in [-sqrt(n min(n, k)) / D, 0). The gradient is bounded everywhere: of the
    predictions it is -U V^T / D, with any completion where singular values are 0.
    16-bit logits are handled in 32 bits. Raises ValueError for another shape or divisor.
    """
    if logits.ndim != 2 or 0 in logits.shape:
        raise ValueError(f"logits: shape {tuple(logits.shape)} found, (n, k) with n, k >= 1 wanted")
    if divisor not in ("rank", "batch"):
        raise ValueError(f"divisor: {divisor!r} found, 'rank' or 'batch' wanted; see params.yaml")
    p = functional.softmax(logits.to(torch.promote_types(logits.dtype, torch.float32)), dim=1)
    total = min(p.shape) if divisor == "rank" else len(p)
    return -torch.linalg.svdvals(p).sum() / total
