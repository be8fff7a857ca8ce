"""What pretrained weights expect of their input, applied inside the model so that all data stay in [0, 1]."""

import torch
from torch import Tensor, nn

# Name: mean and standard deviation of R, G, B, for input in [0, 1]; "kinetics" maps it to [-1, 1].
STATISTICS: dict[str, tuple[tuple[float, ...], tuple[float, ...]]] = {
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "kinetics": ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5)),
}


class Normalisation(nn.Module):
    """(x - mean) / deviation per channel: (..., channels, h, w) -> the same shape; "none" gives x itself.

    The numbers are buffers, and move with the model, but are no part of the state dict.
    Raises ValueError for an unknown name, and for RGB statistics on other than 3 channels.
    """

    def __init__(self, name: str, *, channels: int = 3) -> None:
        super().__init__()
        if name != "none" and name not in STATISTICS:
            raise ValueError(f"normalisation: {name!r} found, one of {', '.join(STATISTICS)}, none wanted")
        if name != "none" and channels != 3:
            raise ValueError(f"normalisation: {name!r} is for 3 channels, {channels} found; 'none' wanted")
        mean, deviation = STATISTICS.get(name, ((), ()))
        # Numbers that all channels share are numbers: a last axis of three takes a CPU several times as long.
        self._shared = (mean[0], deviation[0]) if len(set(mean)) == len(set(deviation)) == 1 else None
        self.register_buffer("mean", torch.tensor(mean).reshape(-1, 1, 1), persistent=False)
        self.register_buffer("deviation", torch.tensor(deviation).reshape(-1, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        if self.mean.numel() == 0:
            return x
        mean, deviation = self._shared or (self.mean, self.deviation)
        return (x - mean).div_(deviation)
