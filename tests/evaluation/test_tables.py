import copy
import itertools

import pandas as pd
import pytest

from i2v_core.evaluation import tables


def spec(*, methods=("source-only", "cycda-1"), seeds=(0, 1)) -> dict:
    rows = {
        "source-only": ("source only", "mini ResNet", {"method": "source only", "backbone": "ResNet18"}),
        "cycda-1": (
            "CycDA (1 iteration)",
            "mini ResNet + mini I3D",
            {"method": "CycDA (1 iteration)", "backbone": "ResNet18+I3D"},
        ),
        "own": ("a method | of ours", "mini ResNet", None),
    }
    benchmarks = {
        "mini-e2h": {"data": "mini world", "published_as": "e2h"},
        "mini-b2u": {"data": "mini world", "published_as": "b2u"},
    }
    return {
        "title": "our table",
        "published_table": "cycda_table2",
        "rows": [
            dict(zip(("method", "title", "trained_backbone", "published_as"), (name, *rows[name]), strict=True))
            for name in methods
        ],
        "benchmarks": benchmarks,
        "runs": [
            {"scores": f"{name}/{bench}/{seed}.json", "method": name, "benchmark": bench, "split": 1, "seed": seed}
            for name, bench, seed in itertools.product(methods, benchmarks, seeds)
        ],
        "include_prior_work": False,
        "model_selection": "last epoch",
        "command": "snakemake table2",
    }


def scores(content: dict) -> dict[str, dict]:
    """Source only 0.25 and CycDA 0.5 at seed 0, each 0.1 more with every further seed; 40 test videos."""
    base = {"source-only": 0.25, "cycda-1": 0.5, "own": 0.1}
    return {run["scores"]: {"top1": base[run["method"]] + 0.1 * run["seed"], "n": 40} for run in content["runs"]}


def cell(table: pd.DataFrame, method: str, benchmark: str) -> pd.Series:
    (position,) = table.index[(table["method"] == method) & (table["benchmark"] == benchmark)]
    return table.loc[position]


def lines_of(text: str) -> list[list[str]]:
    return [[part.strip() for part in line.strip("|").split(" | ")] for line in text.splitlines() if line[:1] == "|"]


def test_mean_and_sample_deviation_in_percent():
    content = spec()
    found = cell(tables.tidy(content, scores(content)), "source-only", "mini-e2h")
    # 25 and 35: mean 30, sample deviation sqrt((25 + 25) / 1) = 7.0711
    assert found["mean"] == pytest.approx(30, abs=1e-12)
    assert found["std"] == pytest.approx(50**0.5, abs=1e-12)
    assert (found["n_runs"], found["n_test_videos"], found["splits"], found["seeds"]) == (2, 40, "1", "0 1")
    assert (found["data"], found["model_selection"], found["trained_backbone"]) == (
        *("mini world", "last epoch", "mini ResNet"),
    )


def test_one_run_has_no_deviation():
    content = spec(seeds=(0,))
    assert tables.tidy(content, scores(content))["std"].isna().all()


def test_test_videos_count_each_split_once():
    content = spec()
    second = copy.deepcopy(content["runs"])
    for run in second:
        run.update(split=2, scores="2/" + run["scores"])
    content["runs"] += second
    values = {**scores(content), **{run["scores"]: {"top1": 0.5, "n": 41} for run in second}}
    found = cell(tables.tidy(content, values), "cycda-1", "mini-b2u")
    assert (found["n_test_videos"], found["n_runs"], found["splits"]) == (81, 4, "1 2")


def test_published_numbers_stand_only_in_their_own_columns():
    content = spec()
    found = cell(tables.tidy(content, scores(content)), "cycda-1", "mini-e2h")
    assert found["mean"] == pytest.approx(55, abs=1e-12)
    assert found["published"] == 60.5
    assert (found["published_benchmark"], found["published_backbone"]) == ("e2h", "ResNet18+I3D")
    assert found["published_source"] == "CycDA short paper, Table 2"


