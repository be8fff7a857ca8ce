import json
from pathlib import Path

import pytest

from i2v_core.stages import collect_metrics


def files(folder: Path, measure: str, values: list[float]) -> list[str]:
    paths = [folder / f"{measure}{position}.json" for position in range(len(values))]
    for path, value in zip(paths, values, strict=True):
        path.write_text(json.dumps({measure: value, "n": 3}))
    return [str(path) for path in paths]


def arguments(folder: Path, **changes) -> dict:
    return {
        "scores": files(folder, "top1", [0.5, 1.0, 0.25]),
        "methods": ["dann", "cycda-1", "dann"],
        "rows": ["-"] * 3,
        "labels": files(folder, "precision_kept", [0.123456789]),
        "stages": ["1: 3"],
        "out": folder / "metrics.json",
        **changes,
    }


def test_means_over_runs_in_percent(tmp_path):
    collect_metrics.run(**arguments(tmp_path))
    assert json.loads((tmp_path / "metrics.json").read_text()) == {
        "accuracy": {"dann": 37.5, "cycda-1": 100.0},  # (0.5 + 0.25) / 2
        "pseudo_label_precision": {"1: 3": 12.3457},
    }


def test_without_pseudo_labels_there_is_no_precision(tmp_path):
    collect_metrics.run(**arguments(tmp_path, labels=[], stages=[]))
    assert json.loads((tmp_path / "metrics.json").read_text())["pseudo_label_precision"] == {}


@pytest.mark.parametrize("change", [{"methods": ["dann"]}, {"rows": ["-"]}, {"stages": []}])
def test_lists_of_unequal_length_are_an_error_and_write_nothing(tmp_path, change):
    with pytest.raises(ValueError, match=r"^metrics: \d score files with \d names and \d rows found, one each wanted"):
        collect_metrics.run(**arguments(tmp_path, **change))
    assert not (tmp_path / "metrics.json").exists()


def test_a_score_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.json"):
        collect_metrics.run(**arguments(tmp_path, scores=[str(tmp_path / "none.json")], methods=["dann"], rows=["-"]))


def test_rows_of_one_file_are_told_apart(tmp_path):
    path = tmp_path / "rows.json"
    path.write_text(json.dumps({"svm": {"top1": 0.5}, "divafn": {"top1": 0.75}}))
    given = arguments(tmp_path, scores=[str(path)] * 2, methods=["c3d-10/svm", "c3d-10/divafn"], rows=["svm", "divafn"])
    collect_metrics.run(**given)
    found = json.loads((tmp_path / "metrics.json").read_text())["accuracy"]
    assert found == {"c3d-10/svm": 50.0, "c3d-10/divafn": 75.0}
    with pytest.raises(ValueError, match=r"rows.json: rows \['svm', 'divafn'\] found, 'kvc' wanted"):
        collect_metrics.run(**{**given, "rows": ["svm", "kvc"]})
