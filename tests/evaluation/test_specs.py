import itertools

import pytest

from i2v_core.evaluation import specs


def runs() -> list[dict]:
    keys = itertools.product(("a", "b"), (("x", 0), ("x", 1), ("y", 0)))
    return [
        {"scores": f"{name}{bench}{seed}", "row": name, "benchmark": bench, "split": 1, "seed": seed}
        for name, (bench, seed) in keys
    ]


def test_keys_must_be_exactly_those_named():
    specs.check_keys({"a": 1, "b": 2}, ("b", "a"), "runs")
    with pytest.raises(ValueError, match=r"^spec, runs: keys \['a'\] found, \['a', 'b'\] wanted; see the rule"):
        specs.check_keys({"a": 1}, ("a", "b"), "runs")
    with pytest.raises(ValueError, match=r"^spec, runs: keys \['a', 'b'\] found, \['a'\] wanted; see the rule"):
        specs.check_keys({"a": 1, "b": 2}, ("a",), "runs")


def test_an_optional_key_may_be_left_out_and_no_other_be_given():
    for entry in ({"a": 1}, {"a": 1, "b": 2}):
        specs.check_keys(entry, ("a",), "rows", optional=("b",))
    with pytest.raises(ValueError, match=r"keys \['a', 'c'\] found, \['a'\] wanted, besides perhaps \['b'\]"):
        specs.check_keys({"a": 1, "c": 2}, ("a",), "rows", optional=("b",))


def test_seeds_may_differ_between_benchmarks_not_between_names():
    wanted = {"a": ["x", "y"], "b": ["x", "y"]}
    specs.check_runs(runs(), wanted, over="row")
    with pytest.raises(ValueError, match=r"^runs: 1 missing, first row 'b' on 'x', split 1, seed 1; one run of each"):
        specs.check_runs([run for run in runs() if run["scores"] != "bx1"], wanted, over="row")


def test_a_name_needs_runs_on_its_own_benchmarks_only():
    without = [run for run in runs() if run["scores"] != "by0"]
    specs.check_runs(without, {"a": ["x", "y"], "b": ["x"]}, over="row")
    with pytest.raises(ValueError, match=r"1 missing, first row 'b' on 'y', split 1, seed 0"):
        specs.check_runs(without, {"a": ["x", "y"], "b": ["x", "y"]}, over="row")
    with pytest.raises(ValueError, match=r"1 unknown, first row 'b' on 'y', split 1, seed 0"):
        specs.check_runs(runs(), {"a": ["x", "y"], "b": ["x"]}, over="row")


def test_a_benchmark_without_any_run_is_found():
    with pytest.raises(ValueError, match=r"2 missing, first row 'a' on 'z', split any, seed any"):
        specs.check_runs(runs(), {"a": ["x", "y", "z"], "b": ["x", "y", "z"]}, over="row")


def test_a_series_stands_for_all_its_runs():
    series = {"scores": "s{split}/r{seed}.json", "method": "{row} here", "row": ["a", "b"], "split": 1, "seed": [0, 1]}
    found = specs.expanded([series, {"scores": "{x}.json", "split": 2, "seed": 0}])
    assert [(run["scores"], run["method"], run["row"]) for run in found[:4]] == [
        *(("s1/r0.json", "a here", "a"), ("s1/r0.json", "b here", "b")),
        *(("s1/r1.json", "a here", "a"), ("s1/r1.json", "b here", "b")),
    ]
    assert found[4:] == [{"scores": "{x}.json", "split": 2, "seed": 0}]  # one run stays as it is


def test_runs_may_share_a_file_by_rows():
    runs = [
        {"scores": "a.json", "row": name, "method": name, "benchmark": "b", "split": 1, "seed": 0}
        for name in ("x", "y")
    ]
    specs.check_runs(runs, {"x": ["b"], "y": ["b"]}, over="method")
    runs[1]["row"] = "x"
    with pytest.raises(ValueError, match=r"runs: 2 sharing a file"):
        specs.check_runs(runs, {"x": ["b"], "y": ["b"]}, over="method")
