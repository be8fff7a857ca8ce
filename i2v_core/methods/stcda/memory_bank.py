"""The memory bank of STCDA: the latest features of every clip, to contrast with (section 4.2, after CMC)."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


class MemoryBank(nn.Module):
    """One row per clip: slot `video * segments + segment` of a video's position among all videos; in the state dict.

    Rows start uniform in +-sqrt(3 / dim), so that their expected squared length is 1 (CMC), and have length 1 once they
    were updated. momentum: share m of the old row that an update keeps. Choice: 0.5 as CMC; the paper gives none.
    Raises ValueError for a momentum outside [0, 1).
    """

    def __init__(self, *, videos: int, segments: int, dim: int, momentum: float = 0.5) -> None:
        super().__init__()
        if not 0 <= momentum < 1:
            raise ValueError(f"momentum: {momentum} found, a share in [0, 1) wanted; see params.yaml")
        self.videos, self.segments, self.momentum = videos, segments, momentum
        bound = math.sqrt(3 / dim)
        self.register_buffer("features", torch.empty(videos * segments, dim).uniform_(-bound, bound))

    def slots(self, videos: Tensor) -> Tensor:
        """Slots of the clips of videos: positions (n,) -> (n, S). Raises ValueError for a position outside the bank."""
        if len(videos) and not (videos.min() >= 0 and videos.max() < self.videos):
            raise ValueError(f"videos: {videos.min()} to {videos.max()} found, 0 to {self.videos - 1} wanted")
        return videos[:, None] * self.segments + torch.arange(self.segments, device=videos.device)

    def rows(self, slots: Tensor) -> Tensor:
        """Rows of slots of any shape: (...) -> (..., d), without gradient."""
        return self.features[slots]

    def update(self, slots: Tensor, features: Tensor) -> None:
        """row <- m row + (1 - m) f, scaled to length 1, f = feature / |feature|: slots (a,), features (a, d).

        A slot that occurs more than once moves once, by the mean of its f, so the order in a batch does not matter.
        Rows read before stay as they were, so scores taken of them keep their gradient.
        Raises ValueError for other shapes.
        """
        if slots.ndim != 1 or features.shape != (len(slots), self.features.shape[1]):
            shapes = f"{tuple(slots.shape)} and {tuple(features.shape)}"
            raise ValueError(f"slots, features: shapes {shapes} found, (a,) and (a, {self.features.shape[1]}) wanted")
        units = functional.normalize(features.detach().to(self.features.dtype), dim=1)
        different, place = slots.unique(return_inverse=True)
        shares = functional.one_hot(place, len(different)).to(units.dtype)
        with torch.autocast(units.device.type, enabled=False):
            means = (shares / shares.sum(dim=0)).T @ units
        moved = self.momentum * self.features[different] + (1 - self.momentum) * means
        updated = self.features.clone()
        updated[different] = functional.normalize(moved, dim=1)
        self.features = updated

    def draw(self, videos: Tensor, count: int, generator: torch.Generator) -> Tensor:
        """Slots of other videos than those given, uniform with repeats: positions (a,) -> (a, count).

        Raises ValueError if there is no other video.
        """
        others = (self.videos - 1) * self.segments
        if others == 0:
            raise ValueError("memory bank: 1 video found, 2 or more wanted to draw negatives from; add training videos")
        drawn = torch.randint(others, (len(videos), count), generator=generator, device=generator.device)
        drawn = drawn.to(videos.device)
        # Slots of a video are neighbours: all from its first on move up by their number.
        return torch.where(drawn >= videos[:, None] * self.segments, drawn + self.segments, drawn)
