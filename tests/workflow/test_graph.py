"""The graph itself, by dry runs: what would be done on a fresh copy and after a change."""

import re
from collections import Counter

import pytest
import yaml

from tests.workflow import project

FRESH = {
    "mini_world": 5,
    "catalog": 5,
    "frames": 6,
    "index": 5,
    "split": 1,
    "pretrain": 2,
    "train_source_only": 1,
    "train_spatial_alignment": 1,
    "train_class_aware": 1,
    "train_spatio_temporal": 2,
    "train_supervised_target": 1,
    "predict": 8,
    "label_from_frames": 2,
    "label_from_videos": 1,
    "score_predictions": 5,
    "table2": 1,
}
STAGE4 = {
    "cycda/cycle1/stage4/model.pt": "train_spatio_temporal",
    "cycda/cycle1/stage4/probabilities_test.h5": "predict",
    "cycda/cycle1/stage4/scores.json": "score_predictions",
    project.TABLE: "table2",
}
FROM_STAGE3_LABELS = {"cycda/cycle1/stage3/pseudo_labels.csv": "label_from_frames", **STAGE4}
FROM_STAGE3 = {
    "cycda/cycle1/stage3/model.pt": "train_class_aware",
    "cycda/cycle1/stage3/probabilities_train.h5": "predict",
    **FROM_STAGE3_LABELS,
}


def test_a_fresh_copy_plans_exactly_the_expected_jobs(tmp_path):
    folder = project.sources(tmp_path / "project")
    assert Counter(project.jobs(folder).values()) == FRESH


def test_each_process_of_a_training_has_its_memory_and_cores(tmp_path):
    folder = project.sources(tmp_path / "project")
    overlays = project.overlay(folder, "compute: {processes: 3, mem_mb: 100, workers: 2}")
    text = project.run(folder, project.command(project.TABLE, overlays=overlays, options=("-n", "--cores", "9")))
    asked = dict(re.findall(r"^rule (\w+):\n(?:    .*\n)*?    resources: (.*)$", text, re.MULTILINE))
    trainings = {rule: line for rule, line in asked.items() if rule.startswith("train_")}
    assert len(trainings) == 5
    for line in trainings.values():
        assert {"processes=3", "cpus_per_task=9", "mem_mb=300"} <= set(line.split(", "))
    assert "mem_mb=100" in asked["predict"].split(", ")


def test_a_finished_project_has_nothing_to_do(finished):
    text = project.run(finished, project.command(project.TABLE, options=("-n",)))
    assert "Nothing to be done" in text


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("cycda: {temperature: 0.1}", FROM_STAGE3),
        ("cycda: {p_stage4: 0.6}", FROM_STAGE3_LABELS),
        ("training: {epochs: {stage4: 2}}", STAGE4),
        ("compute: {workers: 1}", {}),
    ],
)
def test_a_changed_parameter_makes_again_what_depends_on_it(finished, tmp_path, change, expected):
    (tmp_path / "change.yaml").write_text(change)
    planned = project.jobs(finished, overlays=(str(tmp_path / "change.yaml"),))
    assert planned == expected


def reversed_keys(value):
    """The same mapping, and mappings in it, with the keys from the last to the first."""
    if not isinstance(value, dict):
        return value
    return {key: reversed_keys(value[key]) for key in reversed(value)}


def test_another_order_of_the_parameters_makes_nothing_again(copy):
    for path in (copy / "params.yaml", copy / project.TINY):
        text = path.read_text()
        path.write_text(yaml.safe_dump(reversed_keys(yaml.safe_load(text)), sort_keys=False))
        assert path.read_text() != text
    assert project.jobs(copy) == {}


def test_another_jpeg_quality_makes_all_again_but_raw_data_and_catalogs(finished, tmp_path):
    (tmp_path / "change.yaml").write_text("frames: {jpeg_quality: 50}")
    planned = project.jobs(finished, overlays=(str(tmp_path / "change.yaml"),))
    expected = {rule: count for rule, count in FRESH.items() if rule not in ("mini_world", "catalog")}
    assert Counter(planned.values()) == expected


def test_a_comment_in_a_loss_makes_nothing_again(copy):
    path = copy / "i2v_core/losses/contrastive.py"
    path.write_text(path.read_text() + "# a remark\n")
    assert project.jobs(copy) == {}


def test_a_statement_in_a_loss_makes_the_stage_that_uses_it_again_and_what_follows(copy):
    path = copy / "i2v_core/losses/contrastive.py"
    path.write_text(path.read_text() + "UNUSED = 1\n")
    assert project.jobs(copy) == FROM_STAGE3


def test_a_statement_in_the_video_backbone_makes_no_image_model_of_stage_1_again(copy):
    path = copy / "i2v_core/models/i3d.py"
    path.write_text(path.read_text() + "UNUSED = 1\n")
    planned = project.jobs(copy)
    assert {"data/derived/pretrained/video.pt", "cycda/cycle1/stage2/model.pt"} <= set(planned)
    assert "supervised-target/model.pt" in planned
    untouched = ("data/derived/pretrained/image.pt", "source-only/", "cycda/cycle1/stage1/")
    assert [path for path in planned if path.startswith(untouched)] == []


def test_a_statement_in_the_tables_module_makes_only_the_table_again(copy):
    path = copy / "i2v_core/evaluation/tables.py"
    path.write_text(path.read_text() + "UNUSED = 1\n")
    assert project.jobs(copy) == {project.TABLE: "table2"}


def test_only_scores_and_the_upper_bound_read_target_labels(finished):
    text = project.run(finished, project.command(project.TABLE, options=("--detailed-summary",)))
    lines = [line.split("\t") for line in text.splitlines() if line.count("\t") > 4]
    header, rows = lines[0], lines[1:]
    table = [dict(zip(header, row, strict=False)) for row in rows]
    assert len({row["output_file"] for row in table}) > sum(FRESH.values())  # one line per output file
    readers = {row["rule"] for row in table if "target_labels" in row["input-file(s)"]}
    assert readers == {"score_predictions", "train_supervised_target"}
    named = {row["rule"] for row in table if "target_labels" in row["shellcmd"]}
    assert named == readers | {"split"}  # which writes them
