"""Tiny CLIPs with random weights, in the files that transformers writes for the real ones."""

import json

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from torch.nn import functional

from i2v_core import ranks
from i2v_core.models import clip, saved
from i2v_core.models.clip import ClipFrames
from i2v_core.models.clip_vocabulary import byte_tokenizer, write_vocabulary

NAMES = ["ride_bike", "BrushingTeeth", "run"]
PROMPT = "a video of a person {}."
LAYERS = {"hidden_size": 16, "intermediate_size": 24, "num_attention_heads": 2, "num_hidden_layers": 2}


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


def write(folder, *, hidden_act="quick_gelu", longest=77):
    """Image and text tower of width 16, embeddings of 8; a projection_dim of the parts that is not the whole's."""
    tokenizer = byte_tokenizer(longest=longest)
    ends = {"bos_token_id": 512, "eos_token_id": 513, "pad_token_id": 513, "vocab_size": 514}
    text = {**LAYERS, **ends, "max_position_embeddings": longest, "hidden_act": hidden_act}
    vision = {**LAYERS, "image_size": 16, "patch_size": 8, "hidden_act": hidden_act, "projection_dim": 99}
    torch.manual_seed(0)
    network = transformers.CLIPModel(
        transformers.CLIPConfig(text_config=text, vision_config=vision, projection_dim=8, logit_scale_init_value=1.5)
    ).eval()
    with torch.no_grad():
        for name, value in network.named_parameters():  # transformers' tiny initial weights make all texts alike
            if value.ndim > 1:
                value.normal_(0, 0.5)
            if "class_embedding" in name:
                value.zero_()
    network.save_pretrained(folder)
    write_vocabulary(tokenizer, folder)
    return network


def loaded(folder, **changes):
    given = {"class_names": NAMES, "prompt": PROMPT, **changes}
    return clip.from_pretrained(str(folder), given["class_names"], prompt=given["prompt"])


def clips(count=2, frames=3, size=(16, 16)):
    return torch.rand(count, frames, 3, *size, generator=torch.Generator().manual_seed(1))


def logits_of_transformers(network, folder, frames, texts):
    tokenizer = transformers.CLIPTokenizer.from_pretrained(folder, local_files_only=True)
    mean, deviation = ([0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711])
    mean, deviation = (torch.tensor(values).view(3, 1, 1) for values in (mean, deviation))
    with torch.no_grad():
        return network(pixel_values=(frames - mean) / deviation, **tokenizer(texts, padding=True, return_tensors="pt"))


def test_logits_are_those_of_transformers_own_clip(tmp_path):
    network = write(tmp_path)
    model, _ = loaded(tmp_path)
    texts = ["a video of a person ride bike.", "a video of a person Brushing Teeth.", "a video of a person run."]
    wanted = logits_of_transformers(network, tmp_path, clips().flatten(0, 1), texts)
    with torch.no_grad():
        steps = model.steps(clips())
        found = model.classify(steps)
        whole = model(clips())
    assert (steps.shape, found.shape, whole.shape) == ((2, 3, 8), (2, 3, 3), (2, 3))
    # float32 sums in another order, logits up to exp(1.5) = 4.5
    assert (steps.flatten(0, 1) - wanted.image_embeds).abs().max() < 1e-5
    assert (found.flatten(0, 1) - wanted.logits_per_image).abs().max() < 1e-5
    assert (whole - found.mean(dim=1)).abs().max() < 1e-6
    assert wanted.logits_per_image.std() > 0.1


def test_steps_have_length_one(tmp_path):
    write(tmp_path)
    steps = loaded(tmp_path)[0].steps(clips())
    assert (steps.norm(dim=-1) - 1).abs().max() < 1e-5  # float32


def test_a_frame_is_embedded_by_itself(tmp_path):
    write(tmp_path)
    model, _ = loaded(tmp_path)
    whole = model.steps(clips())
    alone = torch.stack([model.steps(clips()[:, [frame]])[:, 0] for frame in range(3)], dim=1)
    assert (whole - alone).abs().max() < 1e-5  # float32 sums in another order


