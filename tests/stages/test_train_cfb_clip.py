"""CFB's RGB branch with CLIP, from a folder of transformers with small random weights."""

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from i2v_core import probabilities, storage
from i2v_core.methods.cfb import by_epoch
from i2v_core.models import clip, clip_stand_in, saved
from i2v_core.stages import train_cfb_rgb
from tests import toy

PROMPT = "a photo of a person {}"
CLASSES = ["red", "green", "blue"]


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return toy.two_streams(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights") / "clip"
    torch.manual_seed(0)
    clip_stand_in.save(*clip_stand_in.make(), folder)
    return folder


def settings(*, prompt=PROMPT, **changes):
    given = {"optimiser": "adamw", "lr": 0.001, **changes}
    return {**toy.cfb_settings(**given), "model": {"prompt": prompt}}


def rgb(paths, folder, given, weights, **changes):
    stores = {"source_stores": [paths["generated"]], "target_stores": [paths["videos0"], paths["videos1"]]}
    toy.train(train_cfb_rgb, paths, folder, given, weights=str(weights), **{**stores, **changes})
    return folder


@pytest.fixture(scope="module")
def run(paths, weights, tmp_path_factory):
    return rgb(
        paths, tmp_path_factory.mktemp("runs") / "clip", settings(method={"paces": 3, "transfer": "bnm"}), weights
    )


def state(folder):
    return storage.load_weights(folder / "model.pt")["state"]


def test_it_leaves_the_files_of_the_i3d_branch(run):
    names = {"model.pt", "train_log.csv", "run.json", "probabilities_test.h5", "target_by_epoch.h5"}
    assert {path.name for path in run.iterdir()} == names
    terms = ["classification", "local", "pace", "transfer"]
    assert list(pd.read_csv(run / "train_log.csv")) == ["epoch", *terms, "total", "gradient_norm"]


def test_opinions_are_of_each_epoch_after_the_warm_up(paths, run):
    ids = storage.read_csv(paths["target_train"])["id"].tolist()
    found = by_epoch.read(run / "target_by_epoch.h5", 1, ids=ids, classes=CLASSES)
    assert found.probabilities.shape == (10, 3)
    assert found.features.shape == (10, clip_stand_in.DIMENSIONS)
    assert found.source_features.shape == (12, clip_stand_in.DIMENSIONS)
    # Means of four embeddings of length 1, which are near one another
    lengths = np.linalg.norm(found.source_features, axis=1)
    assert ((lengths > 0.5) & (lengths < 1.001)).all()


def test_the_model_is_of_kind_clip_and_needs_no_folder(paths, run):
    loaded = saved.load(run / "model.pt", clip.ClipFrames, kind="clip")
    assert loaded.classes == CLASSES
    assert loaded.model(torch.rand(1, 2, 3, 32, 32)).shape == (1, 3)
    written = probabilities.read(run / "probabilities_test.h5")
    assert written.ids == storage.read_csv(paths["target_test"])["id"].tolist()
    np.testing.assert_allclose(written.values.sum(axis=1), 1, atol=1e-6)  # float32


def test_the_tower_is_trained_and_the_text_is_not(run, weights):
    model, _ = clip.from_pretrained(str(weights), CLASSES, prompt=PROMPT)
    given, found = model.state_dict(), state(run)
    assert torch.equal(found["text"], given["text"])
    assert torch.equal(found["logit_scale"], given["logit_scale"])
    key = "vision_model.embeddings.patch_embedding.weight"
    assert torch.equal(given[f"tower.{key}"], load_file(weights / "model.safetensors")[key])
    assert not torch.equal(found[f"tower.{key}"], given[f"tower.{key}"])


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(paths, weights, run, tmp_path):
    given = settings(method={"paces": 3, "transfer": "bnm"})
    again, other = (rgb(paths, tmp_path / str(seed), given, weights, seed=seed) for seed in (0, 1))
    for name in ("model.pt", "target_by_epoch.h5", "probabilities_test.h5", "train_log.csv"):
        assert (again / name).read_bytes() == (run / name).read_bytes()
    assert (other / "model.pt").read_bytes() != (run / "model.pt").read_bytes()


def test_the_prompt_and_the_folder_matter(paths, weights, tmp_path):
    torch.manual_seed(1)
    clip_stand_in.save(*clip_stand_in.make(), tmp_path / "other")
    first = state(rgb(paths, tmp_path / "a", settings(epochs=1), weights))
    prompted = state(rgb(paths, tmp_path / "b", settings(epochs=1, prompt="{}"), weights))
    elsewhere = state(rgb(paths, tmp_path / "c", settings(epochs=1), tmp_path / "other"))
    assert not torch.equal(first["text"], prompted["text"])
    assert not torch.equal(first["text"], elsewhere["text"])


def test_a_network_of_random_weights_learns_the_generated_videos_by_heart(paths, weights, tmp_path):
    # The same videos as target: what the branch learnt is seen through its own predictions.
    same = dict.fromkeys(("target_train", "target_test"), paths["source"])
    given = settings(epochs=20, method={"by_epoch": False, "lambda_1": 0.0})
    run = rgb(paths, tmp_path / "a", given, weights, **same, target_stores=[paths["generated"]])
    found = probabilities.read(run / "probabilities_test.h5")
    labels = storage.read_csv(paths["source"]).set_index("id")["label"].astype(int)
    assert (found.values.argmax(axis=1) == labels[found.ids].to_numpy()).all()
    assert set(labels) == {0, 1, 2}


def test_a_folder_that_lacks_a_file_leaves_no_model(paths, weights, tmp_path):
    (tmp_path / "clip").mkdir()
    (tmp_path / "clip/config.json").write_bytes((weights / "config.json").read_bytes())
    with pytest.raises(
        FileNotFoundError, match=r"CLIP '.*clip': tokenizer\.json, model\.safetensors missing; a folder"
    ):
        rgb(paths, tmp_path / "run", settings(), tmp_path / "clip")
    assert not (tmp_path / "run/model.pt").exists()
