"""C3D (Tran et al. 2015): eight 3-D convolutions and three fully connected layers, from the published table of layers.

The state dict has the keys of the public c3d-pytorch project; see `c3d_checkpoints` for the other public layouts and
for the authors' mean cube, and `media.c3d_clips` for the clips the network wants.
"""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from i2v_core.models.i3d import scaled

# Channels out. Every convolution is 3 x 3 x 3 with a padding of 1, a bias and a ReLU.
CONVOLUTIONS = {
    "conv1": 64,
    "conv2": 128,
    "conv3a": 256,
    "conv3b": 256,
    "conv4a": 512,
    "conv4b": 512,
    "conv5a": 512,
    "conv5b": 512,
}
# Convolution: kernel, and stride, of the maximum behind it in time, height and width.
POOLS = {"conv1": (1, 2, 2), "conv2": (2, 2, 2), "conv3b": (2, 2, 2), "conv4b": (2, 2, 2), "conv5b": (2, 2, 2)}
FRAMES, SIDE_PX = 16, 112  # of a clip; fc6 is tied to them
CELLS = 1 * 4 * 4  # of the last maximum: 16 frames are halved four times, 112 px five times with the 7 px rounded up
FC_WIDTH = 4096
CHANNEL_MEANS = (90.25, 97.66, 101.41)  # of the authors' mean cube, B, G, R in 0 .. 255 (c3d-pytorch, issue 1)
ORDERS = ("bgr", "rgb")
LAST_POOLS = ("caffe", "symmetric")


class C3D(nn.Module):
    """The whole network, for clips of 16 frames of 112 x 112 px.

    classes: outputs of fc8, 487 in Sports-1M; None leaves fc8 out.
    width: factor on all channel counts, see `i3d.scaled`; 1 is the published network.
    channel_order: of the colours the weights want. "bgr": the authors' Caffe code reads frames with OpenCV and does not
    turn them; files converted from its weights, c3d-pytorch's among them, want the same. mmaction2 trains on "rgb".
    mean: subtracted from colours in 0 .. 255 in that order: 3 numbers or a cube (3, 16, 112, 112) of
    `c3d_checkpoints.mean_cube`. Default: the mean of each channel of the authors' cube.
    pool5: where the odd row and column of the last maximum, 7 x 7 -> 4 x 4, gets its padding. "caffe": behind it, as
    the authors' layer rounds sizes up; "symmetric": also before it, as c3d-pytorch and mmaction2 pad by 1. Either loads
    all weights, but the windows differ by one cell; weights that were trained one way want that way.
    Choice: "bgr", the means and "caffe" are the defaults, for they are what the Sports-1M weights were trained with;
    c3d-pytorch's own script takes RGB, no mean and "symmetric", and so gives other features with the same weights.
    Raises ValueError for an unknown order or pool5, a width not above 0 and a mean of another shape.
    """

    def __init__(
        self,
        *,
        classes: int | None = 487,
        width: float = 1.0,
        dropout: float = 0.5,
        channel_order: str = "bgr",
        mean: Tensor | None = None,
        pool5: str = "caffe",
    ) -> None:
        super().__init__()
        if channel_order not in ORDERS:
            raise ValueError(f"channel_order: {channel_order!r} found, one of {ORDERS} wanted; see the weights' source")
        if pool5 not in LAST_POOLS:
            raise ValueError(f"pool5: {pool5!r} found, one of {LAST_POOLS} wanted; see the weights' source")
        if not width > 0:
            raise ValueError(f"width: {width} found, a number above 0 wanted; 1 is the published network")
        self.channel_order, self.pool5 = channel_order, pool5
        self.register_buffer("mean", _checked_mean(mean, channel_order), persistent=False)
        channels = 3
        for name, published in CONVOLUTIONS.items():
            self.add_module(name, nn.Conv3d(channels, scaled(published, width), 3, padding=1))
            channels = scaled(published, width)
        self.feature_dim = scaled(FC_WIDTH, width)
        self.fc6 = nn.Linear(channels * CELLS, self.feature_dim)
        self.fc7 = nn.Linear(self.feature_dim, self.feature_dim)
        self.dropout = nn.Dropout(dropout)
        if classes is not None:
            self.fc8 = nn.Linear(self.feature_dim, classes)

    def maps(self, clip: Tensor) -> Tensor:
        """Activations behind the last maximum: (n, 16, 3, 112, 112), RGB in [0, 1] -> (n, 512, 1, 4, 4).

        Raises ValueError for another shape.
        """
        x = self._enter(clip)
        for name in CONVOLUTIONS:
            x = functional.relu(self.get_submodule(name)(x), inplace=True)
            if name in POOLS:
                last = name == "conv5b"
                x = functional.max_pool3d(
                    x,
                    POOLS[name],
                    padding=(0, 1, 1) if last and self.pool5 == "symmetric" else 0,
                    ceil_mode=last and self.pool5 == "caffe",
                )
        return x

    def features(self, clip: Tensor) -> Tensor:
        """fc6 behind its ReLU, which DIVAFN takes: (n, 16, 3, 112, 112), RGB in [0, 1] -> (n, 4096), >= 0.

        Raises ValueError for another shape.
        """
        return functional.relu(self.fc6(self.maps(clip).flatten(1)))

    def forward(self, clip: Tensor) -> Tensor:
        """Class logits: (n, 16, 3, 112, 112), RGB in [0, 1] -> (n, classes)."""
        if "fc8" not in self._modules:
            raise ValueError("C3D: built without a classifier (classes=None), no logits to give; use `features`")
        x = self.dropout(self.features(clip))
        return self.fc8(self.dropout(functional.relu(self.fc7(x))))

    def _enter(self, clip: Tensor) -> Tensor:
        wanted = (FRAMES, 3, SIDE_PX, SIDE_PX)
        if clip.ndim != 5 or tuple(clip.shape[1:]) != wanted:
            raise ValueError(
                f"C3D clip: shape {tuple(clip.shape)} found, (n, {', '.join(map(str, wanted))}) wanted; "
                "cut it with media.c3d_clips"
            )
        x = clip.transpose(1, 2)
        x = (x.flip(1) if self.channel_order == "bgr" else x) * 255 - self.mean
        # Colours innermost: a CPU convolves and pools the few wide maps of the first layers twice as fast so.
        return x.contiguous(memory_format=torch.channels_last_3d)