def test_a_method_or_benchmark_that_the_paper_lacks_has_no_published_number():
    content = spec(methods=("own", "source-only"))
    content["benchmarks"]["mini-b2u"]["published_as"] = None
    content["include_prior_work"] = True
    table = tables.tidy(content, scores(content))
    for key in (("own", "mini-e2h"), ("source-only", "mini-b2u")):
        found = cell(table, *key)
        assert pd.isna(found["published"])
        assert (found["published_source"], found["published_benchmark"]) == ("", "")
    assert (table["benchmark"] == "mini-b2u").sum() == 2
    assert "published on BU101" not in tables.markdown(table, content)


def test_prior_work_rows_have_no_own_numbers_and_come_last():
    content = spec()
    without = tables.tidy(content, scores(content))
    content["include_prior_work"] = True
    table = tables.tidy(content, scores(content))
    prior = table.iloc[len(without) :]
    pd.testing.assert_frame_equal(table.iloc[: len(without)], without, check_dtype=False)
    # 12 rows of Table 2 less the two that ran here, on two benchmarks
    assert len(prior) == 2 * (12 - 2)
    assert prior[["mean", "std", "n_runs", "n_test_videos"]].isna().all().all()
    assert (prior["model_selection"] == "").all()
    assert cell(table, "published: CycDA (1 iteration), ResNet50+C3D", "mini-e2h")["published"] == 56.6
    assert pd.isna(cell(table, "published: UnAtt, ResNet101", "mini-e2h")["published"])
    assert "source only" not in set(prior["published_method"])


def with_mean(content: dict) -> dict:
    content["benchmarks"]["mean"] = {"data": "mini world", "published_as": None, "mean_of": ["mini-e2h", "mini-b2u"]}
    return content


def test_a_mean_column_is_over_benchmarks_first_and_over_runs_then():
    content = with_mean(spec(methods=("source-only",)))
    given = scores(content)
    for run in content["runs"]:
        given[run["scores"]]["top1"] = {"mini-e2h": (0.2, 0.4), "mini-b2u": (0.5, 0.1)}[run["benchmark"]][run["seed"]]
    found = cell(tables.tidy(content, given), "source-only", "mean")
    # seeds: (20 + 50) / 2 = 35, (40 + 10) / 2 = 25
    assert found["mean"] == pytest.approx(30)
    assert found["std"] == pytest.approx(50**0.5)
    assert (found["n_runs"], found["n_test_videos"], found["seeds"]) == (2, 80, "0 1")
    text = tables.markdown(tables.tidy(content, given), content)
    assert "| 30.0 ± 7.1 (2) |" in text
    assert "- mean: ran on mini world; splits: 1 (1); seeds: 2 (0, 1); test videos: 80." in text


def test_a_mean_counts_runs_that_all_its_benchmarks_have():
    content = with_mean(spec(methods=("source-only",)))
    content["runs"] = [run for run in content["runs"] if run["benchmark"] == "mini-e2h" or run["seed"] == 0]
    found = cell(tables.tidy(content, scores(content)), "source-only", "mean")
    assert (found["n_runs"], found["seeds"], found["mean"]) == (1, "0", pytest.approx(25))


def test_a_mean_of_unknown_benchmarks_is_refused():
    content = with_mean(spec())
    content["benchmarks"]["mean"]["mean_of"] = ["mini-e2h", "mean"]
    with pytest.raises(
        ValueError, match=r"'mean' is the mean of \['mini-e2h', 'mean'\], some of \['mini-e2h', 'mini-b"
    ):
        tables.check_spec(content)


def test_markdown_has_one_row_per_method_and_equal_columns():
    content = spec(methods=("source-only", "own"))
    content["include_prior_work"] = True
    text = tables.markdown(tables.tidy(content, scores(content)), content)
    lines = lines_of(text)
    assert text.startswith("# our table\n\n| method |")
    assert lines[0] == [
        *("method", "trained here"),
        *("mini-e2h: ours on mini world", "published on EADs→HMDB51, 13 classes"),
        *("mini-b2u: ours on mini world", "published on BU101→UCF101, 101 classes"),
    ]
    assert {len(line) for line in lines} == {6}
    assert lines[1] == ["---", "---", "---:", "---:", "---:", "---:"]
    assert lines[2] == ["source only", "mini ResNet", "30.0 ± 7.1 (2)", "37.2", "30.0 ± 7.1 (2)", "54.8"]
    assert lines[3] == ["a method \\| of ours", "mini ResNet", "15.0 ± 7.1 (2)", "-", "15.0 ± 7.1 (2)", "-"]
    assert lines[4] == ["DANN, ResNet18 (not run here)", "-", "-", "39.6", "-", "55.3"]
    assert len(lines) == 2 + 2 + 11


