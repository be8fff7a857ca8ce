"""Pretraining of C3D: its file is what the video features of DIVAFN are made with."""

import numpy as np
import pandas as pd
import pytest
import torch

from i2v_core import storage
from i2v_core.media import c3d_clips
from i2v_core.media.frames import FrameStore
from i2v_core.media.vector_store import VectorStore
from i2v_core.models.c3d import C3D, video_feature
from i2v_core.models.c3d_checkpoints import load_c3d
from i2v_core.stages import extract_video_vectors, pretrain_c3d
from tests import toy

SETTINGS = {
    "model": {"width": 0.02, "dropout": 0.0},
    "statistics_momentum": 0.3,
    "training": toy.training(epochs=1, batch_size=3, lr=0.003, optimiser="adamw"),
}


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    root = tmp_path_factory.mktemp("world")
    made = toy.world(root)
    labels = storage.read_csv(made["target_labels"])[:6]
    made["index"] = root / "index.csv"
    storage.write_csv(pd.DataFrame({"id": labels["id"], "label": labels["class"]}), made["index"])
    return made


def pretrained(paths, folder, settings=SETTINGS, **changes):
    return toy.train(pretrain_c3d, paths, folder, settings, **{"dataset": "toy-videos", **changes})


@pytest.fixture(scope="module")
def first(paths, tmp_path_factory):
    return pretrained(paths, tmp_path_factory.mktemp("first"))


def changed(section, **values):
    return {**SETTINGS, section: {**SETTINGS[section], **values}}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(paths, first, tmp_path):
    assert {path.name for path in first.parent.iterdir()} == {"model.pt", "train_log.csv", "run.json"}
    assert pretrained(paths, tmp_path / "a").read_bytes() == first.read_bytes()
    assert pretrained(paths, tmp_path / "b", seed=1).read_bytes() != first.read_bytes()


def test_loader_processes_change_no_byte(paths, first, tmp_path):
    assert pretrained(paths, tmp_path, workers=2).read_bytes() == first.read_bytes()


def test_the_file_has_the_public_keys_and_the_classes_of_the_index(first):
    state, model = storage.load_weights(first), C3D(classes=3, width=0.02)
    assert list(state) == list(model.state_dict())
    load_c3d(model, first)
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())


def test_the_video_features_are_made_with_it(paths, first, tmp_path):
    settings = {"network": "c3d", "options": {"width": 0.02}, "l2_norm": False}
    how = {"settings": settings, "batch_size": 4, "device": "cpu", "threads": 1, "seed": 0}
    extract_video_vectors.run(store=paths["videos0"], weights=str(first), out=tmp_path / "v.h5", **how)
    model, frames = C3D(classes=None, width=0.02).eval(), FrameStore([paths["videos0"]])
    load_c3d(model, first, classifier=False)
    clips = c3d_clips.cut(frames.frames("toy-videos/v1", range(frames.length("toy-videos/v1"))))
    found = VectorStore([tmp_path / "v.h5"]).matrix(["toy-videos/v1"])[0]
    np.testing.assert_allclose(found, video_feature(model, clips), atol=1e-5)


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("model", "width", 0.1),
        ("model", "dropout", 0.5),
        ("model", "channel_order", "rgb"),
        ("training", "epochs", 2),
        ("training", "lr", 0.01),
        ("training", "batch_size", 2),
        ("training", "optimiser", "sgd"),
        ("training", "schedule", "cosine"),
    ],
)
def test_every_setting_matters(paths, first, tmp_path, section, name, value):
    assert pretrained(paths, tmp_path, changed(section, **{name: value})).read_bytes() != first.read_bytes()


def test_the_momentum_of_the_statistics_matters(paths, first, tmp_path):
    settings = {**SETTINGS, "statistics_momentum": 0.1}
    assert pretrained(paths, tmp_path, settings).read_bytes() != first.read_bytes()


def test_labels_matter_and_videos_outside_the_index_do_not(paths, first, tmp_path):
    index = storage.read_csv(paths["index"])
    assert pretrained(paths, tmp_path / "a", stores=[paths["videos0"]]).read_bytes() == first.read_bytes()
    storage.write_csv(index.assign(label=[*"aabbcc"]), tmp_path / "other.csv")
    assert pretrained(paths, tmp_path / "b", index=tmp_path / "other.csv").read_bytes() != first.read_bytes()


def test_it_learns_the_toy_colours(paths, tmp_path):
    settings = {**SETTINGS, "training": {**SETTINGS["training"], "epochs": 20, "batch_size": 6, "schedule": "cosine"}}
    model, frames = C3D(classes=3, width=0.02).eval(), FrameStore([paths["videos0"]])
    load_c3d(model, pretrained(paths, tmp_path, settings))
    index = storage.read_csv(paths["index"])
    keys = [f"toy-videos/{name}" for name in index["id"]]
    clips = np.concatenate([c3d_clips.cut(frames.frames(key, range(frames.length(key)))) for key in keys])
    with torch.no_grad():
        found = model(torch.from_numpy(clips).movedim(-1, 2) / 255).argmax(dim=1)
    names = sorted(set(index["label"]))
    assert [names[k] for k in found.tolist()] == index["label"].tolist()


def test_a_failure_leaves_no_model(paths, tmp_path):
    with pytest.raises(ValueError, match=r"^loss term 'classification' is (nan|inf) in epoch"):
        pretrained(paths, tmp_path, changed("training", lr=1e30, epochs=2, optimiser="sgd"))
    assert not (tmp_path / "model.pt").exists()


def test_a_video_without_frames_is_named(paths, tmp_path):
    with pytest.raises(ValueError, match=r"item 'toy-videos/v\d+' is in none of the frame stores \(.*videos1\.h5\)"):
        pretrained(paths, tmp_path, stores=[paths["videos1"]])
