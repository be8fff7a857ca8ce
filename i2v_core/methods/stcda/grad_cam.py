"""Grad-CAM of one view of STCDA (its figure 5): where in its clips a video's class is seen."""

import torch
from torch import Tensor

from i2v_core.methods.stcda.network import Features, StreamNetwork
from i2v_core.models import grad_cam


def of_clips(stream: StreamNetwork, videos: Tensor, classes: Tensor) -> Tensor:
    """Activation of a class in all frames of all clips, see `models.grad_cam.activation`.

    y is the mean of the class's logits over what the stream classifies, so that gradients reach each clip through the
    aggregation; A are the last maps of the encoder, of which clip features are the mean.
    videos (n, S, t, c, h, w), classes int64 (n,)  ->  (n, S, t, h, w) in [0, 1], each clip divided by its own maximum.
    """
    count, segments, frames, _, *size = videos.shape

    def score(maps: Tensor) -> Tensor:
        clips = stream.project(maps.mean(dim=(2, 3, 4))).unflatten(0, (count, segments))
        logits = stream.outputs(Features(clips, stream.video(clips))).mean(dim=1)
        return logits.gather(1, classes[:, None])

    with torch.no_grad():
        maps = stream.encoder.maps(videos.flatten(0, 1))
    return grad_cam.activation(maps, score, (frames, *size)).unflatten(0, (count, segments))
