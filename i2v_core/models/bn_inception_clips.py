"""BN-Inception as an encoder of clips: one pass over a stack of frames, or the mean over single ones."""

from pathlib import Path

from torch import Tensor, nn

from i2v_core.models.bn_inception import BNInception, load_bn_inception


class BNInceptionClips(nn.Module):
    """Features of clips (STCDA, 4.2, which does not say how a 2-D network takes 16 frames).

    mode: Choice: "frame_stack", one pass over the stack of all frames, which a changed order of frames can change; the
    mean over frames ("frame_mean": any number of them, each alone) cannot notice it, so that STCDA's temporal negatives
    would be their own positives. See `sees_order`.
    frames: of a stack. in_channels, width, statistics: see `BNInception`. weights: a public file, see
    `load_bn_inception`, whose classifier is left out; None for random ones.
    Choice: the first convolution is widened as it is, without noise. A stack then starts with the features of its mean
    frame in grey (the same in each channel), in whatever order: temporal negatives equal their positives until the
    first update, which moves the weights of each frame by what it shows. Random weights have nothing to keep: they are
    drawn for the wide convolution itself, and tell the order at once.
    Raises ValueError for another mode, and as `BNInception` and `load_bn_inception` do.
    """

    def __init__(
        self,
        *,
        mode: str = "frame_stack",
        frames: int = 16,
        in_channels: int = 3,
        width: float = 1.0,
        statistics: str = "batch",
        weights: str | Path | None = None,
    ) -> None:
        super().__init__()
        if mode not in ("frame_stack", "frame_mean"):
            raise ValueError(f"mode: {mode!r} found, 'frame_stack' or 'frame_mean' wanted; see params.yaml")
        self.mode = mode
        stacked = frames if mode == "frame_stack" else 1
        self.backbone = BNInception(
            classes=None, in_channels=in_channels, frames=stacked, width=width, statistics=statistics
        )
        if weights is not None:
            load_bn_inception(self.backbone, Path(weights), classifier=False)
        self.feature_dim = self.backbone.feature_dim

    @property
    def sees_order(self) -> bool:
        """Whether the order of frames can change the features; where not, temporal negatives are to be left out."""
        return self.backbone.frames > 1

    def maps(self, clip: Tensor) -> Tensor:
        """Last maps: (n, t, c, h, w), c = in_channels, t = frames for "frame_stack" -> (n, `feature_dim`, t', h', w').

        t' is 1 for a stack, t for single frames. Raises ValueError for another shape.
        """
        frames, channels = self.backbone.frames, self.backbone.in_channels
        stacked = self.mode == "frame_stack"
        fits = clip.ndim == 5 and clip.shape[2] == channels and clip.shape[1] > 0
        if not fits or (stacked and clip.shape[1] != frames):
            wanted = f"(n, {frames if stacked else 't'}, {channels}, h, w)"
            raise ValueError(f"clip: shape {tuple(clip.shape)} found, {wanted} wanted; see frames in params.yaml")
        if stacked:
            return self.backbone.maps(clip.flatten(1, 2))[:, :, None]
        return self.backbone.maps(clip.flatten(0, 1)).unflatten(0, clip.shape[:2]).transpose(1, 2)

    def features(self, clip: Tensor) -> Tensor:
        """Mean of `maps` over time and space: shapes and errors as there -> (n, `feature_dim`)."""
        return self.maps(clip).mean(dim=(2, 3, 4))

    def backbone_parameters(self) -> list[nn.Parameter]:
        """Parameters that may come pretrained, frozen ones included: all."""
        return list(self.backbone.parameters())
