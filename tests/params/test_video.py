import inspect

import pytest
import yaml

from i2v_core import params
from i2v_core.baselines.clips import ta3n
from i2v_core.methods.stcda.settings import Settings as StcdaSettings
from i2v_core.params import checking, video
from i2v_core.training import STEPS, Settings
from tests.params.preset import DEFAULT, ROOT, SCHEMA

PAPER = params.merged(DEFAULT, yaml.safe_load((ROOT / "workflow/presets/paper.yaml").read_text()))


def line(config: dict) -> str:
    with pytest.raises(ValueError, match=r"^params\.yaml: ") as error:
        checking.check(config, SCHEMA)
    (found,) = str(error.value).splitlines()
    return found.removeprefix("params.yaml: ")


def test_features_take_the_width_of_the_video_model_unless_they_have_their_own(config):
    found = video.feature_settings(config)
    assert found["model"] == {"width": config["video_model"]["width"], "statistics_momentum": 0.2}
    assert {"frames", "stride", "segments", "windows", "resize_px", "size_px"} < found.keys()
    config["clip_features"]["model"] = {"width": 0.5}
    assert video.feature_settings(config)["model"]["width"] == 0.5
    config["clip_features"]["backbone"] = "bn_inception"
    assert video.feature_settings(config)["model"] == {"width": 0.5}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("ta3n", ("ta3n", ["rgb", "flow"], None)),
        ("ta3n-rgb", ("ta3n", ["rgb"], None)),
        ("target-only-flow", ("target-only", ["flow"], None)),
        ("target-only", ("target-only", ["rgb", "flow"], None)),
        ("mm_sada", ("mm_sada", ["rgb", "flow"], None)),
        ("mm_sada-flow", ("mm_sada", ["rgb", "flow"], "flow")),
    ],
)
def test_a_row_says_method_views_and_who_predicts(row, expected):
    assert video.baseline_row(row) == expected


def test_settings_of_baselines_are_what_training_accepts(config):
    config["clip_baselines"]["methods"]["mcd"] = {"model": {"dim": 7}, "losses": {"reversal_high": 4.0}}
    found = video.baseline_settings(config, "mini-u2h", "mcd-rgb")
    assert found["model"] == {"dim": 7, "dropout": 0.5}
    assert found["method"] == {"reversal_high": 4.0}
    assert Settings(**found["training"]).epochs == config["clip_baselines"]["epochs"]
    assert video.baseline_settings(config, "mini-u2h", "dann")["method"] == {}


@pytest.mark.parametrize("name", ["u2h", "h2u", "u2h-small", "h2u-small"])
def test_ta3n_has_the_constants_of_the_direction_in_both_presets(config, name):
    """None for UCF -> HMDB, whose are the defaults of the file."""
    wanted = {"beta": [1.0, 0.75, 0.5], "gamma": 0.3} if name.startswith("h2u") else {}
    assert video.baseline_settings(PAPER, name, "ta3n-rgb")["method"] == wanted
    assert video.baseline_settings(config, f"mini-{name}", "ta3n-rgb")["method"] == wanted
    assert wanted.keys() <= inspect.signature(ta3n.losses).parameters.keys()
    assert video.baseline_settings(config, f"mini-{name}", "dann-rgb")["method"] == {}


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_settings_of_stcda_are_what_its_objective_accepts(config, stage):
    found = video.stcda_settings(config, "mini-u2h", "stcda", stage)
    made = StcdaSettings(**found["method"])
    assert (made.stage, made.alpha, made.beta) == (stage, 2.0, 0.5)
    assert Settings(**found["training"]).lr == config["stcda"]["stages"][stage - 1]["lr"]
    assert found["model"]["aggregator"] == "gru"


def test_clips_at_once_are_of_a_trained_backbone_alone(config):
    config["stcda"]["clips_at_once"] = 5
    assert "backbone" not in video.stcda_settings(config, "mini-u2h", "stcda", 1)
    config["stcda"]["train_backbone"] = True
    assert video.stcda_settings(config, "mini-u2h", "stcda", 1)["backbone"]["clips_at_once"] == 5


