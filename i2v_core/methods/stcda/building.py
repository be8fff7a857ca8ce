"""STCDA's networks from plain settings, new or as a stage of training left them."""

from pathlib import Path

import torch

from i2v_core import storage
from i2v_core.methods.stcda import network
from i2v_core.methods.stcda.network import CLIP_AXIS, TwoStream
from i2v_core.models import weights as weight_files
from i2v_core.models.clip_encoders import CHANNELS, clip_encoder
from i2v_core.models.weights import Entry, Reading

KIND = "stcda"
WANTED = "weights of the model that the file describes"


def build(
    *, classes: int, widths: dict[str, int], backbone: dict | None = None, weights: dict[str, Path], **options: object
) -> TwoStream:
    """The networks over stored features, or, with `backbone` (settings of `clip_encoder`), over the clips themselves.

    backbone may have clips_at_once beside these, see `network.StreamNetwork`.
    widths: features or channels of each view. weights: of the backbone, by view; none for random ones. options: those
    of `network.StreamNetwork`, and fusion.
    """
    if backbone is None:
        return network.on_features(widths, classes=classes, **options)
    encoders = {view: clip_encoder(backbone, view, weights.get(view)) for view in widths}
    at_once = backbone.get("clips_at_once", 0)
    return network.on_clips(encoders, widths, classes=classes, clips_at_once=at_once, **options)


def load(path: Path) -> TwoStream:
    """The networks of a model file of train_stcda, in evaluation mode. Raises ValueError for another file."""
    return restore(storage.load_weights(path), path)


def restore(content: object, path: Path) -> TwoStream:
    """As `load`, of a file's content; `path` is where from, for errors."""
    model = make(content, path)
    weight_files.load(model, read(content), path, wanted=WANTED)
    return model.eval()


def make(content: object, path: Path) -> TwoStream:
    """The networks that a file's content describes, with initial weights. Errors as of `load`."""
    if not (isinstance(content, dict) and content.get("kind") == KIND):
        raise ValueError(f"{path}: no model of STCDA found, one written by train_stcda wanted")
    return build(classes=len(content["classes"]), weights={}, **content["arguments"])


def read(content: dict) -> Reading:
    """Weights of the networks out of all that a stage of training leaves; what else it learns by has no key."""
    start = "model."
    return Reading(
        "STCDA",
        [
            Entry(name, tuple(value.shape), name.removeprefix(start) if name.startswith(start) else "", value)
            for name, value in content["state"].items()
        ],
    )


def on_clips(model: TwoStream, backbone: dict, weights: dict[str, Path], *, seed: int = 0) -> TwoStream:
    """The model with the backbone under it that its features came from, in evaluation mode; itself where it has one.

    backbone, weights: as for `build`. seed: of a backbone without weights, as extract_clip_features has it.
    """
    if model.axis == CLIP_AXIS:
        return model
    for view, stream in model.streams.items():
        torch.manual_seed(seed)
        stream.encoder = clip_encoder(backbone, view, weights.get(view))
    channels = {view: CHANNELS[view] for view in model.views}
    return TwoStream(dict(model.streams), network.sizes_of(channels), fusion=model.fusion, axis=CLIP_AXIS).eval()
