"""Tiny networks with random weights, in the files that transformers writes for the real ones."""

import json

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from torch.nn import functional

from i2v_core.models import dpt

NECK = {"neck_hidden_sizes": [8, 8, 8, 8], "fusion_hidden_size": 8, "head_in_index": -1}
LAYERS = {"hidden_size": 16, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 16}


def dpt_config():
    return transformers.DPTConfig(
        **LAYERS, **NECK, image_size=32, patch_size=16, backbone_out_indices=[0, 1, 2, 3], num_channels=3
    )


def beit_config():
    """The form of Intel/dpt-beit-large-512: DPT's neck and head on a BEiT backbone that keeps its tokens unshaped."""
    backbone = transformers.BeitConfig(
        **LAYERS,
        image_size=64,
        patch_size=16,
        use_relative_position_bias=True,
        reshape_hidden_states=False,
        out_features=["stage1", "stage2", "stage3", "stage4"],
    )
    return transformers.DPTConfig(backbone_config=backbone, **NECK)


def depth_anything_config():
    backbone = transformers.Dinov2Config(
        hidden_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        mlp_ratio=1,
        image_size=28,
        patch_size=14,
        out_features=["stage1", "stage2", "stage3", "stage4"],
        reshape_hidden_states=False,
        apply_layernorm=True,
    )
    return transformers.DepthAnythingConfig(
        backbone_config=backbone, reassemble_hidden_size=16, patch_size=14, head_hidden_size=4, **NECK
    )


KINDS = {
    "dpt": (dpt_config, transformers.DPTForDepthEstimation, {"size": {"height": 32, "width": 32}}),
    "beit": (
        beit_config,
        transformers.DPTForDepthEstimation,
        {"size": {"height": 64, "width": 64}, "keep_aspect_ratio": True, "ensure_multiple_of": 32},
    ),
    "depth_anything": (
        depth_anything_config,
        transformers.DepthAnythingForDepthEstimation,
        {"size": {"height": 28, "width": 28}, "keep_aspect_ratio": True, "ensure_multiple_of": 14},
    ),
}


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def write(folder, kind, **changes):
    make, constructor, processing = KINDS[kind]
    torch.manual_seed(0)
    network = constructor(make()).eval()
    with torch.no_grad():
        for name, value in network.named_parameters():  # transformers' tiny initial weights leave next to no map
            value.normal_(0, 0.3)
            if name.endswith("head.conv3.bias") or name == "head.head.4.bias":
                value.fill_(5.0)  # away from the ReLU's zero
    network.save_pretrained(folder)
    statistics = {"image_mean": [0.5] * 3, "image_std": [0.5] * 3}
    transformers.DPTImageProcessor(**{**statistics, **processing, **changes}).save_pretrained(folder)
    return network


@pytest.fixture(params=KINDS)
def saved(tmp_path, request):
    return tmp_path, write(tmp_path, request.param), request.param


def images(*shapes):
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (*shape, 3), np.uint8) for shape in shapes]


def far_apart(a, b):
    """The largest gap, relative to the largest value: float32 sums in another order give about 1e-6."""
    return float(np.abs(a - b).max() / np.abs(b).max())


def test_a_folder_gives_a_map_of_each_images_size(saved):
    folder, _, _ = saved
    maps = dpt.inverse_depth(dpt.load_dpt(str(folder)), images((40, 56), (61, 33), (40, 56)))
    assert [one.shape for one in maps] == [(40, 56), (61, 33), (40, 56)]
    assert all(one.dtype == np.float32 and np.isfinite(one).all() and one.min() >= 0 for one in maps)
    assert all(one.std() > 0 for one in maps)


def test_the_weights_are_those_of_the_folder(saved):
    folder, network, _ = saved
    state = dpt.load_dpt(str(folder)).network.state_dict()
    assert all(torch.equal(value, state[name]) for name, value in network.state_dict().items())


def test_an_image_of_the_networks_own_size_is_normalised_and_nothing_else(saved):
    folder, network, kind = saved
    side = KINDS[kind][2]["size"]["height"]
    (image,) = images((side, side))
    with torch.no_grad():
        wanted = network(torch.from_numpy(image).permute(2, 0, 1)[None] / 127.5 - 1).predicted_depth[0]
    (found,) = dpt.inverse_depth(dpt.load_dpt(str(folder)), [image])
    wanted = functional.interpolate(wanted[None, None], (side, side), mode="bicubic", align_corners=False)
    assert far_apart(found, wanted[0, 0].clamp(min=0).numpy()) < 1e-5


def test_images_of_one_shape_run_together_as_alone(saved):
    folder, _, _ = saved
    model = dpt.load_dpt(str(folder))
    given = images((40, 56), (30, 30), (40, 56))
    together, alone = dpt.inverse_depth(model, given), [dpt.inverse_depth(model, [one])[0] for one in given]
    assert max(far_apart(a, b) for a, b in zip(together, alone, strict=True)) < 1e-5


