"""BN-Inception (Ioffe and Szegedy 2015) as trained in Caffe; of clips: see `bn_inception_clips`.

The layers, and the keys of the state dict, are those of the public PyTorch file (pretrained-models.pytorch), which was
converted from Caffe and which TSN uses too, so that it loads as it is.
"""

import re
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from i2v_core import storage
from i2v_core.models import weights
from i2v_core.models.i3d import scaled
from i2v_core.models.weights import Entry, Reading

# Name: (channels out, kernel, stride); None for a pool. Every convolution has a bias, batch normalisation and ReLU.
STEM: dict[str, tuple[int, int, int] | None] = {
    "conv1_7x7_s2": (64, 7, 2),
    "pool1_3x3_s2": None,
    "conv2_3x3_reduce": (64, 1, 1),
    "conv2_3x3": (192, 3, 1),
    "pool2_3x3_s2": None,
}
# Name: channels of 1x1 | 1x1 -> 3x3 | 1x1 -> 3x3 -> 3x3 | pool -> 1x1; the two 3x3 in a row have equal counts.
# Blocks without the first and last 1x1 (0) have stride 2, and join the pooled input itself.
BLOCKS: dict[str, tuple[int, int, int, int, int, int]] = {
    "inception_3a": (64, 64, 64, 64, 96, 32),
    "inception_3b": (64, 64, 96, 64, 96, 64),
    "inception_3c": (0, 128, 160, 64, 96, 0),
    "inception_4a": (224, 64, 96, 96, 128, 128),
    "inception_4b": (192, 96, 128, 96, 128, 128),
    "inception_4c": (160, 128, 160, 128, 160, 128),
    "inception_4d": (96, 128, 192, 160, 192, 128),
    "inception_4e": (0, 128, 192, 192, 256, 0),
    "inception_5a": (352, 192, 320, 160, 224, 128),
    "inception_5b": (352, 192, 320, 192, 224, 128),
}
UNITS = (*STEM, *BLOCKS)
MAXIMUM_POOLED = "inception_5b"  # the other blocks of stride 1 average
FIRST = "conv1_7x7_s2"
SMALLEST_PX = 7  # one cell is left behind pool2

BGR_MEAN = (104.0, 117.0, 128.0)  # of the public file, for 0..255
FLOW_SCALE = 127.5  # TSN's flow images of 0..255 less their middle, for flow in [-1, 1]

WANTED = "BN-Inception weights"
CLASSIFIER = ("last_linear.",)


class CaffeInput(nn.Module):
    """Input as the public weights want it: (..., c, h, w) -> the same shape.

    c = 3: RGB in [0, 1] -> BGR in [0, 255] less the file's mean. c = 2: flow in [-1, 1] -> times 127.5, in the order it
    has. The mean is a buffer, and no part of the state dict.
    """

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(BGR_MEAN).reshape(-1, 1, 1), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return x * FLOW_SCALE if x.shape[-3] == 2 else (x.flip(-3) * 255).sub_(self.mean)


