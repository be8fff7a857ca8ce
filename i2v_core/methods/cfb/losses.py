"""The losses of CFB: frame-wise, video-wise and pace classification, and frame logits from those of time steps."""

import torch
from torch import Tensor
from torch.nn import functional


def frame_loss(logits: Tensor, labels: Tensor, *, reduction: str = "mean", form: str = "ce") -> Tensor:
    """Each frame of a video is to tell its class.

    L_loc = 1/n sum_i sum_k CE(logits_ik, y_i)                             CFB, equation 2
    reduction: `mean` divides by the number of frames too, `sum` does not. Choice: the mean, as ST-I2V's code; it only
    rescales lambda_1, which is 1 there. form: as in `video_loss`.
    logits (n, frames, k), labels int64 (n,)    ->  ()
    Raises ValueError for another shape, reduction or form.
    """
    _check(logits, labels, "(n, frames, k)")
    if reduction not in ("mean", "sum"):
        raise ValueError(f"reduction: {reduction!r} found, 'mean' or 'sum' wanted; see params.yaml")
    frames = logits.shape[1]
    loss = _classification(logits.flatten(0, 1), labels.repeat_interleave(frames), form)
    return loss if reduction == "mean" else loss * frames


def video_loss(logits: Tensor, labels: Tensor, *, form: str = "ce") -> Tensor:
    """The mean of a video's frame logits is to tell its class.

    L = 1/n sum_i CE(1/K sum_k logits_ik, y_i)                             CFB, equations 3 and 4, one branch each
    form: `ce`, cross-entropy (paper), or `bce`, as ST-I2V's code: binary cross-entropy of each class against the
    one-hot label, averaged over classes.
    logits (n, frames, k), labels int64 (n,)    ->  ()
    Raises ValueError for another shape or form.
    """
    _check(logits, labels, "(n, frames, k)")
    return _classification(logits.mean(dim=1), labels, form)


def pace_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy of the predicted pace; label 0 is pace 1.

    L_vc = 1/n sum_i CE(logits_i, pace_i)                                  CFB, equation 5
    logits (n, paces), labels int64 (n,)    ->  () , log(paces) if nothing can be told. Raises ValueError for a shape.
    """
    _check(logits, labels, "(n, paces)")
    return functional.cross_entropy(logits, labels)


def upsample(logits: Tensor, *, frames: int) -> Tensor:
    """Logits of `frames` frames from those of fewer time steps, by linear interpolation between the steps' centres.

    Frame k lies at (k + 1/2) steps / frames - 1/2, and beyond the first and last centre the value stays (align_corners
    off, as ST-I2V's code). Where frames is a multiple of steps, the mean over frames is that over steps.
    logits (n, steps, k)    ->  (n, frames, k)
    """
    steps = torch.eye(logits.shape[1], dtype=logits.dtype, device=logits.device)
    shares = functional.interpolate(steps[None], size=frames, mode="linear", align_corners=False)[0]  # (steps, frames)
    # Interpolating the logits themselves has no deterministic gradient on a GPU.
    return (logits[:, :, None] * shares[None, :, :, None]).sum(dim=1)


def _classification(logits: Tensor, labels: Tensor, form: str) -> Tensor:
    if form == "ce":
        return functional.cross_entropy(logits, labels)
    if form == "bce":
        wanted = functional.one_hot(labels, logits.shape[1]).to(logits.dtype)
        return functional.binary_cross_entropy_with_logits(logits, wanted)
    raise ValueError(f"form: {form!r} found, 'ce' or 'bce' wanted; see params.yaml")


def _check(logits: Tensor, labels: Tensor, wanted: str) -> None:
    if logits.ndim != wanted.count(",") + 1 or 0 in logits.shape or labels.shape != logits.shape[:1]:
        shapes = f"{tuple(logits.shape)} and {tuple(labels.shape)}"
        raise ValueError(f"logits, labels: shapes {shapes} found, {wanted} and (n,) wanted, none of them empty")
