"""How well inner products of two networks' outputs say which samples are of one class (DIVAFN, equations 1 to 6)."""

import torch
from torch import Tensor
from torch.nn import functional


def pair_likelihood(
    left: Tensor, labels_left: Tensor, right: Tensor, labels_right: Tensor, *, rows_per_block: int = 1024
) -> Tensor:
    """Negative log-likelihood of "same class or not" over all pairs of a row on the left and one on the right.

    L = sum_ij softplus(Theta_ij) - M_ij Theta_ij,  Theta = left right^T / 2                 DIVAFN, equations 1 to 3
    M_ij = 1 where the labels are equal, else 0; since softplus(x) - x = softplus(-x), a pair adds softplus(-Theta) or
    softplus(Theta), which neither overflows nor cancels. The gradient in Theta is sigmoid(Theta) - M.
    Deviation: equations 4 to 6 print -((M - 1) Theta - log(1 + exp(Theta))), which is not the likelihood of 1 to 3: it
    falls without bound as Theta does, for pairs of one class too. With exp(-Theta) it is what stands here.
    left (n, d), right (m, d), labels (n,), (m,); n != m is allowed
    ->  () , float64, >= 0; n m log 2 where all products are 0.
    rows_per_block: rows of Theta at a time, for memory alone. 16-bit features are compared in 32 bits.
    Raises ValueError if the shapes do not fit.
    """
    fits = left.ndim == right.ndim == 2 and left.shape[1] == right.shape[1]
    if not (fits and labels_left.shape == left.shape[:1] and labels_right.shape == right.shape[:1]):
        shapes = [tuple(x.shape) for x in (left, labels_left, right, labels_right)]
        raise ValueError(f"left, labels, right, labels: shapes {shapes} found, (n, d), (n,), (m, d), (m,) wanted")
    with torch.autocast(left.device.type, enabled=False):
        left, right = (x.to(torch.promote_types(x.dtype, torch.float32)) for x in (left, right))
        total = left.new_zeros((), dtype=torch.float64)
        for rows, labels in zip(left.split(rows_per_block), labels_left.split(rows_per_block), strict=True):
            theta = rows @ right.T / 2
            is_same = labels[:, None] == labels_right
            total = total + functional.softplus(torch.where(is_same, -theta, theta)).sum(dtype=torch.float64)
    return total
