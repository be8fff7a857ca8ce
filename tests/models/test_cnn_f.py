import hashlib

import numpy as np
import pytest
import torch
from scipy.io import savemat
from torch.nn import functional

from i2v_core.models.cnn_f import RELEASED_MD5, CnnF, load_cnn_f, read

WIDTH = 1 / 16  # 4 and 16 channels, 256 units
SHAPES = {  # of filters in MatConvNet: rows, columns, inputs, outputs
    "conv1": (11, 11, 3, 4),
    "conv2": (5, 5, 4, 16),
    "conv3": (3, 3, 16, 16),
    "conv4": (3, 3, 16, 16),
    "conv5": (3, 3, 16, 16),
    "fc6": (6, 6, 16, 256),
    "fc7": (1, 1, 256, 256),
    "fc8": (1, 1, 256, 10),
}


def layers(is_old=False, param=(5, 2, 1e-4, 0.75), seed=0):
    """Layers as a released file has them, with small random numbers; the older layout names filters and biases."""
    random = np.random.default_rng(seed)
    found = []
    for name, shape in SHAPES.items():
        filters = (random.standard_normal(shape) * np.prod(shape[:3]) ** -0.5).astype(np.float32)
        biases = random.standard_normal((1, shape[3])).astype(np.float32)
        cell = np.empty((1, 2), dtype=object)
        cell[0, 0], cell[0, 1] = filters, biases
        content = {"filters": filters, "biases": biases} if is_old else {"weights": cell}
        found += [{"name": name, "type": "conv", **content}, {"name": f"relu_{name}", "type": "relu"}]
        if name in ("conv1", "conv2"):
            found.append({"name": f"norm_{name}", "type": "normalize" if is_old else "lrn", "param": np.array(param)})
    return found


def write(path, given, is_old=False, average=None):
    cell = np.empty((1, len(given)), dtype=object)
    cell[0, :] = given
    average = np.random.default_rng(5).uniform(80, 130, (224, 224, 3)) if average is None else average
    normalization = {"averageImage": average.astype(np.float32), "imageSize": np.array([224.0, 224, 3])}
    meta = {"normalization": normalization} if is_old else {"meta": {"normalization": normalization}}
    savemat(path, {"layers": cell, **meta})
    return path


def images(count=2):
    return torch.rand(count, 3, 224, 224, generator=torch.Generator().manual_seed(0))


def small():
    torch.manual_seed(0)
    return CnnF(width=WIDTH).eval()


def slow(pictures, given, average, param):
    """The layers in MatConvNet's terms: convolutions for the fully connected layers too, normalisation by a loop."""
    size, offset, alpha, beta = param
    x = 255 * pictures.double() - torch.from_numpy(average).double().permute(2, 0, 1)
    strides, pads = {"conv1": 4}, {"conv2": 2, "conv3": 1, "conv4": 1, "conv5": 1}
    for layer in given:
        name = layer["name"]
        if layer["type"] == "conv" and name != "fc8":
            filters, biases = layer.get("weights", np.array([[None, None]], dtype=object))[0]
            weight = torch.from_numpy(filters).double().permute(3, 2, 0, 1)
            bias = torch.from_numpy(biases[0]).double()
            x = functional.conv2d(x, weight, bias, stride=strides.get(name, 1), padding=pads.get(name, 0)).relu()
            if name == "conv5":
                x = functional.max_pool2d(x, 3, 2)
        if layer["type"] == "lrn":
            norm = torch.empty_like(x)
            for c in range(x.shape[1]):
                near = x[:, max(0, c - int(size) // 2) : c + int(size) // 2 + 1]
                norm[:, c] = x[:, c] / (offset + alpha * near.square().sum(dim=1)) ** beta
            # One row and column of padding at the bottom and right where the windows do not end at the edge.
            edge = functional.pad(norm, (0, 1, 0, 1), value=-torch.inf) if norm.shape[2] % 2 == 0 else norm
            x = functional.max_pool2d(edge, 3, 2)
    return x.flatten(1)


@pytest.mark.parametrize("param", [(5, 2, 1e-4, 0.75), (3, 1, 1e-2, 0.5)])
def test_loaded_network_is_matconvnets(param, tmp_path):
    given, average = layers(param=param), np.random.default_rng(5).uniform(80, 130, (224, 224, 3)).astype(np.float32)
    model = small()
    load_cnn_f(model, write(tmp_path / "net.mat", given, average=average), md5=None)
    with torch.no_grad():
        found = model(images())
    assert found.shape == (2, 256)
    wanted = slow(images(), given, average, param).float()
    torch.testing.assert_close(found, wanted, rtol=1e-3, atol=1e-4 * wanted.max().item())  # float32 of some 10^3 terms


def test_normalisation_of_the_file_counts(tmp_path):
    outputs = []
    for i, param in enumerate([(5, 2, 1e-4, 0.75), (5, 1, 1e-4, 0.75)]):
        model = small()
        load_cnn_f(model, write(tmp_path / f"{i}.mat", layers(param=param)), md5=None)
        again = small()
        again.load_state_dict(model.state_dict())  # and survives saving
        with torch.no_grad():
            outputs += [model(images()), again(images())]
    assert torch.equal(outputs[0], outputs[1])
    assert torch.equal(outputs[2], outputs[3])
    assert not torch.allclose(outputs[0], outputs[2])


def test_older_layout_gives_the_same(tmp_path):
    models = []
    for is_old in (False, True):
        models.append(small())
        load_cnn_f(models[-1], write(tmp_path / f"{is_old}.mat", layers(is_old), is_old), md5=None)
    states = [model.state_dict() for model in models]
    assert all(torch.equal(states[0][key], states[1][key]) for key in states[0])


def test_average_of_three_numbers_is_for_all_pixels(tmp_path):
    model = small()
    average = np.array([123.0, 116.0, 103.0]).reshape(1, 1, 3)
    load_cnn_f(model, write(tmp_path / "net.mat", layers(), average=average), md5=None)
    assert torch.equal(model.average, torch.tensor([123.0, 116.0, 103.0]).reshape(3, 1, 1).expand(3, 224, 224))


def test_full_size_has_the_published_numbers():
    """conv 2.20 M, fc6 37.75 M, fc7 16.78 M parameters."""
    with torch.device("meta"):
        model = CnnF()
    counts = {name: sum(p.numel() for p in part.parameters()) for name, part in model.named_children()}
    convolutions = [
        11 * 11 * 3 * 64 + 64,
        25 * 64 * 256 + 256,
        9 * 256 * 256 + 256,
        9 * 256 * 256 + 256,
        9 * 256 * 256 + 256,
    ]
    assert [counts[f"conv{i}"] for i in range(1, 6)] == convolutions
    assert round(sum(convolutions) / 1e6, 2) == 2.20
    assert (counts["fc6"], counts["fc7"]) == (9216 * 4096 + 4096, 4096 * 4096 + 4096)
    assert model.num_features == 4096


def test_gradient_reaches_every_layer():
    model = small()
    model(images()).sum().backward()
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in model.parameters())


def test_other_sizes_are_named():
    with pytest.raises(ValueError, match=r"images: shape \(2, 3, 227, 227\) found, \(n, 3, 224, 224\) wanted"):
        small()(torch.zeros(2, 3, 227, 227))


def test_sum_of_the_file_is_checked(tmp_path):
    path = write(tmp_path / "net.mat", layers())
    found = hashlib.md5(path.read_bytes()).hexdigest()
    with pytest.raises(ValueError, match=rf"net.mat: md5 {found} found, {RELEASED_MD5} wanted; get the file again"):
        load_cnn_f(small(), path)
    load_cnn_f(small(), path, md5=found)


def test_absent_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere.mat: no such weight file; get imagenet-vgg-f.mat"):
        load_cnn_f(small(), tmp_path / "nowhere.mat")


@pytest.mark.parametrize("content", [b"", b"no matrix", b"MATLAB 7.3 MAT-file" + bytes(105) + b"\x00\x02IM"])
def test_what_is_no_matlab_file_is_refused(content, tmp_path):
    path = tmp_path / "net.mat"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"net.mat: not a MATLAB file that scipy reads \(") as error:
        load_cnn_f(small(), path, md5=None)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.99])
