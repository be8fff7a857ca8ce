"""The contrastive losses of STCDA on cosines: a clip against its video, the other view and corrupted clips, and a video
against the other view and corrupted videos.

Theta(a, b) = exp(cos(a, b) / temperature)                                                      STCDA, equation 3
Choice: temperature 0.07 as CMC; the paper gives none.
"""

import torch
from torch import Tensor
from torch.nn import functional


def clip_loss(
    to_video: Tensor,
    to_other_view: Tensor | None,
    to_others: Tensor,
    to_corrupted: Tensor,
    *,
    temperature: float = 0.07,
) -> Tensor:
    """Pulls a clip to its video and to its other view, away from other videos' clips and from corrupted clips.

    L = -mean_i log( P_i / (P_i + N_i) ),  P_i = Theta(v_i, V_i) + Theta(v_i, v_i'),
    N_i = sum_{j = 1 .. k} Theta(v_i, v_j') + sum_{j = 0 .. k} Theta(v_i, v_j^neg)            STCDA, equation 1
    v_i' is the clip in the other view, v_j' and v_j^neg are of k clips of other videos, v_0^neg is of the clip itself.
    Choice: the k + 1 terms v_j' in the printed denominator are the positive and k others, as in CMC and IIC; so it has
    1 + (k + 1) + (k + 1) terms.
    to_video, to_other_view (a,), to_others (a, k), to_corrupted (a, k + 1): cosines of a anchors; a >= 1
    -> () , > 0; log((2k + 3) / 2) where all cosines are equal.
    to_other_view None: there is one view alone; P_i = Theta(v_i, V_i) and v_j' are of the same view. Choice: the paper
    does not say what its RGB rows contrast with.
    Raises ValueError for other shapes or a temperature not above 0.
    """
    _check(temperature, {"to_video": to_video, "to_other_view": to_other_view}, {"to_others": to_others}, to_video)
    if to_corrupted.shape != (len(to_others), to_others.shape[1] + 1):
        wanted = (len(to_others), to_others.shape[1] + 1)
        raise ValueError(f"to_corrupted: shape {tuple(to_corrupted.shape)} found, {wanted} wanted")
    positives = [to_video] if to_other_view is None else [to_video, to_other_view]
    return _softmax_loss(torch.stack(positives, dim=1), torch.cat([to_others, to_corrupted], dim=1), temperature)


def video_loss(
    to_other_view: Tensor, to_corrupted: Tensor, to_others: Tensor | None = None, *, temperature: float = 0.07
) -> Tensor:
    """Pulls a video to its other view, away from its corrupted copies.

    L = -mean_i log( Theta(V_i, V_i') / (Theta(V_i, V_i') + sum_{j = 1 .. q} Theta(V_i, V_ij^neg)) )  STCDA, equation 2
    Choice: the sum runs over all q corrupted copies; the paper prints one.
    to_other_view (n,), to_corrupted (n, q): cosines of n videos; n, q >= 1
    -> () , > 0; log(1 + q) where all cosines are equal.
    to_others (n, k): cosines with other videos as k more negatives. The paper has none.
    Raises ValueError for other shapes or a temperature not above 0.
    """
    matrices = {"to_corrupted": to_corrupted, "to_others": to_others}
    _check(temperature, {"to_other_view": to_other_view}, matrices, to_other_view)
    negatives = to_corrupted if to_others is None else torch.cat([to_corrupted, to_others], dim=1)
    return _softmax_loss(to_other_view[:, None], negatives, temperature)


def cosines(anchors: Tensor, rows: Tensor) -> Tensor:
    """Cosines of all pairs, in 32 bits at least: (a, d), (r, d) -> (a, r)."""
    left, right = (functional.normalize(_precise(x), dim=1) for x in (anchors, rows))
    with torch.autocast(left.device.type, enabled=False):  # at this temperature 16 bits would shift the loss
        return left @ right.T


def paired_cosines(left: Tensor, right: Tensor) -> Tensor:
    """Cosines of rows with the same number, in 32 bits at least: twice (a, d) -> (a,)."""
    return functional.cosine_similarity(_precise(left), _precise(right), dim=1)


def _precise(x: Tensor) -> Tensor:
    return x.to(torch.promote_types(x.dtype, torch.float32))


def _softmax_loss(positives: Tensor, negatives: Tensor, temperature: float) -> Tensor:
    """-mean log of the positives' share of all exp(cosine / temperature): (a, p), (a, q) -> ()."""
    positives, negatives = _precise(positives) / temperature, _precise(negatives) / temperature
    ratio = negatives.logsumexp(dim=1) - positives.logsumexp(dim=1)
    # log(1 + N / P): keeps its digits where the share is nearly 1, and cannot overflow.
    return torch.logaddexp(ratio, torch.zeros_like(ratio)).mean()


def _check(
    temperature: float, rows: dict[str, Tensor | None], matrices: dict[str, Tensor | None], first: Tensor
) -> None:
    for name, found in rows.items():
        if found is not None and (found.ndim != 1 or len(found) == 0 or found.shape != first.shape):
            raise ValueError(f"{name}: shape {tuple(found.shape)} found, (n,) with the same n >= 1 wanted")
    for name, found in matrices.items():
        if found is not None and (found.ndim != 2 or len(found) != len(first) or found.shape[1] == 0):
            raise ValueError(f"{name}: shape {tuple(found.shape)} found, ({len(first)}, k) with k >= 1 wanted")
    if not temperature > 0:
        raise ValueError(f"temperature: {temperature} found, a number above 0 wanted; see params.yaml")