@pytest.mark.parametrize("size", [(40, 40), (11, 11), (20, 33)])
def test_other_sizes_are_resized_to_the_towers(tmp_path, size):
    write(tmp_path)
    model, _ = loaded(tmp_path)
    frames = clips(size=size).flatten(0, 1)
    small = functional.interpolate(frames, (16, 16), mode="bicubic", align_corners=False, antialias=True).clamp(0, 1)
    with torch.no_grad():
        gap = model.steps(clips(size=size)) - model.steps(small.unflatten(0, (2, 3)))
    assert gap.abs().max() < 1e-5  # float32


@pytest.mark.parametrize("hidden_act", ["quick_gelu", "gelu"])
def test_the_activation_is_that_of_the_folder(tmp_path, hidden_act):
    write(tmp_path, hidden_act=hidden_act)
    model, arguments = loaded(tmp_path)
    assert arguments["vision_config"]["hidden_act"] == hidden_act
    kinds = {type(layer.mlp.activation_fn).__name__ for layer in model.tower.vision_model.encoder.layers}
    assert kinds == {{"quick_gelu": "QuickGELUActivation", "gelu": "GELUActivation"}[hidden_act]}


def test_quick_gelu_and_gelu_give_other_logits_with_the_same_weights(tmp_path):
    write(tmp_path / "quick")
    write(tmp_path / "plain", hidden_act="gelu")
    quick, plain = (loaded(tmp_path / name)[0] for name in ("quick", "plain"))
    same = plain.tower.state_dict()
    assert all(torch.equal(value, same[name]) for name, value in quick.tower.state_dict().items())
    assert (quick(clips()) - plain(clips())).abs().max() > 1e-4


def test_the_layer_norms_are_those_of_the_folder(tmp_path):
    write(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    config["vision_config"]["layer_norm_eps"] = 0.25
    (tmp_path / "config.json").write_text(json.dumps(config))
    model, _ = loaded(tmp_path)
    assert {module.eps for module in model.modules() if isinstance(module, torch.nn.LayerNorm)} == {0.25}


def test_processes_share_the_tower(tmp_path, monkeypatch):
    write(tmp_path)
    model, passed = loaded(tmp_path)[0], []
    monkeypatch.setattr(ranks, "share", lambda tower, frames: passed.append(len(frames)) or tower(frames))
    model(torch.rand(2, 3, 3, 16, 16))
    assert passed == [2 * 3]


def test_the_prompt_matters(tmp_path):
    write(tmp_path)
    assert not torch.equal(loaded(tmp_path)[0].text, loaded(tmp_path, prompt="{}")[0].text)


def test_spellings_of_one_name_are_one_text(tmp_path):
    write(tmp_path)
    model, _ = loaded(tmp_path, class_names=["Brushing_Teeth", "BrushingTeeth", "brushing teeth", "brush teeth"])
    first, *same, other = model.text
    for text in same:
        torch.testing.assert_close(text, first, rtol=1e-5, atol=1e-6)  # float32: rows of one product
    assert not torch.allclose(other, first, rtol=1e-2, atol=1e-2)


def test_a_text_that_is_too_long_is_cut_but_keeps_its_end(tmp_path):
    network = write(tmp_path, longest=12)
    tokenizer = byte_tokenizer(longest=12)
    found = clip.tokens(tokenizer, ["a" * 50, "b"], prompt="{}", network=network)
    assert found["input_ids"].shape == (2, 12)
    assert (found["input_ids"] == 513).any(dim=1).all()


def test_only_the_image_tower_is_trained(tmp_path):
    write(tmp_path)
    model, _ = loaded(tmp_path)
    assert model.new_parameters() == []
    assert {id(p) for p in model.backbone_parameters()} == {id(p) for p in model.parameters()}
    before = {name: value.clone() for name, value in model.state_dict().items()}
    optimiser = torch.optim.SGD(model.parameters(), lr=0.1)
    model(clips()).square().sum().backward()
    assert all(p.grad.abs().sum() > 0 for name, p in model.named_parameters() if "k_proj.bias" not in name)
    optimiser.step()
    after = model.state_dict()
    assert torch.equal(before["text"], after["text"])
    assert torch.equal(before["logit_scale"], after["logit_scale"])
    assert not torch.equal(before["tower.visual_projection.weight"], after["tower.visual_projection.weight"])


def test_a_model_file_needs_no_folder(tmp_path):
    write(tmp_path / "clip")
    model, arguments = loaded(tmp_path / "clip")
    assert json.loads(json.dumps(arguments)) == arguments
    saved.save(model, tmp_path / "m.pt", kind="clip", arguments=arguments, classes=NAMES, inputs={"size_px": 16})
    (tmp_path / "clip").rename(tmp_path / "gone")
    found = saved.load(tmp_path / "m.pt", ClipFrames, kind="clip").model
    assert found.feature_dim == 8
    with torch.no_grad():
        assert torch.equal(found(clips()), model.eval()(clips()))


@pytest.mark.parametrize("shape", [(2, 3, 16, 16), (2, 3, 2, 16, 16)])
def test_an_unfit_shape_is_named(tmp_path, shape):
    write(tmp_path)
    with pytest.raises(ValueError, match=r"clip: shape \(.*\) found, \(n, t, 3, h, w\) wanted"):
        loaded(tmp_path)[0].steps(torch.zeros(shape))


@pytest.mark.parametrize("prompt", ["a video", "{} {}"])
def test_a_prompt_without_one_place_for_the_class_is_an_error(tmp_path, prompt):
    write(tmp_path)
    with pytest.raises(ValueError, match=r"prompt: '.*' found, a text with one \{\} for the class wanted"):
        loaded(tmp_path, prompt=prompt)


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_folder_that_lacks_a_part_is_an_error(tmp_path, name):
    write(tmp_path)
    (tmp_path / name).unlink()
    (tmp_path / "vocab.json").unlink()
    with pytest.raises(FileNotFoundError, match=rf"CLIP '.*': .*{name}.* missing; a folder with config\.json"):
        loaded(tmp_path)


def test_vocabulary_and_merges_do_for_the_tokenizer(tmp_path):
    write(tmp_path)
    wanted = loaded(tmp_path)[0].text
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).unlink()
    assert torch.equal(loaded(tmp_path)[0].text, wanted)


