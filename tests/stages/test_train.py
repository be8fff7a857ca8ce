"""What holds for all training stages of the benchmark: same seed same bytes, no target labels, nothing half-written."""

import inspect
import shutil

import pandas as pd
import pytest
import torch

from i2v_core import storage
from i2v_core.models import saved
from i2v_core.models.image import ImageModel
from i2v_core.models.video import VideoModel
from i2v_core.stages import (
    train_class_aware,
    train_source_only,
    train_spatial_alignment,
    train_spatio_temporal,
    train_supervised_target,
)
from tests import toy

SOURCE = {"frames_per_video": 1, "source_videos": "frames"}
ALIGNMENT = {**SOURCE, "reversal_high": 1.0, "equal_domain_labels": False}
CLASS_AWARE = {**SOURCE, "temperature": 0.05}
STAGES = {
    "source_only": (train_source_only, toy.image_settings(method=SOURCE)),
    "spatial_alignment": (train_spatial_alignment, toy.image_settings(method=ALIGNMENT)),
    "class_aware": (train_class_aware, toy.image_settings(method=CLASS_AWARE)),
    "spatio_temporal": (train_spatio_temporal, {**toy.video_settings(), "method": {"source_videos": "frames"}}),
    "supervised_target": (train_supervised_target, toy.video_settings()),
}
KINDS = {"image": ImageModel, "video": VideoModel}
BLIND = [name for name in STAGES if name != "supervised_target"]


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    root = tmp_path_factory.mktemp("world")
    made = toy.world(root)
    return {**made, "pseudo_labels": toy.pseudo_labels(made, root / "pseudo_labels.csv")}


@pytest.fixture(scope="module")
def models(paths, tmp_path_factory):
    """Each stage's model with seed 0."""
    root = tmp_path_factory.mktemp("models")
    return {name: toy.train(stage, paths, root / name, settings) for name, (stage, settings) in STAGES.items()}


def kind(name: str) -> str:
    return "video" if name in ("spatio_temporal", "supervised_target") else "image"


def changed(settings: dict, path: str, value: object) -> dict:
    """A copy of settings with one value changed."""
    section, key = path.split(".")
    return {**settings, section: {**settings[section], key: value}}


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_leaves_model_log_and_record_and_nothing_else(models, name):
    folder = models[name].parent
    assert {path.name for path in folder.iterdir()} == {"model.pt", "train_log.csv", "run.json"}
    log = pd.read_csv(folder / "train_log.csv")
    assert log["epoch"].tolist() == [1, 2]
    assert storage.read_json(folder / "run.json")["stage"] == f"train_{name}"
    loaded = saved.load(models[name], KINDS[kind(name)], kind=kind(name))
    assert loaded.classes == ["red", "green", "blue"]
    assert loaded.inputs == STAGES[name][1]["inputs"]


@pytest.mark.parametrize("name", STAGES)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(paths, models, tmp_path, name):
    stage, settings = STAGES[name]
    again = toy.train(stage, paths, tmp_path / "again", settings)
    assert again.read_bytes() == models[name].read_bytes()
    assert (tmp_path / "again/train_log.csv").read_bytes() == (models[name].parent / "train_log.csv").read_bytes()
    other = toy.train(stage, paths, tmp_path / "other", settings, seed=1)
    assert other.read_bytes() != models[name].read_bytes()


@pytest.mark.parametrize("name", BLIND)
def test_target_labels_are_no_input_and_changing_them_changes_no_byte(paths, models, tmp_path, name):
    stage, settings = STAGES[name]
    assert "target_labels" not in inspect.signature(stage.run).parameters
    labels = storage.read_csv(paths["target_labels"])
    labels[["class", "label"]] = labels[["class", "label"]].to_numpy()[::-1]
    kept = paths["target_labels"].read_bytes()
    storage.write_csv(labels, paths["target_labels"])
    try:
        assert paths["target_labels"].read_bytes() != kept
        assert toy.train(stage, paths, tmp_path, settings).read_bytes() == models[name].read_bytes()
    finally:
        paths["target_labels"].write_bytes(kept)


def test_supervised_target_follows_the_target_labels(paths, models, tmp_path):
    labels = storage.read_csv(paths["target_labels"])
    labels["label"] = labels["label"].to_numpy()[::-1]
    storage.write_csv(labels, tmp_path / "labels.csv")
    stage, settings = STAGES["supervised_target"]
    found = toy.train(stage, paths, tmp_path, settings, target_labels=tmp_path / "labels.csv")
    assert found.read_bytes() != models["supervised_target"].read_bytes()


