"""A small depth network: the mini world's stand-in for MiDaS."""

from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from i2v_core import storage
from i2v_core.models.normalisation import Normalisation
from i2v_core.models.weights import load_exactly

KIND = "depth"


class DepthNet(nn.Module):
    """Encoder of four resolutions, decoder with skips (as U-Net, Ronneberger et al. 2015), relative inverse depth.

    width: channels at full resolution, doubled at the next two; 169 thousand parameters at 12.
    Choice: two more input channels hold x and y in [-1, 1], since a floor gets nearer downwards, which a small net
    cannot see from inside of it.
    """

    def __init__(self, *, width: int = 12) -> None:
        super().__init__()
        widths = [width, 2 * width, 4 * width, 4 * width]
        self.normalisation = Normalisation("imagenet")
        self.encoder = nn.ModuleList()
        inputs = 5
        for level, outputs in enumerate(widths):
            self.encoder.append(_block(inputs, outputs, layers=2 if level else 1, stride=2 if level else 1))
            inputs = outputs
        self.decoder = nn.ModuleList()
        for level, outputs in reversed(list(enumerate(widths[:-1]))):
            self.decoder.append(_block(inputs + outputs, outputs, layers=2 if level else 1, stride=1))
            inputs = outputs
        self.output = nn.Conv2d(inputs, 1, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Inverse depth, larger is nearer, >= 0: images (n, 3, h, w) in [0, 1], any size -> (n, h, w).

        Raises ValueError for another shape.
        """
        if images.ndim != 4 or images.shape[1] != 3:
            raise ValueError(f"images: shape {tuple(images.shape)} found, (n, 3, h, w) wanted")
        x = torch.cat([self.normalisation(images), _places(images)], dim=1).contiguous(
            memory_format=torch.channels_last
        )
        levels = []
        for block in self.encoder:
            x = block(x)
            levels.append(x)
        for block, skip in zip(self.decoder, reversed(levels[:-1]), strict=True):
            x = functional.interpolate(x, size=skip.shape[-2:], mode="nearest")
            x = block(torch.cat([x, skip], dim=1))
        return functional.softplus(self.output(x)[:, 0].float())


def content(net: DepthNet, *, arguments: dict, short_side_px: int) -> dict:
    """What a file for `load` holds: the weights, the constructor's arguments, the image size of the training."""
    state = {name: value.cpu() for name, value in net.state_dict().items()}
    return {"kind": KIND, "arguments": arguments, "short_side_px": short_side_px, "state": state}


def load(path: Path) -> tuple[DepthNet, int]:
    """The network of a file in evaluation mode, on the CPU, and the short side in pixels that it was trained for.

    Raises FileNotFoundError if there is no such file, ValueError if it holds something else.
    """
    found = storage.load_weights(path)
    if not isinstance(found, dict) or found.get("kind") != KIND:
        raise ValueError(f"{path}: not a depth network of this project; a file written by pretrain_depth wanted")
    net = DepthNet(**found["arguments"])
    load_exactly(net, found["state"], path, wanted="weights of the depth network that the file describes")
    return net.eval(), found["short_side_px"]


@torch.inference_mode()
def inverse_depth(net: DepthNet, images: list[np.ndarray], *, short_side_px: int) -> list[np.ndarray]:
    """Relative inverse depth float32 (h, w) of each image uint8 RGB (h, w, 3); images of one shape run as a batch.

    The net sees them at `short_side_px`, and its map is resized back to the image bicubically.
    """
    device = next(net.parameters()).device
    by_shape: dict[tuple, list[int]] = {}
    for number, image in enumerate(images):
        by_shape.setdefault(image.shape, []).append(number)
    found: list[np.ndarray] = [np.empty(0)] * len(images)
    for shape, numbers in by_shape.items():
        seen = np.stack([_resized(images[number], short_side_px) for number in numbers])
        maps = net(torch.from_numpy(seen).to(device).permute(0, 3, 1, 2).float().div_(255))
        if maps.shape[1:] != shape[:2]:
            maps = functional.interpolate(maps[:, None], size=shape[:2], mode="bicubic", align_corners=False)[:, 0]
        for number, one in zip(numbers, maps.clamp(min=0).cpu().numpy(), strict=True):
            found[number] = one
    return found


def _block(inputs: int, outputs: int, *, layers: int, stride: int) -> nn.Sequential:
    parts: list[nn.Module] = []
    for source, step in [(inputs, stride), (outputs, 1)][:layers]:
        parts += [nn.Conv2d(source, outputs, 3, step, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]
    return nn.Sequential(*parts)


def _places(images: Tensor) -> Tensor:
    count, _, height, width = images.shape
    y = torch.linspace(-1, 1, height, device=images.device).view(1, 1, height, 1).expand(count, 1, height, width)
    x = torch.linspace(-1, 1, width, device=images.device).view(1, 1, 1, width).expand(count, 1, height, width)
    return torch.cat([x, y], dim=1).to(images.dtype)


def _resized(image: np.ndarray, short_side_px: int) -> np.ndarray:
    height, width = image.shape[:2]
    scale = short_side_px / min(height, width)
    if scale == 1:
        return image
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
