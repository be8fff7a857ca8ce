"""Attention of source samples by what they have in common with a batch of the target (web supervision, section 3.4)."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

INITIAL = ("identity", "zeros", "xavier")
NORMALISE = ("l2", "none")


class TargetAttention(nn.Module):
    """A bilinear similarity W and a temperature tau; weights of a source batch that sum to 1.

    e_ik = E(x_i) W E(x_k)^T,  s_i = sum of the T largest e_ik over k,  alpha_i = exp(s_i / tau) / sum_j exp(s_j / tau)

    dim: d of the embeddings. Choice, as the paper says none of it: `normalise` l2 gives embeddings the length 1 before
    W; W is the identity at the start (`initial`; or zeros, which weigh all alike, or xavier); gradients reach E through
    alpha unless `detach_embeddings`; tau, a buffer, is set by `calibrate` from the scores of the first batches.
    Raises ValueError for another word of `initial` or `normalise`.
    """

    def __init__(
        self, dim: int, *, initial: str = "identity", normalise: str = "l2", detach_embeddings: bool = False
    ) -> None:
        super().__init__()
        for name, value, known in (("initial", initial, INITIAL), ("normalise", normalise, NORMALISE)):
            if value not in known:
                raise ValueError(
                    f"attention {name}: {value!r} found, one of {', '.join(known)} wanted; see params.yaml"
                )
        self.normalise, self.detach_embeddings = normalise, detach_embeddings
        self.weight = nn.Parameter(torch.eye(dim) if initial == "identity" else torch.zeros(dim, dim))
        if initial == "xavier":
            nn.init.xavier_uniform_(self.weight)
        self.register_buffer("temperature", torch.ones(()))

    def scores(self, source: Tensor, target: Tensor, *, top_share: float) -> Tensor:
        """s_i: source (n, d), target (m, d) -> (n,); T = max(1, floor(top_share * m)).

        Raises ValueError unless 0 < top_share <= 1, and for an empty target.
        """
        if not 0 < top_share <= 1 or not len(target):
            raise ValueError(
                f"attention: top_share {top_share} of {len(target)} target samples found, a share above 0 and at most "
                "1 of one or more wanted; see params.yaml"
            )
        source, target = (self._prepared(part) for part in (source, target))
        count = max(1, math.floor(top_share * len(target) + 1e-9))  # 0.9 * 10 is a little less than 9 in floats
        return (source @ self.weight @ target.T).topk(count, dim=1).values.sum(dim=1)

    def forward(self, source: Tensor, target: Tensor, *, top_share: float) -> Tensor:
        """alpha: source (n, d), target (m, d) -> (n,), positive, sum 1. Raises ValueError as `scores`."""
        return (self.scores(source, target, top_share=top_share) / self.temperature).softmax(dim=0)

    def calibrate(self, scores: Tensor, *, deviations: float) -> None:
        """Sets tau to `deviations` standard deviations of scores (n,) of several batches.

        For about Gaussian scores the effective sample size of a batch is then N exp(-1 / deviations^2).
        Choice: scores that do not differ (W = 0) leave tau at 1. Raises ValueError unless deviations > 0.
        """
        if not deviations > 0:
            raise ValueError(f"temperature.deviations: {deviations} found, a number above 0 wanted; see params.yaml")
        spread = scores.detach().double().std(unbiased=False).item()
        self.temperature.fill_(deviations * spread if spread > 0 else 1.0)

    def _prepared(self, embeddings: Tensor) -> Tensor:
        kept = (embeddings.detach() if self.detach_embeddings else embeddings).to(self.weight.dtype)
        return functional.normalize(kept, dim=1) if self.normalise == "l2" else kept


def effective_sample_size(alpha: Tensor) -> Tensor:
    """1 / sum_i alpha_i^2 of weights (n,) that sum to 1: n where all are equal, 1 where one has all -> ()."""
    return 1 / alpha.square().sum()
