import dataclasses
import math

import cv2
import pandas as pd
import pytest
import torch
from torch.nn import functional

from i2v_core import training
from i2v_core.media.frames import FrameStore
from i2v_core.training import Settings
from tests import toy
from tests.toy_training import Job, equal, fitted


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    paths = toy.world(tmp_path_factory.mktemp("world"))
    return FrameStore([paths["images"], paths["videos0"], paths["videos1"]])


def killed_in(job: Job, epoch: int):
    """Losses that end the process in an epoch (from 1), as a kill would."""

    def losses(batch, progress):
        if progress >= (epoch - 1) / job.settings.epochs + 1e-9:  # after the epoch's first step
            raise KeyboardInterrupt
        return job.losses(batch, progress)

    return losses


@pytest.mark.parametrize(("schedule", "optimiser"), [("constant", "sgd"), ("cosine", "sgd"), ("cosine", "adamw")])
def test_a_killed_run_goes_on_and_gives_the_same_bytes(store, tmp_path, schedule, optimiser):
    changes = {"schedule": schedule, "optimiser": optimiser, "weight_decay": 0.01}
    whole = Job(store, tmp_path, **changes)
    expected, log = whole.fit(), whole.log.read_bytes()
    whole.state.unlink()
    first = Job(store, tmp_path, **changes)
    with pytest.raises(KeyboardInterrupt):
        first.fit(killed_in(first, 3))
    second = Job(store, tmp_path, **changes)
    with torch.no_grad():
        second.nets[1].weight.zero_()  # whatever it starts from, the state decides
    assert equal(second.fit(), expected)
    assert len(second.progress) == 2 * 3  # epochs 3 and 4
    assert second.log.read_bytes() == log


def test_a_run_killed_after_its_last_epoch_only_writes_its_log_again(store, tmp_path):
    first = Job(store, tmp_path)
    expected, log = first.fit(), first.log.read_bytes()
    first.log.unlink()
    second = Job(store, tmp_path)
    assert equal(second.fit(), expected)
    assert second.progress == []
    assert second.log.read_bytes() == log


def test_another_fingerprint_starts_anew(store, tmp_path):
    expected = fitted(store, tmp_path / "alone")
    first = Job(store, tmp_path)
    first.fit(seed=5, fingerprint="old")
    second = Job(store, tmp_path)
    assert equal(second.fit(fingerprint="new"), expected)
    assert len(second.progress) == 4 * 3


def test_a_damaged_state_starts_anew(store, tmp_path):
    expected = fitted(store, tmp_path / "alone")
    (tmp_path / "state.pt").write_bytes(b"half")
    assert equal(Job(store, tmp_path).fit(), expected)


def test_the_same_seed_gives_the_same_bytes_and_another_does_not(store, tmp_path):
    assert equal(fitted(store, tmp_path / "a"), fitted(store, tmp_path / "b"))
    assert not equal(fitted(store, tmp_path / "a"), Job(store, tmp_path).fit(seed=1))


def test_loader_processes_change_nothing(store, tmp_path):
    assert equal(fitted(store, tmp_path / "a", epochs=1), fitted(store, tmp_path / "b", epochs=1, workers=2))


CHANGES = [
    {"lr": 0.06},
    {"backbone_factor": 0.5},
    {"optimiser": "adamw"},
    {"momentum": 0.0},
    {"weight_decay": 0.1},
    {"clip_norm": 0.01},
    {"schedule": "cosine"},
    {"batch_size": 6},
    {"epochs": 3},
]


@pytest.mark.parametrize("change", CHANGES, ids=[next(iter(change)) for change in CHANGES])
def test_every_setting_matters(store, tmp_path, change):
    assert not equal(fitted(store, tmp_path / "a"), fitted(store, tmp_path / "b", **change))


