"""CNN-F, the fast network of Chatfield et al. 2014 (VGG-F), up to fc7, and its weights in MatConvNet's format."""

import hashlib
from pathlib import Path

import numpy as np
import torch
from scipy.io import loadmat
from torch import Tensor, nn
from torch.nn.functional import local_response_norm, max_pool2d

from i2v_core.models import weights
from i2v_core.models.weights import Entry, Reading

RELEASED_MD5 = "f666c61dc968c413ef664a7e17b01144"  # of imagenet-vgg-f.mat, in MatConvNet's table of models
WANTED = "CNN-F weights"
SIZE_PX = 224
NORMALISATION = (5.0, 2.0, 1e-4, 0.75)  # channels, k, alpha per element, beta, as MatConvNet orders them
AVERAGE = (123.675, 116.28, 103.53)  # of R, G, B over ImageNet, until a weight file brings its own image
CONVOLUTIONS = {"conv1": 64, "conv2": 256, "conv3": 256, "conv4": 256, "conv5": 256}


class CnnF(nn.Module):
    """Five convolutions and two fully connected layers, each with ReLU; DIVAFN's image and keyframe backbone.

    conv1 64 of 11 x 11, stride 4, without padding; conv2 256 of 5 x 5; conv3 to conv5 256 of 3 x 3, sizes kept; local
    response normalisation and max pooling (3, stride 2) after conv1 and conv2, pooling after conv5; fc6, fc7 4096.
    Choice: pooling after conv1 takes a row and a column beyond the edge (54 -> 27), as the release does; the
    normalisation is the release's (5 channels, k 2, alpha 1e-4 per element, beta 0.75), not that of MatConvNet's
    training script. No dropout, as in DCMH's use of it. fc8, of the 1000 ImageNet classes, is not part of this.
    width: factor of all channels and units, for tests. Output dimension `num_features`: 4096 times width.
    """

    def __init__(self, *, width: float = 1.0) -> None:
        super().__init__()
        channels = [3] + [round(width * wanted) for wanted in CONVOLUTIONS.values()]
        self.num_features = round(width * 4096)
        self.conv1 = nn.Conv2d(channels[0], channels[1], 11, stride=4)
        self.conv2 = nn.Conv2d(channels[1], channels[2], 5, padding=2)
        self.conv3, self.conv4, self.conv5 = (
            nn.Conv2d(channels[i], channels[i + 1], 3, padding=1) for i in range(2, 5)
        )
        self.fc6 = nn.Linear(channels[5] * 36, self.num_features)
        self.fc7 = nn.Linear(self.num_features, self.num_features)
        self.register_buffer("normalisation", torch.tensor(NORMALISATION, dtype=torch.float64))
        self.register_buffer("average", torch.tensor(AVERAGE).reshape(3, 1, 1).repeat(1, SIZE_PX, SIZE_PX))

    def forward(self, images: Tensor) -> Tensor:
        """fc7 after ReLU: images (n, 3, 224, 224) in [0, 1], RGB -> (n, num_features), >= 0.

        Images are to be resized without keeping their aspect, as DCMH does. Raises ValueError for another shape.
        """
        if images.ndim != 4 or images.shape[1:] != self.average.shape:
            raise ValueError(f"images: shape {tuple(images.shape)} found, (n, 3, {SIZE_PX}, {SIZE_PX}) wanted")
        x = 255 * images - self.average
        x = max_pool2d(self._normalised(self.conv1(x).relu()), 3, 2, ceil_mode=True)
        x = max_pool2d(self._normalised(self.conv2(x).relu()), 3, 2)
        x = self.conv5(self.conv4(self.conv3(x).relu()).relu()).relu()
        return self.fc7(self.fc6(max_pool2d(x, 3, 2).flatten(1)).relu()).relu()

    def _normalised(self, x: Tensor) -> Tensor:
        """x / (k + alpha sum of x^2 over neighbouring channels)^beta; PyTorch's alpha is of their mean."""
        size, offset, alpha, exponent = self.normalisation.tolist()
        return local_response_norm(x, int(size), alpha=size * alpha, beta=exponent, k=offset)


