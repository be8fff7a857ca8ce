"""The tables on video sources: what is planned, what a change makes again, and, once, all of it."""

from collections import Counter

import pandas as pd
import pytest

from tests.workflow import project

RUN = "results/mini-u2h/split1/seed0"
TABLES = [f"results/tables/stcda/table{number}.csv" for number in range(1, 7)] + ["results/tables/table1.csv"]
FIGURES = [f"results/figures/stcda/{name}.png" for name in ("gain", "grad_cam", "tsne")]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    return project.sources(tmp_path_factory.mktemp("video") / "project")


def test_rows_share_what_they_do_not_change(fresh):
    """Three rows of STCDA: the full one, an adversarial one, one without contrast."""
    planned = project.jobs(fresh, *TABLES)
    stages = sorted(path.removeprefix(f"{RUN}/stcda/") for path, rule in planned.items() if rule == "train_stcda")
    assert stages == sorted(
        f"{name}/model.pt"
        for name in (
            *("stage1/stcda", "stage2/stcda", "stage3/stcda", "stage3/stcda+alignment=adversarial"),
            *("stage2/stcda+alpha=0", "stage3/stcda+alpha=0"),
        )
    )
    counts = Counter(planned.values())
    assert counts["train_clip_baseline"] == 4
    assert counts["train_clip_supervised"] == 1
    assert counts["clip_features"] == 8  # two shards of each domain, two views
    assert counts["train_source_only"] == 0


def test_a_mixed_source_has_images_and_videos_and_trains_all_stages_of_cycda(fresh):
    place = "results/mini-bu2h-50/split1/seed0/cycda/cycle1"
    planned = project.jobs(fresh, f"{place}/stage4/scores.json")
    trained = {path.removeprefix(f"{place}/") for path in planned if path.endswith("model.pt")}
    assert trained == {f"stage{stage}/model.pt" for stage in (1, 2, 3, 4)}
    stores = {path for path, rule in planned.items() if rule == "frames"}
    assert {path.split("/")[2] for path in stores} >= {"mini-v-bu101", "mini-v-ucf101", "mini-v-hmdb51"}


def test_a_trained_backbone_sees_frames_and_flow_in_place_of_features(fresh):
    overlay = project.overlay(fresh, "stcda: {train_backbone: true}")
    counts = Counter(project.jobs(fresh, f"{RUN}/stcda/stage3/stcda/scores.json", overlays=overlay).values())
    assert (counts["clip_features"], counts["train_stcda"], counts["flow"]) == (0, 3, 5)  # four, and one to pretrain on
    one_view = project.jobs(fresh, f"{RUN}/stcda/stage3/stcda+views=rgb/scores.json", overlays=overlay)
    assert "flow" not in one_view.values()


def test_figures_compare_models_of_the_first_run(fresh):
    planned = project.jobs(fresh, *FIGURES)
    features = sorted(path.removeprefix(f"{RUN}/") for path, rule in planned.items() if rule == "video_features")
    names = (
        "clips/target-only",
        *(f"stcda/stage3/stcda{name}" for name in ("", "+alpha=0", "+alpha=0+beta=0", "+beta=0")),
    )
    assert features == sorted(f"{name}/features.h5" for name in names)
    assert Counter(planned.values())["stcda_grad_cam"] == 1


@pytest.mark.slow
def test_all_tables_are_made_and_a_finished_one_has_nothing_to_do(tmp_path):
    folder = project.sources(tmp_path / "project")
    project.run(folder, project.command(*TABLES, *FIGURES))
    table = pd.read_csv(folder / "results/tables/stcda/table2.csv")
    own = table[table["mean"].notna()]
    assert own["method"].tolist() == ["source_only-rgb", "stcda", "target-only"]
    assert own["published"].tolist() == [80.8, 83.1, 95.8]
    mixed = pd.read_csv(folder / "results/tables/table1.csv").set_index("method").loc["mixed-50"]
    assert mixed["published"] == 84.2
    assert mixed["n_test_videos"] == own["n_test_videos"].iloc[0]
    gains = pd.read_csv(folder / "results/figures/stcda/gain.csv")
    assert set(gains["class"]) == set(
        pd.read_csv(folder / "data/derived/benchmarks/mini-u2h/split1/classes.csv")["class"]
    )
    assert all((folder / name).stat().st_size > 10_000 for name in FIGURES)
    labels = pd.read_csv(folder / f"{RUN}/stcda/stage3/stcda/pseudo_labels.csv")
    assert {"label_rgb", "own_flow", "distance_rgb"} < set(labels.columns)
    source = pd.read_csv(folder / "data/derived/benchmarks/mini-bu2h-50/split1/source.csv")
    assert source.groupby("kind")["class"].nunique().to_dict() == {"image": 3, "video": 3}
    assert "Nothing to be done" in project.run(folder, project.command(*TABLES, options=("-n",)))
    assert project.jobs(folder, *TABLES, overlays=project.overlay(folder, "stcda: {samples: {per_class: 3}}")) != {}
    again = project.jobs(folder, *TABLES, overlays=project.overlay(folder, "clip_baselines: {epochs: 3}"))
    assert set(again.values()) == {
        *("train_clip_baseline", "train_clip_supervised", "score_predictions", "stcda_table", "table1")
    }
