"""Backbones that turn the clips of one view into features, from settings and a file of weights."""

from pathlib import Path

from torch import nn

from i2v_core.models.bn_inception_clips import BNInceptionClips
from i2v_core.models.i3d import I3D
from i2v_core.models.i3d_checkpoints import load_i3d

CHANNELS = {"rgb": 3, "flow": 2}


def clip_encoder(settings: dict, view: str, weights: str | Path | None) -> nn.Module:
    """A network with `features` of clips (n, t, c, h, w) -> (n, `feature_dim`), c: see `CHANNELS`.

    Features are the mean over time and space of its `maps` (n, `feature_dim`, t', h', w').
    settings: backbone (i3d or bn_inception), model (arguments of the backbone), frames of a clip. weights: a file, or
    nothing for random ones. Raises ValueError for another view or backbone, and for weights that do not fit.
    """
    if view not in CHANNELS:
        raise ValueError(f"view: {view!r} found, one of {', '.join(CHANNELS)} wanted")
    name, options = settings["backbone"], {**settings["model"], "in_channels": CHANNELS[view]}
    if name == "i3d":
        network = I3D(classes=None, normalisation="kinetics" if view == "rgb" else "none", **options)
        if weights:
            load_i3d(network, Path(weights), classifier=False)
        return network
    if name == "bn_inception":
        return BNInceptionClips(frames=settings["frames"], weights=weights or None, **options)
    raise ValueError(f"backbone: {name!r} found, i3d or bn_inception wanted; see params.yaml")
