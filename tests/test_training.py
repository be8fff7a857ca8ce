import copy
import math

import cv2
import pandas as pd
import pytest
import torch
from torch import nn
from torch.nn import functional

from i2v_core import training
from i2v_core.batches import Frames, Stream
from i2v_core.media.frames import FrameStore
from i2v_core.training import Settings
from tests import toy


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    paths = toy.world(tmp_path_factory.mktemp("world"))
    return FrameStore([paths["images"], paths["videos0"], paths["videos1"]])


class Job:
    """A small net with dropout and batch normalisation, trained on 12 images in batches of 4."""

    def __init__(self, store, folder, **changes):
        self.settings = Settings(**{"epochs": 4, "batch_size": 4, "lr": 0.05, "device": "cpu", **changes})
        training.prepare(self.settings, 0)
        self.nets = nn.Sequential(
            nn.Flatten(), nn.Linear(3 * 8 * 8, 8), nn.BatchNorm1d(8), nn.Dropout(0.3), nn.Linear(8, 3)
        )
        images = Frames(store, [f"toy-images/i{k}" for k in range(12)], 8, [k % 3 for k in range(12)])
        self.streams = {"source": Stream(images, self.settings.batch_size)}
        self.log, self.state = folder / "log.csv", folder / "state.pt"
        self.progress = []

    def losses(self, batch, progress):
        self.progress.append(progress)
        logits = self.nets(batch["source"].inputs)
        return {"classification": functional.cross_entropy(logits, batch["source"].labels)}

    def fit(self, losses=None, *, seed=0, fingerprint="f", before_epoch=None):
        optimiser = training.make_optimiser(
            list(self.nets[:2].parameters()), list(self.nets[2:].parameters()), self.settings
        )
        training.fit(
            self.nets,
            losses or self.losses,
            self.streams,
            optimiser,
            self.settings,
            seed=seed,
            log=self.log,
            state=self.state,
            fingerprint=fingerprint,
            before_epoch=before_epoch,
        )
        return copy.deepcopy(self.nets.state_dict())


def fitted(store, folder, **changes):
    folder.mkdir(exist_ok=True)
    (folder / "state.pt").unlink(missing_ok=True)
    return Job(store, folder, **changes).fit()


def equal(first, second):
    return all(torch.equal(first[name], second[name]) for name in first)


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
    {"precision": "bf16"},
    {"batch_size": 6},
    {"epochs": 3},
]


@pytest.mark.parametrize("change", CHANGES, ids=[next(iter(change)) for change in CHANGES])
def test_every_setting_matters(store, tmp_path, change):
    assert not equal(fitted(store, tmp_path / "a"), fitted(store, tmp_path / "b", **change))


def test_a_backbone_factor_of_0_leaves_the_backbone_as_it_is(store, tmp_path):
    job = Job(store, tmp_path, backbone_factor=0.0)
    before = copy.deepcopy(job.nets.state_dict())
    after = job.fit()
    assert torch.equal(before["1.weight"], after["1.weight"])
    assert not torch.equal(before["4.weight"], after["4.weight"])


def test_frozen_parameters_are_left_out():
    frozen, free, new = nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 2)
    frozen.requires_grad_(False)
    settings = Settings(epochs=1, batch_size=2, lr=0.1, backbone_factor=0.5, momentum=0.8, weight_decay=0.01)
    made = training.make_optimiser([*frozen.parameters(), *free.parameters()], list(new.parameters()), settings)
    assert [group["lr"] for group in made.param_groups] == [0.05, 0.1]
    assert [len(group["params"]) for group in made.param_groups] == [2, 2]
    assert {(group["momentum"], group["weight_decay"]) for group in made.param_groups} == {(0.8, 0.01)}
    assert len(training.make_optimiser(list(frozen.parameters()), list(new.parameters()), settings).param_groups) == 1


@pytest.fixture
def one_weight(store, tmp_path):
    """Trains a single weight on a loss of constant slope 3 -> its path; one step per epoch."""

    def run(**changes) -> float:
        (tmp_path / "state.pt").unlink(missing_ok=True)
        job = Job(store, tmp_path, batch_size=12, momentum=0.0, lr=0.1, **changes)
        job.nets = nn.Sequential(nn.Linear(1, 1, bias=False), nn.Identity(), nn.Identity())
        with torch.no_grad():
            job.nets[0].weight.fill_(1.0)
        job.fit(lambda batch, progress: {"slope": 3 * job.nets[0].weight.sum()})
        return job.nets[0].weight.item()

    return run


