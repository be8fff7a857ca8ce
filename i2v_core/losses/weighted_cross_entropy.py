"""Cross entropy of samples that count unlike."""

from torch import Tensor
from torch.nn import functional


def weighted_cross_entropy(logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    """L = sum_i alpha_i CE(logits_i, labels_i)                                web supervision, equation 2

    logits (n, k), labels int64 (n,), weights alpha (n,) that sum to 1    ->  () , the mean where all alpha are 1 / n
    Choice: a sum; the paper writes an expectation, but with weights that sum to 1 a mean would make this term n times
    smaller beside the domain loss. Raises ValueError if numbers of rows differ.
    """
    if not len(logits) == len(labels) == len(weights):
        found = (len(logits), len(labels), len(weights))
        raise ValueError(f"weighted cross entropy: {found} logits, labels and weights found, as many of each wanted")
    return (weights * functional.cross_entropy(logits, labels, reduction="none")).sum()
