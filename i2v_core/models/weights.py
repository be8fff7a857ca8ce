"""Weights of files: how their keys meet those of a model, strict loading, and one line that says what does not fit."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from torch import Tensor, nn

COUNTER = "num_batches_tracked"  # of batch normalisation; files of old PyTorch versions lack them
# What becomes of a key, with the words of a report. Of the file's keys:
SAME, RENAMED, RESHAPED = "unchanged", "renamed", "reshaped"
LEFT_OUT, SURPLUS, MISSHAPEN = "left out", "surplus", "another shape"
# and of keys that the model alone has; those it keeps may be absent.
MISSING, KEPT = "missing", "kept as it is"
STATUSES = (SAME, RENAMED, RESHAPED, LEFT_OUT, KEPT, MISSING, SURPLUS, MISSHAPEN)
FAULTS = (MISSING, SURPLUS, MISSHAPEN)


@dataclass(frozen=True)
class Entry:
    """A tensor of a file: its key and shape there, the model's key for it ("": none), and its value for the model."""

    given: str
    shape: tuple[int, ...]
    key: str
    value: Tensor


@dataclass(frozen=True)
class Reading:
    """What a loader makes of a file, before any model is touched. layout: whose keys these are, in words."""

    layout: str
    entries: list[Entry]


class Match(NamedTuple):
    """A row of a report: keys and shapes in the file and in the model ("" and () where it has none), and a status."""

    given: str
    shape: tuple[int, ...]
    key: str
    wanted: tuple[int, ...]
    status: str


def tensors(content: object, path: Path, *, wanted: str) -> dict[str, Tensor]:
    """The state dict that a file holds. Raises ValueError in one line if it holds something else."""
    if not isinstance(content, dict) or not all(isinstance(value, Tensor) for value in content.values()):
        found = list(content)[:3] if isinstance(content, dict) else type(content).__name__
        raise ValueError(f"{path}: no dictionary of tensors ({found}); {wanted} wanted, its state dict alone")
    return {str(key): value for key, value in content.items()}


def renamed(state: dict[str, Tensor], rename: Callable[[str], str] = str, *, layout: str) -> Reading:
    """A state dict whose keys `rename` makes those of the model."""
    return Reading(layout, [Entry(key, tuple(value.shape), rename(key), value) for key, value in state.items()])


def compare(module: nn.Module, reading: Reading, *, without: tuple[str, ...] = ()) -> list[Match]:
    """Every key of a file, in its order, then those that the model alone has, in the model's.

    without: prefixes of the model's keys that are neither read nor wanted. Counters of batches may be absent, since
    batch normalisation with a momentum does not use them. Of two entries of one name the second is surplus.
    """
    own = {key: tuple(value.shape) for key, value in module.state_dict().items()}
    matches, seen = [], set()
    for entry in reading.entries:
        if entry.key == "" or entry.key.startswith(without):
            status = LEFT_OUT
        elif entry.key not in own or entry.key in seen:
            status = SURPLUS
        elif tuple(entry.value.shape) != own[entry.key]:
            status = MISSHAPEN
        elif entry.given != entry.key:
            status = RENAMED
        else:
            status = SAME if entry.shape == own[entry.key] else RESHAPED
        if status != LEFT_OUT:
            seen.add(entry.key)
        matches.append(Match(entry.given, entry.shape, entry.key, own.get(entry.key, ()), status))
    for key, shape in own.items():
        if key not in seen:
            may_lack = key.startswith(without) or key.endswith(COUNTER)
            matches.append(Match("", (), key, shape, KEPT if may_lack else MISSING))
    return matches


def load(module: nn.Module, reading: Reading, path: Path, *, wanted: str, without: tuple[str, ...] = ()) -> None:
    """Loads what a file was read as into `module`, or raises ValueError in one line that names file, keys and counts.

    without: see `compare`. A model that does not fit stays as it was.
    """
    matches = compare(module, reading, without=without)
    missing, surplus, misshapen = ([match for match in matches if match.status == fault] for fault in FAULTS)
    if missing or surplus or misshapen:
        values = {entry.given: tuple(entry.value.shape) for entry in reading.entries}
        shapes = [f"{match.key} {values[match.given]} instead of {match.wanted}" for match in misshapen[:3]]
        count = sum(not key.startswith(without) for key in module.state_dict())
        raise ValueError(
            f"{path}: {len(missing)} keys missing {[match.key for match in missing[:3]]}, {len(surplus)} surplus "
            f"{[match.key for match in surplus[:3]]}, {len(misshapen)} of another shape {shapes}; {wanted} with "
            f"{count} keys wanted"
        )
    state = {entry.key: entry.value for entry in reading.entries if entry.key and not entry.key.startswith(without)}
    module.load_state_dict(state, strict=False)  # checked above; what is left out is left on purpose


def load_exactly(module: nn.Module, state: object, path: Path, *, wanted: str, without: tuple[str, ...] = ()) -> None:
    """As `load`, of a state dict that has the model's own keys."""
    load(module, renamed(tensors(state, path, wanted=wanted), layout=""), path, wanted=wanted, without=without)
