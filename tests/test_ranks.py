"""Several processes that train one model: the numbers of one process, one set of files, an end together."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import torch
from torch import multiprocessing, nn

from i2v_core import ranks, storage
from i2v_core.methods.cfb import by_epoch
from i2v_core.models import saved
from i2v_core.models.image import ImageModel
from i2v_core.models.video import VideoModel
from i2v_core.seeding import derive
from i2v_core.stage import ADDRESS
from tests import toy

ROOT = Path(__file__).parents[1]


class Net(nn.Module):
    """Convolutions with batch normalisation, which the ranks share, and a head with dropout, which they do not."""

    def __init__(self, *, dropout: float = 0.0) -> None:
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(2, 3, 2), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Dropout(dropout), nn.Linear(12, 4)
        )
        self.head = nn.Sequential(nn.BatchNorm1d(4, momentum=None), nn.Dropout(0.5), nn.Linear(4, 2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head(ranks.share(self.backbone, x))


def nets() -> dict[str, tuple[nn.Module, tuple[int, ...]]]:
    """Networks, and the shape of a row of their input."""
    return {"small": (Net(), (2, 3, 3)), "i3d": (VideoModel(classes=2, width=0.05, feature_dim=4), (4, 3, 32, 32))}


def worked(net: nn.Module, shape: tuple[int, ...]) -> dict[str, torch.Tensor]:
    """Gradients and buffers after two passes and a loss that compares all rows with all."""
    torch.manual_seed(1)
    x = torch.randn(7, *shape, dtype=torch.float64)
    net.double().train()
    first, second = net(x), net(3 * x[:5] + 1)
    loss = (first @ first.T).square().sum() + (first @ second.T).exp().mean()
    loss.backward()
    ranks.average(list(net.parameters()))
    return {"loss": loss.detach(), **{name: p.grad for name, p in net.named_parameters()}, **dict(net.named_buffers())}


def work(number: int, count: int, port: int, folder: Path) -> None:
    names = {"RANK": number, "LOCAL_RANK": number, "WORLD_SIZE": count, "MASTER_PORT": port, "MASTER_ADDR": "localhost"}
    os.environ |= {name: str(value) for name, value in names.items()}
    ranks.join(torch.device("cpu"))
    torch.manual_seed(number)
    for name, (net, shape) in nets().items():
        ranks.synchronise(net)  # to the weights of the first
        torch.save(worked(net, shape), folder / f"{name}{number}.pt")
    try:
        ranks.share(Net(dropout=0.5).backbone.float().train(), torch.rand(7, 2, 3, 3))
    except ValueError as error:
        (folder / f"{number}.txt").write_text(str(error))
    storage.write_json(number, folder / "written.json")
    ranks.wait()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What each of three processes found, as files."""
    made = tmp_path_factory.mktemp("ranks")
    with socket.socket() as one:
        one.bind(("localhost", 0))
        port = one.getsockname()[1]
    multiprocessing.spawn(work, (3, port, made), nprocs=3)
    return made


def test_shared_rows_give_gradients_and_statistics_of_one_process(folder):
    torch.manual_seed(0)
    for kind, (net, shape) in nets().items():
        wanted, paths = worked(net, shape), sorted(folder.glob(f"{kind}*.pt"))
        assert len(paths) == 3
        for path in paths:
            found = torch.load(path, weights_only=True)
            assert found.keys() == wanted.keys()
            for name, value in wanted.items():
                torch.testing.assert_close(found[name], value, rtol=1e-8, atol=1e-8, msg=name)  # of float64


def test_random_numbers_in_what_is_shared_are_refused(folder):
    assert "random numbers (dropout, drop path) drawn in the backbone" in (folder / "1.txt").read_text()


