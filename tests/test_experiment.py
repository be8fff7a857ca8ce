import json

import pytest
import torch

from i2v_core import experiment, storage
from i2v_core.models import saved
from i2v_core.models.image import ImageModel
from i2v_core.models.video import VideoModel
from i2v_core.stages import train_source_only
from tests import toy

SETTINGS = toy.image_settings(method={"frames_per_video": 1, "source_videos": "frames"})


def arguments(folder, **changes) -> dict:
    names = ("source", "classes")
    for name in names:
        (folder / f"{name}.csv").write_text(name)
    return {
        **{name: folder / f"{name}.csv" for name in names},
        "stores": [],
        "weights": "",
        "settings": SETTINGS,
        "seed": 0,
        "out": folder / "model.pt",
        "log": folder / "log.csv",
        "record": folder / "run.json",
        **changes,
    }


def test_begin_reads_settings_and_names_every_input_but_no_output(tmp_path):
    weights = tmp_path / "weights.pt"
    weights.write_bytes(b"w")
    given = arguments(tmp_path, stores=[tmp_path / "0.h5"], weights=str(weights))
    job = experiment.begin("train_source_only", given)
    assert (job.settings.epochs, job.settings.batch_size, job.seed) == (2, 4, 0)
    assert set(job.inputs) == {given["source"], given["classes"], tmp_path / "0.h5", weights}
    assert job.description["stage"] == "train_source_only"
    assert job.description["arguments"]["settings"] == SETTINGS


@pytest.mark.parametrize("weights", ["", "timm", "openai/clip-vit-base-patch32"])
def test_weights_that_are_no_file_are_no_input(tmp_path, weights):
    job = experiment.begin("train_source_only", arguments(tmp_path, weights=weights))
    assert set(job.inputs) == {tmp_path / "source.csv", tmp_path / "classes.csv"}