def test_right_pseudo_labels_give_what_true_labels_give(models):
    """Stage 2 with right pseudo labels is supervised training, to the byte."""
    assert models["spatio_temporal"].read_bytes() == models["supervised_target"].read_bytes()


@pytest.mark.parametrize("name", ["class_aware", "spatio_temporal"])
def test_only_kept_videos_train(paths, models, tmp_path, name):
    stage, settings = STAGES[name]
    some = toy.pseudo_labels(paths, tmp_path / "some.csv", kept=6)
    first = toy.train(stage, paths, tmp_path / "a", settings, pseudo_labels=some)
    assert first.read_bytes() != models[name].read_bytes()
    table = storage.read_csv(some)
    table.loc[table["kept"] == 0, "label"] = "0"  # what is not kept may say anything
    storage.write_csv(table, some)
    second = toy.train(stage, paths, tmp_path / "b", settings, pseudo_labels=some)
    assert second.read_bytes() == first.read_bytes()


SETTINGS = [
    *[(name, "training.lr", 0.06) for name in STAGES],
    *[(name, "training.epochs", 1) for name in STAGES],
    *[(name, "training.batch_size", 3) for name in STAGES],
    *[(name, "training.backbone_factor", 0.5) for name in STAGES],
    *[(name, "inputs.size_px", 24) for name in STAGES],
    ("source_only", "inputs.crop_scale", [0.9, 1.0]),
    ("source_only", "training.optimiser", "adamw"),
    ("source_only", "model.freeze_until", "layer1"),
    ("source_only", "model.normalisation", "none"),
    ("spatial_alignment", "method.reversal_high", 0.5),
    ("spatial_alignment", "method.equal_domain_labels", True),
    ("spatial_alignment", "method.frames_per_video", 2),
    ("class_aware", "method.temperature", 0.5),
    ("class_aware", "method.frames_per_video", 2),
    ("spatio_temporal", "inputs.frames", 5),
    ("spatio_temporal", "inputs.stride", 2),
    ("spatio_temporal", "model.dropout", 0.1),
    ("spatio_temporal", "model.normalisation", "imagenet"),
    ("supervised_target", "inputs.frames", 5),
    ("supervised_target", "inputs.stride", 2),
]


@pytest.fixture(scope="module")
def mixed(paths, tmp_path_factory):
    """A source of the twelve images and, as if they were of another dataset, four of the videos."""
    images, labels = storage.read_csv(paths["source"]), storage.read_csv(paths["target_labels"])
    videos = labels.iloc[10:].assign(dataset="toy-videos", kind="video")
    path = tmp_path_factory.mktemp("mixed") / "source.csv"
    storage.write_csv(pd.concat([images, videos[images.columns]]), path)
    return path


@pytest.mark.parametrize("name", BLIND)
def test_labelled_videos_of_the_source_are_learnt_from(paths, models, mixed, tmp_path, name):
    stage, settings = STAGES[name]
    found = toy.train(stage, paths, tmp_path / "a", settings, source=mixed)
    again = toy.train(stage, paths, tmp_path / "b", settings, source=mixed)
    assert found.read_bytes() == again.read_bytes() != models[name].read_bytes()


@pytest.mark.parametrize("name", BLIND)
def test_of_a_still_an_image_model_learns_something_else_and_a_video_model_nothing(
    paths, models, mixed, tmp_path, name
):
    stage, settings = STAGES[name]
    stills = changed(settings, "method.source_videos", "random_still")
    found = toy.train(stage, paths, tmp_path / "a", stills, source=mixed)
    moving = toy.train(stage, paths, tmp_path / "b", settings, source=mixed)
    assert found.read_bytes() != moving.read_bytes()
    is_as_without = found.read_bytes() == models[name].read_bytes()
    assert is_as_without is (name == "spatio_temporal")


@pytest.mark.parametrize(("name", "path", "value"), SETTINGS)
def test_every_setting_matters(paths, models, tmp_path, name, path, value):
    stage, settings = STAGES[name]
    found = toy.train(stage, paths, tmp_path, changed(settings, path, value))
    weights = [storage.load_weights(file)["state"] for file in (found, models[name])]
    assert not all(torch.equal(weights[0][key], weights[1][key]) for key in weights[1])


