"""What a branch says of target videos: `test_frames` uniform frames of each, as one clip (CFB, 4.2)."""

from functools import partial

import numpy as np
import torch

from i2v_core import inference
from i2v_core.media import sampling
from i2v_core.media.views import View, centred
from i2v_core.methods.cfb.branch import Branch


def uniform_clip(view: View, key: str, *, frames: int) -> np.ndarray:
    """The centre crops of `frames` uniform frames of an item, as a batch of one clip -> (1, frames, size, size, c)."""
    return centred(view, key, sampling.spread(view.length(key), frames=frames))[None]


def outputs(
    branch: Branch, view: View, keys: list[str], *, frames: int, batch_size: int, device: torch.device, workers: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Class probabilities (n, k) and pooled features (n, D), of the centre crops of the items `keys`."""
    prepare = partial(uniform_clip, view, frames=frames)
    how = {"batch_size": batch_size, "device": device, "workers": workers}
    probabilities, features = inference.batched(branch, keys, prepare, branch.outputs, **how)
    return probabilities, features
