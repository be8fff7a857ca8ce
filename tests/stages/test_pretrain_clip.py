import pandas as pd
import pytest
import torch
import transformers

from i2v_core import storage, training
from i2v_core.models import clip
from i2v_core.stages import pretrain_clip
from tests import toy

SETTINGS = {"epochs": 2, "lr": 0.001, "batch_size": 4, "device": "cpu", "precision": "fp32", "threads": 1}


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Twelve images of three classes; the tenth is held out."""
    root = tmp_path_factory.mktemp("world")
    made = toy.world(root)
    table = storage.read_csv(made["source"])
    storage.write_csv(pd.DataFrame({"id": table["id"], "label": table["class"]}), root / "index.csv")
    return {"dataset": "toy-images", "index": root / "index.csv", "stores": [made["images"]]}


def pretrained(world, folder, *, seed=0, **changes):
    paths = {"out": folder / "clip", "log": folder / "log.csv", "record": folder / "run.json"}
    pretrain_clip.run(**world, settings={**SETTINGS, **changes}, seed=seed, **paths)
    return paths


@pytest.fixture(scope="module")
def paths(world, tmp_path_factory):
    return pretrained(world, tmp_path_factory.mktemp("clip"))


def content(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_folder_holds_what_openais_does_and_nothing_else_is_left(paths):
    assert {path.name for path in paths["out"].iterdir()} == {
        "config.json",
        "model.safetensors",
        "preprocessor_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "vocab.json",
        "merges.txt",
    }
    assert {path.name for path in paths["out"].parent.iterdir()} == {"clip", "log.csv", "run.json"}


def test_the_branch_and_transformers_itself_load_it(paths):
    model, arguments = clip.from_pretrained(str(paths["out"]), ["red", "blue"], prompt="a video of a person {}.")
    assert arguments["vision_config"]["hidden_act"] == "quick_gelu"
    assert model(torch.rand(2, 3, 3, 40, 50)).shape == (2, 2)
    processor = transformers.AutoImageProcessor.from_pretrained(paths["out"], local_files_only=True)
    assert processor.size["height"] == 56
    assert list(processor.image_mean) == list(clip.MEAN)


def test_the_record_holds_settings_and_accuracy_on_images_left_out(paths):
    record = storage.read_json(paths["record"])
    assert record["held_out"]["images"] == 1
    assert record["held_out"]["classes"] == 3
    assert record["held_out"]["accuracy"] in (0, 1)
    assert record["arguments"]["settings"]["training"]["epochs"] == 2


def test_images_left_out_change_no_weight(world, paths, tmp_path):
    table = storage.read_csv(world["index"])
    assert len(table) == 12
    assert table.loc[9, "label"] != table.loc[1, "label"]
    table.loc[9, "label"] = table.loc[1, "label"]
    storage.write_csv(table, tmp_path / "index.csv")
    other = pretrained({**world, "index": tmp_path / "index.csv"}, tmp_path)
    assert content(other["out"]) == content(paths["out"])


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(world, paths, tmp_path):
    again, other = pretrained(world, tmp_path / "a"), pretrained(world, tmp_path / "b", seed=1)
    assert content(again["out"]) == content(paths["out"])
    assert content(other["out"])["model.safetensors"] != content(paths["out"])["model.safetensors"]


@pytest.mark.parametrize(
    "change",
    [
        {"epochs": 1},
        {"lr": 0.002},
        {"batch_size": 5},
        {"schedule": "constant"},
        {"optimiser": "sgd"},
        {"weight_decay": 0.5},
        {"clip_norm": 0.01},
        {"momentum": 0.5},
    ],
)
def test_settings_matter(world, paths, tmp_path, change):
    other = pretrained(world, tmp_path, **change)
    assert content(other["out"])["model.safetensors"] != content(paths["out"])["model.safetensors"]


def test_colours_are_learnt_in_seconds(world, tmp_path):
    made = pretrained(world, tmp_path, epochs=25, batch_size=12)
    model, _ = clip.from_pretrained(str(made["out"]), ["blue", "green", "red"], prompt=pretrain_clip.PROMPT)
    right = []
    for number, name in enumerate(("blue", "green", "red")):
        frame = torch.from_numpy(toy.clip(name, domain="images", length=1, seed=50)).permute(0, 3, 1, 2)[None] / 255
        right.append(model(frame).argmax().item() == number)
    assert all(right)


def test_a_failure_leaves_no_folder(world, tmp_path):
    with pytest.raises(ValueError, match=r"^(loss term 'image_text'|the gradient's norm) is (nan|inf) in epoch"):
        pretrained(world, tmp_path, lr=1e30)
    assert not (tmp_path / "clip").exists()
    assert not (tmp_path / "run.json").exists()


class Killed(Exception):
    pass


@pytest.mark.parametrize("at", [1, 2])
def test_a_killed_run_leaves_no_folder_and_goes_on_to_the_same_bytes(world, tmp_path, monkeypatch, at):
    whole, real, drawn = pretrained(world, tmp_path / "whole", epochs=3), training.batches.epoch_batches, []

    def dying(streams, **how):
        drawn.append(how["epoch"])
        if drawn.count(at) == 1 and how["epoch"] == at:
            raise Killed
        return real(streams, **how)

    monkeypatch.setattr(training.batches, "epoch_batches", dying)
    with pytest.raises(Killed):
        pretrained(world, tmp_path / "again", epochs=3)
    assert {path.name for path in (tmp_path / "again").iterdir()} == {"log.csv", ".clip.training_state.pt"}
    again = pretrained(world, tmp_path / "again", epochs=3)
    assert drawn == [*range(at + 1), *range(at, 3)]  # what was trained before is not trained again
    assert content(again["out"]) == content(whole["out"])
    assert again["log"].read_bytes() == whole["log"].read_bytes()
    assert {path.name for path in (tmp_path / "again").iterdir()} == {"clip", "log.csv", "run.json"}


def test_the_scale_is_bounded_in_the_loss_and_in_the_folder(world, paths, tmp_path, monkeypatch):
    monkeypatch.setattr(pretrain_clip, "HOTTEST", 1.0)  # below CLIP's initial scale log(1 / 0.07) = 2.66
    made = pretrained(world, tmp_path)
    model, _ = clip.from_pretrained(str(made["out"]), ["red"], prompt="{}")
    assert model.logit_scale.item() == 1
    first, other = (storage.read_csv(run["log"])["image_text"][0] for run in (paths, made))
    assert abs(first - other) > 0.01


def test_the_log_has_a_row_per_epoch(paths):
    log = storage.read_csv(paths["log"])
    assert list(log) == ["epoch", "image_text", "total", "gradient_norm"]
    assert log["epoch"].tolist() == [1, 2]


def test_loader_processes_change_no_byte(world, paths, tmp_path):
    other = pretrained({**world, "workers": 2}, tmp_path)
    assert content(other["out"]) == content(paths["out"])