@pytest.mark.parametrize("name", ["vocab.json", "merges.txt"])
def test_half_of_the_old_tokenizers_files_is_an_error(tmp_path, name):
    write(tmp_path)
    for gone in ("tokenizer.json", name):
        (tmp_path / gone).unlink()
    with pytest.raises(
        FileNotFoundError, match=r"CLIP '.*': tokenizer\.json missing; a folder with config\.json, token"
    ):
        loaded(tmp_path)


def test_weights_of_another_shape_are_an_error(tmp_path):
    write(tmp_path)
    config = json.loads((tmp_path / "config.json").read_text())
    config["vision_config"]["intermediate_size"] = 20
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(ValueError, match=r"CLIP '.*': weights do not fit \(") as error:
        loaded(tmp_path)
    assert "\n" not in str(error.value)


def test_weights_that_are_missing_are_an_error(tmp_path):
    write(tmp_path)
    state = load_file(tmp_path / "model.safetensors")
    del state["visual_projection.weight"]
    save_file(state, tmp_path / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ValueError, match=r"CLIP '.*': 1 weights missing \['visual_projection\.weight'\]; weights of"):
        loaded(tmp_path)


def test_a_network_of_another_kind_is_an_error(tmp_path):
    write(tmp_path)
    transformers.ViTConfig().save_pretrained(tmp_path)
    with pytest.raises(ValueError, match=r"CLIP '.*': kind 'vit' found, clip wanted"):
        loaded(tmp_path)


def test_no_folder_and_no_network_is_an_error_of_one_line():
    with pytest.raises(OSError, match=r"CLIP 'nobody/nothing': no folder of that name, and no download") as error:
        loaded("nobody/nothing")
    assert "\n" not in str(error.value)


def test_logits_keep_32_bits_under_mixed_precision(tmp_path):
    write(tmp_path)
    model, _ = loaded(tmp_path)
    steps = torch.randn(2, 3, 8, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        expected = model.classify(steps)
        with torch.autocast("cpu", torch.bfloat16):
            found = model.classify(steps)
    assert found.dtype == torch.float32
    assert torch.equal(found, expected)
