"""Minimum class confusion: predictions that leave few pairs of classes mixed up."""

import torch
from torch import Tensor
from torch.nn import functional


def minimum_class_confusion(logits: Tensor, *, temperature: float = 2.5, weighted: bool = True) -> Tensor:
    """Share of class pairs that the predictions of a batch confuse.

    p = softmax(g / temperature);  w_i proportional to 1 + exp(-H(p_i));  M = p^T diag(w) p, rows divided by their sums
    L = (sum M - trace M) / k                                              Jin et al. 2020 (MCC); temperature theirs
    The weights w (sure rows count more) are held fixed in the gradient; weighted=False: all alike, as ST-I2V's code.
    Since rows of p sum to 1, L = 1 - mean_c sum_i a_ic p_ic with a_ic = w_i p_ic / sum_j w_j p_jc, a softmax over
    rows: no k x k matrix, no division, and a class that nobody predicts counts as fully confused (the limit).
    logits (n, k), n >= 1    ->  () in [0, 1 - 1/k]; 0 if rows are sure and every class occurs. A single row gives
    1 - 1/k whatever it says. 16-bit logits are compared in 32 bits.
    Raises ValueError for another shape or a temperature not above 0.
    """
    if logits.ndim != 2 or 0 in logits.shape:
        raise ValueError(f"logits: shape {tuple(logits.shape)} found, (n, k) with n, k >= 1 wanted")
    if not temperature > 0:
        raise ValueError(f"temperature: {temperature} found, a number above 0 wanted; see params.yaml")
    logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
    log_p = functional.log_softmax(logits / temperature, dim=1)
    p = log_p.exp()
    log_joint = log_p
    if weighted:
        entropy = -(p * log_p).sum(dim=1, keepdim=True)
        log_joint = log_p + functional.softplus(-entropy).detach()  # log(1 + exp(-H))
    return 1 - (functional.softmax(log_joint, dim=0) * p).sum(dim=0).mean()
