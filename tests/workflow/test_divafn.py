"""DIVAFN's tables: what is planned, what a change makes again, and, once, all of it."""

from collections import Counter

import pandas as pd
import pytest

from tests.workflow import project

BENCHMARK = "mini-e2h15"
RUN = f"results/{BENCHMARK}/split1/seed0/divafn"
SAMPLES = f"data/derived/benchmarks/{BENCHMARK}/split1/samples/seed0"
TABLES = [f"results/tables/divafn/table{number}.csv" for number in range(4, 13)]
RUN_TIME = "results/tables/divafn/run_time.csv"
FIGURES = [f"results/figures/divafn/figure{number}.png" for number in (5, 6)]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return project.sources(tmp_path_factory.mktemp("divafn") / "project")


@pytest.fixture(scope="module")
def planned(fresh):
    return project.jobs(fresh, *TABLES, RUN_TIME, *FIGURES)


def test_rows_of_a_family_are_one_job(planned):
    jobs = sorted(
        path.removeprefix(f"{RUN}/").removesuffix("/predictions_test.csv")
        for path, rule in planned.items()
        if rule == "run_divafn"
    )
    assert jobs == sorted(
        [
            *(f"{video}-{share}/networks" for video in ("c3d", "idt") for share in (40, 60)),
            *(f"c3d-{share}/shallow" for share in (40, 60)),
        ]
    )
    assert sum(rule == "score_sample" for rule in planned.values()) == len(jobs)


def test_vectors_are_of_photos_key_frames_and_videos(planned):
    counts = Counter(planned.values())
    assert counts["ratio_sample"] == counts["encode_trajectories"] == 2
    made = sorted(path for path, rule in planned.items() if rule in ("still_vectors", "video_vectors", "keyframes"))
    assert {path.split("/")[2] for path in made if "still_vectors" in path} == {"mini-stanford40", "mini-hii"}
    videos = [path for path in made if "still_vectors" not in path]
    assert {path.split("/")[2] for path in videos} == {"mini-hmdb51"}
    kinds = ("keyframes", "keyframe_vectors", "video_vectors")
    assert Counter(path.split("/")[3] for path in videos) == dict.fromkeys(kinds, 2)
    assert counts["time_divafn"] == 1


def test_shallow_settings_make_shallow_methods_again_and_no_network(fresh, planned):
    target = f"{RUN}/c3d-40/networks/scores.json"
    assert "shallow" not in " ".join(project.jobs(fresh, target))


@pytest.mark.slow
def test_all_tables_are_made_and_a_finished_one_has_nothing_to_do(tmp_path):
    folder = project.sources(tmp_path / "project")
    project.run(folder, project.command(*TABLES, RUN_TIME, *FIGURES))
    table = pd.read_csv(folder / TABLES[0])
    own = table[table["mean"].notna()]
    assert own["method"].unique().tolist() == ["svm", "divafn+dim=4", "divafn"]
    assert own["benchmark"].unique().tolist() == [f"{BENCHMARK}, 40 %", f"{BENCHMARK}, 60 %"]
    assert (own["n_test_videos"] > 0).all()
    assert "train on the labels of the stated share" in (folder / TABLES[0]).with_suffix(".md").read_text()
    log = pd.read_csv(folder / f"{RUN}/c3d-40/networks/train_log.csv")
    changed = {"divafn+a=1+b=1+c=1", "divafn+semantics=attributes", "divafn+beta=1+lambda=0.01"}
    assert set(log["row"]) == {"divafn", *changed}
    assert len(pd.read_csv(folder / RUN_TIME)) == 2
    assert all((folder / name).stat().st_size > 10_000 for name in FIGURES)
    sample = pd.read_csv(folder / f"{SAMPLES}/share40/sample.csv", keep_default_na=False)
    assert set(sample.loc[sample["role"] == "test", "label"]) == {""}
    everything = (*TABLES, RUN_TIME, *FIGURES)
    assert "Nothing to be done" in project.run(folder, project.command(*everything, options=("-n",)))
    overlay = project.overlay(folder, "divafn: {semantics: {attributes: {kind: onehot}}}")
    again = Counter(project.jobs(folder, *everything, overlays=overlay).values())
    assert again["run_divafn"] == 4  # jobs with a row on attributes
    overlay = project.overlay(folder, "divafn: {coding: {words: 9}}")
    again = Counter(project.jobs(folder, *everything, overlays=overlay).values())
    assert (again["encode_trajectories"], again["video_vectors"], again["trajectories"]) == (2, 0, 0)
