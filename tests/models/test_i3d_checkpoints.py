import pytest
import torch

from i2v_core.models.i3d import I3D
from i2v_core.models.i3d_checkpoints import load_i3d, read
from tests.models import old_files

# Keys as the two public projects print them, with the shapes in their RGB weight files.
PYTORCH_I3D = {
    "Conv3d_1a_7x7.conv3d.weight": (64, 3, 7, 7, 7),
    "Conv3d_1a_7x7.bn.running_var": (64,),
    "Conv3d_2c_3x3.conv3d.weight": (192, 64, 3, 3, 3),
    "Mixed_3b.b0.conv3d.weight": (64, 192, 1, 1, 1),
    "Mixed_4f.b1a.conv3d.weight": (160, 528, 1, 1, 1),
    "Mixed_5b.b2b.bn.bias": (128,),
    "Mixed_5c.b1b.conv3d.weight": (384, 192, 3, 3, 3),
    "Mixed_5c.b3b.bn.weight": (128,),
    "logits.conv3d.weight": (400, 1024, 1, 1, 1),
    "logits.conv3d.bias": (400,),
}
KINETICS_I3D_PYTORCH = {
    "conv3d_1a_7x7.conv3d.weight": (64, 3, 7, 7, 7),
    "conv3d_1a_7x7.batch3d.running_var": (64,),
    "conv3d_2c_3x3.conv3d.weight": (192, 64, 3, 3, 3),
    "mixed_3b.branch_0.conv3d.weight": (64, 192, 1, 1, 1),
    "mixed_4f.branch_1.0.conv3d.weight": (160, 528, 1, 1, 1),
    "mixed_5b.branch_2.1.batch3d.bias": (128,),
    "mixed_5c.branch_1.1.conv3d.weight": (384, 192, 3, 3, 3),
    "mixed_5c.branch_3.1.batch3d.weight": (128,),
    "conv3d_0c_1x1.conv3d.weight": (400, 1024, 1, 1, 1),
    "conv3d_0c_1x1.conv3d.bias": (400,),
}
BRANCHES = {"b0": "0", "b1a": "1.0", "b1b": "1.1", "b2a": "2.0", "b2b": "2.1", "b3b": "3.1"}


def in_other_layout(key):
    """A key of pytorch-i3d as kinetics_i3d_pytorch calls it, part by part."""
    unit, *middle, last, value = key.split(".")
    unit = "conv3d_0c_1x1" if unit == "logits" else unit[0].lower() + unit[1:]
    middle = [f"branch_{BRANCHES[part]}" for part in middle]
    return ".".join([unit, *middle, "batch3d" if last == "bn" else last, value])


def small(classes=5, seed=0, **options):
    torch.manual_seed(seed)
    return I3D(classes=classes, width=0.125, **options).eval()


def trained(classes=5):
    """A small model whose running statistics are not the initial ones."""
    model = small(classes, seed=1).train()
    with torch.no_grad():
        for _ in range(3):
            model(torch.rand(2, 8, 3, 32, 32))
    return model.eval()


def write(state, path):
    torch.save(state, path)
    return path


@pytest.mark.parametrize("layout", [PYTORCH_I3D, KINETICS_I3D_PYTORCH])
def test_published_keys_and_shapes_are_the_models(layout, tmp_path):
    with torch.device("meta"):
        state = I3D().state_dict()
    if layout is KINETICS_I3D_PYTORCH:
        state = {in_other_layout(key): value for key, value in state.items()}
    assert {key: tuple(state[key].shape) for key in layout} == layout


@pytest.mark.parametrize("rename", [str, in_other_layout])
@pytest.mark.parametrize("counters", [True, False])
def test_either_layout_gives_equal_outputs(rename, counters, tmp_path):
    giver, taker = trained(), small()
    clip = torch.rand(2, 8, 3, 32, 32)
    state = {rename(key): value for key, value in giver.state_dict().items() if counters or "num_batches" not in key}
    with torch.no_grad():
        expected, before = giver(clip), taker(clip)
        load_i3d(taker, write(state, tmp_path / "public.pt"))
        assert torch.equal(taker(clip), expected)
        assert not torch.equal(before, expected)


@pytest.mark.parametrize("rename", [str, in_other_layout])
def test_classifier_stays_as_it_was_if_so_wanted(rename, tmp_path):
    giver, taker = trained(classes=7), small(classes=5)
    own = taker.logits["conv3d"].weight.clone()
    state = {rename(key): value for key, value in giver.state_dict().items()}
    load_i3d(taker, write(state, tmp_path / "public.pt"), classifier=False)
    clip = torch.rand(2, 8, 3, 32, 32)
    with torch.no_grad():
        assert torch.equal(taker.features(clip), giver.features(clip))
    assert torch.equal(taker.logits["conv3d"].weight, own)


@pytest.mark.parametrize("rename", [str, in_other_layout])
@pytest.mark.parametrize("view", ["rgb", "flow"])
def test_a_file_as_the_oldest_versions_of_pytorch_wrote_it_loads(rename, view, tmp_path):
    options = {"in_channels": 2, "normalisation": "none"} if view == "flow" else {}
    giver, taker = small(seed=1, **options), small(**options)
    state = {rename(key): value for key, value in giver.state_dict().items()}
    load_i3d(taker, old_files.write(state, tmp_path / "public.pt"))
    found = taker.state_dict()
    assert all(torch.equal(found[key], value) for key, value in giver.state_dict().items())