def test_all_files_of_a_folder_of_weights_are_inputs(tmp_path):
    for name in ("model/config.json", "model/parts/1.bin"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    job = experiment.begin("train_source_only", arguments(tmp_path, weights=str(tmp_path / "model")))
    assert {tmp_path / "model/config.json", tmp_path / "model/parts/1.bin"} <= set(job.inputs)


def test_further_outputs_are_no_inputs(tmp_path):
    given = arguments(tmp_path, banks=tmp_path / "bank")
    assert tmp_path / "bank" in experiment.begin("train_source_only", given).inputs
    assert tmp_path / "bank" not in experiment.begin("train_source_only", given, outputs=("banks",)).inputs


def test_modules_imported_by_name_count_in_the_codes_digest(tmp_path):
    plain, more = (experiment.begin("train_source_only", arguments(tmp_path), *names) for names in ((), ("clips",)))
    assert plain.description["code"] != more.description["code"]


def test_begin_seeds_the_initial_weights(tmp_path):
    draws = []
    for seed in (0, 0, 1):
        experiment.begin("train_source_only", arguments(tmp_path, seed=seed))
        draws.append(torch.rand(1).item())
    assert draws[0] == draws[1] != draws[2]


def test_classes_are_read_by_their_index(tmp_path):
    (tmp_path / "classes.csv").write_text("index,class\n2,c\n0,NA\n1,007\n")
    assert experiment.read_classes(tmp_path / "classes.csv") == ["NA", "007", "c"]


KINDS = [(ImageModel, "image", toy.image_settings()), (VideoModel, "video", toy.video_settings())]


@pytest.mark.parametrize(("constructor", "kind", "settings"), KINDS, ids=["image", "video"])
def test_a_model_file_of_ours_is_gone_on_from(tmp_path, constructor, kind, settings):
    torch.manual_seed(1)
    before = constructor(classes=3, **settings["model"])
    path = tmp_path / "model.pt"
    saved.save(before, path, kind=kind, arguments=settings["model"], classes=["a", "b", "c"], inputs={})
    after = experiment.make_model(constructor, kind, settings, ["a", "b", "c"], str(path))
    assert all(torch.equal(before.state_dict()[name], value) for name, value in after.state_dict().items())


@pytest.mark.parametrize(("constructor", "kind", "settings"), KINDS, ids=["image", "video"])
def test_a_backbones_file_is_loaded_and_the_rest_is_new(tmp_path, constructor, kind, settings):
    torch.manual_seed(1)
    before = constructor(classes=3, **settings["model"])
    storage.save_weights(before.backbone.state_dict(), tmp_path / "backbone.pt")
    after = experiment.make_model(constructor, kind, settings, ["a", "b", "c"], str(tmp_path / "backbone.pt"))
    state = after.backbone.state_dict()
    assert all(torch.equal(value, state[name]) for name, value in before.backbone.state_dict().items())
    assert not torch.equal(before.reduction.weight, after.reduction.weight)


@pytest.mark.parametrize(("constructor", "kind", "settings"), KINDS, ids=["image", "video"])
def test_a_checkpoint_with_a_missing_key_gives_one_line(tmp_path, constructor, kind, settings):
    model = constructor(classes=3, **settings["model"])
    state = model.backbone.state_dict()
    lost = next(iter(state))
    del state[lost]
    storage.save_weights(dict(state), tmp_path / "backbone.pt")
    with pytest.raises(ValueError, match=rf"backbone\.pt: 1 keys missing \['{lost}'\], 0 surplus") as error:
        experiment.make_model(constructor, kind, settings, ["a", "b", "c"], str(tmp_path / "backbone.pt"))
    assert "\n" not in str(error.value)


def test_a_model_of_other_classes_is_an_error_that_names_the_file(tmp_path):
    settings = toy.image_settings()
    model = ImageModel(classes=2, **settings["model"])
    path = tmp_path / "model.pt"
    saved.save(model, path, kind="image", arguments=settings["model"], classes=["a", "b"], inputs={})
    with pytest.raises(ValueError, match=r"model\.pt: 0 keys missing .* 2 of another shape"):
        experiment.make_model(ImageModel, "image", settings, ["a", "b", "c"], str(path))


def test_a_model_of_the_other_kind_is_an_error_that_names_the_file(tmp_path):
    settings = toy.video_settings()
    model = VideoModel(classes=2, **settings["model"])
    saved.save(model, tmp_path / "v.pt", kind="video", arguments=settings["model"], classes=["a", "b"], inputs={})
    with pytest.raises(ValueError, match=r"v\.pt: no dictionary of tensors"):
        experiment.make_model(ImageModel, "image", toy.image_settings(), ["a", "b"], str(tmp_path / "v.pt"))


def test_a_missing_file_of_weights_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.pt: no such checkpoint; check the path in params\.yaml"):
        experiment.make_model(ImageModel, "image", toy.image_settings(), ["a"], str(tmp_path / "none.pt"))


@pytest.fixture
def stopped(tmp_path, monkeypatch):
    """A stage stopped after its first epoch; then `again` runs it whole -> epochs that were left to train."""
    paths = toy.world(tmp_path)
    folder = tmp_path / "run"

    def stop(state):
        raise KeyboardInterrupt

    monkeypatch.setattr(experiment.training, "finish", stop)  # the end of the run is cut off
    weights = tmp_path / "weights.pt"
    torch.manual_seed(0)
    model = ImageModel(classes=3, **toy.image_settings()["model"])
    storage.save_weights(model.backbone.state_dict(), weights)
    with pytest.raises(KeyboardInterrupt):
        toy.train(train_source_only, paths, folder, SETTINGS, weights=str(weights))
    monkeypatch.undo()
    return paths, folder, weights


def resumed(stopped, caplog, settings=None, **changes) -> bool:
    paths, folder, weights = stopped
    settings = settings or SETTINGS
    with caplog.at_level("INFO"):
        toy.train(train_source_only, paths, folder, settings, **{"weights": str(weights), **changes})
    return "resumed after epoch 2" in caplog.text


def test_the_same_inputs_resume(stopped, caplog):
    assert resumed(stopped, caplog)


def test_other_initial_weights_under_the_same_name_start_anew(stopped, caplog):
    torch.manual_seed(9)
    model = ImageModel(classes=3, **toy.image_settings()["model"])
    storage.save_weights(model.backbone.state_dict(), stopped[2])
    assert not resumed(stopped, caplog)
    assert "training starts anew" in caplog.text


def test_another_split_under_the_same_name_starts_anew(stopped, caplog):
    source = stopped[0]["source"]
    source.write_text("\n".join(source.read_text().splitlines()[:-1]) + "\n")
    assert not resumed(stopped, caplog)


def test_another_seed_starts_anew(stopped, caplog):
    assert not resumed(stopped, caplog, seed=1)


def test_another_number_of_loader_processes_resumes(stopped, caplog):
    assert resumed(stopped, caplog, workers=1)


def test_another_learning_rate_starts_anew(stopped, caplog):
    assert not resumed(stopped, caplog, toy.image_settings(method=SETTINGS["method"], lr=0.06))


def test_finish_writes_the_record_and_the_model_and_removes_the_state(tmp_path):
    paths = toy.world(tmp_path)
    model = toy.train(train_source_only, paths, tmp_path / "run", SETTINGS)
    assert {path.name for path in (tmp_path / "run").iterdir()} == {"model.pt", "train_log.csv", "run.json"}
    record = json.loads((tmp_path / "run/run.json").read_text())
    assert record["arguments"]["out"] == str(model)
    assert record["arguments"]["settings"]["training"]["lr"] == 0.05
    assert {"code", "python", "stage", "versions"} <= record.keys()
