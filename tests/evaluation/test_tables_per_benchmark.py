"""Tables whose rows run on some benchmarks, with seeds of each benchmark; what all tables share is in test_tables."""

import pandas as pd
import pytest

from i2v_core.evaluation import tables
from tests.evaluation.test_tables import cell, lines_of


def spec() -> dict:
    """Table 4: one row on both benchmarks, one on mini-e2h alone, where three seeds ran; mini-s2u has one."""
    row = {
        "trained_backbone": "mini I3D",
        "published_as": {"method": "SO (RGB+flow) + CFB", "backbone": "I3D RGB+flow"},
    }
    dan = {"method": "SO (RGB+flow) + CFB + DAN", "backbone": "I3D RGB+flow"}
    keys = [("cfb", "mini-e2h", seed) for seed in (0, 1, 2)] + [("cfb", "mini-s2u", 0)]
    keys += [("dan", "mini-e2h", seed) for seed in (0, 1, 2)]
    return {
        "title": "Table 4",
        "published_table": "cfb_table4",
        "rows": [
            {**row, "method": "cfb", "title": "CFB"},
            {**row, "method": "dan", "title": "CFB + DAN", "published_as": dan, "benchmarks": ["mini-e2h"]},
        ],
        "benchmarks": {
            "mini-e2h": {"data": "mini world", "published_as": "e2h"},
            "mini-s2u": {"data": "mini world", "published_as": "s2u"},
        },
        "runs": [
            {"scores": f"{name}/{bench}/{seed}", "method": name, "benchmark": bench, "split": 1, "seed": seed}
            for name, bench, seed in keys
        ],
        "include_prior_work": True,
        "model_selection": "last epoch",
        "command": "snakemake table4",
    }


def table_of(content: dict) -> pd.DataFrame:
    return tables.tidy(content, {run["scores"]: {"top1": 0.5, "n": 40} for run in content["runs"]})


def test_a_row_may_run_on_some_benchmarks_and_a_benchmark_have_its_own_seeds():
    content = spec()
    table = table_of(content)
    assert cell(table, "cfb", "mini-e2h")["seeds"] == "0 1 2"
    assert cell(table, "cfb", "mini-s2u")["seeds"] == "0"
    other = cell(table, "dan", "mini-s2u")
    assert other["published"] == 97.3
    assert pd.isna(other["mean"])
    assert pd.isna(other["n_runs"])
    text = tables.markdown(table, content)
    assert lines_of(text)[3] == ["CFB + DAN", "mini I3D", "50.0 ± 0.0 (3)", "74.7", "-", "97.3"]
    assert "- mini-s2u: ran on mini world; splits: 1 (1); seeds: 1 (0); test videos: 40." in text
    assert "Published: CFB paper, Table 4, mean of 3 random trials, on the real benchmarks" in text


def test_prior_work_is_of_the_named_table():
    table = table_of(spec())
    assert table["method"].unique().tolist()[2:] == [
        "published: SO (RGB+flow) + CFB + MCC, I3D RGB+flow",
        "published: SO (RGB+flow) + CFB + BNM, I3D RGB+flow",
    ]
    assert set(table["published_source"]) == {"CFB paper, Table 4"}


def test_a_run_forgotten_on_one_benchmark_is_found():
    content = spec()
    content["runs"] = [run for run in content["runs"] if run["method"] != "dan" or run["seed"] != 2]
    with pytest.raises(ValueError, match=r"1 missing, first method 'dan' on 'mini-e2h', split 1, seed 2"):
        tables.check_spec(content)


def test_a_run_on_a_benchmark_that_the_row_lacks_is_refused():
    content = spec()
    content["runs"].append({**content["runs"][-1], "benchmark": "mini-s2u", "seed": 0, "scores": "more"})
    with pytest.raises(ValueError, match=r"1 unknown, first method 'dan' on 'mini-s2u', split 1, seed 0"):
        tables.check_spec(content)


def test_a_benchmark_that_the_published_table_lacks_has_no_published_column():
    content = spec()
    content["published_table"] = "cfb_table3"
    for row, method in zip(content["rows"], ("Random 1/60", "Mean 60"), strict=True):
        row["published_as"] = {"method": method, "backbone": "I3D RGB+flow"}
    table = table_of(content)
    text = tables.markdown(table, content)
    assert lines_of(text)[0][2:] == [
        *("mini-e2h: ours on mini world", "published on EADs→HMDB51, 13 classes", "mini-s2u: ours on mini world"),
    ]
    assert lines_of(text)[3] == ["CFB + DAN", "mini I3D", "50.0 ± 0.0 (3)", "59.0", "-"]
    assert table[table["benchmark"] == "mini-s2u"]["method"].tolist() == ["cfb"]


def test_a_table_that_quotes_says_so():
    content = spec()
    content["published_table"] = "cfb_table1"
    for row in content["rows"]:
        row["published_as"] = None
    text = tables.markdown(table_of(content), content)
    assert "CFB paper, Table 1, as quoted by the paper or mean of 3 random trials, on the real" in text
