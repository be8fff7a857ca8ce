"""Telling two domains apart."""

import torch
from torch import Tensor
from torch.nn import functional


def domain_cross_entropy(logits_src: Tensor, logits_tgt: Tensor) -> Tensor:
    """Cross entropy of a domain classifier: source is class 0, target class 1.

    L = -1/(n + m) * (sum_i log softmax(logits_src_i)[0] + sum_j log softmax(logits_tgt_j)[1])
    CycDA, stage 1, the adversarial term. The discriminator minimises it; behind `reverse_gradient` the features
    maximise it. Deviation: the sign printed in the paper is that of a log-likelihood; this is its negative.
    logits_src (n, 2), logits_tgt (m, 2); n, m >= 1    ->  () , log 2 if the classifier cannot tell
    Raises ValueError if a side has no row or another width.
    """
    for name, logits in (("logits_src", logits_src), ("logits_tgt", logits_tgt)):
        if logits.ndim != 2 or logits.shape[0] == 0 or logits.shape[1] != 2:
            raise ValueError(f"{name}: shape {tuple(logits.shape)} found, (n, 2) with n >= 1 wanted")
    labels = torch.cat([logits_src.new_zeros(len(logits_src)), logits_tgt.new_ones(len(logits_tgt))])
    return functional.cross_entropy(torch.cat([logits_src, logits_tgt]), labels.long())


def binary_domain_loss(logits_first: Tensor, logits_second: Tensor) -> Tensor:
    """Binary cross entropy of a discriminator D between two domains: the first is 1, the second 0.

    L = -(E[log D(x_first)] + E[log(1 - D(x_second))]),  D = sigmoid of the logit      web supervision, equation 1
    The negative of each printed L^I, L^V, L^B, which D maximises: D minimises this; behind `reverse_gradient` the
    encoder maximises it. logits (n,) or (n, 1), n >= 1 on both sides    ->  () , 2 log 2 if D cannot tell
    Raises ValueError if a side has no row or other columns.
    """
    for name, logits in (("logits_first", logits_first), ("logits_second", logits_second)):
        if logits.ndim not in (1, 2) or logits.shape[0] == 0 or logits.numel() != logits.shape[0]:
            raise ValueError(f"{name}: shape {tuple(logits.shape)} found, (n,) or (n, 1) with n >= 1 wanted")
    # -log sigmoid(z) = softplus(-z), -log(1 - sigmoid(z)) = softplus(z)
    return functional.softplus(-logits_first).mean() + functional.softplus(logits_second).mean()