def test_a_truncated_file_is_refused_in_one_line(share, tmp_path):
    path = write(tmp_path / "net.mat", layers())
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(ValueError, match=r"net.mat: no.* MatConvNet|net.mat: not a MATLAB file") as error:
        load_cnn_f(small(), path, md5=None)
    assert "\n" not in str(error.value)


def test_other_content_is_refused(tmp_path):
    savemat(tmp_path / "net.mat", {"weights": np.ones(3)})
    with pytest.raises(ValueError, match=r"net.mat: no network in MatConvNet's layout \(KeyError\('normalization'\)\)"):
        load_cnn_f(small(), tmp_path / "net.mat", md5=None)


def test_two_normalisations_are_refused(tmp_path):
    given = layers()
    given[-1 - [layer["type"] for layer in given[::-1]].index("lrn")]["param"] = np.array([3.0, 1, 1e-2, 0.5])
    with pytest.raises(ValueError, match=r"norm_conv2.param \[3.0, 1.0, 0.01, 0.5\] beside \[5.0, 2.0, 0.0001, 0.75\]"):
        load_cnn_f(small(), write(tmp_path / "net.mat", given), md5=None)


def test_arrays_of_the_file_are_told_by_their_places(tmp_path):
    rows = {}
    for is_old in (False, True):
        found = read(write(tmp_path / f"{is_old}.mat", layers(is_old), is_old), md5=None)
        rows[found.layout] = {entry.given: (entry.shape, entry.key) for entry in found.entries}
    assert sorted(rows) == ["MatConvNet", "MatConvNet, older"]
    assert rows["MatConvNet"]["conv2.weights{1}"] == ((5, 5, 4, 16), "conv2.weight")
    assert rows["MatConvNet, older"]["fc6.biases"] == ((1, 256), "fc6.bias")
    assert rows["MatConvNet"]["fc8.weights{1}"][1] == ""  # the 1000 classes
    assert [given for given, (_, key) in rows["MatConvNet"].items() if key == "normalisation"] == ["norm_conv1.param"]


def test_other_network_is_refused_and_leaves_the_model_as_it_was(tmp_path):
    model = small()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    given = [layer for layer in layers() if layer["name"] != "conv5"]
    with pytest.raises(ValueError, match=r"2 keys missing \['conv5.weight', 'conv5.bias'\], 0 surplus .*CNN-F weights"):
        load_cnn_f(model, write(tmp_path / "net.mat", given), md5=None)
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


def test_full_width_does_not_fit_a_narrow_model(tmp_path):
    path = write(tmp_path / "net.mat", layers())
    with pytest.raises(ValueError, match=r"0 keys missing \[\], 0 surplus \[\], 14 of another shape \['conv1.weight"):
        load_cnn_f(CnnF(width=1 / 8), path, md5=None)
