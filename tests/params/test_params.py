"""Settings that rules pass to stages; what params.yaml may hold is tested in test_checking."""

import pytest
import yaml

from i2v_core import params
from i2v_core.models.i3d import I3D
from i2v_core.models.image import ImageModel
from i2v_core.models.video import VideoModel
from i2v_core.params import checking
from i2v_core.training import Settings
from tests.params.preset import DEFAULT, SCHEMA

BENCHMARK = "benchmarks.mini-e2h"


def put(config: dict, path: str, value: object) -> None:
    *steps, last = path.split(".")
    for step in steps:
        config = config[step]
    config[last] = value


@pytest.mark.parametrize("stage", ["source_only", "stage1", "stage3"])
def test_image_settings_are_what_a_stage_accepts(config, stage):
    settings = params.image_settings(config, "mini-e2h", stage)
    made = Settings(**settings["training"])
    assert made.epochs == config["training"]["epochs"][stage]
    assert made.lr == config["training"]["image"]["lr"]
    assert (made.device, made.threads) == (config["compute"]["device"], config["compute"]["threads"])
    model = config["image_model"]
    assert ImageModel(classes=3, **settings["model"]).feature_dim == model["feature_dim"]
    assert settings["inputs"] == {name: model[name] for name in ("size_px", "short_side_px", "crop_scale")}
    assert "method" not in settings
    assert params.image_settings(config, "mini-e2h", stage, {"a": 1})["method"] == {"a": 1}


@pytest.mark.parametrize("stage", ["stage2", "stage4", "supervised_target"])
def test_video_settings_are_what_a_stage_accepts(config, stage):
    settings = params.video_settings(config, "mini-e2h", stage)
    made = Settings(**settings["training"])
    assert made.epochs == config["training"]["epochs"][stage]
    assert made.clip_norm == config["training"]["video"]["clip_norm"]
    model = config["video_model"]
    assert VideoModel(classes=3, **settings["model"]).feature_dim == model["feature_dim"]
    inputs = ("size_px", "short_side_px", "crop_scales", "frames", "stride", "clips")
    assert settings["inputs"] == {name: model[name] for name in inputs}


def test_pretraining_settings_are_what_a_stage_accepts(config):
    image, video = (params.pretraining_settings(config, kind) for kind in ("image", "video"))
    for kind, settings in (("image", image), ("video", video)):
        made = Settings(**settings["training"])
        assert (made.epochs, made.lr) == (config["pretraining"][kind]["epochs"], config["pretraining"][kind]["lr"])
        assert made.momentum == config["training"][kind]["momentum"]
    assert image["model"] == {name: config["image_model"][name] for name in image["model"]}
    assert image["model"].keys() == {"backbone", "backbone_options", "normalisation"}
    assert I3D(classes=3, **video["model"]).feature_dim == 1024 * config["video_model"]["width"]
    assert video["inputs"]["frames"] == config["video_model"]["frames"]


def test_pretraining_of_flow_is_the_videos_on_squashed_flow_of_cfb(config):
    flow, video = (params.pretraining_settings(config, kind) for kind in ("flow", "video"))
    made = Settings(**flow["training"])
    assert (made.epochs, made.lr) == (config["pretraining"]["flow"]["epochs"], config["pretraining"]["flow"]["lr"])
    assert made.momentum == config["training"]["video"]["momentum"]
    assert (made.device, made.threads) == (config["compute"]["device"], config["compute"]["threads"])
    assert flow["model"] == video["model"]
    network = I3D(classes=3, in_channels=2, normalisation="none", **flow["model"])
    assert network.feature_dim == 1024 * config["video_model"]["width"]
    sizes = {name: config["cfb"]["inputs"][name] for name in ("resize_px", "size_px")}
    assert flow["inputs"] == {**{name: config["video_model"][name] for name in ("frames", "stride")}, **sizes}


def test_each_kind_of_pretraining_has_epochs_and_rate_of_its_own(config):
    for number, kind in enumerate(("image", "video", "flow"), start=1):
        config["pretraining"][kind] |= {"epochs": 100 * number, "lr": 0.1 * number}
    for number, kind in enumerate(("image", "video", "flow"), start=1):
        training = params.pretraining_settings(config, kind)["training"]
        assert (training["epochs"], training["lr"]) == (100 * number, 0.1 * number)


def test_settings_share_nothing_with_the_configuration(config):
    settings = params.image_settings(config, "mini-e2h", "stage1")
    settings["model"]["backbone_options"]["channels"].append(1)
    assert config == DEFAULT


def test_an_override_counts_for_its_benchmark_alone(config):
    put(
        config,
        f"{BENCHMARK}.override",
        {
            "image_model": {"hidden_dim": 5},
            "video_model": {"clips": 7},
            "training": {"image": {"lr": 0.5}, "epochs": {"stage1": 9}},
            "cycda": {"switches": {"vote": "mean_softmax"}, "p_stage2": 0.1},
        },
    )
    checking.check(config, SCHEMA)
    here, there = (params.image_settings(config, name, "stage1") for name in ("mini-e2h", "mini-s2u"))
    assert (here["model"]["hidden_dim"], here["training"]["lr"], here["training"]["epochs"]) == (5, 0.5, 9)
    assert here["training"]["momentum"] == there["training"]["momentum"]
    assert there == params.image_settings(DEFAULT, "mini-s2u", "stage1")
    clips = [params.video_settings(config, name, "stage2")["inputs"]["clips"] for name in ("mini-e2h", "mini-s2u")]
    assert clips == [7, DEFAULT["video_model"]["clips"]]
    votes = [params.switches(config, name)["vote"] for name in ("mini-e2h", "mini-s2u")]
    assert votes == ["mean_softmax", "majority"]
    assert params.part(config, "mini-e2h", "cycda")["p_stage2"] == 0.1


def test_paper_and_official_differ_in_the_listed_switches(config):
    paper = params.switches(config, "mini-e2h")
    config["cycda"]["preset"] = "official"
    official = params.switches(config, "mini-e2h")
    assert {name for name in paper if paper[name] != official[name]} == {
        "vote",
        "second_softmax",
        "video_normalisation",
    }
    assert paper.keys() == official.keys()
    assert (paper["vote"], official["vote"]) == ("majority", "mean_softmax")
    assert not official["equal_domain_labels"]


def test_presets_and_schema_know_the_same_switches_and_values():
    known = yaml.safe_load(SCHEMA.read_text())["properties"]["cycda"]["properties"]["switches"]["properties"]
    for values in params.CYCDA_PRESETS.values():
        assert values.keys() == known.keys()
        assert all(value in known[name].get("enum", [True, False]) for name, value in values.items())


@pytest.mark.parametrize("name", ["paper", "official"])
def test_a_single_switch_goes_over_the_preset(config, name):
    config["cycda"]["preset"] = name
    before = params.switches(config, "mini-e2h")
    for switch, value in (("init", "previous_stage"), ("equal_domain_labels", True), ("video_normalisation", "none")):
        config["cycda"]["switches"] = {switch: value}
        checking.check(config, SCHEMA)
        assert params.switches(config, "mini-e2h") == {**before, switch: value}


def test_the_preset_decides_the_video_models_normalisation(config):
    found = {}
    for name in ("paper", "official"):
        config["cycda"]["preset"] = name
        found[name] = params.video_settings(config, "mini-e2h", "stage2")["model"]["normalisation"]
    assert found == {"paper": "kinetics", "official": "imagenet"}
