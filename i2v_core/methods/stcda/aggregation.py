"""From the features of a video's clips to the feature of the video: mean, concatenation, or a recurrent net."""

from torch import Tensor, nn

KINDS = ("mean", "concat", "gru")


class Mean(nn.Module):
    """Mean over the clips: (n, S, d) -> (n, d). The order of the clips is lost."""

    uses_order = False

    def forward(self, clips: Tensor) -> Tensor:
        return clips.mean(dim=1)


class Concat(nn.Module):
    """A fully connected layer on the clips side by side: (n, S, d) -> (n, d)."""

    uses_order = True

    def __init__(self, dim: int, segments: int) -> None:
        super().__init__()
        self.reduction = nn.Linear(segments * dim, dim)

    def forward(self, clips: Tensor) -> Tensor:
        return self.reduction(clips.flatten(1))


class Recurrent(nn.Module):
    """Gated recurrent units over the clips, the last output: (n, S, d) -> (n, d)."""

    uses_order = True

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.units = nn.GRU(dim, dim, batch_first=True)

    def forward(self, clips: Tensor) -> Tensor:
        return self.units(clips)[0][:, -1]


def make_aggregator(kind: str, *, dim: int, segments: int) -> nn.Module:
    """The aggregation V of clip features v (STCDA, table 6a): a module (n, segments, dim) -> (n, dim).

    kind: "mean", "concat" (one fully connected layer) or "gru" (`dim` hidden units, 512 in the paper; one layer; its
    best). Its attribute `uses_order` tells whether V depends on the order of the clips.
    Raises ValueError for another kind.
    """
    if kind == "mean":
        return Mean()
    if kind == "concat":
        return Concat(dim, segments)
    if kind == "gru":
        return Recurrent(dim)
    raise ValueError(f"aggregator: {kind!r} found, one of {', '.join(KINDS)} wanted; see params.yaml")
