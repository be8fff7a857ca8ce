"""A ResNet for videos: the filters of one for images, frame by frame, and temporal filters behind them.

Web supervision, section 3.6 and figure 5: y = s + T(s), where s is a spatial convolution of the image network with its
batch normalisation and T a temporal convolution that is zero at the start, so that the video network starts as the
image network.
"""

import copy

import torch
from torch import Tensor, nn
from torch.nn import functional

from i2v_core.models import resnet_layers

BATCH_NORM = ("frozen", "trainable_affine", "trainable")
SPATIAL = ("frozen", "trained")
AFTER = ("bn", "conv")
# Members of a timm block that do nothing in a plain ResNet; a block where they do something is refused.
PLAIN = ("drop_block", "aa", "se", "drop_path")


class TemporalConvolution(nn.Module):
    """T along time, three frames wide, and the connection round it: y = s + T(s), or y = T(s) (figure 5b, 5a).

    channels: C of s and of y. With the connection T is 0 at the start, else the identity; no bias. Choice: no batch
    normalisation in T; behind zeros it would multiply the first gradients by 1 / sqrt(eps).
    """

    def __init__(self, channels: int, *, residual: bool) -> None:
        super().__init__()
        self.residual = residual
        self.weight = nn.Parameter(torch.zeros(channels, channels, 3, 1))
        if not residual:
            with torch.no_grad():
                self.weight[:, :, 1, 0] = torch.eye(channels)

    def forward(self, s: Tensor, frames: int) -> Tensor:
        """s (n t, C, h, w) of t = `frames` frames each -> the same shape; beyond the ends there are zeros."""
        count, channels, height, width = s.shape
        # In memory (n t, h, w, C) is (n, t, h w, C): a 2-D convolution over time and place, without a copy.
        flat = s.permute(0, 2, 3, 1).reshape(count // frames, frames, height * width, channels).permute(0, 3, 1, 2)
        found = functional.conv2d(flat, self.weight, padding=(1, 0))
        found = found.permute(0, 2, 3, 1).reshape(count, height, width, channels).permute(0, 3, 1, 2)
        return s + found if self.residual else found


class LiftedResNet(nn.Module):
    """The video network of an image backbone, a ResNet of timm with basic blocks or bottlenecks.

    backbone: copied, with its weights and statistics. Each convolution of 3 x 3 and the stem's get a temporal one
    behind them (Choice: convolutions of 1 x 1, of shortcuts and bottlenecks, get none; no stride or pooling in time).
    residual: figure 5b; false is 5a, with the identity at the start, as zeros would let nothing pass. T is linear, so
    both are the same functions with the same start and the same gradients: weight decay alone, which draws 5b to the
    image network and 5a to nothing, tells them apart (the paper does not say what else does).
    bn: `frozen` keeps statistics and affine numbers (Choice; they belong to the filters), `trainable_affine` keeps
    the statistics, `trainable` neither. temporal_after: `bn`, s is the normalised output, or `conv`, T before batch
    normalisation. stem_temporal: whether the stem gets a temporal filter. spatial: `frozen`, or `trained` as well.
    Raises ValueError for other words, a backbone that is no ResNet and blocks with more in them than a ResNet has.
    """

    def __init__(
        self,
        backbone: nn.Module,
        *,
        residual: bool = True,
        bn: str = "frozen",
        temporal_after: str = "bn",
        stem_temporal: bool = True,
        spatial: str = "frozen",
    ) -> None:
        super().__init__()
        for name, value, known in (("bn", bn, BATCH_NORM), ("temporal_after", temporal_after, AFTER)):
            if value not in known:
                raise ValueError(f"lifted {name}: {value!r} found, one of {', '.join(known)} wanted; see params.yaml")
        if spatial not in SPATIAL:
            raise ValueError(f"lifted spatial: {spatial!r} found, one of {', '.join(SPATIAL)} wanted; see params.yaml")
        self.widths = resnet_layers.widths(backbone)
        self.bn, self.after, self.spatial_mode = bn, temporal_after, spatial
        self.spatial = copy.deepcopy(backbone)
        self.temporal = nn.ModuleDict()
        if stem_temporal:
            self._add("stem", self.spatial.conv1, residual)
        for place, block in self._blocks():
            _check(block, place)
            for name in _names(block):
                if getattr(block, name).kernel_size != (1, 1):
                    self._add(f"{place}_{name}", getattr(block, name), residual)
        self._freeze()

    def layers(self, clip: Tensor) -> list[Tensor]:
        """Embeddings of all layers, means over time and place: clip (n, t, 3, h, w), normalised -> list of (n, C_l)."""
        count, frames = clip.shape[:2]
        x = clip.flatten(0, 1).contiguous(memory_format=torch.channels_last)
        x = self._unit(x, self.spatial.conv1, self.spatial.bn1, "stem", frames)
        x = self.spatial.maxpool(self.spatial.act1(x))
        found, last = [], ""
        for place, block in self._blocks():
            if last and place.partition("_")[0] != last:
                found.append(x)
            x, last = self._block(x, block, place, frames), place.partition("_")[0]
        return [y.mean(dim=(2, 3)).reshape(count, frames, -1).mean(dim=1) for y in [*found, x]]

    def train(self, mode: bool = True) -> "LiftedResNet":
        """Training mode; frozen statistics stay as they are in any mode."""
        super().train(mode)
        if self.bn != "trainable":
            self.spatial.eval()
        return self

    def temporal_parameters(self) -> list[nn.Parameter]:
        """Parameters of the temporal filters, which are new."""
        return list(self.temporal.parameters())

    def spatial_parameters(self) -> list[nn.Parameter]:
        """Parameters that come from the image network, frozen ones included."""
        return list(self.spatial.parameters())

    def _add(self, name: str, convolution: nn.Conv2d, residual: bool) -> None:
        self.temporal[name] = TemporalConvolution(convolution.out_channels, residual=residual)

    def _blocks(self) -> list[tuple[str, nn.Module]]:
        return [
            (f"{name}_{number}", block)
            for name in resnet_layers.LAYERS
            for number, block in enumerate(getattr(self.spatial, name))
        ]

    def _unit(self, x: Tensor, convolution: nn.Module, normalisation: nn.Module, name: str, frames: int) -> Tensor:
        s = convolution(x)
        if name not in self.temporal:
            return normalisation(s)
        if self.after == "conv":
            return normalisation(self.temporal[name](s, frames))
        return self.temporal[name](normalisation(s), frames)

    def _block(self, x: Tensor, block: nn.Module, place: str, frames: int) -> Tensor:
        names, y = _names(block), x
        for name in names:
            number = name.removeprefix("conv")
            y = self._unit(y, getattr(block, name), getattr(block, f"bn{number}"), f"{place}_{name}", frames)
            if name != names[-1]:
                y = getattr(block, f"act{number}")(y)
        shortcut = x if block.downsample is None else block.downsample(x)
        return getattr(block, f"act{len(names)}")(y + shortcut)

    def _freeze(self) -> None:
        affine = {
            id(parameter)
            for part in self.spatial.modules()
            if isinstance(part, nn.modules.batchnorm._BatchNorm)
            for parameter in part.parameters()
        }
        for parameter in self.spatial.parameters():
            trained = self.bn != "frozen" if id(parameter) in affine else self.spatial_mode == "trained"
            parameter.requires_grad_(trained)
        self.train(self.training)


def _names(block: nn.Module) -> list[str]:
    """The names of a block's convolutions, in order: conv1, conv2 and, of a bottleneck, conv3."""
    return [name for name in ("conv1", "conv2", "conv3") if hasattr(block, name)]


def _check(block: nn.Module, place: str) -> None:
    plain = all(isinstance(getattr(block, name, None), (nn.Identity, type(None))) for name in PLAIN)
    acts = all(hasattr(block, f"act{number}") for number in range(1, len(_names(block)) + 1))
    if not (plain and acts and hasattr(block, "downsample")):
        raise ValueError(
            f"backbone, {place}: {type(block).__name__} with more in it than convolutions, batch normalisation and a "
            "shortcut found, a plain ResNet block wanted; see image_model.backbone"
        )