@pytest.mark.parametrize(
    ("rename", "layout"),
    [(str, "pytorch-i3d"), (in_other_layout, "kinetics_i3d_pytorch"), (lambda key: f"module.{key}", "unknown")],
)
def test_the_layout_is_told_by_its_keys(rename, layout, tmp_path):
    state = small().state_dict()
    found = read(write({rename(key): value for key, value in state.items()}, tmp_path / "public.pt"))
    assert found.layout == layout
    assert [entry.given for entry in found.entries] == [rename(key) for key in state]
    assert ([entry.key for entry in found.entries] == list(state)) == (layout != "unknown")


def test_model_without_classifier_takes_the_rest(tmp_path):
    giver, taker = trained(), small(classes=None)
    load_i3d(taker, write(giver.state_dict(), tmp_path / "public.pt"), classifier=False)
    assert torch.equal(taker.Mixed_5c.b0.bn.running_mean, giver.Mixed_5c.b0.bn.running_mean)


def test_other_number_of_classes_is_an_error(tmp_path):
    path = write(trained(classes=7).state_dict(), tmp_path / "public.pt")
    with pytest.raises(ValueError) as error:
        load_i3d(small(classes=5), path)
    assert str(error.value) == (
        f"{path}: 0 keys missing [], 0 surplus [], 2 of another shape ['logits.conv3d.weight (7, 128, 1, 1, 1) instead "
        "of (5, 128, 1, 1, 1)', 'logits.conv3d.bias (7,) instead of (5,)']; I3D weights, RGB or flow with 344 keys "
        "wanted"
    )


def test_missing_and_surplus_keys_are_counted_and_named(tmp_path):
    state = trained().state_dict()
    for key in [key for key in state if key.startswith("Mixed_4c.b0.")]:
        del state[key]
    state["Mixed_6a.b0.conv3d.weight"] = torch.zeros(1)
    path = write(state, tmp_path / "public.pt")
    with pytest.raises(ValueError) as error:
        load_i3d(small(), path)
    assert str(error.value).startswith(
        f"{path}: 5 keys missing ['Mixed_4c.b0.conv3d.weight', 'Mixed_4c.b0.bn.weight', 'Mixed_4c.b0.bn.bias'], "
        "1 surplus ['Mixed_6a.b0.conv3d.weight'], 0 of another shape []; "
    )


def test_surplus_keys_of_the_other_layout_are_named(tmp_path):
    state = {in_other_layout(key): value for key, value in trained().state_dict().items()}
    state["mixed_6a.branch_0.conv3d.weight"] = torch.zeros(1)
    with pytest.raises(ValueError, match=r"0 keys missing \[\], 1 surplus \['Mixed_6a.b0.conv3d.weight'\]"):
        load_i3d(small(), write(state, tmp_path / "public.pt"))


def test_flow_weights_do_not_fit_an_rgb_model(tmp_path):
    path = write(small(in_channels=2, normalisation="none").state_dict(), tmp_path / "flow.pt")
    with pytest.raises(ValueError, match=r"Conv3d_1a_7x7.conv3d.weight \(8, 2, 7, 7, 7\) instead of \(8, 3, 7, 7, 7\)"):
        load_i3d(small(), path)


def test_full_width_weights_do_not_fit_a_narrow_model(tmp_path):
    state = I3D(classes=None, width=0.25).state_dict()
    with pytest.raises(ValueError, match=r"0 keys missing \[\], 0 surplus \[\], \d+ of another shape \['Conv3d_1a"):
        load_i3d(small(classes=None), write(state, tmp_path / "wide.pt"))


def test_weights_of_another_network_are_refused_with_its_keys(tmp_path):
    path = write({"conv1.weight": torch.zeros(64, 3, 7, 7)}, tmp_path / "resnet.pt")
    with pytest.raises(ValueError, match=r"resnet.pt: \d+ keys missing .*, 1 surplus \['conv1.weight'\]"):
        load_i3d(small(), path)


@pytest.mark.parametrize(
    ("content", "found"), [([1, 2], "list"), ({"state_dict": {}, "epoch": 3}, r"\['state_dict', 'epoch'\]")]
)
def test_what_is_no_state_dict_is_refused(content, found, tmp_path):
    path = write(content, tmp_path / "public.pt")
    with pytest.raises(ValueError, match=rf"public.pt: no dictionary of tensors \({found}\); I3D weights"):
        load_i3d(small(), path)


@pytest.mark.parametrize("bytes_kept", [0, 100, 20_000])
def test_truncated_file_is_refused_in_one_line(bytes_kept, tmp_path):
    path = write(trained().state_dict(), tmp_path / "public.pt")
    path.write_bytes(path.read_bytes()[:bytes_kept])
    with pytest.raises(ValueError, match=r"public.pt: not a checkpoint that loads safely") as error:
        load_i3d(small(), path)
    assert "\n" not in str(error.value)


def test_refused_weights_leave_the_model_as_it_was(tmp_path):
    state = trained().state_dict()
    del state["logits.conv3d.bias"]
    model = small()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    with pytest.raises(ValueError, match=r"1 keys missing \['logits.conv3d.bias'\]"):
        load_i3d(model, write(state, tmp_path / "public.pt"))
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())


def test_absent_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere.pt: no such checkpoint"):
        load_i3d(small(), tmp_path / "nowhere.pt")
