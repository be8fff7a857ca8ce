"""I3D: Inception-v1 inflated to three dimensions (Carreira and Zisserman 2017), from the published table of layers.

The state dict has the keys of the public pytorch-i3d project, so that its weight files load as they are; see
`i3d_checkpoints` for the other public layout.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from i2v_core.models.normalisation import Normalisation

Triple = tuple[int, int, int]

# Name: (channels out, kernel, stride). Every convolution has batch normalisation and ReLU, and no bias.
CONVOLUTIONS: dict[str, tuple[int, Triple, Triple]] = {
    "Conv3d_1a_7x7": (64, (7, 7, 7), (2, 2, 2)),
    "Conv3d_2b_1x1": (64, (1, 1, 1), (1, 1, 1)),
    "Conv3d_2c_3x3": (192, (3, 3, 3), (1, 1, 1)),
}
# Name: (kernel, stride).
POOLS: dict[str, tuple[Triple, Triple]] = {
    "MaxPool3d_2a_3x3": ((1, 3, 3), (1, 2, 2)),
    "MaxPool3d_3a_3x3": ((1, 3, 3), (1, 2, 2)),
    "MaxPool3d_4a_3x3": ((3, 3, 3), (2, 2, 2)),
    "MaxPool3d_5a_2x2": ((2, 2, 2), (2, 2, 2)),
}
# Pools that shrink time, with the stride of ST-I2V's public code, which keeps all steps behind them: T' = T / 2.
KEPT_TIME = {"MaxPool3d_4a_3x3": (1, 2, 2), "MaxPool3d_5a_2x2": (1, 2, 2)}
# Name: channels of 1x1 | 1x1 -> 3x3 | 1x1 -> 3x3 | pool -> 1x1; the outputs of the four branches are joined.
MIXED: dict[str, tuple[int, int, int, int, int, int]] = {
    "Mixed_3b": (64, 96, 128, 16, 32, 32),
    "Mixed_3c": (128, 128, 192, 32, 96, 64),
    "Mixed_4b": (192, 96, 208, 16, 48, 64),
    "Mixed_4c": (160, 112, 224, 24, 64, 64),
    "Mixed_4d": (128, 128, 256, 24, 64, 64),
    "Mixed_4e": (112, 144, 288, 32, 64, 64),
    "Mixed_4f": (256, 160, 320, 32, 128, 128),
    "Mixed_5b": (256, 160, 320, 32, 128, 128),
    "Mixed_5c": (384, 192, 384, 48, 128, 128),
}
# The order of the units: 1a, 2a, 2b, ..., 5c. No two units share a number and letter.
UNITS = tuple(sorted([*CONVOLUTIONS, *POOLS, *MIXED], key=lambda name: name.split("_")[1]))


def same_padding(size: int, kernel: int, stride: int) -> tuple[int, int]:
    """Cells before and after an axis that give ceil(size / stride) outputs, an odd one after (TensorFlow's SAME)."""
    total = max(kernel - (size % stride or stride), 0)
    return total // 2, total - total // 2


def scaled(channels: int, width: float) -> int:
    """channels * width, rounded (halves up) to a multiple of 4, at least 4; width 1 leaves every count as it is."""
    return max(4, 4 * int(channels * width / 4 + 0.5))


class Unit(nn.Module):
    """Convolution with SAME padding, batch normalisation, ReLU: (n, c, t, h, w) -> (n, c', t', h', w')."""

    def __init__(
        self, channels_in: int, channels_out: int, kernel: Triple = (1, 1, 1), stride: Triple = (1, 1, 1)
    ) -> None:
        super().__init__()
        self.conv3d = nn.Conv3d(channels_in, channels_out, kernel, stride, bias=False)
        self.bn = nn.BatchNorm3d(channels_out, eps=1e-3)  # the epsilon of the public weights

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(self.bn(self._convolved(x)), inplace=True)

    def _convolved(self, x: Tensor) -> Tensor:
        kernel, stride = self.conv3d.kernel_size, self.conv3d.stride
        if kernel == (1, 1, 1):
            # A linear map of each cell: as a matrix product it keeps channels last, which the convolution would undo.
            return functional.linear(x.movedim(1, -1), self.conv3d.weight.flatten(1)).movedim(-1, 1)
        pads = [same_padding(*axis) for axis in zip(x.shape[2:], kernel, stride, strict=True)]
        padding = [before for before, _ in pads]
        if any(before != after for before, after in pads):
            x = functional.pad(x, [cells for pair in reversed(pads) for cells in pair])
            padding = [0, 0, 0]
        return functional.conv3d(x, self.conv3d.weight, stride=stride, padding=padding)


class Pool(nn.Module):
    """Maximum with SAME padding: (n, c, t, h, w) -> (n, c, t', h', w').

    `ceil_mode` completes the last window, which is the odd padding cell after the axis; at stride 1 no window is cut
    off, and the cell is there for real. Padding is ignored by the maximum, as in TensorFlow; ports that pad with zeros
    give the same, for inputs here come out of a ReLU.
    """

    def __init__(self, kernel: Triple, stride: Triple) -> None:
        super().__init__()
        self.kernel, self.stride = kernel, stride

    def forward(self, x: Tensor) -> Tensor:
        pads = [same_padding(*axis) for axis in zip(x.shape[2:], self.kernel, self.stride, strict=True)]
        behind = [
            after - before if stride == 1 else 0 for (before, after), stride in zip(pads, self.stride, strict=True)
        ]
        if any(behind):
            x = functional.pad(x, [cells for count in reversed(behind) for cells in (0, count)], value=-torch.inf)
        return functional.max_pool3d(x, self.kernel, self.stride, [before for before, _ in pads], ceil_mode=True)


class Mixed(nn.Module):
    """Inception block of four branches: (n, c, t, h, w) -> (n, sum of the branches' channels, t, h, w)."""

    def __init__(self, channels_in: int, channels: tuple[int, ...]) -> None:
        super().__init__()
        self.b0 = Unit(channels_in, channels[0])
        self.b1a = Unit(channels_in, channels[1])
        self.b1b = Unit(channels[1], channels[2], (3, 3, 3))
        self.b2a = Unit(channels_in, channels[3])
        self.b2b = Unit(channels[3], channels[4], (3, 3, 3))
        self.b3a = Pool((3, 3, 3), (1, 1, 1))
        self.b3b = Unit(channels_in, channels[5])

    def forward(self, x: Tensor) -> Tensor:
        branches = [self.b0(x), self.b1b(self.b1a(x)), self.b2b(self.b2a(x)), self.b3b(self.b3a(x))]
        return torch.cat(branches, dim=1)


class I3D(nn.Module):
    """The whole network, for clips of any length and size.

    classes: outputs of the classifier; None leaves the classifier out.
    in_channels: 3 for RGB in [0, 1]; 2 for flow, already scaled to [-1, 1] (normalisation "none").
    width: factor on all channel counts, see `scaled`. dropout: before the classifier; 0.5 in the public code.
    normalisation: "kinetics" maps [0, 1] to [-1, 1], what the public weights were trained on.
    statistics_momentum: share of a batch in the running statistics of batch normalisation; 0.01 in the public code.
    Training of a few hundred steps from random weights needs 0.1 or more: else the statistics lag behind in each of 21
    layers in a row, and evaluation fails where training goes well.
    temporal_stride: "original", or "st_i2v" for one step in time per two frames (weights are the same).
    Choice: PyTorch's default initial weights, as both public ports have.
    """

    def __init__(
        self,
        *,
        classes: int | None = 400,
        in_channels: int = 3,
        width: float = 1.0,
        dropout: float = 0.5,
        normalisation: str = "kinetics",
        statistics_momentum: float = 0.01,
        temporal_stride: str = "original",
    ) -> None:
        super().__init__()
        if temporal_stride not in ("original", "st_i2v"):
            raise ValueError(f"temporal_stride: {temporal_stride!r} found, 'original' or 'st_i2v' wanted")
        if not width > 0:
            raise ValueError(f"width: {width} found, a number above 0 wanted; see params.yaml")
        self.in_channels = in_channels
        self.normalisation = Normalisation(normalisation, channels=in_channels)
        channels = in_channels
        for name in UNITS:
            if name in POOLS:
                kernel, stride = POOLS[name]
                stride = KEPT_TIME.get(name, stride) if temporal_stride == "st_i2v" else stride
                self.add_module(name, Pool(kernel, stride))
            elif name in CONVOLUTIONS:
                channels_out, kernel, stride = CONVOLUTIONS[name]
                self.add_module(name, Unit(channels, scaled(channels_out, width), kernel, stride))
                channels = scaled(channels_out, width)
            else:
                branches = tuple(scaled(count, width) for count in MIXED[name])
                self.add_module(name, Mixed(channels, branches))
                channels = branches[0] + branches[2] + branches[4] + branches[5]
        for module in self.modules():
            if isinstance(module, nn.BatchNorm3d):
                module.momentum = statistics_momentum
        self.feature_dim = channels
        self._fixed: tuple[str, ...] = ()
        if classes is not None:
            self.dropout = nn.Dropout(dropout)
            self.logits = nn.ModuleDict({"conv3d": nn.Conv3d(channels, classes, 1)})

    def endpoints(self, clip: Tensor) -> dict[str, Tensor]:
        """Activations (n, c, t', h', w') after each of `UNITS`, by name; clip as in `features`."""
        found, x = {}, self._enter(clip)
        for name in UNITS:
            x = found[name] = self.get_submodule(name)(x)
        return found

    def maps(self, clip: Tensor) -> Tensor:
        """Activations after Mixed_5c: (n, t, c, h, w), c = `in_channels` -> (n, `feature_dim`, t', h', w').

        Raises ValueError for another shape.
        """
        x = self._enter(clip)
        for name in UNITS:
            x = self.get_submodule(name)(x)
        return x

    def features(self, clip: Tensor) -> Tensor:
        """Mean of Mixed_5c over time and space: (n, t, c, h, w), c = `in_channels` -> (n, `feature_dim`).

        Raises ValueError for another shape.
        """
        return self.maps(clip).mean(dim=(2, 3, 4))

    def steps(self, clip: Tensor) -> Tensor:
        """Mean of Mixed_5c over space alone: (n, t, c, h, w) -> (n, t', `feature_dim`)."""
        return self.maps(clip).mean(dim=(3, 4)).transpose(1, 2)

    def forward(self, clip: Tensor) -> Tensor:
        """Class logits: (n, t, c, h, w) -> (n, classes).

        Mean over space, mean of each two neighbouring steps in time, dropout, linear map, mean over time. On clips of
        64 x 224 x 224 px (Mixed_5c: 8 x 7 x 7) that is the published 2 x 7 x 7 average pool. Choice: the whole map is
        averaged over space where it is not 7 x 7, and a single step in time stands for itself.
        """
        maps = self.maps(clip)
        if "logits" not in self._modules:
            raise ValueError("I3D: built without a classifier (classes=None), no logits to give; use `features`")
        steps = maps.mean(dim=(3, 4), keepdim=True)
        pairs = functional.avg_pool3d(steps, (min(2, steps.shape[2]), 1, 1), stride=1)
        return self.logits["conv3d"](self.dropout(pairs)).mean(dim=(2, 3, 4))

    def freeze(self, until: str, *, statistics: str = "batch") -> None:
        """Ends the training of all units up to and including `until`.

        statistics: what batch normalisation of the frozen units does in training. "batch": it uses the batch and its
        running statistics still move, as in the code of CycDA and of ST-I2V; "running": both are fixed too.
        Raises ValueError for an unknown unit or other statistics.
        """
        if until not in UNITS:
            raise ValueError(f"freeze_until: I3D has no unit {until!r}; one of {', '.join(UNITS)} wanted")
        if statistics not in ("batch", "running"):
            raise ValueError(f"frozen_statistics: {statistics!r} found, 'batch' or 'running' wanted")
        names = UNITS[: UNITS.index(until) + 1]
        for name in names:
            self.get_submodule(name).requires_grad_(False)
        self._fixed = names if statistics == "running" else ()

    def train(self, mode: bool = True) -> "I3D":
        """As any module's; units frozen with their statistics stay in evaluation mode."""
        super().train(mode)
        for name in self._fixed:
            self.get_submodule(name).eval()
        return self

    def _enter(self, clip: Tensor) -> Tensor:
        if clip.ndim != 5 or clip.shape[2] != self.in_channels:
            raise ValueError(f"clip: shape {tuple(clip.shape)} found, (n, t, {self.in_channels}, h, w) wanted")
        # Channels last: 3-D convolution on a CPU takes about half the time.
        return self.normalisation(clip).transpose(1, 2).contiguous(memory_format=torch.channels_last_3d)
