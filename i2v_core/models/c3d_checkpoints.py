"""Public weight files of C3D: three layouts of keys, read strictly, and the authors' mean cube.

c3d-pytorch (c3d.pickle): `conv1.weight`, `conv3a.bias`, `fc6.weight`; the model's own layout. mmaction2
(c3d_sports1m_pretrain_*.pth, no fc8): `conv1a.conv.weight`, `fc6.weight`, in a fine-tuned file behind `backbone.` and
with `cls_head.fc_cls.weight`, as `state_dict` beside `meta`. pytorch-video-recognition (c3d-pretrained.pth):
`features.0.weight`, `classifier.0.weight`. No file is shipped; none of the three states a licence for the Sports-1M
weights.
"""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from i2v_core import storage
from i2v_core.models import weights
from i2v_core.models.c3d import C3D, CONVOLUTIONS, FRAMES, SIDE_PX
from i2v_core.models.weights import Reading

WANTED = "C3D weights"
CLASSIFIER = ("fc8.",)
CUBE = (3, FRAMES, 128, 171)  # of the authors' file sport1m_train16_128_mean
SEQUENTIAL = (0, 3, 6, 8, 11, 13, 16, 18)  # places of the convolutions in `features`
# How a key begins in either layout; what fits none has the unknown one.
LAYOUTS = {
    "conv1.": "c3d-pytorch",
    "conv1a.": "mmaction2",
    "backbone.": "mmaction2, fine-tuned",
    "features.": "pytorch-video-recognition",
}
# Module of another layout, without `backbone.`: what it is called here.
RENAMED = {
    **{f"features.{place}": name for place, name in zip(SEQUENTIAL, CONVOLUTIONS, strict=True)},
    **{f"classifier.{place}": f"fc{6 + place // 3}" for place in (0, 3, 6)},
    **{f"{name if name[-1] in 'ab' else name + 'a'}.conv": name for name in CONVOLUTIONS},
    "cls_head.fc_cls": "fc8",
}


def load_c3d(model: C3D, path: Path, *, classifier: bool = True) -> None:
    """Loads a public weight file, of any of the layouts, into `model`; all keys and shapes must fit.

    classifier: False leaves the model's fc8, if it has one, as it is, and that of the file unread; wanted where the
    classes differ or the file has none.
    Raises FileNotFoundError if there is no such file, ValueError if it does not fit.
    """
    weights.load(model, read(path), path, wanted=WANTED, without=() if classifier else CLASSIFIER)


def read(path: Path) -> Reading:
    """A file of any layout under the model's keys. Raises as `load_c3d` for what is no state dict."""
    content = storage.load_weights(path)
    if isinstance(content, dict) and {"meta", "state_dict"} <= content.keys():
        content = content["state_dict"]
    state = weights.tensors(content, path, wanted=WANTED)
    layout = next((name for start, name in LAYOUTS.items() if any(key.startswith(start) for key in state)), "unknown")
    return weights.renamed(state, _renamed, layout=layout)


def mean_cube(path: Path) -> Tensor:
    """The authors' mean of Sports-1M, cut to the crop: .npy of (3, 16, 128, 171) -> (3, 16, 112, 112), B, G, R.

    A leading axis of 1, as conversions of the Caffe file have, may stand before. The crop is the one of
    `media.c3d_clips`, since Caffe subtracts the mean at the place of the crop.
    Raises FileNotFoundError if there is no such file, ValueError for another content.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such mean cube; give its path, or none for the means of the channels")
    try:
        cube = np.load(path, allow_pickle=False)
    except (ValueError, EOFError, OSError) as error:
        raise ValueError(f"{path}: not a mean cube ({error}); a .npy file of {CUBE} wanted") from None
    if not isinstance(cube, np.ndarray):
        raise ValueError(f"{path}: not a mean cube (an archive); a .npy file of {CUBE} wanted")
    if cube.shape not in (CUBE, (1, *CUBE)) or cube.dtype.kind not in "fui" or not np.isfinite(cube).all():
        raise ValueError(f"{path}: {cube.dtype} {cube.shape} found, finite numbers of {CUBE} wanted; convert it anew")
    top, left = (CUBE[2] - SIDE_PX) // 2, (CUBE[3] - SIDE_PX) // 2
    crop = cube.reshape(CUBE)[:, :, top : top + SIDE_PX, left : left + SIDE_PX]
    return torch.from_numpy(np.ascontiguousarray(crop, np.float32))


def _renamed(key: str) -> str:
    module, _, value = key.removeprefix("backbone.").rpartition(".")
    return f"{RENAMED.get(module, module)}.{value}"
