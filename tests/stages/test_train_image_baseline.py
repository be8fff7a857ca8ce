"""Alignment baselines of the image model by name: same seed same bytes, no target labels, every setting matters."""

import inspect

import pandas as pd
import pytest
import torch

from i2v_core import storage
from i2v_core.batches import Stream
from i2v_core.models import saved
from i2v_core.models.image import ImageModel
from i2v_core.stages import train_image_baseline, train_source_only
from tests import toy

METHODS = ["dan", "jan"]
SOURCE = {"frames_per_video": 1, "source_videos": "frames"}
SETTINGS = toy.image_settings(method={**SOURCE, "weight": 1.0})


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return toy.world(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def models(paths, tmp_path_factory):
    """Each baseline's model with seed 0, and that of source only."""
    root = tmp_path_factory.mktemp("models")
    trained = {name: train(paths, root / name, name) for name in METHODS}
    return {
        **trained,
        "source_only": toy.train(train_source_only, paths, root / "plain", toy.image_settings(method=SOURCE)),
    }


def train(paths, folder, method, settings=SETTINGS, **changes):
    return toy.train(train_image_baseline, paths, folder, settings, method=method, **changes)


def changed(path: str, value: object) -> dict:
    section, key = path.split(".")
    return {**SETTINGS, section: {**SETTINGS[section], key: value}}


def state(path):
    return storage.load_weights(path)["state"]


def parameters(path):
    """Without running statistics of batch normalisation, which the target's frames also pass."""
    return {key: value for key, value in state(path).items() if "running" not in key and "num_batches" not in key}


@pytest.mark.parametrize("name", METHODS)
def test_it_leaves_model_log_and_record_and_nothing_else(models, name):
    folder = models[name].parent
    assert {path.name for path in folder.iterdir()} == {"model.pt", "train_log.csv", "run.json"}
    log = pd.read_csv(folder / "train_log.csv")
    assert log["epoch"].tolist() == [1, 2]
    assert {"classification", "discrepancy", "total"} <= set(log.columns)
    record = storage.read_json(folder / "run.json")
    assert (record["stage"], record["arguments"]["method"]) == ("train_image_baseline", name)
    loaded = saved.load(models[name], ImageModel, kind="image")
    assert (loaded.classes, loaded.inputs) == (["red", "green", "blue"], SETTINGS["inputs"])


def test_the_baselines_differ_in_weights_and_in_the_digest_of_their_code(models):
    weights = [state(models[name]) for name in METHODS]
    assert not all(torch.equal(weights[0][key], weights[1][key]) for key in weights[0])
    records = [storage.read_json(models[name].parent / "run.json")["code"] for name in METHODS]
    assert records[0] != records[1]


@pytest.mark.parametrize("name", METHODS)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(paths, models, tmp_path, name):
    again = train(paths, tmp_path / "again", name)
    assert again.read_bytes() == models[name].read_bytes()
    assert (tmp_path / "again/train_log.csv").read_bytes() == (models[name].parent / "train_log.csv").read_bytes()
    assert train(paths, tmp_path / "other", name, seed=1).read_bytes() != models[name].read_bytes()


@pytest.mark.parametrize("name", METHODS)
def test_weight_0_gives_source_only_to_the_bit_and_any_other_does_not(paths, models, tmp_path, name):
    found = parameters(train(paths, tmp_path, name, changed("method.weight", 0.0)))
    plain, aligned = parameters(models["source_only"]), parameters(models[name])
    assert len(plain) > 60
    assert all(torch.equal(found[key], plain[key]) for key in plain)
    assert not all(torch.equal(aligned[key], plain[key]) for key in plain)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize(
    ("path", "value"),
    [("method.weight", 0.5), ("method.frames_per_video", 2), ("training.lr", 0.06), ("inputs.size_px", 24)],
)
def test_every_setting_matters(paths, models, tmp_path, name, path, value):
    found, usual = parameters(train(paths, tmp_path, name, changed(path, value))), parameters(models[name])
    assert not all(torch.equal(found[key], usual[key]) for key in usual)


def test_target_labels_are_no_input():
    assert not {"target_labels", "pseudo_labels"} & inspect.signature(train_image_baseline.run).parameters.keys()


@pytest.mark.parametrize("name", METHODS)
def test_a_last_batch_may_be_smaller_in_one_stream(paths, tmp_path, name):
    """Batches of 5: of 12 images 5, 5, 2; of 10 videos 5, 5, then 5 of the next pass."""
    assert [Stream(range(count), 5).steps for count in (12, 10)] == [3, 2]
    log = train(paths, tmp_path, name, changed("training.batch_size", 5)).with_name("train_log.csv")
    assert pd.read_csv(log)["discrepancy"].abs().max() > 0


def test_an_unknown_method_lists_the_choices_and_leaves_nothing(paths, tmp_path):
    with pytest.raises(ValueError, match=r"^method: 'coral' found, dan or jan wanted; see i2v_core/baselines$"):
        train(paths, tmp_path / "run", "coral")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("table", ["source", "target_train", "classes"])
def test_a_table_without_its_columns_is_an_error_that_names_it(paths, tmp_path, table):
    (tmp_path / "bad.csv").write_text("other\n1\n")
    with pytest.raises(ValueError, match=r"bad\.csv: columns \['other'\] found, \[.*\] wanted besides"):
        train(paths, tmp_path / "run", "dan", **{table: tmp_path / "bad.csv"})
