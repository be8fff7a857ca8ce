import json

import pytest
import torch
import transformers

from i2v_core.models import hub

PARTS = (("preprocessor_config.json", "processor_config.json"),)
CONFIG = transformers.ViTConfig(
    hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8, image_size=16, patch_size=8
)


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture
def folder(tmp_path):
    transformers.ViTForImageClassification(CONFIG).half().save_pretrained(tmp_path)
    transformers.ViTImageProcessor().save_pretrained(tmp_path)
    return tmp_path


def load(source, **changes):
    given = {"what": "model", "kinds": ("vit",), "parts": PARTS, **changes}
    return hub.load_network(str(source), transformers.ViTForImageClassification, **given)


def test_a_network_comes_in_float32_and_evaluation_mode(folder):
    network = load(folder)
    assert not network.training
    assert {value.dtype for value in network.parameters()} == {torch.float32}


def test_another_name_of_a_part_does(folder):
    (folder / "preprocessor_config.json").rename(folder / "processor_config.json")
    assert load(folder).config.model_type == "vit"


def test_all_parts_that_are_missing_are_named(folder):
    (folder / "preprocessor_config.json").unlink()
    (folder / "model.safetensors").unlink()
    wanted = r"preprocessor_config\.json, model\.safetensors missing; a folder with config\.json, preproc.*, model\.saf"
    with pytest.raises(FileNotFoundError, match=rf"model '.*': {wanted}"):
        load(folder)


def test_a_file_that_does_for_two_parts_is_named_once(folder):
    parts = (("a.json", "b.json"), ("a.json", "c.json"))
    with pytest.raises(FileNotFoundError, match=r": a\.json missing; a folder with config\.json, a\.json, model\.saf"):
        load(folder, parts=parts)
    (folder / "b.json").write_text("{}")
    with pytest.raises(FileNotFoundError, match=r": a\.json missing; "):
        load(folder, parts=parts)
    (folder / "c.json").write_text("{}")
    assert load(folder, parts=parts).config.model_type == "vit"


def test_weights_of_another_shape_are_an_error_of_one_line(folder):
    content = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**content, "intermediate_size": 12}))
    with pytest.raises(ValueError, match=r"^model '.*': weights do not fit \(.+\)$") as error:
        load(folder)
    assert "\n" not in str(error.value)


def test_another_kind_is_an_error(folder):
    with pytest.raises(ValueError, match=r"^model '.*': kind 'vit' found, clip or dpt wanted$"):
        load(folder, kinds=("clip", "dpt"))


def test_weights_that_are_never_run_may_be_missing(folder):
    transformers.ViTModel(CONFIG, add_pooling_layer=False).save_pretrained(folder)
    config = transformers.AutoConfig.from_pretrained(folder)
    assert config.model_type == "vit"
    with pytest.raises(ValueError, match=r"model '.*': 2 weights missing \['classifier\.bias', 'classifier\.weight'\]"):
        load(folder)
    assert load(folder, unused=("classifier.",)).config.hidden_size == 8


def test_damaged_weights_are_an_error_of_one_line(folder):
    (folder / "model.safetensors").write_bytes(b"no")
    with pytest.raises((OSError, ValueError), match=r"model '.*': not readable") as error:
        load(folder)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("content", ["{", "{}", '{"model_type": "never-heard-of"}'])
def test_a_damaged_config_is_an_error_of_one_line(folder, content):
    (folder / "config.json").write_text(content)
    with pytest.raises(OSError, match=r"model '.*': not readable") as error:
        load(folder)
    assert "\n" not in str(error.value)


def test_a_damaged_tokenizer_is_an_error_of_one_line(tmp_path):
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(OSError, match=r"^CLIP '.*': not readable \(.+\); fetch its files again$") as error:
        hub.load_part(str(tmp_path), transformers.CLIPTokenizer, what="CLIP")
    assert "\n" not in str(error.value)


def test_no_folder_and_no_network_is_an_error(tmp_path):
    with pytest.raises(OSError, match=r"model '.*none': no folder of that name, and no download"):
        load(tmp_path / "none")
