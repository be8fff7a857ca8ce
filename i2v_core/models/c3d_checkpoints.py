"""Public weight files of C3D: three layouts of keys, read strictly, and the authors' mean cube.

c3d-pytorch (c3d.pickle): `conv1.weight`, `conv3a.bias`, `fc6.weight`; the model's own layout. mmaction2
(c3d_sports1m_pretrain_*.pth, no fc8): `conv1a.conv.weight`, `fc6.weight`, in a fine-tuned file behind `backbone.` and
with `cls_head.fc_cls.weight`. pytorch-video-recognition (c3d-pretrained.pth): `features.0.weight`,
`classifier.0.weight`. No file is shipped; none of the three states a licence for the Sports-1M weights.
"""

import hashlib
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from i2v_core import storage
from i2v_core.models.c3d import C3D, CONVOLUTIONS, FRAMES, SIDE_PX
from i2v_core.models.weights import load_exactly

CUBE = (3, FRAMES, 128, 171)  # of the authors' file sport1m_train16_128_mean
SEQUENTIAL = (0, 3, 6, 8, 11, 13, 16, 18)  # places of the convolutions in `features`
# Module of another layout, without `backbone.`: what it is called here.
RENAMED = {
    **{f"features.{place}": name for place, name in zip(SEQUENTIAL, CONVOLUTIONS, strict=True)},
    **{f"classifier.{place}": f"fc{6 + place // 3}" for place in (0, 3, 6)},
    **{f"{name if name[-1] in 'ab' else name + 'a'}.conv": name for name in CONVOLUTIONS},
    "cls_head.fc_cls": "fc8",
}


def load_c3d(model: C3D, path: Path, *, classifier: bool = True, sha256: str | None = None) -> None:
    """Loads a public weight file, of any of the layouts, into `model`; all keys and shapes must fit.

    classifier: False leaves the model's fc8, if it has one, as it is, and that of the file unread; wanted where the
    classes differ or the file has none. sha256: of the file, in hexadecimal digits, checked first.
    Raises FileNotFoundError if there is no such file, ValueError if it is another file or does not fit.
    """
    if sha256 is not None and Path(path).is_file():
        with Path(path).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != sha256.lower():
            raise ValueError(f"{path}: SHA-256 {found} found, {sha256.lower()} wanted; fetch the file again")
    state = storage.load_weights(path)
    if isinstance(state, dict):
        state = {_renamed(str(key)): value for key, value in state.items()}
    load_exactly(model, state, path, wanted="C3D weights", without=() if classifier else ("fc8.",))


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
    if cube.shape not in (CUBE, (1, *CUBE)) or cube.dtype.kind not in "fui" or not np.isfinite(cube).all():
        raise ValueError(f"{path}: {cube.dtype} {cube.shape} found, finite numbers of {CUBE} wanted; convert it anew")
    top, left = (CUBE[2] - SIDE_PX) // 2, (CUBE[3] - SIDE_PX) // 2
    crop = cube.reshape(CUBE)[:, :, top : top + SIDE_PX, left : left + SIDE_PX]
    return torch.from_numpy(np.ascontiguousarray(crop, np.float32))


def _renamed(key: str) -> str:
    module, _, value = key.removeprefix("backbone.").rpartition(".")
    return f"{RENAMED.get(module, module)}.{value}"
