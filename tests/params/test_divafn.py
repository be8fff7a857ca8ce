import inspect

from i2v_core import divafn_jobs
from i2v_core.methods.divafn.variants import Setup
from i2v_core.params import divafn


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