def video_feature(model: C3D, clips: np.ndarray, *, batch: int = 8, l2_norm: bool = False) -> np.ndarray:
    """Mean of `C3D.features` over the clips of a video (DIVAFN, section IV.B): (m, 16, 112, 112, 3) uint8 -> (4096,).

    l2_norm: scales the mean to length 1, as the authors of C3D do. Choice: off, as DIVAFN does not mention it.
    A mean of zeros stays as it is. Raises ValueError for no clip and for clips of another type or shape.
    """
    if clips.dtype != np.uint8 or clips.ndim != 5 or len(clips) == 0:
        raise ValueError(
            f"C3D clips: {clips.dtype} {clips.shape} found, uint8 (m, {FRAMES}, {SIDE_PX}, {SIDE_PX}, 3) wanted with "
            "m of at least 1; cut them with media.c3d_clips"
        )
    total = np.zeros(model.feature_dim)
    with torch.inference_mode():
        for part in np.array_split(clips, -(-len(clips) // batch)):
            clip = torch.from_numpy(part).to(model.fc6.weight.device).movedim(-1, 2)
            total += model.features(clip.to(model.fc6.weight.dtype) / 255).double().sum(dim=0).cpu().numpy()
    mean = total / len(clips)
    length = np.linalg.norm(mean) if l2_norm else 0.0
    return (mean / length if length > 0 else mean).astype(np.float32)


def _checked_mean(mean: Tensor | None, channel_order: str) -> Tensor:
    if mean is None:
        means = torch.tensor(CHANNEL_MEANS)
        mean = means if channel_order == "bgr" else means.flip(0)
    if tuple(mean.shape) not in ((3,), (3, FRAMES, SIDE_PX, SIDE_PX)):
        raise ValueError(
            f"C3D mean: shape {tuple(mean.shape)} found, (3,) or (3, {FRAMES}, {SIDE_PX}, {SIDE_PX}) wanted; "
            "read a cube with c3d_checkpoints.mean_cube"
        )
    return mean.float().reshape(3, 1, 1, 1) if mean.ndim == 1 else mean.float()