def test_what_comes_before_an_epoch_sees_the_nets_as_they_are_and_is_repeated_by_a_resumed_run(store, tmp_path):
    seen = []

    def before(epoch, job):
        seen.append((epoch, job.nets[1].weight.sum().item()))

    whole = Job(store, tmp_path / "a")
    whole.fit(before_epoch=lambda epoch: before(epoch, whole))
    assert [epoch for epoch, _ in seen] == [0, 1, 2, 3]
    assert len({value for _, value in seen}) == 4
    complete, count = seen.copy(), []
    seen.clear()
    broken = Job(store, tmp_path / "b")

    def dying(batch, progress):
        count.append(1)
        if len(count) == 8:  # three steps an epoch: in the third
            raise KeyboardInterrupt
        return broken.losses(batch, progress)

    with pytest.raises(KeyboardInterrupt):
        broken.fit(dying, before_epoch=lambda epoch: before(epoch, broken))
    again = Job(store, tmp_path / "b")
    again.fit(before_epoch=lambda epoch: before(epoch, again))
    assert seen == complete[:3] + complete[2:]


def test_terms_are_added_up(store, tmp_path):
    job = Job(store, tmp_path, epochs=1)

    def losses(batch, progress):
        term = job.losses(batch, progress)["classification"]
        return {"first": term, "second": 2 * term}

    job.fit(losses)
    row = pd.read_csv(job.log).iloc[0]
    assert row["total"] == pytest.approx(3 * row["first"], abs=3e-6)  # each is rounded to six decimals


def test_progress_is_the_share_of_steps_done(store, tmp_path):
    job = Job(store, tmp_path, epochs=2)
    job.fit()
    assert job.progress == [k / 6 for k in range(6)]  # three steps an epoch


def test_training_ends_in_evaluation_mode(store, tmp_path):
    job = Job(store, tmp_path, epochs=1)
    job.fit()
    assert not job.nets.training


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_term_that_is_not_finite_is_an_error_that_names_it_and_the_step(store, tmp_path, value):
    job = Job(store, tmp_path)

    def losses(batch, progress):
        terms = job.losses(batch, progress)
        return {**terms, "domain": terms["classification"] * (value if progress > 0.3 else 1)}

    with pytest.raises(ValueError, match=rf"^loss term 'domain' is {value} in epoch 2, step 2; a finite number wanted"):
        job.fit(losses)


def test_a_device_that_is_not_there_is_an_error(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert training.choose_device("auto").type == "cpu"
    with pytest.raises(ValueError, match=r"^compute.device: 'cuda' found, but torch sees no GPU here; set it to auto"):
        training.choose_device("cuda")


def test_half_precision_on_a_cpu_is_refused():
    settings = training.Settings(epochs=1, batch_size=1, lr=0.1, device="cpu", precision="bf16")
    with pytest.raises(ValueError, match=r"^compute\.precision: 'bf16' found for a CPU, 'fp32' wanted there"):
        training.prepare(settings, 0)


def test_half_precision_computes_in_bfloat16(store, tmp_path):
    job = Job(store, tmp_path, epochs=1)
    job.settings = dataclasses.replace(job.settings, precision="bf16")  # which no CPU is prepared for
    kinds = []

    def losses(batch, progress):
        logits = job.nets(batch["source"].inputs)
        kinds.append(logits.dtype)
        return {"classification": functional.cross_entropy(logits, batch["source"].labels)}

    state = job.fit(losses)
    assert set(kinds) == {torch.bfloat16}
    assert state["1.weight"].dtype == torch.float32
    with training.autocast(torch.device("cpu"), "fp32"):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == torch.float32


def test_finish_removes_the_state_and_may_be_called_twice(tmp_path):
    (tmp_path / "state.pt").write_text("")
    training.finish(tmp_path / "state.pt")
    training.finish(tmp_path / "state.pt")
    assert list(tmp_path.iterdir()) == []


def test_prepare_fixes_threads_and_weights():
    settings = Settings(epochs=1, batch_size=2, lr=0.1, device="cpu", threads=1)
    draws = []
    for seed in (0, 0, 1):
        assert training.prepare(settings, seed) == torch.device("cpu")
        draws.append(torch.rand(1).item())
    assert draws[0] == draws[1] != draws[2]
    assert torch.get_num_threads() == 1
    assert torch.are_deterministic_algorithms_enabled()


def test_open_device_fixes_threads_of_torch_and_opencv_and_kernels(monkeypatch):
    threads = []
    monkeypatch.setattr(cv2, "setNumThreads", threads.append)
    monkeypatch.setattr(torch, "set_num_threads", threads.append)
    assert training.open_device(device="cpu", threads=3) == torch.device("cpu")
    assert threads == [3, 3]
    assert torch.are_deterministic_algorithms_enabled()
