"""Both prediction stages."""

import inspect

import numpy as np
import pytest
import torch

from i2v_core import probabilities, storage
from i2v_core.models import saved
from i2v_core.models.image import ImageModel
from i2v_core.models.video import VideoModel
from i2v_core.stages import predict_frames, predict_videos
from tests import toy

STAGES = {
    "image": (predict_frames, ImageModel, toy.image_settings()),
    "video": (predict_videos, VideoModel, toy.video_settings()),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    root = tmp_path_factory.mktemp("world")
    paths = toy.world(root)
    for kind, (_, constructor, settings) in STAGES.items():
        torch.manual_seed(0)
        paths[kind] = root / f"{kind}.pt"
        model = constructor(classes=3, **settings["model"])
        names = ["red", "green", "blue"]
        saved.save(model, paths[kind], kind=kind, arguments=settings["model"], classes=names, inputs=settings["inputs"])
    return paths


def predicted(world, folder, kind, **changes):
    given = {
        "model": world[kind],
        "videos": world["target_test"],
        "stores": [world["videos0"], world["videos1"]],
        "batch_size": 8,
        "device": "cpu",
        "threads": 1,
        "workers": 0,
        "out": folder / "probabilities.h5",
        "predictions": folder / "predictions.csv",
        **changes,
    }
    STAGES[kind][0].run(**given)
    return given["out"], given["predictions"]


@pytest.mark.parametrize("kind", STAGES)
def test_predictions_are_in_the_order_of_the_split_and_fit_the_probabilities(world, tmp_path, kind):
    out, table = predicted(world, tmp_path, kind)
    found = storage.read_csv(table)
    assert found.columns.tolist() == ["id", "class", "confidence"]
    assert found["id"].tolist() == ["v10", "v11", "v12", "v13"]
    content = probabilities.read(out)
    assert content.classes == ["red", "green", "blue"]
    assert content.counts.tolist() == ([7, 8, 5, 6] if kind == "image" else [1, 1, 1, 1])
    mean = content.per_video()
    assert found["class"].tolist() == [content.classes[k] for k in mean.argmax(axis=1)]
    assert found["confidence"].to_numpy() == pytest.approx(mean.max(axis=1), abs=1e-6)  # six decimals in the file
    assert {path.name for path in tmp_path.iterdir()} == {"probabilities.h5", "predictions.csv"}


@pytest.mark.parametrize("kind", STAGES)
def test_a_second_run_and_other_loader_processes_give_the_same_bytes(world, tmp_path, kind):
    first = [path.read_bytes() for path in predicted(world, tmp_path / "a", kind)]
    assert [path.read_bytes() for path in predicted(world, tmp_path / "b", kind, workers=2)] == first


@pytest.mark.parametrize("kind", STAGES)
def test_target_labels_are_no_input(kind):
    assert "target_labels" not in inspect.signature(STAGES[kind][0].run).parameters


@pytest.mark.parametrize("kind", STAGES)
def test_the_order_of_the_split_is_the_order_of_rows(world, tmp_path, kind):
    table = storage.read_csv(world["target_test"])
    storage.write_csv(table.iloc[::-1], tmp_path / "reversed.csv")
    forth = probabilities.read(predicted(world, tmp_path / "a", kind)[0])
    back = probabilities.read(predicted(world, tmp_path / "b", kind, videos=tmp_path / "reversed.csv")[0])
    assert back.ids == forth.ids[::-1]
    # other videos share a batch: float32 rounding
    assert back.per_video()[::-1] == pytest.approx(forth.per_video(), abs=1e-5)


@pytest.mark.parametrize(("kind", "other"), [("image", "video"), ("video", "image")])
def test_a_model_of_the_other_kind_is_an_error_and_leaves_nothing(world, tmp_path, kind, other):
    with pytest.raises(ValueError, match=rf"{other}\.pt: a model of kind '{other}' found, '{kind}' wanted"):
        predicted(world, tmp_path, kind, model=world[other])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", STAGES)
def test_a_missing_video_is_an_error_and_leaves_nothing(world, tmp_path, kind):
    with pytest.raises(ValueError, match=r"item 'toy-videos/v10' is in none of the frame stores"):
        predicted(world, tmp_path, kind, stores=[world["videos0"]])
    assert list(tmp_path.iterdir()) == []


def test_a_model_without_adaptation_says_something_of_every_class(world, tmp_path):
    values = probabilities.read(predicted(world, tmp_path, "image")[0]).values
    assert np.isfinite(values).all()
    assert values.min() > 0
