"""How a file of weights meets the network it is for: by the same reading and comparing that loads it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import nn

from i2v_core import storage
from i2v_core.baselines.clips import building as clip_baselines
from i2v_core.exported import files as exported
from i2v_core.exported import networks
from i2v_core.methods.stcda import building as stcda
from i2v_core.models import (
    bn_inception,
    c3d_checkpoints,
    clip,
    cnn_f,
    depth_net,
    dpt,
    hub,
    i3d_checkpoints,
    image,
    saved,
    weights,
)
from i2v_core.models.bn_inception import BNInception
from i2v_core.models.c3d import C3D
from i2v_core.models.clip import ClipFrames
from i2v_core.models.i3d import I3D
from i2v_core.models.i3d_steps import I3DSteps
from i2v_core.models.image import ImageModel
from i2v_core.models.video import VideoModel
from i2v_core.models.web_image import WebImageModel
from i2v_core.models.web_video import WebVideoModel
from i2v_core.models.weights import Match, Reading

# Kinds of files that training stages write with `saved.save`.
TRAINED = {
    "image": ImageModel,
    "video": VideoModel,
    "i3d-steps": I3DSteps,
    "clip": ClipFrames,
    "web_image": WebImageModel,
    "web_video": WebVideoModel,
    clip_baselines.KIND: clip_baselines.build,
}


@dataclass(frozen=True)
class Report:
    """layout: whose keys, in words; matches: every key; files: those that were read; problem: why it does not load, in
    one line, "" if it does."""

    layout: str
    matches: list[Match]
    files: list[Path]
    problem: str = ""


def report(kind: str, source: str, *, backbone: str, options: dict) -> Report:
    """kind: one of `KINDS`. source: a file; for dpt and clip a folder or a hub id. backbone: of image, a name of timm.
    options: arguments of the network's constructor, where it is not the published one; none for dpt, clip and model.

    Raises FileNotFoundError or OSError if there is no such file, ValueError for what is no file of weights, and for
    options that the network does not have.
    """
    try:
        return KINDS[kind](source, backbone, options)
    except TypeError as error:
        if not options:
            raise
        raise ValueError(f"options {options}: not of {kind} ({str(error).splitlines()[0]})") from None


def _i3d(source: str, backbone: str, options: dict, *, channels: int) -> Report:
    normalisation = "kinetics" if channels == 3 else "none"
    model = I3D(**{"classes": None, "in_channels": channels, "normalisation": normalisation, **options})
    reading = i3d_checkpoints.read(Path(source))
    return _loaded(model, reading, source, wanted=i3d_checkpoints.WANTED, without=i3d_checkpoints.CLASSIFIER)


def _c3d(source: str, backbone: str, options: dict) -> Report:
    model, reading = C3D(**{"classes": None, **options}), c3d_checkpoints.read(Path(source))
    return _loaded(model, reading, source, wanted=c3d_checkpoints.WANTED, without=c3d_checkpoints.CLASSIFIER)


def _bn_inception(source: str, backbone: str, options: dict, *, channels: int) -> Report:
    model = BNInception(**{"classes": None, "in_channels": channels, **options})
    reading = bn_inception.read(Path(source), channels=model.frames * model.in_channels)
    return _loaded(model, reading, source, wanted=bn_inception.WANTED, without=bn_inception.CLASSIFIER)


def _cnn_f(source: str, backbone: str, options: dict) -> Report:
    model = cnn_f.CnnF(**options)
    found = _loaded(model, cnn_f.read(Path(source), md5=None), source, wanted=cnn_f.WANTED)
    return _tried(found, lambda: cnn_f.load_cnn_f(model, Path(source)))


def _image(source: str, backbone: str, options: dict) -> Report:
    model, wanted = image.make_backbone(backbone, options, None), f"weights of timm's {backbone!r}"
    reading = image.read(Path(source), wanted=wanted)
    return _loaded(model, reading, source, wanted=wanted, without=image.classifier(model))


def _dpt(source: str, backbone: str, options: dict) -> Report:
    network, facts = hub.loaded(source, transformers.AutoModelForDepthEstimation, **dpt.NETWORK, **options)
    matches = hub.matches(source, network, facts, unused=(dpt.UNUSED,))
    found = Report(f"transformers, {network.config.model_type}", matches, hub.weight_files(source))
    return _tried(found, lambda: dpt.load_dpt(source))


def _clip(source: str, backbone: str, options: dict) -> Report:
    network, facts = hub.loaded(source, transformers.CLIPModel, **clip.NETWORK, **options)
    found = Report("transformers, clip", hub.matches(source, network, facts), hub.weight_files(source))
    return _tried(found, lambda: clip.from_pretrained(source, ["a class"], prompt="{}"))


def _model(source: str, backbone: str, options: dict) -> Report:
    """A file of a training stage, or an exported one part by part."""
    path, content = Path(source), storage.load_weights(Path(source))
    kind = content.get("kind") if isinstance(content, dict) else None
    if kind != exported.KIND:
        return _part(content, path)
    content = exported.read(path)
    parts = {name: _part(part, path) for name, part in content["parts"].items() if _is_known(part)}
    rows = [_within(name, match) for name, part in parts.items() for match in part.matches]
    alone = [name for name in content["parts"] if name not in parts]
    layout = f"exported model of {content['method']}, parts {', '.join(content['parts'])}"
    if alone:
        layout += f" (not listed key by key: {', '.join(alone)})"
    maker = networks.MAKERS[content["method"]]
    return _tried(Report(layout, rows, [path]), lambda: maker(content, path, torch.device("cpu")))


def _within(part: str, match: Match) -> Match:
    given, key = (f"{part}: {name}" if name else "" for name in (match.given, match.key))
    return match._replace(given=given, key=key)


def _is_known(content: object) -> bool:
    kinds = {*TRAINED, stcda.KIND, depth_net.KIND}
    return isinstance(content, dict) and content.get("kind") in kinds


def _part(content: Any, path: Path) -> Report:
    """A model by its own description."""
    if not _is_known(content):
        raise ValueError(f"{path}: no model of this project found, a model.pt of a stage or of `i2v adapt` wanted")
    kind = content["kind"]
    if kind == stcda.KIND:
        return _loaded(stcda.make(content, path), stcda.read(content), str(path), wanted=stcda.WANTED)
    if kind == depth_net.KIND:
        model = depth_net.DepthNet(**content["arguments"])
    else:
        model = saved.make(content, path, TRAINED[kind], kind=kind)
    state = weights.tensors(content["state"], path, wanted=saved.WANTED)
    return _loaded(model, weights.renamed(state, layout=f"model of kind {kind}"), str(path), wanted=saved.WANTED)


def _loaded(model: nn.Module, reading: Reading, source: str, **how: Any) -> Report:
    matches = weights.compare(model, reading, without=how.get("without", ()))
    found = Report(reading.layout, matches, [Path(source)])
    return _tried(found, lambda: weights.load(model, reading, Path(source), **how))


def _tried(found: Report, load: Callable[[], object]) -> Report:
    """The report with the first line of what loading says."""
    if found.problem:
        return found
    try:
        load()
    except (ValueError, OSError) as error:
        return Report(found.layout, found.matches, found.files, " ".join(str(error).split()))
    return found


KINDS: dict[str, Callable[[str, str, dict], Report]] = {
    "i3d-rgb": lambda *given: _i3d(*given, channels=3),
    "i3d-flow": lambda *given: _i3d(*given, channels=2),
    "c3d": _c3d,
    "bn-inception": lambda *given: _bn_inception(*given, channels=3),
    "bn-inception-flow": lambda *given: _bn_inception(*given, channels=2),
    "cnn-f": _cnn_f,
    "image": _image,
    "dpt": _dpt,
    "clip": _clip,
    "model": _model,
}
