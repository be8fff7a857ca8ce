import numpy as np
import pytest
import torch

from i2v_core.models.c3d import C3D
from i2v_core.models.c3d_checkpoints import load_c3d, mean_cube, read
from tests.models import old_files

# Names of the modules in the three public projects, in the order of the layers.
OWN = ("conv1", "conv2", "conv3a", "conv3b", "conv4a", "conv4b", "conv5a", "conv5b", "fc6", "fc7", "fc8")
CONVOLUTIONS = ("conv1a", "conv2a", "conv3a", "conv3b", "conv4a", "conv4b", "conv5a", "conv5b")
MMACTION2 = (*(f"{name}.conv" for name in CONVOLUTIONS), "fc6", "fc7")
FINE_TUNED = (*(f"backbone.{name}" for name in MMACTION2), "cls_head.fc_cls")
RECOGNITION = (*(f"features.{i}" for i in (0, 3, 6, 8, 11, 13, 16, 18)), *(f"classifier.{i}" for i in (0, 3, 6)))
# Shapes in the public files of c3d-pytorch.
SHAPES = {
    "conv1.weight": (64, 3, 3, 3, 3),
    "conv3b.bias": (256,),
    "conv5b.weight": (512, 512, 3, 3, 3),
    "fc6.weight": (4096, 8192),
    "fc7.bias": (4096,),
    "fc8.weight": (487, 4096),
}


def small(seed=0, classes=5):
    torch.manual_seed(seed)
    return C3D(classes=classes, width=1 / 16).eval()


def written(state, path):
    torch.save(state, path)
    return path


def renamed(state, names):
    """The state with the modules of another layout; layers it does not have are left out."""
    table = dict(zip(OWN, names, strict=False))
    pairs = ((key.rpartition("."), value) for key, value in state.items())
    return {f"{table[module]}.{part}": value for (module, _, part), value in pairs if module in table}


def is_equal(one, other, *, without=()):
    first, second = one.state_dict(), other.state_dict()
    return all(torch.equal(first[key], second[key]) for key in first if not key.startswith(without))


def test_own_keys_and_shapes_are_those_of_c3d_pytorch():
    with torch.device("meta"):
        state = C3D().state_dict()
    assert sorted(state) == sorted(f"{name}.{part}" for name in OWN for part in ("weight", "bias"))
    assert {key: tuple(state[key].shape) for key in SHAPES} == SHAPES


@pytest.mark.parametrize("names", [OWN, FINE_TUNED, RECOGNITION])
def test_every_layout_loads(names, tmp_path):
    giver, taker = small(seed=1), small()
    assert not is_equal(giver, taker)
    load_c3d(taker, written(renamed(giver.state_dict(), names), tmp_path / "c3d.pth"))
    assert is_equal(giver, taker)


def test_file_without_classifier_loads_the_rest(tmp_path):
    giver, taker = small(seed=1), small()
    path = written(renamed(giver.state_dict(), MMACTION2), tmp_path / "c3d.pth")
    with pytest.raises(ValueError, match=r"2 keys missing \['fc8.weight', 'fc8.bias'\], 0 surplus \[\]"):
        load_c3d(taker, path)
    assert is_equal(taker, small())
    load_c3d(taker, path, classifier=False)
    assert is_equal(giver, taker, without=("fc8.",))
    assert torch.equal(taker.fc8.weight, small().fc8.weight)


def test_model_without_classifier_leaves_that_of_the_file(tmp_path):
    giver, taker = small(seed=1), small(classes=None)
    path = written(giver.state_dict(), tmp_path / "c3d.pth")
    with pytest.raises(ValueError, match=r"0 keys missing \[\], 2 surplus \['fc8.weight', 'fc8.bias'\]"):
        load_c3d(taker, path)
    load_c3d(taker, path, classifier=False)
    assert is_equal(taker, giver)