def test_the_first_alone_keeps_files(folder):
    assert storage.read_json(folder / "written.json") == 0
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize("count", [1, 2, 3, 8])
def test_every_row_is_of_one_rank_and_few_rows_are_of_all(monkeypatch, count):
    for total in range(20):
        parts = []
        for number in range(count):
            monkeypatch.setattr(ranks, "_place", ranks._Place(number, count))
            parts.append(list(range(total))[ranks.rows(total)])
        if total < count:
            assert parts == [list(range(total))] * count
        else:
            assert [row for part in parts for row in part] == list(range(total))
            assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_batch_normalisation_of_another_kind_is_refused(monkeypatch):
    class Other(nn.BatchNorm2d):
        pass

    monkeypatch.setattr(ranks, "_place", ranks._Place(0, 2))
    with pytest.raises(ValueError, match="Other found in the network, torch's BatchNorm1d, 2d or 3d wanted"):
        ranks.synchronise(nn.Sequential(Other(2)))


# Stages in processes, as rules start them.


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    root = tmp_path_factory.mktemp("world")
    made = toy.world(root)
    return {**made, "pseudo_labels": toy.pseudo_labels(made, root / "pseudo_labels.csv")}


def command(paths: dict, folder: Path, stage: str, settings: dict, count: int, *names: str) -> list[str]:
    given = {name: paths[name] for name in ("classes", *names)}
    given |= {"out": folder / "model.pt", "log": folder / "train_log.csv", "record": folder / "run.json"}
    given |= {"weights": "", "seed": 0, "settings": json.dumps(settings)}
    options = [word for name, value in given.items() for word in ("--" + name.replace("_", "-"), str(value))]
    stores = map(str, (paths["images"], paths["videos0"], paths["videos1"]))
    return [sys.executable, "-m", "i2v_core.stage", "--processes", str(count), stage, *options, "--stores", *stores]


def spatio_temporal(paths: dict, folder: Path, count: int, **changes: object) -> list[str]:
    # Large frames, few steps of a small and bounded size: the small I3D of random weights, trained on batches of two or
    # three, doubles a rounding within a few steps.
    settings = toy.video_settings(**{"lr": 0.001, "batch_size": 10, "clip_norm": 1.0, **changes})
    settings |= {"inputs": {**settings["inputs"], "size_px": 64, "short_side_px": 64}}
    settings |= {"method": {"source_videos": "frames"}}
    names = ("source", "target_train", "pseudo_labels")
    return command(paths, folder, "train_spatio_temporal", settings, count, *names)


def environment(**variables: str) -> dict:
    kept = {name: value for name, value in os.environ.items() if name != ADDRESS}
    return {**kept, "OMP_NUM_THREADS": "1", **variables}


def run(arguments: list[str]) -> subprocess.CompletedProcess:
    return subprocess.run(arguments, cwd=ROOT, env=environment(), capture_output=True, text=True)


def deviation(folders: list[Path], constructor: type[nn.Module], kind: str) -> float:
    """How far the weights of two trainings lie apart, as a part of the way that the first went from the start."""
    models = [saved.load(folder / "model.pt", constructor, kind=kind).model for folder in folders]
    torch.manual_seed(derive(0, "weights"))
    arguments = storage.load_weights(folders[0] / "model.pt")["arguments"]
    start, first, second = (
        torch.cat([p.detach().double().flatten() for p in model.parameters()])
        for model in (constructor(classes=3, **arguments), *models)
    )
    return float((second - first).norm() / (first - start).norm())


def test_a_video_model_is_trained_as_by_one_process(paths, tmp_path):
    for count in (1, 2):
        done = run(spatio_temporal(paths, tmp_path / str(count), count))
        assert done.returncode == 0, done.stderr
    # Roundings of float32 alone, and they: the processes did share.
    assert 0 < deviation([tmp_path / "1", tmp_path / "2"], VideoModel, "video") < 1e-2
    logs = [storage.read_csv(tmp_path / count / "train_log.csv") for count in "12"]
    assert np.allclose(*logs, rtol=1e-3)
    assert [storage.read_json(tmp_path / count / "run.json")["processes"] for count in "12"] == [1, 2]
    assert sorted(path.name for path in (tmp_path / "2").iterdir()) == ["model.pt", "run.json", "train_log.csv"]
    assert done.stderr.count("epoch 2/2") == 1


