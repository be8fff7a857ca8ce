import inspect

import pytest

from i2v_core import divafn_jobs
from i2v_core.baselines import shallow
from i2v_core.methods.divafn.objective import Settings
from i2v_core.methods.divafn.variants import Setup
from i2v_core.params import checking, divafn
from tests.params.preset import SCHEMA


def line(config: dict) -> str:
    with pytest.raises(ValueError, match=r"^params\.yaml: ") as error:
        checking.check(config, SCHEMA)
    (found,) = str(error.value).splitlines()
    return found.removeprefix("params.yaml: ")


def test_stills_have_the_image_models_backbone_unless_they_have_their_own(config):
    found = divafn.still_settings(config)
    assert found["backbone"] == config["image_model"]["backbone"]
    assert set(found) == {"backbone", "backbone_options", "normalisation", "size_px", "short_side_px"}
    config["divafn"]["stills"]["model"] = {"backbone": "cnn_f", "backbone_options": {"width": 0.5}}
    assert divafn.still_settings(config)["backbone_options"] == {"width": 0.5}


def test_video_networks_have_options_of_their_own(config):
    found = divafn.video_settings(config, "c3d")
    assert found == {"network": "c3d", "options": {"width": 0.0625, "dropout": 0.0}, "l2_norm": False}
    found = divafn.video_settings(config, "i3d")
    assert found["options"]["width"] == config["video_model"]["width"]
    assert {"clips", "frames", "stride", "resize_px", "size_px"} < found.keys()
    assert "weights" not in found


def test_a_share_is_in_percent_and_a_benchmark_may_keep_the_official_lists(config):
    assert divafn.sample_settings(config, "mini-s2u10", 30)["ratio"] == 0.3
    assert divafn.sample_settings(config, "mini-s2u10", 30)["cut"] == "random"
    assert divafn.sample_settings(config, "mini-b2u101", 33)["cut"] == "official"


def test_a_row_changes_what_it_names_alone(config):
    plain = divafn.row_settings(config, "mini-s2u10", "divafn")
    assert Settings(**plain["objective"]).iterations == config["divafn"]["objective"]["iterations"]
    changed = divafn.row_settings(config, "mini-s2u10", "divafn+a=1+c=0.5")
    assert changed["objective"] == {**plain["objective"], "image_video": 1.0, "keyframe_video": 0.5}
    assert {**changed, "objective": None} == {**plain, "objective": None}
    assert divafn.row_settings(config, "mini-s2u10", "kvc+dim=7") == {**plain, "method": "kvc", "dim": 7}
    named = divafn.row_settings(config, "mini-s2u10", "divf+semantics=attributes")
    assert named["semantics"] == config["divafn"]["semantics"]["attributes"]
    weights = divafn.row_settings(config, "mini-s2u10", "divafn+beta=1+lambda=0")["objective"]
    assert (weights["decoder"], weights["encoder"]) == (1.0, 0.0)


def test_a_job_runs_all_rows_of_its_family_that_anything_wants(config):
    jobs = divafn.rows_of_jobs(config)
    table4, table9 = (config["tables"]["divafn"][name]["methods"] for name in ("table4", "table9"))
    found = jobs["mini-s2u10", "idt", 10, "networks"]
    assert found == sorted({*table4, *table9, "divafn+semantics=attributes"})  # the last of figure 6
    assert ("mini-s2u10", "idt", 10, "shallow") not in jobs
    assert jobs["mini-s2u10", "c3d", 20, "shallow"] == sorted(shallow.METHODS)
    least, other = (jobs["mini-s2u10", "c3d", share, "networks"] for share in (10, 20))
    assert len(least) - len(other) == 7 + 8  # table 8 and figure 5 less the row that is theirs already


def test_the_used_pair_of_weights_is_the_tables_row(config):
    assert divafn.figure5_row(config, "mini-s2u10", 0.1, 0.01) == "divafn"
    assert divafn.figure5_row(config, "mini-s2u10", 1, 0.01) == "divafn+beta=1+lambda=0.01"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda tables, own: tables["table9"]["methods"].append("svd"),
            "tables.divafn.table9.methods: row 'svd': method 'svd' found, one of",
        ),
        (
            lambda tables, own: tables["table9"]["methods"].append("divf+semantics=none"),
            "tables.divafn.table9.methods: row 'divf+semantics=none' found, semantics of ['attributes', ",
        ),
        (
            lambda tables, own: tables["table12"]["runs"].append("idt/svm"),
            "tables.divafn.table12.runs: 'idt/svm' found, <one of idt, c3d, i3d>-<share in percent>/<row> wanted",
        ),
        (
            lambda tables, own: tables["table12"]["runs"].append("idt-7/svm"),
            "tables.divafn.table12.runs: 'idt-7/svm' found, a share of tables.divafn.shares wanted",
        ),
        (
            lambda tables, own: tables["run_time"]["methods"].append("svm+dim=3"),
            "tables.divafn.run_time.methods: row 'svm+dim=3': dim found, which svm does not notice; leave it out",
        ),
        (lambda tables, own: tables["seeds"].pop("mini-s2u10"), "tables.divafn.seeds: "),
        (lambda tables, own: own["sample"].update(cut="half"), 'divafn.sample.cut: "half" found, one of "random"'),
        (lambda tables, own: own["shallow"].update(pca={}), "divafn.shallow: "),
    ],
)
def test_values_that_no_run_could_use_are_named(config, change, message):
    change(config["tables"]["divafn"], config["divafn"])
    assert line(config).startswith(message)


def test_rows_have_what_a_job_wants_and_the_protocol_of_shallow_adaptation(config):
    config["divafn"]["protocol"] = {"transductive": True, "target_labels": False}
    settings = divafn.row_settings(config, "mini-s2u10", "jda")
    assert set(settings) == {*divafn_jobs.SETUP, "method", "c", "semantics", "objective"}
    assert (settings["transductive"], settings["target_labels"]) == (True, False)
    assert {*divafn_jobs.SETUP, "settings", "seed"} == set(inspect.signature(Setup).parameters)


def test_a_benchmark_may_have_a_protocol_of_its_own(config):
    config["benchmarks"]["mini-s2u10"]["override"] = {"divafn": {"protocol": {"target_labels": True}}}
    settings = [divafn.row_settings(config, name, "jda") for name in ("mini-s2u10", "mini-a2u10")]
    assert [(one["transductive"], one["target_labels"]) for one in settings] == [(False, True), (False, False)]