def sizes_seen(model, shape):
    seen = []
    handle = model.network.register_forward_pre_hook(
        lambda module, args, kwargs: seen.append(tuple(kwargs["pixel_values"].shape[2:])), with_kwargs=True
    )
    dpt.inverse_depth(model, images(shape))
    handle.remove()
    return seen[0]


@pytest.mark.parametrize(
    ("shape", "wanted"),
    [
        # h, w; MiDaS's rule at 64: the width's scale 64/100 is off by 0.36 from 1, the height's 64/48 by 0.33, so the
        # height decides: 64 x 133 -> 64 x 128 (133 / 32 = 4.2)
        ((48, 100), (64, 128)),
        # scales 64/200 and 64/80: the width's 0.8 decides: 160 x 64
        ((200, 80), (160, 64)),
    ],
)
def test_midas_resizes_by_the_side_nearer_to_its_size_to_multiples_of_32(tmp_path, shape, wanted):
    write(tmp_path, "beit")
    assert sizes_seen(dpt.load_dpt(str(tmp_path)), shape) == wanted


def test_what_the_folder_says_of_size_and_normalisation_is_done(tmp_path):
    write(tmp_path / "a", "dpt")
    write(tmp_path / "b", "dpt", size={"height": 64, "width": 64})
    write(tmp_path / "c", "dpt", image_mean=[0.1, 0.5, 0.9])
    models = [dpt.load_dpt(str(tmp_path / name)) for name in "abc"]
    assert [sizes_seen(model, (50, 50)) for model in models] == [(32, 32), (64, 64), (32, 32)]
    first, _, third = (dpt.inverse_depth(model, images((50, 50)))[0] for model in models)
    assert not np.array_equal(first, third)


def test_tables_of_positions_in_old_files_of_beit_are_passed_over(tmp_path):
    write(tmp_path, "beit")
    state = load_file(tmp_path / "model.safetensors")
    state["backbone.encoder.layer.0.attention.attention.relative_position_index"] = torch.zeros(3, 3)
    save_file(state, tmp_path / "model.safetensors", metadata={"format": "pt"})
    assert dpt.inverse_depth(dpt.load_dpt(str(tmp_path)), images((64, 64)))[0].shape == (64, 64)


@pytest.mark.parametrize(("key", "is_needed"), [("head.head.4.weight", True), (dpt.UNUSED, False)])
def test_weights_that_are_missing_are_an_error_unless_never_run(tmp_path, key, is_needed):
    write(tmp_path, "dpt")
    state = load_file(tmp_path / "model.safetensors")
    kept = {name: value for name, value in state.items() if not name.startswith(key)}
    assert len(kept) < len(state)
    save_file(kept, tmp_path / "model.safetensors", metadata={"format": "pt"})
    if is_needed:
        with pytest.raises(ValueError, match=r"1 weights missing \['head\.head\.4\.weight'\]; weights of"):
            dpt.load_dpt(str(tmp_path))
    else:
        assert dpt.load_dpt(str(tmp_path)).network.training is False


def test_weights_of_another_shape_are_an_error(tmp_path):
    write(tmp_path, "dpt")
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "fusion_hidden_size": 12}))
    with pytest.raises(ValueError, match=r"depth model '.*': weights do not fit"):
        dpt.load_dpt(str(tmp_path))


@pytest.mark.parametrize("name", ["config.json", "preprocessor_config.json", "model.safetensors"])
def test_a_folder_that_lacks_a_part_is_an_error(tmp_path, name):
    write(tmp_path, "dpt")
    (tmp_path / name).unlink()
    with pytest.raises(
        FileNotFoundError, match=rf"depth model '.*': {name} missing; a folder with config\.json, preproc"
    ):
        dpt.load_dpt(str(tmp_path))


def test_no_folder_and_no_network_is_an_error_of_one_line():
    with pytest.raises(
        OSError, match=r"depth model 'nobody/nothing': no folder of that name, and no download"
    ) as error:
        dpt.load_dpt("nobody/nothing")
    assert "\n" not in str(error.value)


def test_a_network_of_another_kind_is_an_error(tmp_path):
    write(tmp_path, "dpt")
    transformers.GLPNConfig().save_pretrained(tmp_path)
    with pytest.raises(ValueError, match=r"kind 'glpn' found, dpt or depth_anything wanted"):
        dpt.load_dpt(str(tmp_path))


def test_metric_depth_is_an_error(tmp_path):
    write(tmp_path, "depth_anything")
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "depth_estimation_type": "metric"}))
    with pytest.raises(ValueError, match=r"metric depth found, relative inverse depth wanted"):
        dpt.load_dpt(str(tmp_path))