def test_no_reversal_gives_source_only_to_the_bit(paths, models, tmp_path):
    """Parameters, that is; batch normalisation's running statistics and the discriminator have seen the target."""
    stage, settings = STAGES["spatial_alignment"]
    found = toy.train(stage, paths, tmp_path, changed(settings, "method.reversal_high", 0.0))
    dann, plain = (storage.load_weights(path)["state"] for path in (found, models["source_only"]))
    names = [key for key in plain if "running" not in key and "num_batches" not in key and "discriminator" not in key]
    assert len(names) > 60
    assert all(torch.equal(dann[key], plain[key]) for key in names)
    aligned = storage.load_weights(models["spatial_alignment"])["state"]
    assert not all(torch.equal(aligned[key], plain[key]) for key in names)


@pytest.mark.parametrize("name", STAGES)
def test_training_can_go_on_from_a_model_of_before(paths, models, tmp_path, name):
    stage, settings = STAGES[name]
    frozen = changed(changed(settings, "training.lr", 1e-30), "training.momentum", 0.0)
    found = toy.train(stage, paths, tmp_path, frozen, weights=str(models[name]))
    before, after = (storage.load_weights(path)["state"] for path in (models[name], found))
    same = [key for key in before if "running" not in key and "num_batches" not in key]
    # zeros move by about the rate, all other numbers not at all
    assert max((before[key] - after[key]).abs().max().item() for key in same) < 1e-20


@pytest.mark.parametrize("name", STAGES)
def test_a_failing_stage_leaves_no_model_and_no_record(paths, tmp_path, name):
    stage, settings = STAGES[name]
    with pytest.raises(ValueError, match=r"^loss term 'classification' is (nan|inf) in epoch \d, step \d"):
        toy.train(stage, paths, tmp_path / "run", changed(settings, "training.lr", 1e30))
    left = {path.name for path in (tmp_path / "run").iterdir()} if (tmp_path / "run").exists() else set()
    assert not left & {"model.pt", "run.json"}
    assert not [path for path in left if "partial" in path]


@pytest.mark.parametrize("name", STAGES)
def test_a_broken_checkpoint_is_one_line_and_leaves_nothing(paths, models, tmp_path, name):
    content = storage.load_weights(models[name])
    del content["state"]["reduction.weight"]
    storage.save_weights(content, tmp_path / "broken.pt")
    stage, settings = STAGES[name]
    with pytest.raises(ValueError, match=r"broken\.pt: 1 keys missing") as error:
        toy.train(stage, paths, tmp_path / "run", settings, weights=str(tmp_path / "broken.pt"))
    assert "\n" not in str(error.value)
    assert not (tmp_path / "run").exists()


TABLES = [(name, table) for name in STAGES for table in ("source", "target_train", "classes", "pseudo_labels")]
TABLES = [
    (n, t)
    for n, t in [*TABLES, ("supervised_target", "target_labels")]
    if t in inspect.signature(STAGES[n][0].run).parameters
]


@pytest.mark.parametrize(("name", "table"), TABLES)
def test_a_table_without_its_columns_is_an_error_that_names_it(paths, tmp_path, name, table):
    (tmp_path / "bad.csv").write_text("other\n1\n")
    stage, settings = STAGES[name]
    with pytest.raises(ValueError, match=r"bad\.csv: columns \['other'\] found, \[.*\] wanted besides"):
        toy.train(stage, paths, tmp_path / "run", settings, **{table: tmp_path / "bad.csv"})


def test_a_training_video_without_a_true_label_is_an_error(paths, tmp_path):
    table = storage.read_csv(paths["target_labels"])
    storage.write_csv(table[table["id"] != "v3"], tmp_path / "labels.csv")
    stage, settings = STAGES["supervised_target"]
    with pytest.raises(ValueError, match=r"labels\.csv: no label for 1 training videos, first 'v3'"):
        toy.train(stage, paths, tmp_path / "run", settings, target_labels=tmp_path / "labels.csv")


@pytest.mark.parametrize("name", STAGES)
def test_an_item_that_no_store_has_is_an_error(paths, tmp_path, name):
    stage, settings = STAGES[name]
    shutil.copy(paths["videos0"], tmp_path / "videos0.h5")
    stores = [tmp_path / "videos0.h5"]
    with pytest.raises(ValueError, match=r"item 'toy-(images|videos)/\w+' is in none of the frame stores"):
        toy.train(stage, paths, tmp_path / "run", settings, stores=stores)
