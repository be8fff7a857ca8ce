"""Both pretraining stages: their files are what the models take as initial weights."""

import pandas as pd
import pytest
import torch

from i2v_core import storage
from i2v_core.models.image import ImageModel
from i2v_core.models.video import VideoModel
from i2v_core.stages import pretrain_image, pretrain_video
from tests import toy

MODEL = {"backbone": "resnet18", "backbone_options": {"channels": [8, 8, 16, 16]}, "normalisation": "imagenet"}
IMAGE = {**toy.image_settings(), "model": MODEL}
VIDEO = {**toy.video_settings(), "model": {"width": 0.05}}
STAGES = {"image": (pretrain_image, IMAGE, "toy-images"), "video": (pretrain_video, VIDEO, "toy-videos")}


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    root = tmp_path_factory.mktemp("world")
    made = toy.world(root)
    labels = {"image": storage.read_csv(made["source"]), "video": storage.read_csv(made["target_labels"])}
    for kind, table in labels.items():
        made[kind] = root / f"index_{kind}.csv"
        storage.write_csv(pd.DataFrame({"id": table["id"], "label": table["class"]}), made[kind])
    return made


def pretrained(paths, folder, kind, **changes):
    stage, settings, dataset = STAGES[kind]
    given = {"dataset": dataset, "index": paths[kind], **changes}
    return toy.train(stage, paths, folder, given.pop("settings", settings), **given)


@pytest.mark.parametrize("kind", STAGES)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(paths, tmp_path, kind):
    first, again = (pretrained(paths, tmp_path / name, kind).read_bytes() for name in "ab")
    assert first == again
    assert pretrained(paths, tmp_path / "c", kind, seed=1).read_bytes() != first
    assert {path.name for path in (tmp_path / "a").iterdir()} == {"model.pt", "train_log.csv", "run.json"}


def test_the_image_file_is_what_the_image_model_starts_from(paths, tmp_path):
    path = pretrained(paths, tmp_path, "image")
    model = ImageModel(classes=7, **IMAGE["model"], weights=path)
    state = storage.load_weights(path)
    assert all(torch.equal(value, state[name]) for name, value in model.backbone.state_dict().items())
    assert state["fc.weight"].shape == (3, 16)


def test_the_video_file_is_what_the_video_model_starts_from(paths, tmp_path):
    path = pretrained(paths, tmp_path, "video")
    model = VideoModel(classes=7, width=0.05, feature_dim=8, weights=path)
    state = storage.load_weights(path)
    assert all(torch.equal(value, state[name]) for name, value in model.backbone.state_dict().items())
    assert state["logits.conv3d.weight"].shape[0] == 3


@pytest.mark.parametrize("kind", STAGES)
def test_settings_matter(paths, tmp_path, kind):
    _, settings, _ = STAGES[kind]
    first = pretrained(paths, tmp_path / "a", kind).read_bytes()
    for name, value in (("epochs", 1), ("lr", 0.01), ("schedule", "cosine")):
        changed = {**settings, "training": {**settings["training"], name: value}}
        assert pretrained(paths, tmp_path / name, kind, settings=changed).read_bytes() != first


@pytest.mark.parametrize("kind", STAGES)
def test_all_layers_are_new_so_the_backbones_factor_does_nothing(paths, tmp_path, kind):
    first = pretrained(paths, tmp_path / "a", kind).read_bytes()
    settings = {**STAGES[kind][1], "training": toy.training(backbone_factor=0.1)}
    assert pretrained(paths, tmp_path / "b", kind, settings=settings).read_bytes() == first


def test_statistics_momentum_decides_the_running_statistics(paths, tmp_path):
    states = []
    for share in (0.01, 0.5):
        settings = {**VIDEO, "model": {"width": 0.05, "statistics_momentum": share}, "training": toy.training(lr=1e-9)}
        states.append(storage.load_weights(pretrained(paths, tmp_path / str(share), "video", settings=settings)))
    slow, fast = (state["Conv3d_1a_7x7.bn.running_mean"].abs().sum() for state in states)
    # 2 epochs of 4 batches (14 videos, 4 at a time): the statistics hold 1 - 0.99**8 = 0.077 and 1 - 0.5**8 = 0.996
    # of the mean, which is nearly the same in each batch.
    assert 10 < fast / slow < 16


@pytest.mark.parametrize("kind", STAGES)
def test_a_failure_leaves_no_model(paths, tmp_path, kind):
    settings = {**STAGES[kind][1], "training": toy.training(lr=1e30)}
    with pytest.raises(ValueError, match=r"^loss term 'classification' is (nan|inf) in epoch"):
        pretrained(paths, tmp_path, kind, settings=settings)
    assert not (tmp_path / "model.pt").exists()
    assert not (tmp_path / "run.json").exists()
