"""What the finished tiny graph left behind: every artifact with its columns, and target labels in one file alone."""

import json

import pandas as pd
import pytest

from tests.workflow import project

CLASSES = ["clap", "hug", "jump", "wave"]
IMAGE_MODELS = ["source-only", "cycda/cycle1/stage1", "cycda/cycle1/stage3"]
VIDEO_MODELS = ["supervised-target", "cycda/cycle1/stage2", "cycda/cycle1/stage4"]
REPORTED = [model for model in IMAGE_MODELS + VIDEO_MODELS if model != "cycda/cycle1/stage3"]
LABELLING = ["cycda/cycle1/stage1", "cycda/cycle1/stage2", "cycda/cycle1/stage3"]
PSEUDO_LABELS = ["id", "class", "label", "confidence", "votes", "frames_kept", "frames", "kept"]


def read(path) -> pd.DataFrame:
    return pd.read_csv(path, keep_default_na=False, dtype={"id": str})


@pytest.mark.parametrize(
    ("name", "columns", "rows"),
    [
        ("classes", ["index", "class"], 4),
        ("source", ["id", "dataset", "class", "label", "kind"], 8),  # two photos of each class
        ("target_train", ["id", "dataset"], 8),  # two of three groups of one clip
        ("target_test", ["id", "dataset"], 4),
        ("target_labels", ["id", "class", "label"], 12),
    ],
)
def test_a_split_has_its_tables(finished, name, columns, rows):
    table = read(finished / project.SPLIT / f"{name}.csv")
    assert table.columns.tolist() == columns
    assert len(table) == rows


def test_a_split_is_of_the_chosen_classes_and_its_parts_do_not_meet(finished):
    tables = {path.stem: read(path) for path in (finished / project.SPLIT).glob("*.csv")}
    assert tables["classes"]["class"].tolist() == CLASSES
    assert set(tables["source"]["class"]) == set(CLASSES) == set(tables["target_labels"]["class"])
    train, test = set(tables["target_train"]["id"]), set(tables["target_test"]["id"])
    assert train & test == set()
    assert train | test == set(tables["target_labels"]["id"])


def test_no_target_file_but_the_labels_has_a_label(finished):
    found = {
        path.name: sorted({"class", "label"} & set(read(path).columns))
        for path in (finished / project.SPLIT).glob("target_*.csv")
    }
    assert found == {"target_train.csv": [], "target_test.csv": [], "target_labels.csv": ["class", "label"]}


@pytest.mark.parametrize("model", IMAGE_MODELS + VIDEO_MODELS)
def test_a_training_leaves_model_log_and_record(finished, model):
    folder = finished / project.RUN / model
    assert (folder / "model.pt").stat().st_size > 1000
    log = read(folder / "train_log.csv")
    assert log["epoch"].tolist() == [1]
    assert {"total", "gradient_norm"} <= set(log.columns)
    record = json.loads((folder / "run.json").read_text())
    assert record["arguments"]["seed"] == 0
    assert record["arguments"]["settings"]["training"]["epochs"] == 1


@pytest.mark.parametrize("model", REPORTED)
def test_a_reported_model_has_predictions_of_the_test_videos_and_scores(finished, model):
    folder = finished / project.RUN / model
    predictions = read(folder / "predictions_test.csv")
    assert predictions.columns.tolist() == ["id", "class", "confidence"]
    assert predictions["id"].tolist() == read(finished / project.SPLIT / "target_test.csv")["id"].tolist()
    assert set(predictions["class"]) <= set(CLASSES)
    scores = json.loads((folder / "scores.json").read_text())
    labels = read(finished / project.SPLIT / "target_labels.csv").set_index("id")["class"]
    right = (labels.loc[predictions["id"]].to_numpy() == predictions["class"].to_numpy()).mean()
    assert scores["top1"] == pytest.approx(right, abs=1e-9)  # the same quotient, written as text


@pytest.mark.parametrize("model", LABELLING)
def test_pseudo_labels_have_one_row_per_training_video(finished, model):
    table = read(finished / project.RUN / model / "pseudo_labels.csv")
    assert table.columns.tolist() == PSEUDO_LABELS
    assert sorted(table["id"]) == sorted(read(finished / project.SPLIT / "target_train.csv")["id"])
    assert set(table["kept"]) <= {0, 1}
    assert table["kept"].sum() > 0


@pytest.mark.parametrize("stage", [1, 3])
def test_image_models_label_single_frames_too(finished, stage):
    table = read(finished / project.RUN / f"cycda/cycle1/stage{stage}/pseudo_label_frames.csv")
    assert table.columns.tolist() == ["id", "frame", "class", "label", "confidence", "kept"]
    assert set(table["id"]) == set(read(finished / project.SPLIT / "target_train.csv")["id"])


def test_the_table_has_a_row_with_a_score_of_each_trained_method(finished):
    table = pd.read_csv(finished / project.TABLE).dropna(subset="mean")
    assert table["method"].tolist() == ["source-only", "dann", "dann-i3d", "cycda-1", "supervised-target"]
    text = (finished / "results/tables/table2.md").read_text()
    for title in ("source only", "DANN", "DANN + I3D", "CycDA (1 iteration)", "supervised target"):
        assert f"| {title} |" in text


def test_every_job_has_a_log_and_nothing_half_written_is_left(finished):
    jobs = len(list(finished.glob("logs/benchmarks/**/*.tsv")))
    assert jobs == 47
    assert len(list(finished.glob("logs/**/*.log"))) == jobs
    assert project.left_overs(finished) == []
