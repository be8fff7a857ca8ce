"""What a branch says of target videos: `test_frames` uniform frames of each, as one clip (CFB, 4.2)."""

import numpy as np
import torch

from i2v_core import inference
from i2v_core.media import sampling
from i2v_core.media.views import View, centred
from i2v_core.methods.cfb.branch import Branch


def outputs(
    branch: Branch, view: View, keys: list[str], *, frames: int, batch_size: int, device: torch.device, workers: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Class probabilities (n, k) and pooled features (n, D), float32, of the centre crops of the items `keys`."""

    def prepare(key: str) -> np.ndarray:
        return centred(view, key, sampling.spread(view.length(key), frames=frames))[None]

    how = {"batch_size": batch_size, "device": device, "workers": workers}
    probabilities, features = inference.batched(branch, keys, prepare, branch.outputs, **how)
    return probabilities, features