def test_a_constant_rate_makes_equal_steps(one_weight):
    assert one_weight(epochs=4) == pytest.approx(1 - 4 * 0.3, abs=1e-6)  # float32


def test_a_cosine_falls_from_the_full_rate_to_0(one_weight):
    # factors 0.5 (1 + cos(pi k / 4)), k = 0..3: 1, 0.853553, 0.5, 0.146447; their sum is 2.5
    assert one_weight(epochs=4, schedule="cosine") == pytest.approx(1 - 2.5 * 0.3, abs=1e-6)  # float32


def test_steps_divide_the_rate_by_ten_after_half_and_after_two_thirds_of_the_epochs(one_weight):
    # six epochs: 1, 1, 1, 0.1, 0.01, 0.01 of 0.3, together 3.12 of it
    assert one_weight(epochs=6, schedule="multistep") == pytest.approx(1 - 3.12 * 0.3, abs=1e-6)  # float32


def test_clipping_bounds_each_element_of_the_gradient(one_weight):
    assert one_weight(epochs=1, clip_value=0.5) == pytest.approx(1 - 0.05, abs=1e-6)  # 3 is cut to 0.5; float32
    assert one_weight(epochs=1, clip_value=4.0) == pytest.approx(1 - 0.3, abs=1e-6)


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


def test_clipping_bounds_the_norm_of_the_gradient(one_weight):
    assert one_weight(epochs=1, clip_norm=2.0) == pytest.approx(1 - 0.2, abs=1e-6)  # 3 is cut to 2; float32
    assert one_weight(epochs=1, clip_norm=5.0) == pytest.approx(1 - 0.3, abs=1e-6)


def test_the_log_has_a_row_per_epoch_with_the_means_of_terms_total_and_gradient_norm(one_weight, tmp_path):
    one_weight(epochs=2, clip_norm=2.0)
    table = pd.read_csv(tmp_path / "log.csv")
    assert table.columns.tolist() == ["epoch", "slope", "total", "gradient_norm"]
    assert table["epoch"].tolist() == [1, 2]
    assert table["slope"].tolist() == pytest.approx([3.0, 2.4], abs=1e-6)  # six decimals in the file
    assert table["gradient_norm"].tolist() == [3.0, 3.0]  # before clipping


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


def test_an_infinite_gradient_is_an_error_also_where_its_elements_are_bounded(store, tmp_path):
    job = Job(store, tmp_path, clip_value=1.0)

    def steep(batch, progress):
        weight = job.nets[1].weight
        return {"steep": (weight - weight.detach()).sqrt().sum()}  # the slope of the root is infinite at 0

    with pytest.raises(ValueError, match=r"^the gradient's norm is (inf|nan) in epoch 1, step 1"):
        job.fit(steep)


def test_an_unknown_optimiser_is_an_error(store, tmp_path):
    with pytest.raises(ValueError, match=r"^optimiser: 'adam' found, 'sgd' or 'adamw' wanted; see params"):
        fitted(store, tmp_path, optimiser="adam")


def test_adamw_takes_rates_momentum_and_decay():
    first, second = nn.Linear(2, 2), nn.Linear(2, 2)
    settings = Settings(
        epochs=1, batch_size=2, lr=0.1, backbone_factor=0.5, optimiser="adamw", momentum=0.8, weight_decay=0.01
    )
    made = training.make_optimiser(list(first.parameters()), list(second.parameters()), settings)
    assert isinstance(made, torch.optim.AdamW)
    assert [group["lr"] for group in made.param_groups] == [0.05, 0.1]
    assert {(group["betas"], group["weight_decay"]) for group in made.param_groups} == {((0.8, 0.999), 0.01)}


def test_an_unknown_schedule_is_an_error(store, tmp_path):
    with pytest.raises(
        ValueError, match=r"^schedule: 'step' found, 'constant', 'cosine' or 'multistep' wanted; see params"
    ):
        fitted(store, tmp_path, schedule="step")


def test_a_device_that_is_not_there_is_an_error(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert training.choose_device("auto").type == "cpu"
    with pytest.raises(ValueError, match=r"^compute.device: 'cuda' found, but torch sees no GPU here; set it to auto"):
        training.choose_device("cuda")


def test_half_precision_computes_in_bfloat16(store, tmp_path):
    job = Job(store, tmp_path, epochs=1, precision="bf16")
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
