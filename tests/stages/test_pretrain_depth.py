import numpy as np
import pytest
import torch

from i2v_core import storage
from i2v_core.models import depth_net
from i2v_core.stages import pretrain_depth

SETTINGS = {"photos": 16, "epochs": 2, "lr": 0.004, "batch_size": 8, "device": "cpu", "precision": "fp32", "threads": 1}


def pretrained(folder, *, seed=0, **changes):
    paths = {"out": folder / "depth.pt", "log": folder / "log.csv", "record": folder / "run.json"}
    pretrain_depth.run(settings={**SETTINGS, **changes}, seed=seed, **paths)
    return paths


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return pretrained(tmp_path_factory.mktemp("depth"))


def test_the_file_is_a_net_that_estimates(paths):
    net, side = depth_net.load(paths["out"])
    (found,) = depth_net.inverse_depth(net, [np.zeros((70, 90, 3), np.uint8)], short_side_px=side)
    assert side == 64
    assert found.shape == (70, 90)


def test_the_record_holds_settings_and_scores_of_other_photos(paths):
    record = storage.read_json(paths["record"])
    assert record["arguments"]["settings"]["photos"] == 16
    assert record["arguments"]["settings"]["training"]["optimiser"] == "adamw"
    scores = record["held_out"]
    assert set(scores) == {"photos", "mean_error", "spearman", "ordered_pairs"}
    assert scores["photos"] == 2
    assert 0 < scores["mean_error"] < 0.5
    assert 0 <= scores["ordered_pairs"] <= 1


def test_the_log_has_a_row_per_epoch_and_nothing_is_left_over(paths):
    assert storage.read_csv(paths["log"])["epoch"].tolist() == [1, 2]
    assert {path.name for path in paths["out"].parent.iterdir()} == {"depth.pt", "log.csv", "run.json"}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(paths, tmp_path):
    again, other = pretrained(tmp_path / "a"), pretrained(tmp_path / "b", seed=1)
    assert again["out"].read_bytes() == paths["out"].read_bytes()
    assert storage.read_json(again["record"])["held_out"] == storage.read_json(paths["record"])["held_out"]
    assert other["out"].read_bytes() != paths["out"].read_bytes()


@pytest.mark.parametrize("change", [{"epochs": 1}, {"lr": 0.001}, {"photos": 17}, {"schedule": "constant"}])
def test_settings_matter(paths, tmp_path, change):
    assert pretrained(tmp_path, **change)["out"].read_bytes() != paths["out"].read_bytes()


def test_photos_are_mirrored_by_chance_and_their_maps_with_them():
    torch.manual_seed(0)
    images = torch.rand(40, 3, 4, 5)
    turned, maps = pretrain_depth.mirrored(images, images[:, 0])
    is_flipped = (turned == images.flip(-1)).all(dim=(1, 2, 3))
    assert 10 < is_flipped.sum() < 30  # of 40 fair coins, 3 deviations
    assert torch.equal(turned[~is_flipped], images[~is_flipped])
    assert torch.equal(maps, turned[:, 0])


def test_a_failure_leaves_no_model(tmp_path):
    with pytest.raises(ValueError, match=r"^(loss term 'scale_shift_invariant'|the gradient's norm) is (nan|inf) in"):
        pretrained(tmp_path, lr=1e30)
    assert not (tmp_path / "depth.pt").exists()
    assert not (tmp_path / "run.json").exists()
