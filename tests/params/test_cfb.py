import pytest
import yaml

from i2v_core import params
from i2v_core.methods.cfb import runs
from i2v_core.models.i3d_steps import I3DSteps
from i2v_core.params import cfb, checking
from i2v_core.training import Settings
from tests.params.preset import DEFAULT, ROOT, SCHEMA


def line(config: dict) -> str:
    with pytest.raises(ValueError, match=r"^params\.yaml: ") as error:
        checking.check(config, SCHEMA)
    (found,) = str(error.value).splitlines()
    return found.removeprefix("params.yaml: ")


@pytest.mark.parametrize("row", [name for name in runs.ROWS if not name.startswith("clip")])
def test_settings_are_what_networks_and_training_accept(config, row):
    rgb, flow = runs.branches(row)
    found = [cfb.rgb_settings(config, "mini-e2h", rgb)]
    found += [cfb.flow_settings(config, "mini-e2h", flow)] if flow else []
    for settings in found:
        assert Settings(**settings["training"]).epochs == config["cfb"]["training"]["epochs"]
        assert I3DSteps(classes=3, **settings["model"]).feature_dim == 1024 * config["video_model"]["width"]
        assert settings["inputs"] == config["cfb"]["inputs"]


def test_each_name_turns_on_what_it_says(config):
    section = config["cfb"]
    plain = cfb.rgb_settings(config, "mini-e2h", "depth")["method"]
    assert (plain["paces"], plain["transfer"], plain["lambda_1"]) == (0, None, section["lambda_1"])
    paced = cfb.rgb_settings(config, "mini-e2h", "depth+pace+paces=3+lambda_2=0.5")["method"]
    assert (paced["paces"], paced["lambda_2"]) == (3, 0.5)
    assert cfb.rgb_settings(config, "mini-e2h", "depth+pace")["method"]["paces"] == section["paces"]
    assert cfb.rgb_settings(config, "mini-e2h", "depth+mcc")["method"]["transfer"] == "mcc"
    assert cfb.rgb_settings(config, "mini-e2h", "depth+lambda_1=7")["method"]["lambda_1"] == 7
    banked = cfb.flow_settings(config, "mini-e2h", "bank=similarity_sum+size=4")["method"]
    assert banked["bank"] == {"size": 4, "aggregation": "similarity_sum", "empty": section["bank"]["empty"]}
    assert cfb.flow_settings(config, "mini-e2h", "own")["method"]["bank"] is None


def test_the_frame_level_loss_is_of_the_rgb_branch_alone(config):
    assert cfb.flow_settings(config, "mini-e2h", "own")["method"]["lambda_1"] == 0


def test_opinions_are_recorded_where_a_bank_may_want_them(config):
    recorded = {name: cfb.rgb_settings(config, "mini-e2h", name)["method"]["by_epoch"] for name in ("depth", "st_i2v")}
    assert recorded == {"depth": True, "st_i2v": False}


def test_clip_has_its_own_training_and_lends_epochs_and_batch_to_the_flow_beside_it(config):
    section = config["cfb"]["clip"]
    rgb = cfb.rgb_settings(config, "mini-e2h", "clip+pace")
    flow = cfb.flow_settings(config, "mini-e2h", "bank=random+clip+pace")
    assert rgb["model"] == {"prompt": section["prompt"]}
    assert (rgb["training"]["lr"], flow["training"]["lr"]) == (
        section["training"]["lr"],
        config["cfb"]["training"]["lr"],
    )
    for settings in (rgb, flow):
        assert settings["training"]["epochs"] == section["training"]["epochs"]
        assert settings["training"]["batch_size"] == section["training"]["batch_size"]
        assert settings["method"]["warm_up_epochs"] == section["warm_up_epochs"]


def test_the_paper_preset_has_the_published_values_of_each_benchmark():
    paper = params.merged(DEFAULT, yaml.safe_load((ROOT / "workflow/presets/paper.yaml").read_text()))
    found = {}
    for name in ("e2h", "b2u", "s2u"):
        settings = cfb.rgb_settings(paper, name, "depth+pace")
        training, method = settings["training"], settings["method"]
        found[name] = (
            training["lr"],
            training["batch_size"],
            training["epochs"],
            method["lambda_1"],
            method["lambda_2"],
        )
        assert (method["warm_up_epochs"], method["paces"], method["by_epoch"]) == (10, 5, True)
        assert (training["momentum"], training["weight_decay"], training["schedule"]) == (0.9, 1e-4, "multistep")
        assert settings["inputs"] == {"frames": 16, "test_frames": 32, "resize_px": 256, "size_px": 224}
        assert cfb.flow_settings(paper, name, "bank=random")["method"]["bank"]["size"] == 60
    assert found == {
        "e2h": (0.05, 16, 60, 1.0, 0.2),
        "b2u": (0.1, 32, 30, 20.0, 0.001),
        "s2u": (0.015, 32, 20, 1.0, 0.01),
    }
    transfers = [cfb.rgb_settings(paper, name, "depth+bnm")["method"]["lambda_3"] for name in ("e2h", "s2u")]
    assert transfers == [0.05, 0.3]
    clips = [cfb.rgb_settings(paper, name, "clip+pace") for name in ("e2h", "s2u")]
    assert [(part["training"]["epochs"], part["method"]["warm_up_epochs"]) for part in clips] == [(40, 10), (20, 5)]
    assert {(part["training"]["batch_size"], part["training"]["lr"]) for part in clips} == {(8, 5e-5)}


def test_an_unknown_row_is_named(config):
    config["tables"]["cfb"]["table3"]["methods"] = ["bank-median"]
    assert line(config).startswith("tables.cfb.table3.methods: 'bank-median' found, one of so-st-i2v, so-rgb, ")


def test_an_unknown_benchmark_is_named(config):
    config["tables"]["cfb"]["figure4"]["benchmark"] = "mini-e2g"
    assert line(config) == "tables.cfb.figure4.benchmark: 'mini-e2g' found, 'mini-e2h' wanted?"


def test_a_benchmark_without_seeds_is_named(config):
    del config["tables"]["cfb"]["seeds"]["mini-b2u"]
    found = "tables.cfb.table1.benchmarks: 'mini-b2u' found, a benchmark with seeds in tables.cfb.seeds wanted"
    with pytest.raises(ValueError, match=found):
        checking.check(config, SCHEMA)


@pytest.mark.parametrize("place", ["cfb", "cfb.clip"])
def test_a_warm_up_of_all_epochs_is_refused(config, place):
    part = config["cfb"]["clip"] if "clip" in place else config["cfb"]
    part["warm_up_epochs"] = part["training"]["epochs"]
    epochs = part["training"]["epochs"]
    assert line(config) == f"{place}.warm_up_epochs: {epochs} found, fewer than {place}.training.epochs {epochs} wanted"


def test_a_crop_larger_than_the_frame_is_refused(config):
    config["cfb"]["inputs"]["size_px"] = 500
    size = config["cfb"]["inputs"]["resize_px"]
    assert line(config) == f"cfb.inputs.size_px: 500 found, at most resize_px {size} wanted"


def test_generated_videos_must_be_long_enough(config):
    config["synthesis"]["frames"] = 2
    frames = config["cfb"]["inputs"]["frames"]
    assert line(config) == f"cfb.inputs.frames: {frames} found, at most synthesis.frames 2 wanted"
