"""Optimisers, learning rates and bounds of the gradient in the one training loop."""

import copy

import pandas as pd
import pytest
import torch
from torch import nn

from i2v_core import training
from i2v_core.media.frames import FrameStore
from i2v_core.training import Settings
from tests import toy
from tests.toy_training import Job, fitted


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    paths = toy.world(tmp_path_factory.mktemp("world"))
    return FrameStore([paths["images"], paths["videos0"], paths["videos1"]])


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


def test_undecayed_parameters_learn_as_new_ones_but_without_weight_decay():
    new, free, frozen = (nn.Parameter(torch.ones(1)) for _ in range(3))
    frozen.requires_grad_(False)
    settings = Settings(epochs=1, batch_size=2, lr=0.1, weight_decay=0.5)
    made = training.make_optimiser([], [new], settings, undecayed=[free, frozen])
    for parameter in (new, free):
        parameter.grad = torch.zeros(1)
    made.step()
    assert new.item() == pytest.approx(1 - 0.1 * 0.5)
    assert (free.item(), frozen.item()) == (1.0, 1.0)
    assert [group["lr"] for group in made.param_groups] == [0.1, 0.1]
    assert sum(len(group["params"]) for group in made.param_groups) == 2


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


@pytest.mark.parametrize(
    ("schedule", "epochs", "drops"),
    [("thirds", 6, [2, 4]), ("thirds", 20, [6, 13]), ("quarters", 8, [2, 4]), ("quarters", 26, [6, 13])],
)
def test_rates_of_stcda_fall_by_ten_in_the_epochs_that_the_shares_name(store, tmp_path, schedule, epochs, drops):
    job, rates = Job(store, tmp_path, batch_size=12, lr=0.1, epochs=epochs, schedule=schedule), []
    optimiser = training.make_optimiser([], list(job.nets.parameters()), job.settings)
    parts = {"seed": 0, "log": job.log, "state": job.state, "fingerprint": "f"}
    training.fit(
        job.nets,
        job.losses,
        job.streams,
        optimiser,
        job.settings,
        **parts,
        before_epoch=lambda epoch: rates.append(optimiser.param_groups[0]["lr"]),
    )
    wanted = [0.1 * 0.1 ** sum(epoch >= drop for drop in drops) for epoch in range(epochs)]
    assert rates == pytest.approx(wanted, rel=1e-12)  # float64


def test_clipping_bounds_each_element_of_the_gradient(one_weight):
    assert one_weight(epochs=1, clip_value=0.5) == pytest.approx(1 - 0.05, abs=1e-6)  # 3 is cut to 0.5; float32
    assert one_weight(epochs=1, clip_value=4.0) == pytest.approx(1 - 0.3, abs=1e-6)


def test_clipping_bounds_the_norm_of_the_gradient(one_weight):
    assert one_weight(epochs=1, clip_norm=2.0) == pytest.approx(1 - 0.2, abs=1e-6)  # 3 is cut to 2; float32
    assert one_weight(epochs=1, clip_norm=5.0) == pytest.approx(1 - 0.3, abs=1e-6)


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
        ValueError,
        match=r"^schedule: 'step' found, one of constant, cosine, multistep, thirds, quarters wanted; see params",
    ):
        fitted(store, tmp_path, schedule="step")


def test_the_log_has_a_row_per_epoch_with_the_means_of_terms_total_and_gradient_norm(one_weight, tmp_path):
    one_weight(epochs=2, clip_norm=2.0)
    table = pd.read_csv(tmp_path / "log.csv")
    assert table.columns.tolist() == ["epoch", "slope", "total", "gradient_norm"]
    assert table["epoch"].tolist() == [1, 2]
    assert table["slope"].tolist() == pytest.approx([3.0, 2.4], abs=1e-6)  # six decimals in the file
    assert table["gradient_norm"].tolist() == [3.0, 3.0]  # before clipping
