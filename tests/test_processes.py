"""Stages in several processes, as rules start them: the model of one process, an end together, the command goes on."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from torch import nn

from i2v_core import probabilities, storage
from i2v_core.methods.cfb import by_epoch
from i2v_core.models.image import ImageModel
from i2v_core.models.video import VideoModel
from i2v_core.seeding import derive
from i2v_core.stage import ADDRESS
from tests import toy, toy_clips, toy_web

ROOT = Path(__file__).parents[1]
FILES = {"out": "model.pt", "log": "train_log.csv", "record": "run.json"}


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    root = tmp_path_factory.mktemp("world")
    made = toy.world(root)
    return {**made, "pseudo_labels": toy.pseudo_labels(made, root / "pseudo_labels.csv")}


def command(stage: str, count: int, **given: object) -> list[str]:
    """The command of a stage in `count` processes, its options by name: a value, a dict, or a list of words."""
    words = [sys.executable, "-m", "i2v_core.stage", "--processes", str(count), stage]
    for name, value in {"seed": 0, **given}.items():
        values = value if isinstance(value, list) else [json.dumps(value) if isinstance(value, dict) else value]
        words += ["--" + name.replace("_", "-"), *map(str, values)]
    return words


def named(paths: dict, *names: str) -> dict:
    return {name: paths[name] for name in names}


def below(folder: Path, files: dict[str, str]) -> dict:
    return {name: folder / file for name, file in files.items()}


def on_frames(paths: dict, folder: Path, stage: str, count: int, settings: dict, *names: str) -> list[str]:
    """A stage on the frames of the toy world, from random weights."""
    stores = [paths[name] for name in ("images", "videos0", "videos1")]
    given = {**named(paths, "source", "target_train", "classes", *names), **below(folder, FILES)}
    return command(stage, count, **given, weights="", settings=settings, stores=stores)


def spatio_temporal(paths: dict, folder: Path, count: int, **changes: object) -> list[str]:
    # Large frames, few steps of a small and bounded size: the small I3D of random weights, trained on batches of two or
    # three, doubles a rounding within a few steps.
    settings = toy.video_settings(**{"lr": 0.001, "batch_size": 10, "clip_norm": 1.0, **changes})
    settings |= {"inputs": {**settings["inputs"], "size_px": 64, "short_side_px": 64}}
    settings |= {"method": {"source_videos": "frames"}}
    return on_frames(paths, folder, "train_spatio_temporal", count, settings, "pseudo_labels")


def environment(**variables: str) -> dict:
    kept = {name: value for name, value in os.environ.items() if name != ADDRESS}
    return {**kept, "OMP_NUM_THREADS": "1", **variables}


def run(arguments: list[str], **variables: str) -> subprocess.CompletedProcess:
    return subprocess.run(arguments, cwd=ROOT, env=environment(**variables), capture_output=True, text=True)


def succeeds(arguments: list[str]) -> str:
    """What a command that ends well said."""
    done = run(arguments)
    assert done.returncode == 0, done.stderr
    return done.stderr


def trained(folder: Path) -> dict[str, torch.Tensor]:
    """Parameters, and running statistics, of the model in a folder."""
    return storage.load_weights(folder / "model.pt")["state"]


def initial(folder: Path, constructor: type[nn.Module]) -> dict[str, torch.Tensor]:
    """The weights that a training from random ones began with."""
    torch.manual_seed(derive(0, "weights"))
    model = constructor(classes=3, **storage.load_weights(folder / "model.pt")["arguments"])
    return {name: parameter.detach() for name, parameter in model.named_parameters()}


def deviation(start: dict[str, torch.Tensor], first: Path, second: Path) -> float:
    """How far the weights of two trainings lie apart, as a part of the way that the first went from `start`."""
    names = [name for name in start if "running_" not in name and "num_batches" not in name]
    states = (start, trained(first), trained(second))
    start, one, two = (torch.cat([state[name].double().flatten() for name in names]) for state in states)
    return float((two - one).norm() / (one - start).norm())


def test_a_video_model_is_trained_as_by_one_process(paths, tmp_path):
    one, two = tmp_path / "1", tmp_path / "2"
    succeeds(spatio_temporal(paths, one, 1))
    said = succeeds(spatio_temporal(paths, two, 2))
    # Roundings of float32 alone, and they: the processes did share.
    assert 0 < deviation(initial(one, VideoModel), one, two) < 1e-2
    logs = [storage.read_csv(folder / "train_log.csv") for folder in (one, two)]
    assert np.allclose(*logs, rtol=1e-3)
    assert [storage.read_json(folder / "run.json")["processes"] for folder in (one, two)] == [1, 2]
    assert sorted(path.name for path in two.iterdir()) == ["model.pt", "run.json", "train_log.csv"]
    assert said.count("epoch 2/2") == 1


@pytest.mark.slow
def test_a_loss_that_compares_samples_is_that_of_one_process(paths, tmp_path):
    method = {"frames_per_video": 1, "weight": 1.0, "source_videos": "frames"}
    settings = toy.image_settings(method=method, lr=0.001, batch_size=10, clip_norm=1.0)
    one, two = tmp_path / "1", tmp_path / "2"
    for count, folder in enumerate((one, two), start=1):
        succeeds([*on_frames(paths, folder, "train_image_baseline", count, settings), "--method", "dan"])
    assert 0 < deviation(initial(one, ImageModel), one, two) < 1e-2


@pytest.mark.slow
def test_both_branches_of_cfb_agree_with_one_process_on_the_target_and_its_bank(tmp_path):
    paths, found = toy.two_streams(tmp_path), []
    how = {"weights": "", **named(paths, "source", "target_train", "target_test", "classes")}
    training = {"lr": 0.001, "batch_size": 6, "clip_norm": 1.0}
    bank = {"bank": {"size": 3, "aggregation": "random", "empty": "own_flow"}, "lambda_1": 0.0}
    for count in (1, 2):
        folder = tmp_path / f"run{count}"
        branches = {
            "rgb": (toy.cfb_settings(**training), ("generated", "videos0", "videos1"), {"by_epoch": "epochs.h5"}),
            "flow": (
                toy.cfb_settings(method=bank, **training),
                ("generated_flow", "flow0", "flow1"),
                {"rgb_by_epoch": "epochs.h5", "banks": "banks"},
            ),
        }
        for branch, (settings, (source, *target), files) in branches.items():
            given = {
                **how,
                **below(folder / branch, {**FILES, "test_probabilities": "test.h5"}),
                **below(folder, files),
            }
            stores = {"source_stores": [paths[source]], "target_stores": [paths[name] for name in target]}
            succeeds(command(f"train_cfb_{branch}", count, **given, **stores, settings=settings))
        ids, classes = storage.read_csv(paths["target_train"])["id"].tolist(), list(toy.COLOURS)
        opinions = by_epoch.read(folder / "epochs.h5", 1, ids=ids, classes=classes)
        found.append((opinions, storage.read_csv(folder / "banks/epoch02.csv")))
        assert {storage.read_json(folder / branch / "run.json")["processes"] for branch in branches} == {count}
    (one, bank_of_one), (two, bank_of_two) = found
    np.testing.assert_allclose(two.probabilities, one.probabilities, atol=1e-4)
    np.testing.assert_allclose(two.source_features, one.source_features, rtol=1e-2, atol=1e-2)
    assert bank_of_two["id"].tolist() == bank_of_one["id"].tolist()


@pytest.mark.slow
def test_both_models_of_web_supervision_are_trained_as_by_one_process(tmp_path):
    paths = toy_web.world(tmp_path)
    given = named(paths, "target_train", "classes", "shots", "stores") | {"source": paths["web_source"]}
    how = {"training": toy.training(epochs=1, backbone_factor=0.5, batch_size=6, lr=0.001, clip_norm=1.0)}
    before = {}
    for kind, settings in (("image", toy_web.IMAGE), ("video", toy_web.VIDEO)):
        for name, count, training in (("start", 1, {"lr": 1e-12}), ("1", 1, {}), ("2", 2, {})):
            files = below(tmp_path / kind / name, {**FILES, "held_out": "held_out.json"})
            used = {**settings, "training": {**how["training"], **training}}
            succeeds(command(f"train_web_{kind}", count, **given, **files, **before, settings=used))
        one, two = tmp_path / kind / "1", tmp_path / kind / "2"
        assert 0 < deviation(trained(tmp_path / kind / "start"), one, two) < 1e-2, kind
        before = {"before": one / "model.pt"}


@pytest.mark.slow
def test_stcda_with_its_backbone_is_trained_as_by_one_process(tmp_path):
    paths = toy_clips.world(tmp_path)
    given = named(paths, "source", "target_train", "target_test", "classes", "frames", "flows")
    files = {**FILES, "pseudo_labels": "labels.csv", "test_probabilities": "test.h5", "predictions": "test.csv"}
    # As for the video model; contrasts at a temperature of 0.05 of what random weights see multiply roundings besides.
    training = toy.training(epochs=1, lr=0.001, batch_size=8, clip_norm=1.0)
    shared = {**toy_clips.SETTINGS, "backbone": {**toy_clips.BACKBONE, "resize_px": 66, "size_px": 64}}
    before = {"backbones": [paths["rgb"], paths["flow"]]}
    for stage in (1, 2, 3):
        method = {**toy_clips.METHOD, "stage": stage}
        for name, count, changes in (("start", 1, {"lr": 1e-12}), ("1", 1, {}), ("2", 2, {})):
            settings = {**shared, "method": method, "training": {**training, **changes}}
            own = below(tmp_path / str(stage) / name, files)
            succeeds(command("train_stcda", count, **given, **own, **before, settings=settings))
        one, two = tmp_path / str(stage) / "1", tmp_path / str(stage) / "2"
        assert 0 < deviation(trained(tmp_path / str(stage) / "start"), one, two) < 0.1, stage
        assert probabilities.read(two / "test.h5").ids == probabilities.read(one / "test.h5").ids
        before = {"before": one / "model.pt"}


@pytest.mark.slow
def test_a_killed_process_ends_all_and_the_same_command_goes_on(paths, tmp_path):
    whole, folder = tmp_path / "whole", tmp_path / "killed"
    assert run(spatio_temporal(paths, whole, 2, epochs=12)).returncode == 0
    arguments = spatio_temporal(paths, folder, 2, epochs=12)
    started = subprocess.Popen(arguments, cwd=ROOT, env=environment(), stderr=subprocess.PIPE, text=True)
    state = folder / ".model.training_state.pt"
    deadline = time.monotonic() + 120
    while not state.is_file() and time.monotonic() < deadline:
        time.sleep(0.01)
    second = next(child for child in psutil.Process(started.pid).children() if child.environ().get("RANK") == "1")
    second.send_signal(signal.SIGKILL)
    said = started.communicate()[1]
    assert started.returncode == 128 + signal.SIGKILL
    assert said.splitlines()[-1].startswith(
        "error: train_spatio_temporal: process 2 of 2 was killed by SIGKILL, and the training with it; the same command"
    )
    assert not (folder / "model.pt").exists()
    again = run(arguments)
    assert again.returncode == 0, again.stderr
    assert "resumed after epoch" in again.stderr
    assert (folder / "model.pt").read_bytes() == (whole / "model.pt").read_bytes()


@pytest.mark.slow
def test_nothing_outlives_a_killed_launcher(paths, tmp_path):
    arguments = spatio_temporal(paths, tmp_path, 2, epochs=500)
    started = subprocess.Popen(arguments, cwd=ROOT, env=environment(), stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not (tmp_path / ".model.training_state.pt").is_file() and time.monotonic() < deadline:
        time.sleep(0.01)
    children = psutil.Process(started.pid).children()
    assert len(children) == 2
    started.kill()
    started.communicate()
    assert not psutil.wait_procs(children, timeout=20)[1]


def test_an_error_of_the_stage_is_said_and_ends_with_its_status(paths, tmp_path):
    (tmp_path / "temporary").mkdir()
    done = run(spatio_temporal(paths, tmp_path, 2, optimiser="adam"), TMPDIR=str(tmp_path / "temporary"))
    assert done.returncode == 1
    assert "error: optimiser: 'adam' found, 'sgd' or 'adamw' wanted" in done.stderr
    assert "was stopped by an error, and the training with it; see above" in done.stderr.splitlines()[-1]
    assert not list((tmp_path / "temporary").iterdir())
    assert not list(tmp_path.glob("model*"))


@pytest.mark.parametrize("words", [["--processes"], ["--processes", "0", "x"], ["--processes", "two", "x"]])
def test_a_number_of_processes_that_is_none_is_refused(words):
    done = run([sys.executable, "-m", "i2v_core.stage", *words])
    assert "usage: python -m i2v_core.stage [--processes N] NAME" in done.stderr
    assert done.returncode == 1
