"""Public weight files of I3D: two layouts of keys, read strictly.

pytorch-i3d (rgb_imagenet.pt, rgb_charades.pt, flow_*.pt): `Mixed_3b.b1a.bn.weight`, `logits.conv3d.bias`; the model's
own layout. kinetics_i3d_pytorch (model_rgb.pth, model_flow.pth): `mixed_3b.branch_1.0.batch3d.weight`,
`conv3d_0c_1x1.conv3d.bias`.
"""

import re
from pathlib import Path

from torch import Tensor, nn

from i2v_core import storage
from i2v_core.models.i3d import I3D

# Parts of a key in the layout of kinetics_i3d_pytorch, and what they are called here.
RENAMED = {
    r"^conv3d_0c_1x1\.": "logits.",
    r"^conv3d_": "Conv3d_",
    r"^mixed_": "Mixed_",
    r"\.batch3d\.": ".bn.",
    r"\.branch_0\.": ".b0.",
    r"\.branch_1\.0\.": ".b1a.",
    r"\.branch_1\.1\.": ".b1b.",
    r"\.branch_2\.0\.": ".b2a.",
    r"\.branch_2\.1\.": ".b2b.",
    r"\.branch_3\.1\.": ".b3b.",
}


def load_i3d(model: I3D, path: Path, *, classifier: bool = True) -> None:
    """Loads a public weight file, of either layout, into `model`; all keys and shapes must fit.

    classifier: False leaves the model's classifier, if it has one, as it is, and that of the file unread; wanted where
    the classes differ. Raises FileNotFoundError if there is no such file, ValueError if it does not fit.
    """
    state = storage.load_weights(path)
    if isinstance(state, dict) and any(str(key).startswith("conv3d_1a_7x7.") for key in state):
        state = {_renamed(str(key)): value for key, value in state.items()}
    load_exactly(model, state, path, wanted="I3D weights, RGB or flow", without=() if classifier else ("logits.",))


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


def _renamed(key: str) -> str:
    for pattern, replacement in RENAMED.items():
        key = re.sub(pattern, replacement, key)
    return key
