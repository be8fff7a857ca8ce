"""Distance of two feature distributions under several Gaussian kernels, and the kernels and estimator it is made of."""

import torch
from torch import Tensor

EXPONENTS = (-3, -2, -1, 0, 1)
SMALLEST_MEAN = 1e-30  # below it float32 gradients overflow; the rows then count as equal


def multi_kernel_mmd(features_src: Tensor, features_tgt: Tensor) -> Tensor:
    """Squared maximum mean discrepancy of two domains, unbiased, with a sum of five Gaussian kernels.

    L = 1/(n (n - 1)) sum_{i != j} k(s_i, s_j) + 1/(m (m - 1)) sum_{i != j} k(t_i, t_j) - 2/(n m) sum_{i, j} k(s_i, t_j)
    k = `kernel_sum` of the joint batch                                  Long et al. 2015 (DAN), multi-kernel MMD
    Choice: all kernels count equally and all pairs enter; the paper also optimises the kernels' weights and estimates
    in linear time.
    features_src (n, d), features_tgt (m, d); n, m >= 2    ->  () ; its mean over batches is 0 where the distributions
    agree, so single batches fall below 0. 16-bit features are compared in 32 bits.
    Raises ValueError if the widths differ or a side has fewer than two rows.
    """
    check_sides(features_src, features_tgt)
    return unbiased_discrepancy(kernel_sum(torch.cat([features_src, features_tgt])), len(features_src))


def kernel_sum(rows: Tensor, *, sigma: float | None = None) -> Tensor:
    """Gaussian kernels between all pairs of rows: (n, d) -> (n, n), 1 on the diagonal for one kernel, 5 for five.

    k = sum_u exp(-d^2 / (2 sigma_u^2)),  sigma_u^2 = 2^u mean(d^2),  u = -3 .. 1
    The mean runs over all n^2 pairs and is held fixed in the gradient, so k does not change if all rows are scaled.
    Equal rows have k = 5 and no gradient. sigma: one kernel of this fixed width in place of the five.
    """
    rows = rows.to(torch.promote_types(rows.dtype, torch.float32))
    # Differences, not products of rows: exact zeros for equal rows, and no matrix product that autocast would shorten.
    squares = (rows[:, None] - rows[None]).square().sum(dim=2)
    if sigma is not None:
        return torch.exp(-squares / (2 * sigma**2))
    mean = squares.detach().mean()
    mean = torch.where(mean > SMALLEST_MEAN, mean, torch.ones_like(mean))
    return torch.stack([torch.exp(-squares / (2 * 2.0**u * mean)) for u in EXPONENTS]).sum(dim=0)


def unbiased_discrepancy(kernel: Tensor, count_src: int) -> Tensor:
    """The estimator above, from the kernel (n + m, n + m) of the joint batch whose first n rows are the source."""
    n, m = count_src, len(kernel) - count_src
    within_src, within_tgt, between = kernel[:n, :n], kernel[n:, n:], kernel[:n, n:]
    src = (within_src.sum() - within_src.diagonal().sum()) / (n * (n - 1))
    tgt = (within_tgt.sum() - within_tgt.diagonal().sum()) / (m * (m - 1))
    return src + tgt - 2 * between.mean()


def check_sides(features_src: Tensor, features_tgt: Tensor) -> None:
    """Raises ValueError unless these are (n, d) and (m, d) with n, m >= 2."""
    for name, features in (("features_src", features_src), ("features_tgt", features_tgt)):
        if features.ndim != 2 or len(features) < 2:
            raise ValueError(
                f"{name}: shape {tuple(features.shape)} found, (n, d) with n >= 2 wanted; raise batch_size"
            )
    if features_src.shape[1] != features_tgt.shape[1]:
        shapes = f"{tuple(features_src.shape)} and {tuple(features_tgt.shape)}"
        raise ValueError(f"features_src, features_tgt: shapes {shapes} found, (n, d) and (m, d) wanted")
