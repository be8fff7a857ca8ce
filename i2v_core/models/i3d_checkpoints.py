"""Public weight files of I3D: two layouts of keys, read strictly.

pytorch-i3d (rgb_imagenet.pt, rgb_charades.pt, flow_*.pt): `Mixed_3b.b1a.bn.weight`, `logits.conv3d.bias`; the model's
own layout. kinetics_i3d_pytorch (model_rgb.pth, model_flow.pth): `mixed_3b.branch_1.0.batch3d.weight`,
`conv3d_0c_1x1.conv3d.bias`.
"""

import re
from pathlib import Path

from i2v_core import storage
from i2v_core.models import weights
from i2v_core.models.i3d import I3D
from i2v_core.models.weights import Reading

WANTED = "I3D weights, RGB or flow"
CLASSIFIER = ("logits.",)
# The first convolution in either layout.
LAYOUTS = {"Conv3d_1a_7x7.": "pytorch-i3d", "conv3d_1a_7x7.": "kinetics_i3d_pytorch"}
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
    weights.load(model, read(path), path, wanted=WANTED, without=() if classifier else CLASSIFIER)


def read(path: Path) -> Reading:
    """A file of either layout under the model's keys. Raises as `load_i3d` for what is no state dict."""
    state = weights.tensors(storage.load_weights(path), path, wanted=WANTED)
    layout = next((name for start, name in LAYOUTS.items() if any(key.startswith(start) for key in state)), "unknown")
    return weights.renamed(state, _renamed if layout == "kinetics_i3d_pytorch" else str, layout=layout)


def _renamed(key: str) -> str:
    for pattern, replacement in RENAMED.items():
        key = re.sub(pattern, replacement, key)
    return key
