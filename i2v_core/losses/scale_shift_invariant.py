"""Losses on relative inverse depth, whose scale and shift mean nothing."""

import torch
from torch import Tensor


def scale_shift_invariant(
    predicted: Tensor,
    true: Tensor,
    valid: Tensor,
    *,
    residual: str = "absolute",
    gradient_weight: float = 0.5,
    scales: int = 4,
) -> Tensor:
    """What is left between two inverse depths after the best scale and shift of each image, and of its gradients.

    L = mean over images of 1 / (2 M) sum_i rho(R_i) + gradient_weight * sum_k 1 / M_k sum_i (|dx R_i^k| + |dy R_i^k|)
    R = s d + t - d*;  rho(x) = |x| or x^2;  R^k is every 2^k-th row and column of R, k = 0 .. scales - 1
    MiDaS (Ranftl et al. 2020), scale- and shift-invariant loss and gradient matching, the weight 0.5 and 4 scales too;
    d predicted, d* true, s and t as `scale_and_shift` says, M valid pixels.
    Choice: M_k counts the valid pixels of its own scale. An image without valid pixels adds 0.
    predicted, true (n, h, w) floating, larger is nearer; valid (n, h, w) bool    ->  () , >= 0
    Raises ValueError if the shapes differ or `residual` is neither "absolute" nor "squared".
    """
    if not (predicted.ndim == 3 and predicted.shape == true.shape == valid.shape):
        shapes = [tuple(x.shape) for x in (predicted, true, valid)]
        raise ValueError(f"predicted, true, valid: shapes {shapes} found, three times (n, h, w) wanted")
    if residual not in ("absolute", "squared"):
        raise ValueError(f"residual: {residual!r} found, 'absolute' or 'squared' wanted")
    predicted, true = (x.to(torch.promote_types(x.dtype, torch.float32)) for x in (predicted, true))
    weights = valid.to(predicted.dtype)
    true = torch.where(valid, true, 0)  # what is not valid may be anything, infinite too
    scale, shift = scale_and_shift(predicted, true, valid)
    rest = weights * (scale[:, None, None] * predicted + shift[:, None, None] - true)
    values = rest.abs() if residual == "absolute" else rest.square()
    data = values.sum(dim=(1, 2)) / (2 * weights.sum(dim=(1, 2)).clamp(min=1))
    gradients = sum(_gradients(rest[:, :: 2**k, :: 2**k], weights[:, :: 2**k, :: 2**k]) for k in range(scales))
    return (data + gradient_weight * gradients).mean()


def scale_and_shift(predicted: Tensor, true: Tensor, valid: Tensor) -> tuple[Tensor, Tensor]:
    """Scale s and shift t of each image that bring `predicted` to `true` with least squares, each (n,).

    s = |cov(d, d*)| / var(d),  t = mean(d*) - s mean(d), over valid pixels: MiDaS's fit in closed form; 0 and mean(d*)
    where `predicted` is constant. Deviation: the covariance's absolute value, since with its sign a map turned inside
    out, far for near, fits as well as the right one, and nothing tells the network which to learn.
    predicted, true, valid: as in `scale_shift_invariant`.
    """
    weights = valid.to(predicted.dtype)
    count = weights.sum(dim=(1, 2)).clamp(min=1)
    mean, goal = ((weights * x).sum(dim=(1, 2)) / count for x in (predicted, true))
    off, wanted = weights * (predicted - mean[:, None, None]), weights * (true - goal[:, None, None])
    variance = off.square().sum(dim=(1, 2))
    is_flat = variance <= (4 * torch.finfo(predicted.dtype).eps) ** 2 * count * mean.square()
    scale = torch.where(is_flat, 0, (off * wanted).sum(dim=(1, 2)).abs() / torch.where(is_flat, 1, variance))
    return scale, goal - scale * mean


def _gradients(rest: Tensor, weights: Tensor) -> Tensor:
    across = (rest[:, :, 1:] - rest[:, :, :-1]).abs() * weights[:, :, 1:] * weights[:, :, :-1]
    down = (rest[:, 1:] - rest[:, :-1]).abs() * weights[:, 1:] * weights[:, :-1]
    return (across.sum(dim=(1, 2)) + down.sum(dim=(1, 2))) / weights.sum(dim=(1, 2)).clamp(min=1)
