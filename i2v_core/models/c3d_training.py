"""C3D that learns from scratch: batch normalisation behind each convolution in training, folded into them afterwards.

Choice: the published network has no normalisation, and Sports-1M was long enough to learn without one. For a short
training the maps are normalised; in evaluation that is a factor and a shift per channel, so that the folded network is
an ordinary C3D with the same outputs and the public keys.
"""

from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from i2v_core.models.c3d import C3D, CONVOLUTIONS


def normalise(model: C3D, *, statistics_momentum: float) -> None:
    """Puts batch normalisation between each convolution and its ReLU.

    statistics_momentum: share of a batch in the running mean and variance, which are what is folded.
    Raises ValueError for a share not in (0, 1].
    """
    if not 0 < statistics_momentum <= 1:
        raise ValueError(f"C3D statistics_momentum: {statistics_momentum} found, a share in (0, 1] wanted")
    for name in CONVOLUTIONS:
        convolution = model.get_submodule(name)
        statistics = nn.BatchNorm3d(convolution.out_channels, momentum=statistics_momentum)
        model.set_submodule(name, nn.Sequential(convolution, statistics))


def fold(model: C3D) -> None:
    """Makes a normalised C3D, in place, the ordinary one with the outputs that it has in evaluation mode."""
    for name in CONVOLUTIONS:
        convolution, statistics = model.get_submodule(name)
        model.set_submodule(name, fuse_conv_bn_eval(convolution.eval(), statistics.eval()))
