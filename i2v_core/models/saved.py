"""Model files that describe themselves: kind, arguments, classes, how to prepare inputs, weights."""

from dataclasses import dataclass
from pathlib import Path

from torch import nn

from i2v_core import storage

PARTS = {"kind", "arguments", "classes", "inputs", "state"}


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
    content = storage.load_weights(path)
    if not (isinstance(content, dict) and content.keys() >= PARTS):
        raise ValueError(f"{path}: not a model file of this project; one written by a train_* stage wanted")
    if content["kind"] != kind:
        raise ValueError(f"{path}: a model of kind {content['kind']!r} found, {kind!r} wanted")
    model = constructor(classes=len(content["classes"]), **content["arguments"])
    load_state(model, content["state"], path)
    return Saved(model.eval(), content["classes"], content["inputs"])


def load_state(model: nn.Module, state: dict, path: Path) -> None:
    """Loads weights strictly; the error is one line that names the file and the keys that do not fit."""
    own = model.state_dict()
    lacking, surplus = sorted(own.keys() - state.keys()), sorted(state.keys() - own.keys())
    shapes = [name for name in own.keys() & state.keys() if own[name].shape != state[name].shape]
    if lacking or surplus or shapes:
        raise ValueError(
            f"{path}: weights do not fit the model: {len(lacking)} keys missing {lacking[:3]}, {len(surplus)} surplus "
            f"{surplus[:3]}, {len(shapes)} of other shape {sorted(shapes)[:3]}; train the model again"
        )
    model.load_state_dict(state)