def test_missing_surplus_and_misshapen_keys_are_named(tmp_path):
    state = renamed(small().state_dict(), RECOGNITION)
    del state["features.6.bias"]
    state["features.7.weight"] = torch.zeros(1)
    state["classifier.3.bias"] = torch.zeros(2)
    with pytest.raises(ValueError) as error:
        load_c3d(small(), written(state, tmp_path / "c3d.pth"))
    assert str(error.value) == (
        f"{tmp_path / 'c3d.pth'}: 1 keys missing ['conv3a.bias'], 1 surplus ['features.7.weight'], 1 of another shape "
        "['fc7.bias (2,) instead of (256,)']; C3D weights with 22 keys wanted"
    )


def test_other_content_and_absent_file_are_refused(tmp_path):
    path = written({"state_dict": {}, "epoch": 3}, tmp_path / "c3d.pth")
    with pytest.raises(ValueError, match=r"c3d.pth: no dictionary of tensors .*; C3D weights wanted"):
        load_c3d(small(), path)
    path.write_bytes(b"not a checkpoint")
    with pytest.raises(ValueError, match=r"c3d.pth: not a checkpoint that loads safely"):
        load_c3d(small(), path)
    with pytest.raises(FileNotFoundError, match=r"nowhere.pth: no such checkpoint"):
        load_c3d(small(), tmp_path / "nowhere.pth")


def test_a_fine_tuned_file_may_have_its_state_beside_meta(tmp_path):
    giver, taker = small(seed=1), small()
    state = renamed(giver.state_dict(), FINE_TUNED)
    load_c3d(taker, written({"meta": {"epoch": 45}, "state_dict": state}, tmp_path / "c3d.pth"))
    assert is_equal(giver, taker)


@pytest.mark.parametrize(
    ("names", "layout"),
    [
        (OWN, "c3d-pytorch"),
        (MMACTION2, "mmaction2"),
        (FINE_TUNED, "mmaction2, fine-tuned"),
        (RECOGNITION, "pytorch-video-recognition"),
    ],
)
def test_the_layout_is_told_by_its_keys(names, layout, tmp_path):
    found = read(written(renamed(small().state_dict(), names), tmp_path / "c3d.pth"))
    assert found.layout == layout
    assert [entry.key.rpartition(".")[0] for entry in found.entries[::2]] == list(OWN[: len(names)])


def test_a_file_as_the_oldest_versions_of_pytorch_wrote_it_loads(tmp_path):
    giver, taker = small(seed=1), small()
    load_c3d(taker, old_files.write(giver.state_dict(), tmp_path / "c3d.pickle"))
    assert is_equal(giver, taker)


@pytest.mark.parametrize("leading", [(), (1,)])
def test_mean_cube_is_cut_like_the_clips(leading, tmp_path):
    rows, columns = np.mgrid[:128, :171]
    cube = np.broadcast_to(1000 * rows + columns, (3, 16, 128, 171)) + np.arange(3)[:, None, None, None] * 1e6
    np.save(tmp_path / "mean.npy", cube.reshape(*leading, 3, 16, 128, 171))
    found = mean_cube(tmp_path / "mean.npy")
    assert (found.shape, found.dtype) == ((3, 16, 112, 112), torch.float32)
    # 8 rows and 29 columns before the crop, as in c3d_clips.
    assert found[0, 3, 0, 0] == 8029
    assert found[2, 15, 111, 111] == 2e6 + 119_140
    assert C3D(classes=None, width=1 / 16, mean=found).mean.shape == (3, 16, 112, 112)


def test_other_cubes_are_refused(tmp_path):
    path = tmp_path / "mean.npy"
    with pytest.raises(FileNotFoundError, match=r"mean.npy: no such mean cube"):
        mean_cube(path)
    np.save(path, np.zeros((3, 16, 112, 112), np.float32))
    with pytest.raises(ValueError, match=r"float32 \(3, 16, 112, 112\) found, finite numbers of \(3, 16, 128, 171\)"):
        mean_cube(path)
    np.save(path, np.full((3, 16, 128, 171), np.nan, np.float32))
    with pytest.raises(ValueError, match=r"float32 \(3, 16, 128, 171\) found, finite numbers"):
        mean_cube(path)
    path.write_bytes(b"no array")
    with pytest.raises(ValueError, match=r"mean.npy: not a mean cube \("):
        mean_cube(path)
