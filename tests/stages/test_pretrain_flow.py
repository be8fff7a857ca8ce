"""Pretraining on flow: its file is what the flow branch's I3D takes as initial weights."""

import numpy as np
import pandas as pd
import pytest
import torch

from i2v_core import storage
from i2v_core.media import sampling
from i2v_core.media.flow_store import FlowStore
from i2v_core.media.views import Flow, centred
from i2v_core.models.i3d import I3D
from i2v_core.models.i3d_checkpoints import load_i3d
from i2v_core.models.i3d_steps import I3DSteps
from i2v_core.stages import pretrain_flow
from tests import toy

INPUTS = {"frames": 4, "stride": 1, "resize_px": 34, "size_px": 32}
SETTINGS = {"model": {"width": 0.05}, "inputs": INPUTS, "training": toy.training()}


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    root = tmp_path_factory.mktemp("world")
    made = toy.two_streams(root)
    labels = storage.read_csv(made["target_labels"])
    made["index"] = root / "index.csv"
    storage.write_csv(pd.DataFrame({"id": labels["id"], "label": labels["class"]}), made["index"])
    return made


def pretrained(paths, folder, settings=SETTINGS, **changes):
    given = {"dataset": "toy-videos", "stores": [paths["flow0"], paths["flow1"]], **changes}
    return toy.train(pretrain_flow, paths, folder, settings, **given)


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


def test_the_file_loads_as_a_public_one_does_into_an_i3d_of_flow(first):
    model = I3D(classes=3, in_channels=2, width=0.05, normalisation="none")
    load_i3d(model, first)
    state = storage.load_weights(first)
    assert state["Conv3d_1a_7x7.conv3d.weight"].shape[1] == 2
    assert state["logits.conv3d.weight"].shape[0] == 3
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())


def test_the_flow_branch_starts_from_it_whatever_its_classes_and_strides(first):
    branch = I3DSteps(classes=7, in_channels=2, width=0.05, temporal_stride="st_i2v", weights=first)
    state = storage.load_weights(first)
    assert all(torch.equal(value, state[name]) for name, value in branch.backbone.state_dict().items())


def test_the_file_is_none_for_rgb(first):
    with pytest.raises(ValueError, match=r"1 of another shape \['Conv3d_1a_7x7\.conv3d\.weight \(4, 2, 7, 7, 7\)"):
        load_i3d(I3D(classes=3, width=0.05), first)


@pytest.mark.parametrize(
    ("section", "name", "value"),
    [
        ("inputs", "frames", 3),
        ("inputs", "stride", 2),
        ("inputs", "resize_px", 38),
        ("inputs", "size_px", 30),
        ("model", "width", 0.1),
        ("model", "dropout", 0.1),
        ("model", "statistics_momentum", 0.3),
        ("training", "epochs", 1),
        ("training", "lr", 0.01),
        ("training", "batch_size", 5),
        ("training", "schedule", "cosine"),
        ("training", "clip_norm", 0.1),
    ],
)
def test_every_setting_matters(paths, first, tmp_path, section, name, value):
    assert pretrained(paths, tmp_path, changed(section, **{name: value})).read_bytes() != first.read_bytes()


def test_flow_outside_the_index_changes_nothing_and_labels_matter(paths, tmp_path):
    index = storage.read_csv(paths["index"])
    storage.write_csv(index.iloc[:7], tmp_path / "first.csv")
    part = pretrained(paths, tmp_path / "a", index=tmp_path / "first.csv").read_bytes()
    same = pretrained(paths, tmp_path / "b", index=tmp_path / "first.csv", stores=[paths["flow0"]]).read_bytes()
    assert part == same
    storage.write_csv(index.iloc[:7].assign(label=[*"abcabca"][::-1]), tmp_path / "other.csv")
    assert pretrained(paths, tmp_path / "c", index=tmp_path / "other.csv").read_bytes() != part


def test_it_learns_what_moves_like_what(paths, tmp_path):
    """The classes of the toy world's videos move apart by 2 px under noise of 0.5: all are told apart."""
    how = {"model": {"width": 0.1, "dropout": 0.0, "statistics_momentum": 0.3}}
    settings = {**changed("training", epochs=20, batch_size=14, optimiser="adamw", lr=0.005), **how}
    model = I3D(classes=3, in_channels=2, width=0.1, normalisation="none").eval()
    load_i3d(model, pretrained(paths, tmp_path, settings))
    labels = storage.read_csv(paths["index"])
    view = Flow(FlowStore([paths["flow0"], paths["flow1"]]), 34, 32)
    keys = [f"toy-videos/{name}" for name in labels["id"]]
    clips = np.stack([centred(view, key, sampling.spread(view.length(key), frames=4)) for key in keys])
    with torch.no_grad():
        found = model(torch.from_numpy(clips).movedim(-1, 2)).argmax(dim=1)
    names = sorted(set(labels["label"]))  # the classifier's order
    assert [names[k] for k in found.tolist()] == labels["label"].tolist()


def test_a_failure_leaves_no_model(paths, tmp_path):
    with pytest.raises(ValueError, match=r"^loss term 'classification' is (nan|inf) in epoch"):
        pretrained(paths, tmp_path, changed("training", lr=1e30))
    assert not (tmp_path / "model.pt").exists()


def test_a_video_without_flow_is_named(paths, tmp_path):
    with pytest.raises(ValueError, match=r"item 'toy-videos/v\d+' is in none of the flow stores \(.*flow0\.h5\)"):
        pretrained(paths, tmp_path, stores=[paths["flow0"]])
    assert not (tmp_path / "model.pt").exists()
