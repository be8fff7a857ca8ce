"""Triplets of generated features with a class in each modality, and small networks on them."""

from typing import NamedTuple

import numpy as np
import torch
from torch import nn

from i2v_core.methods.divafn.networks import build

IMAGE_DIM, VIDEO_DIM, DIM, CLASSES, K = 12, 15, 8, 4, 20


class Toy(NamedTuple):
    inputs: dict[str, torch.Tensor]
    labels: dict[str, np.ndarray]
    class_vectors: np.ndarray


def triplets(n=24, images=None, seed=0, noise=1.0, dtype=torch.float64):
    """Class centres in image and video features; keyframes look like images with a shift."""
    centres = np.random.default_rng(0)  # the same for all seeds, so that those of other seeds are test samples
    of_image = 2 * centres.standard_normal((CLASSES, IMAGE_DIM))
    of_video = 2 * centres.standard_normal((CLASSES, VIDEO_DIM))
    class_vectors = centres.standard_normal((CLASSES, K))
    random = np.random.default_rng([seed, 1])
    labels, labels_image = np.arange(n) % CLASSES, np.arange(images or n) % CLASSES

    def drawn(rows, shift=0.0):
        return torch.from_numpy(rows + shift + noise * random.standard_normal(rows.shape)).to(dtype)

    inputs = {
        "image": drawn(of_image[labels_image]),
        "keyframe": drawn(of_image[labels], 0.5),
        "video": drawn(of_video[labels]),
    }
    return Toy(inputs, {"image": labels_image, "keyframe": labels, "video": labels}, class_vectors)


def networks(seed=0, dim=DIM, hidden_dim=32, dtype=torch.float64):
    torch.manual_seed(seed)
    return build(nn.Identity(), IMAGE_DIM, VIDEO_DIM, dim, hidden_dim=hidden_dim).to(dtype)