def load_cnn_f(model: CnnF, path: Path, *, md5: str | None = RELEASED_MD5) -> None:
    """Loads imagenet-vgg-f.mat of MatConvNet's model page into `model`: weights, average image, normalisation.

    Both layouts are read: `meta.normalization` with `weights`, and the older `normalization` with `filters`, `biases`.
    md5: of the file, in hex; None accepts any file of this layout. The file is not part of this project; the same
    network's Caffe release is for non-commercial use only.
    Raises FileNotFoundError if there is no such file, ValueError if it is another one or does not fit.
    """
    weights.load(model, read(path, md5=md5), path, wanted=WANTED)


def read(path: Path, *, md5: str | None = RELEASED_MD5) -> Reading:
    """A file of either layout under the model's keys; fc8 has none. Raises as `load_cnn_f`."""
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no such weight file; get imagenet-vgg-f.mat from MatConvNet's model page")
    if md5 is not None:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        if found != md5:
            raise ValueError(
                f"{path}: md5 {found} found, {md5} wanted; get the file again, or leave the sum out for another"
            )
    try:
        content = loadmat(path, struct_as_record=False)
    except Exception as error:  # scipy raises many kinds for damaged files, all with the same meaning here
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(f"{path}: not a MATLAB file that scipy reads ({reason}); get the file again") from None
    try:
        return Reading("MatConvNet" if "meta" in content else "MatConvNet, older", _entries(content))
    except (KeyError, AttributeError, IndexError, ValueError) as error:
        raise ValueError(
            f"{path}: no network in MatConvNet's layout ({error!r}); `layers` and `normalization.averageImage` wanted"
        ) from None


def _entries(content: dict) -> list[Entry]:
    """The average image and the layers of what `loadmat` gives, as `CnnF` has them."""
    meta = content["meta"][0, 0] if "meta" in content else None
    normalization = meta.normalization[0, 0] if meta is not None else content["normalization"][0, 0]
    given = np.array(normalization.averageImage, dtype=np.float32)
    average = np.broadcast_to(given.ravel(), (SIZE_PX, SIZE_PX, 3)) if given.size == 3 else given  # one per channel
    found = [_entry("normalization.averageImage", given, "average", average.transpose(2, 0, 1))]
    for layer in (cell[0, 0] for cell in content["layers"].ravel()):
        name, kind = str(layer.name[0]), str(layer.type[0])
        if kind in ("normalize", "lrn"):
            found.append(_normalisation(f"{name}.param", np.array(layer.param, dtype=np.float64), found))
        if kind == "conv":
            named = ("weights{1}", "weights{2}") if hasattr(layer, "weights") else ("filters", "biases")
            filters, biases = layer.weights.ravel() if hasattr(layer, "weights") else (layer.filters, layer.biases)
            whole = filters.reshape(filters.shape + (1,) * (4 - filters.ndim))  # MATLAB drops last axes of length 1
            weight = whole.transpose(3, 2, 0, 1).astype(np.float32)
            weight = weight.reshape(len(weight), -1) if name.startswith("fc") else weight
            bias = np.array(biases, dtype=np.float32).ravel()
            keys = ("", "") if name == "fc8" else (f"{name}.weight", f"{name}.bias")
            found.append(_entry(f"{name}.{named[0]}", filters, keys[0], weight))
            found.append(_entry(f"{name}.{named[1]}", biases, keys[1], bias))
    return found


def _normalisation(given: str, param: np.ndarray, before: list[Entry]) -> Entry:
    """The network has one normalisation for both places; a second one has to be the same."""
    first = next((entry.value for entry in before if entry.key == "normalisation"), None)
    if first is not None and first.tolist() != param.ravel().tolist():
        raise ValueError(f"{given} {param.ravel().tolist()} beside {first.tolist()}")
    return _entry(given, param, "normalisation" if first is None else "", param.ravel())


def _entry(given: str, value: np.ndarray, key: str, kept: np.ndarray) -> Entry:
    return Entry(given, value.shape, key, torch.from_numpy(np.ascontiguousarray(kept)))