def test_no_pass_of_the_paper_is_cut():
    """So that its batch statistics are those of all clips of a pass: half a batch, or videos of the aligned classes."""
    stcda = PAPER["stcda"]
    samples, segments = stcda["samples"], PAPER["clip_features"]["inputs"]["segments"]
    videos = max(stcda["training"]["batch_size"] // 2, samples["per_class"] * samples["most_classes"])
    assert video.stcda_settings(PAPER, "u2h", "stcda", 1)["backbone"]["clips_at_once"] == videos * segments == 108


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_rates_fall_after_100_and_200_epochs_in_every_stage_of_the_paper_and_at_its_shares_here(config, stage):
    made = Settings(**video.stcda_settings(PAPER, "u2h", "stcda", stage)["training"])
    assert [made.epochs * share for share in STEPS[made.schedule]] == [100, 200]
    assert video.stcda_settings(config, "mini-u2h", "stcda", stage)["training"]["schedule"] == made.schedule


@pytest.mark.parametrize(
    ("row", "key", "value"),
    [
        ("stcda+alpha=1", "alpha", 1.0),
        ("stcda+beta=0", "beta", 0.0),
        ("stcda+levels=clip", "levels", ["clip"]),
        ("stcda+domains=target", "domains", ["target"]),
        ("stcda+alignment=adversarial", "alignment", "adversarial"),
        ("stcda+fusion=no", "fuse", False),
        ("stcda+labels=fixed", "pseudo_labels", "fixed"),
    ],
)
def test_a_row_changes_the_setting_that_it_names(config, row, key, value):
    plain, found = (video.stcda_settings(config, "mini-u2h", name, 3)["method"] for name in ("stcda", row))
    assert found[key] == value
    assert {name for name in plain if plain[name] != found[name]} == {key}


def test_aggregator_and_views_are_of_the_network(config):
    assert video.stcda_settings(config, "mini-u2h", "stcda+aggregator=mean", 1)["model"]["aggregator"] == "mean"
    assert video.stcda_views("stcda+views=flow+beta=0") == ["flow"]
    assert video.stcda_views("stcda") == ["rgb", "flow"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("stcda.clips_at_once", -1), "stcda.clips_at_once: -1 found, integer >= 0 wanted"),
        (("stcda.clips_at_once", 1.5), "stcda.clips_at_once: 1.5 found, integer >= 0 wanted"),
        (("tables.stcda.table2.methods", ["abg"]), "tables.stcda.table2.methods: row 'abg' found, one of source_only"),
        (
            ("tables.stcda.table4.methods", ["stcda+alpha=x"]),
            "tables.stcda.table4.methods: row 'stcda+alpha=x': alpha=x",
        ),
        (("tables.stcda.seeds.mini-u2h", None), "tables.stcda.benchmarks: 'mini-u2h' found, a benchmark with seeds in"),
        (
            ("benchmarks.mini-u2h.sampling", {"mini-bu101": {"share": 1}}),
            "benchmarks.mini-u2h.sampling: ['mini-bu101']",
        ),
        (("clip_features.inputs.size_px", 61), "clip_features.inputs.size_px: 61 found, at most resize_px 60 wanted"),
        (("clip_features.backbone", "bn_inception"), 'stcda.samples.corruptions: "temporal" found, ["spatial"] alone'),
        (("benchmarks.mini-u2h.class_map", ["ucf_hmdb_full_12", "u2h"]), "benchmarks.mini-u2h.class_map: 'u2h' found"),
        (("mini_video_world.settings", {"gaps": 1}), "mini_video_world.settings: video world settings: ['gaps'] found"),
        (("tables.benchmarks", ["mini-e2h"]), "tables.benchmarks: ['mini-a2u10', "),
    ],
)
def test_what_no_run_could_use_is_one_line(config, change, message):
    path, value = change
    *steps, last = path.split(".")
    place = config
    for step in steps:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    assert line(config).startswith(message)