def test_markdown_of_one_run_shows_no_deviation():
    content = spec(seeds=(0,))
    assert lines_of(tables.markdown(tables.tidy(content, scores(content)), content))[2][2] == "25.0 (1)"


def test_caption_says_data_splits_seeds_selection_and_command():
    content = spec()
    caption = tables.markdown(tables.tidy(content, scores(content)), content).split("\n\n", 2)[2]
    assert "- mini-e2h: ran on mini world; splits: 1 (1); seeds: 2 (0, 1); test videos: 40." in caption
    assert "Model reported: last epoch" in caption
    assert "Published: CycDA short paper, Table 2, mean of 3 splits, on the real benchmarks" in caption
    assert caption.endswith("Made by `snakemake table2`.\n")


def test_order_of_runs_changes_nothing():
    content = spec(seeds=(0, 1, 2))
    turned = {**content, "runs": content["runs"][::-1]}
    first, second = (tables.markdown(tables.tidy(each, scores(each)), each) for each in (content, turned))
    assert first == second


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda runs: runs.pop(), r"1 missing, first method 'cycda-1' on 'mini-b2u', split 1, seed 1"),
        (lambda runs: runs.append({**runs[0], "scores": "x"}), r"1 double, first method 'source-only' on 'mini-e2h'"),
        (lambda runs: runs[0].update(method="typo"), r"1 unknown, first method 'typo' on 'mini-e2h'"),
        (lambda runs: runs[0].update(benchmark="typo"), r"1 unknown, first method 'source-only' on 'typo'"),
        (lambda runs: runs[0].update(scores=runs[1]["scores"]), r"2 sharing a file, first method 'source-only'"),
        (lambda runs: runs.clear(), r"4 missing, first method 'source-only' on 'mini-e2h', split any, seed any"),
    ],
)
def test_runs_must_be_complete(change, message):
    content = spec()
    change(content["runs"])
    with pytest.raises(ValueError, match=message):
        tables.check_spec(content)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content.pop("command"), r"spec, table: keys .* found, \['benchmarks', 'command', "),
        (lambda content: content["rows"][0].update(extra=1), r"spec, rows: keys \['extra', 'method', "),
        (
            lambda content: content["runs"][0].pop("seed"),
            r"spec, runs: keys \['benchmark', 'method', 'scores', 'split'\]",
        ),
        (lambda content: content["benchmarks"]["mini-e2h"].pop("data"), r"spec, benchmarks: keys \['published_as'\]"),
        (lambda content: content["rows"].append(content["rows"][0]), r"no method twice wanted"),
        (
            lambda content: content.update(published_table="cfb"),
            r"published table 'cfb' asked for, one of cfb_",
        ),
        (
            lambda content: content["benchmarks"]["mini-e2h"].update(published_as="E2H"),
            r"'mini-e2h' published as 'E2H' found, null or one of \['e2h', ",
        ),
        (
            lambda content: content["rows"][0].update(benchmarks=[]),
            r"'source-only': \[\].* at least one benchmark a row",
        ),
        (
            lambda content: content["rows"][0].update(benchmarks=["typo"]),
            r"'source-only': \['typo'\].* each of \['mini-e2h', 'mini-b2u'\] in some row wanted",
        ),
        (
            lambda content: [row.update(benchmarks=["mini-e2h"]) for row in content["rows"]],
            r"each of \['mini-e2h', 'mini-b2u'\] in some row wanted",
        ),
        (lambda content: content["rows"].clear(), r"rows \[\], benchmarks .* at least one of each"),
    ],
)
def test_spec_must_have_exactly_its_keys(change, message):
    content = spec()
    change(content)
    with pytest.raises(ValueError, match=message):
        tables.check_spec(content)


def test_runs_of_one_split_must_score_the_same_videos():
    content = spec()
    values = scores(content)
    values["cycda-1/mini-e2h/0.json"]["n"] = 39
    with pytest.raises(ValueError, match=r"^cycda-1/mini-e2h/0\.json: 39 test videos scored, 40 wanted"):
        tables.tidy(content, values)