@pytest.mark.slow
def test_a_loss_that_compares_samples_is_that_of_one_process(paths, tmp_path):
    method = {"frames_per_video": 1, "weight": 1.0, "source_videos": "frames"}
    settings = toy.image_settings(method=method, lr=0.001, batch_size=10, clip_norm=1.0)
    for count in (1, 2):
        arguments = command(
            paths, tmp_path / str(count), "train_image_baseline", settings, count, "source", "target_train"
        )
        done = run([*arguments, "--method", "dan"])
        assert done.returncode == 0, done.stderr
    assert 0 < deviation([tmp_path / "1", tmp_path / "2"], ImageModel, "image") < 1e-2


@pytest.mark.slow
def test_both_branches_of_cfb_agree_with_one_process_on_the_target_and_its_bank(tmp_path):
    paths, found = toy.two_streams(tmp_path), []
    names = {"source", "target_train", "target_test", "classes"}
    how = {"lr": 0.001, "batch_size": 6, "clip_norm": 1.0}
    bank = {"bank": {"size": 3, "aggregation": "random", "empty": "own_flow"}, "lambda_1": 0.0}
    for count in (1, 2):
        folder = tmp_path / f"run{count}"
        shared = {"weights": "", "seed": 0, **{name: paths[name] for name in names}}
        branches = {
            "rgb": (toy.cfb_settings(**how), ("generated", "videos0", "videos1"), {"by_epoch": folder / "epochs.h5"}),
            "flow": (
                toy.cfb_settings(method=bank, **how),
                ("generated_flow", "flow0", "flow1"),
                {"rgb_by_epoch": folder / "epochs.h5", "banks": folder / "banks"},
            ),
        }
        for branch, (settings, stores, more) in branches.items():
            files = {"out": "model.pt", "log": "log.csv", "record": "run.json", "test_probabilities": "test.h5"}
            given = {name: folder / branch / file for name, file in files.items()} | shared | more
            given["settings"] = json.dumps(settings)
            words = [word for name, value in given.items() for word in ("--" + name.replace("_", "-"), str(value))]
            source, *target = (str(paths[name]) for name in stores)
            words += ["--source-stores", source, "--target-stores", *target]
            start = [sys.executable, "-m", "i2v_core.stage", "--processes", str(count), f"train_cfb_{branch}"]
            done = run([*start, *words])
            assert done.returncode == 0, done.stderr
        ids, classes = storage.read_csv(paths["target_train"])["id"].tolist(), list(toy.COLOURS)
        opinions = by_epoch.read(folder / "epochs.h5", 1, ids=ids, classes=classes)
        found.append((opinions, storage.read_csv(folder / "banks/epoch02.csv")))
    (one, bank_of_one), (two, bank_of_two) = found
    np.testing.assert_allclose(two.probabilities, one.probabilities, atol=1e-4)
    np.testing.assert_allclose(two.source_features, one.source_features, rtol=1e-2, atol=1e-2)
    assert bank_of_two["id"].tolist() == bank_of_one["id"].tolist()


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
    done = run(spatio_temporal(paths, tmp_path, 2, optimiser="adam"))
    assert done.returncode == 1
    assert "error: optimiser: 'adam' found, 'sgd' or 'adamw' wanted" in done.stderr
    assert "was stopped by an error" in done.stderr.splitlines()[-1]
    assert not list(tmp_path.glob("model*"))


@pytest.mark.parametrize("words", [["--processes"], ["--processes", "0", "x"], ["--processes", "two", "x"]])
def test_a_number_of_processes_that_is_none_is_refused(words):
    done = run([sys.executable, "-m", "i2v_core.stage", *words])
    assert "usage: python -m i2v_core.stage [--processes N] NAME" in done.stderr
    assert done.returncode == 1
