"""Features of many clips in the memory of a few: parts of them pass one by one, and once more for the gradient."""

import contextlib
import math
from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.checkpoint import checkpoint

from i2v_core.models import running_statistics


def encoded_in_parts(
    encode: Callable[[Tensor], Tensor], clips: Sequence[Tensor], *, net: nn.Module, at_once: int
) -> Tensor:
    """encode(clips), part by part: of a part only the features are kept, and the gradient passes it again.

    clips: m tensors (t, c, h, w); views of a batch need no memory of their own. encode: (n, t, c, h, w) -> (n, d), a
    pass of `net`. at_once: most clips of a part. Parts are as equal as can be, since batch normalisation in training
    takes each by itself: its statistics are those of the part, and its running statistics move once with each part and
    not again in the second pass. With at_once >= m, and where no layer normalises by its batch, features and gradients
    are those of encode(clips); dropout draws part by part, and the same in both passes.  -> (m, d)
    Costs the time of a second forward pass. The weights must not change between the forward pass and the gradient.
    """
    parts = np.array_split(np.arange(len(clips)), math.ceil(len(clips) / at_once))
    return torch.cat([_encoded(encode, [clips[row] for row in rows], net) for rows in parts])


def _encoded(encode: Callable[[Tensor], Tensor], clips: list[Tensor], net: nn.Module) -> Tensor:
    return checkpoint(
        lambda *part: encode(torch.stack(part)),
        *clips,
        use_reentrant=False,
        context_fn=lambda: (contextlib.nullcontext(), running_statistics.repetition(net)),
    )
