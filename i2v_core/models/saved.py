"""Model files that describe themselves: kind, arguments, classes, how to prepare inputs, weights."""

from dataclasses import dataclass
from pathlib import Path

from torch import nn

from i2v_core import storage
from i2v_core.models.weights import load_exactly

PARTS = {"kind", "arguments", "classes", "inputs", "state"}

WANTED = "weights of the model that the file describes"


@dataclass(frozen=True)
class Saved:
    """model: in evaluation mode, on the CPU; classes: names by output index; inputs: size_px,
    short_side_px and, for videos, frames, stride and clips."""

    model: nn.Module
    classes: list[str]
    inputs: dict


def save(model: nn.Module, path: Path, *, kind: str, arguments: dict, classes: list[str], inputs: dict) -> None:
    """Writes the model whole or not at all. `arguments` are those of its constructor, without initial weights."""
    state = {name: value.cpu() for name, value in model.state_dict().items()}
    storage.save_weights(
        {"kind": kind, "arguments": arguments, "classes": list(classes), "inputs": inputs, "state": state}, path
    )


def load(path: Path, constructor: type[nn.Module], *, kind: str) -> Saved:
    """Reads a model file of a kind into a model made by `constructor`.

    Raises ValueError if it is no model file of ours, of another kind, or its weights do not fit.
    """
    return restore(storage.load_weights(path), path, constructor, kind=kind)


def restore(content: object, path: Path, constructor: type[nn.Module], *, kind: str) -> Saved:
    """The model of what `save` wrote, read already; `path` is where from, for errors, which are those of `load`."""
    model = make(content, path, constructor, kind=kind)
    load_exactly(model, content["state"], path, wanted=WANTED)
    return Saved(model.eval(), content["classes"], content["inputs"])


def make(content: object, path: Path, constructor: type[nn.Module], *, kind: str) -> nn.Module:
    """The model that a file's content describes, with initial weights. Errors as of `load`."""
    if not (isinstance(content, dict) and content.keys() >= PARTS):
        raise ValueError(f"{path}: not a model file of this project; one written by a train_* stage wanted")
    if content["kind"] != kind:
        raise ValueError(f"{path}: a model of kind {content['kind']!r} found, {kind!r} wanted")
    return constructor(classes=len(content["classes"]), **content["arguments"])
