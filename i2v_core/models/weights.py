"""Strict loading of weights, with one line that says what does not fit."""

from pathlib import Path

from torch import Tensor, nn


def load_exactly(module: nn.Module, state: object, path: Path, *, wanted: str, without: tuple[str, ...] = ()) -> None:
    """Loads a state dict into `module`, or raises ValueError in one line that names file, keys and counts.

    without: prefixes of keys that are neither read nor wanted. Counters of batches (num_batches_tracked) may be absent,
    as files of old PyTorch versions lack them, and batch normalisation with a momentum does not use them.
    """
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        keys = list(state)[:3] if isinstance(state, dict) else type(state).__name__
        raise ValueError(f"{path}: no dictionary of tensors ({keys}); {wanted} wanted, its state dict alone")
    own = {key: value for key, value in module.state_dict().items() if not key.startswith(without)}
    given = {key: value for key, value in state.items() if not key.startswith(without)}
    missing = [key for key in own if key not in given and not key.endswith("num_batches_tracked")]
    surplus = [key for key in given if key not in own]
    misshapen = [
        f"{key} {tuple(given[key].shape)} instead of {tuple(own[key].shape)}"
        for key in own
        if key in given and given[key].shape != own[key].shape
    ]
    if missing or surplus or misshapen:
        raise ValueError(
            f"{path}: {len(missing)} keys missing {missing[:3]}, {len(surplus)} surplus {surplus[:3]}, "
            f"{len(misshapen)} of another shape {misshapen[:3]}; {wanted} with {len(own)} keys wanted"
        )
    module.load_state_dict(given, strict=False)  # checked above; what is left out is left on purpose
