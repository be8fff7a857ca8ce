"""Distance of two joint distributions of several layers."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from i2v_core.losses.multi_kernel_mmd import check_sides, kernel_sum, unbiased_discrepancy


def joint_mmd(
    layers_src: Sequence[Tensor], layers_tgt: Sequence[Tensor], *, sigmas: Sequence[float | None] = (None, 0.92)
) -> Tensor:
    """Squared maximum mean discrepancy of the layers' joint distributions, unbiased.

    L as in `multi_kernel_mmd`, with the kernel k(x, y) = prod_l k_l(x_l, y_l) over layers l    Long et al. 2017 (JAN)
    sigmas: for each layer None (the sum of five kernels) or the fixed width of one kernel. The default is for features
    and softmax outputs. Choice: 0.92 as in the usual implementations; the paper gives no width.
    layers_src: (n, d_l) each, layers_tgt: (m, d_l) each; n, m >= 2    ->  () ; can be below 0, as `multi_kernel_mmd`
    Raises ValueError if the numbers of layers, rows or widths do not fit.
    """
    if not 0 < len(layers_src) == len(layers_tgt) == len(sigmas):
        raise ValueError(
            f"layers_src, layers_tgt, sigmas: {len(layers_src)}, {len(layers_tgt)}, {len(sigmas)} layers found, "
            "the same number wanted, at least one"
        )
    rows = [(len(layer_src), len(layer_tgt)) for layer_src, layer_tgt in zip(layers_src, layers_tgt, strict=True)]
    if len(set(rows)) > 1:
        raise ValueError(f"layers: {rows} rows of (source, target) found, the same for each layer wanted")
    kernels = []
    for layer_src, layer_tgt, sigma in zip(layers_src, layers_tgt, sigmas, strict=True):
        check_sides(layer_src, layer_tgt)
        kernels.append(kernel_sum(torch.cat([layer_src, layer_tgt]), sigma=sigma))
    return unbiased_discrepancy(math.prod(kernels), len(layers_src[0]))
