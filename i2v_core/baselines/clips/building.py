"""Clip baselines by name: made from plain arguments, which a model file holds, and saved as such."""

from torch import nn

from i2v_core.baselines import clips
from i2v_core.methods.stcda.network import sizes_of

KIND = "clip-baseline"


def build(*, classes: int, method: str, widths: dict[str, int], segments: int, options: dict) -> nn.Module:
    """The model of `method` over clip features of these widths. options: further arguments of its constructor."""
    module = clips.load(method)
    return module.Model(sum(widths.values()), classes, segments=segments, views=sizes_of(widths), **options)