class BNInception(nn.Module):
    """The network, for pictures or stacks of frames of at least 7 x 7 px.

    classes: outputs of the classifier; None leaves it out. in_channels: of a frame, 3 for RGB in [0, 1] or 2 for flow
    in [-1, 1]. frames: how many lie in a stack, one after the other; the first convolution has frames * in_channels.
    width: factor on all channel counts, see `i3d.scaled`; the public weights have 1.
    statistics: "batch": batch normalisation uses the batch in training and its running statistics move. "running": all
    but the first use the running ones, which stay as they are: TSN's partial batch normalisation, the first left out
    for it follows the convolution that is widened. Choice: scales and shifts are trained on, which TSN fixes too; only
    the statistics suffer from small batches.
    Choice: PyTorch's default initial weights, and its 0.1 of a batch in the running statistics, as the public code.
    Choice: blocks 3c and 4e take maps of odd size (pictures of 56 px), at which the public code fails, for its pool has
    a cell less than its convolutions. Here the pool has one window more, over the cells left. Other sizes are as there.
    Raises ValueError for arguments not named here.
    """

    def __init__(
        self,
        *,
        classes: int | None = 1000,
        in_channels: int = 3,
        frames: int = 1,
        width: float = 1.0,
        statistics: str = "batch",
    ) -> None:
        super().__init__()
        if in_channels not in (2, 3):
            raise ValueError(f"in_channels: {in_channels} found, 3 for RGB or 2 for flow wanted; see params.yaml")
        if frames < 1:
            raise ValueError(f"frames: {frames} found, 1 or more wanted; see params.yaml")
        if not width > 0:
            raise ValueError(f"width: {width} found, a number above 0 wanted; see params.yaml")
        if statistics not in ("batch", "running"):
            raise ValueError(f"statistics: {statistics!r} found, 'batch' or 'running' wanted; see params.yaml")
        self.in_channels, self.frames, self.statistics = in_channels, frames, statistics
        self.input = CaffeInput()
        channels = in_channels * frames
        for name, layer in STEM.items():
            if layer is not None:
                channels_out, kernel, stride = layer
                channels = self._add(name, channels, scaled(channels_out, width), kernel, stride)
        for name, counts in BLOCKS.items():
            channels = self._add_block(name, channels, [scaled(count, width) if count else 0 for count in counts])
        # The last maps have a module of their own, to hang a hook on; the public keys leave none to the blocks.
        self.inception_5b_output = nn.Identity()
        self.feature_dim = channels
        if classes is not None:
            self.last_linear = nn.Linear(channels, classes)

    def endpoints(self, images: Tensor) -> dict[str, Tensor]:
        """Activations (n, c, h', w') after each of `UNITS`, by name; images as in `features`."""
        found, x = {}, self._enter(images)
        for name in UNITS:
            x = found[name] = self._unit(name, x)
        return found

    def maps(self, images: Tensor) -> Tensor:
        """Activations after inception_5b: (n, frames * in_channels, h, w) -> (n, `feature_dim`, h', w').

        Raises ValueError for another shape.
        """
        x = self._enter(images)
        for name in UNITS:
            x = self._unit(name, x)
        return self.inception_5b_output(x)

    def features(self, images: Tensor) -> Tensor:
        """Mean of `maps` over space: (n, frames * in_channels, h, w) -> (n, `feature_dim`)."""
        return self.maps(images).mean(dim=(2, 3))

    def forward(self, images: Tensor) -> Tensor:
        """Class logits: (n, frames * in_channels, h, w) -> (n, classes)."""
        if "last_linear" not in self._modules:
            raise ValueError("BN-Inception: built without a classifier (classes=None), no logits; use `features`")
        return self.last_linear(self.features(images))

    def train(self, mode: bool = True) -> "BNInception":
        """As any module's; with statistics "running", batch normalisation behind the first stays in evaluation mode."""
        super().train(mode)
        if self.statistics == "running":
            for name, module in self.named_children():
                if isinstance(module, nn.BatchNorm2d) and name != f"{FIRST}_bn":
                    module.eval()
        return self

    def _add(self, name: str, channels_in: int, channels_out: int, kernel: int, stride: int = 1) -> int:
        self.add_module(name, nn.Conv2d(channels_in, channels_out, kernel, stride, padding=kernel // 2))
        self.add_module(f"{name}_bn", nn.BatchNorm2d(channels_out))
        return channels_out

    def _add_block(self, name: str, channels: int, counts: list[int]) -> int:
        single, reduced, triple, double_reduced, double, projected = counts
        stride = 1 if single else 2
        if single:
            self._add(f"{name}_1x1", channels, single, 1)
        self._add(f"{name}_3x3_reduce", channels, reduced, 1)
        self._add(f"{name}_3x3", reduced, triple, 3, stride)
        self._add(f"{name}_double_3x3_reduce", channels, double_reduced, 1)
        self._add(f"{name}_double_3x3_1", double_reduced, double, 3)
        self._add(f"{name}_double_3x3_2", double, double, 3, stride)
        if projected:
            self._add(f"{name}_pool_proj", channels, projected, 1)
        return single + triple + double + (projected or channels)

    def _unit(self, name: str, x: Tensor) -> Tensor:
        if name in BLOCKS:
            return self._block(name, x)
        return functional.max_pool2d(x, 3, 2, ceil_mode=True) if STEM[name] is None else self._layer(name, x)

    def _layer(self, name: str, x: Tensor) -> Tensor:
        return functional.relu(self._modules[f"{name}_bn"](self._modules[name](x)), inplace=True)

    def _block(self, name: str, x: Tensor) -> Tensor:
        second = self._layer(f"{name}_3x3", self._layer(f"{name}_3x3_reduce", x))
        third = x
        for part in ("reduce", "1", "2"):
            third = self._layer(f"{name}_double_3x3_{part}", third)
        if f"{name}_1x1" not in self._modules:
            return torch.cat([second, third, _halved(x)], dim=1)
        # The zeros around the map count in the average, as in Caffe.
        pool = functional.max_pool2d if name == MAXIMUM_POOLED else functional.avg_pool2d
        fourth = self._layer(f"{name}_pool_proj", pool(x, 3, 1, padding=1))
        return torch.cat([self._layer(f"{name}_1x1", x), second, third, fourth], dim=1)

    def _enter(self, images: Tensor) -> Tensor:
        channels = self.frames * self.in_channels
        if images.ndim != 4 or images.shape[1] != channels or min(images.shape[2:]) < SMALLEST_PX:
            raise ValueError(
                f"images: shape {tuple(images.shape)} found, (n, {channels}, h, w) of {SMALLEST_PX} px or more wanted"
            )
        x = self.input(images.unflatten(1, (self.frames, self.in_channels))).flatten(1, 2)
        # Channels last: faster on CPUs and on GPUs with tensor cores.
        return x.contiguous(memory_format=torch.channels_last)


def widened(weight: Tensor, channels: int) -> Tensor:
    """Weights of a first convolution for `channels` inputs: (o, 3, k, k) -> (o, channels, k, k).

    w'_c = (w_B + w_G + w_R) / channels, for each c
    The mean over the colours in each channel, as TSN, and divided by channels / 3, which TSN leaves out: an input that
    is the same in all channels has the response that it had in three.
    """
    return weight.sum(dim=1, keepdim=True).div(channels).repeat(1, channels, 1, 1)


def load_bn_inception(model: BNInception, path: Path, *, classifier: bool = True) -> None:
    """Loads the public weight file of width 1, or one with its keys, into `model`; all keys and shapes must fit.

    Old dumps are taken too: their vectors of batch normalisation are (1, c), and their classifier is named fc. A first
    convolution of 3 channels is `widened` where the model has another number.
    classifier: False leaves the model's classifier, if it has one, as it is, and that of the file unread.
    Raises FileNotFoundError if there is no such file, ValueError in one line if it does not fit.
    """
    reading = read(path, channels=model.frames * model.in_channels)
    weights.load(model, reading, path, wanted=WANTED, without=() if classifier else CLASSIFIER)


def read(path: Path, *, channels: int = 3) -> Reading:
    """A file under the model's keys, for a first convolution of `channels`. Raises as `load_bn_inception`."""
    state = weights.tensors(storage.load_weights(path), path, wanted=WANTED)
    is_old = any(key.startswith("fc.") or _squeezed(key, value) is not value for key, value in state.items())
    layout = "pretrained-models.pytorch" if f"{FIRST}.weight" in state else "unknown"
    entries = []
    for key, value in state.items():
        own = _squeezed(key, value)
        if key == f"{FIRST}.weight" and own.ndim == 4 and own.shape[1] == 3 and channels != 3:
            own = widened(own, channels)
        entries.append(Entry(key, tuple(value.shape), re.sub(r"^fc\.", "last_linear.", key), own))
    return Reading(f"{layout}, old dump" if is_old and layout != "unknown" else layout, entries)


def _squeezed(key: str, value: Tensor) -> Tensor:
    is_row = "_bn." in key and value.ndim == 2 and value.shape[0] == 1
    return value[0] if is_row else value


def _halved(x: Tensor) -> Tensor:
    """Maximum of 3 x 3 at stride 2, ceil(size / 2) windows from the first cell on: (n, c, h, w) -> (n, c, h', w')."""
    odd = (0, x.shape[3] % 2, 0, x.shape[2] % 2)
    x = functional.pad(x, odd, value=-torch.inf) if any(odd) else x
    return functional.max_pool2d(x, 3, 2, ceil_mode=True)
