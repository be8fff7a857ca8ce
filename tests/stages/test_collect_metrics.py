import json
from pathlib import Path

import pytest

from i2v_core.stages import collect_metrics


def files(folder: Path, measure: str, values: list[float]) -> list[Path]:
    paths = [folder / f"{measure}{position}.json" for position in range(len(values))]
    for path, value in zip(paths, values, strict=True):
        path.write_text(json.dumps({measure: value, "n": 3}))
    return paths


def arguments(folder: Path, **changes) -> dict:
    return {
        "scores": files(folder, "top1", [0.5, 1.0, 0.25]),
        "methods": ["dann", "cycda-1", "dann"],
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


@pytest.mark.parametrize("change", [{"methods": ["dann"]}, {"stages": []}])
def test_lists_of_unequal_length_are_an_error_and_write_nothing(tmp_path, change):
    with pytest.raises(ValueError, match=r"^metrics: \d score files with \d names found, one name each wanted"):
        collect_metrics.run(**arguments(tmp_path, **change))
    assert not (tmp_path / "metrics.json").exists()


def test_a_score_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.json"):
        collect_metrics.run(**arguments(tmp_path, scores=[tmp_path / "none.json"], methods=["dann"]))
