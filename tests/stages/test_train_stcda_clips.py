"""STCDA's stages with the backbone trained too, on clips of the toy world's generated source and its target."""

import numpy as np
import pytest
import torch

from i2v_core import probabilities, storage
from i2v_core.clip_views import ClipViews
from i2v_core.methods.stcda import building
from i2v_core.stages import train_stcda
from tests import toy, toy_clips
from tests.toy_clips import BACKBONE, METHOD, SETTINGS

KEPT = ("source", "target_train", "target_test", "classes")


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return toy_clips.world(tmp_path_factory.mktemp("world"))


def train(paths, folder, stage, backbone=BACKBONE, **changes):
    files = {"out": "model.pt", "log": "train_log.csv", "record": "run.json", "pseudo_labels": "pseudo_labels.csv"}
    files |= {"test_probabilities": "probabilities_test.h5", "predictions": "predictions_test.csv"}
    given = {name: paths[name] for name in (*KEPT, "frames", "flows")} | {"backbones": [paths["rgb"], paths["flow"]]}
    settings = {**SETTINGS, "method": {**METHOD, "stage": stage}, "training": toy.training(lr=0.01, clip_norm=1.0)}
    settings["backbone"] = backbone
    train_stcda.run(**given | changes, settings=settings, seed=0, **{n: folder / f for n, f in files.items()})
    return folder


@pytest.fixture(scope="module")
def chain(paths, tmp_path_factory):
    root, before = tmp_path_factory.mktemp("chain"), {}
    for stage in (1, 2, 3):
        folder = train(paths, root / str(stage), stage, **before)
        before = {"before": folder / "model.pt", "backbones": None}
    return root


def encoder(folder):
    state = storage.load_weights(folder / "model.pt")["state"]
    return {name: value for name, value in state.items() if ".encoder." in name and name.endswith("conv3d.weight")}


def test_every_stage_moves_the_backbone_of_both_views(paths, chain):
    found = [encoder(chain / str(stage)) for stage in (1, 2, 3)]
    names = set(found[0])
    assert {name.split(".")[2] for name in names} == {"rgb", "flow"}
    assert all(not torch.equal(found[0][name], found[1][name]) for name in names)
    assert all(not torch.equal(found[1][name], found[2][name]) for name in names)


def test_the_backbone_starts_from_its_files(paths, chain, tmp_path):
    """A few small steps: what was trained is nearer to its start than random weights are."""
    state = storage.load_weights(paths["flow"])
    name = "Conv3d_1a_7x7.conv3d.weight"
    trained = encoder(chain / "1")[f"model.streams.flow.encoder.{name}"]
    random = encoder(train(paths, tmp_path, 1, backbones=None))[f"model.streams.flow.encoder.{name}"]
    gaps = [(found - state[name]).abs().max() for found in (trained, random)]
    assert gaps[0] < 0.5 * gaps[1]


def test_the_last_stage_repeats_to_the_byte(paths, chain, tmp_path):
    again = train(paths, tmp_path, 3, before=chain / "2/model.pt", backbones=None)
    assert (again / "model.pt").read_bytes() == (chain / "3/model.pt").read_bytes()


@pytest.mark.slow
def test_clips_in_parts_as_large_as_a_pass_change_no_weight_and_smaller_ones_do(paths, chain, tmp_path):
    """Batch normalisation takes each part by itself."""
    wanted, found = storage.load_weights(chain / "3/model.pt")["state"], {}
    for at_once in (2, 100):
        backbone = {**BACKBONE, "clips_at_once": at_once}
        folder = train(paths, tmp_path / str(at_once), 3, backbone, before=chain / "2/model.pt", backbones=None)
        found[at_once] = storage.load_weights(folder / "model.pt")["state"]
    assert all(torch.equal(found[100][name], wanted[name]) for name in wanted)
    name = "model.streams.rgb.encoder.Conv3d_1a_7x7.conv3d.weight"
    assert not torch.equal(found[2][name], wanted[name])
    stream = building.load(tmp_path / "2/model.pt").streams["flow"]
    assert stream.clips_at_once == 2


def test_a_loaded_model_gives_the_probabilities_that_were_written(paths, chain):
    model = building.load(chain / "3/model.pt")
    found = probabilities.read(chain / "3/probabilities_test.h5")
    clips = ClipViews.open(paths["frames"], paths["flows"], BACKBONE).test_clips([f"toy-videos/{x}" for x in found.ids])
    with torch.no_grad():
        values = model.probabilities(torch.from_numpy(clips)).numpy()
    np.testing.assert_allclose(found.values, values, atol=1e-5)  # stored as float32


def test_one_view_alone_needs_its_store_and_weights_alone(paths, tmp_path):
    folder = train(paths, tmp_path, 1, frames=None, backbones=[paths["flow"]])
    assert storage.load_weights(folder / "model.pt")["arguments"]["widths"] == {"flow": 2}


def test_another_number_of_backbones_than_views_is_refused(paths, tmp_path):
    with pytest.raises(ValueError, match=r"backbones: 1 files found, one for each view of \['rgb', 'flow'\] or none"):
        train(paths, tmp_path, 1, backbones=[paths["rgb"]])


def test_pseudo_labels_that_another_run_left_are_not_taken(paths, chain, tmp_path):
    left = tmp_path / ".model.training_parts/pseudo_labels.csv"
    left.parent.mkdir()
    left.write_bytes((chain / "3/pseudo_labels.csv").read_bytes())
    train(paths, tmp_path, 1)
    assert storage.read_csv(tmp_path / "pseudo_labels.csv").columns.tolist() == ["id"]


def test_another_file_is_no_model_of_stcda(paths):
    with pytest.raises(ValueError, match=r"rgb\.pt: no model of STCDA found, one written by train_stcda wanted"):
        building.load(paths["rgb"])
