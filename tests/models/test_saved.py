import pytest
import torch

from i2v_core import storage
from i2v_core.models import saved
from i2v_core.models.image import ImageModel
from i2v_core.models.video import VideoModel
from tests import toy

CLASSES = ["run", "NA", "007"]
KINDS = {"image": (ImageModel, toy.image_settings()), "video": (VideoModel, toy.video_settings())}


def write(path, kind):
    torch.manual_seed(0)
    constructor, settings = KINDS[kind]
    model = constructor(classes=3, **settings["model"])
    saved.save(model, path, kind=kind, arguments=settings["model"], classes=CLASSES, inputs=settings["inputs"])
    return model


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_comes_back_with_all_it_needs(tmp_path, kind):
    model = write(tmp_path / "m.pt", kind)
    found = saved.load(tmp_path / "m.pt", KINDS[kind][0], kind=kind)
    assert (found.classes, found.inputs) == (CLASSES, KINDS[kind][1]["inputs"])
    assert not found.model.training
    state = found.model.state_dict()
    assert all(torch.equal(value, state[name]) for name, value in model.state_dict().items())


def test_the_same_model_gives_the_same_bytes(tmp_path):
    write(tmp_path / "a.pt", "image")
    write(tmp_path / "b.pt", "image")
    assert (tmp_path / "a.pt").read_bytes() == (tmp_path / "b.pt").read_bytes()


def test_the_other_kind_is_an_error(tmp_path):
    write(tmp_path / "m.pt", "video")
    with pytest.raises(ValueError, match=r"m\.pt: a model of kind 'video' found, 'image' wanted"):
        saved.load(tmp_path / "m.pt", ImageModel, kind="image")


@pytest.mark.parametrize("content", [{"conv1.weight": torch.ones(1)}, {"kind": "image"}, [1, 2]])
def test_a_file_of_something_else_is_an_error(tmp_path, content):
    storage.save_weights(content, tmp_path / "m.pt")
    with pytest.raises(ValueError, match=r"m\.pt: not a model file of this project; one written by a train_\* stage"):
        saved.load(tmp_path / "m.pt", ImageModel, kind="image")


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"m\.pt: no such checkpoint"):
        saved.load(tmp_path / "m.pt", ImageModel, kind="image")


def lose(state):
    del state["reduction.bias"]


def add(state):
    state["more"] = torch.ones(1)


def reshape(state):
    state["reduction.bias"] = torch.ones(1)


@pytest.mark.parametrize(
    ("damage", "line"),
    [
        (lose, r"1 keys missing \['reduction\.bias'\], 0 surplus \[\], 0 of another shape \[\]; weights of the model"),
        (add, r"0 keys missing \[\], 1 surplus \['more'\], 0 of another shape"),
        (reshape, r"0 keys missing \[\], 0 surplus \[\], 1 of another shape \['reduction\.bias "),
    ],
)
def test_weights_that_do_not_fit_are_an_error_of_one_line(tmp_path, damage, line):
    write(tmp_path / "m.pt", "image")
    content = storage.load_weights(tmp_path / "m.pt")
    damage(content["state"])
    storage.save_weights(content, tmp_path / "m.pt")
    with pytest.raises(ValueError, match=rf"m\.pt: {line}") as error:
        saved.load(tmp_path / "m.pt", ImageModel, kind="image")
    assert "\n" not in str(error.value)
