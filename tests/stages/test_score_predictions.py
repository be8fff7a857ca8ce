import json
from pathlib import Path

import pytest

from i2v_core.stages import score_predictions


def arguments(folder: Path, predictions: str) -> dict[str, Path]:
    texts = {
        "predictions": "id,class,confidence\n" + predictions,
        "target_labels": "id,class,label\nv1,run,0\nv2,walk,1\nv3,walk,1\n007,run,0\n",
        "classes": "index,class\n0,run\n1,walk\n",
        "target_test": "id,dataset\nv3,mini\n007,mini\nv2,mini\n",
    }
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)
    return {**{name: folder / f"{name}.csv" for name in texts}, "out": folder / "scores.json"}


def test_only_test_videos_count_and_ids_stay_text(tmp_path):
    score_predictions.run(**arguments(tmp_path, "v3,walk,0.9\n007,run,0.5\nv2,run,0.4\n"))
    found = json.loads((tmp_path / "scores.json").read_text())
    # right: v3 and 007 of three; run 1/1, walk 1/2
    assert (found["n"], found["top1"], found["mean_class_accuracy"]) == (3, 2 / 3, 0.75)
    assert found["confusion"] == [[1, 0], [1, 1]]
    assert found["low"] < 2 / 3 < found["high"]
    assert found["classes"] == ["run", "walk"]


def test_order_and_confidence_of_predictions_change_no_byte(tmp_path):
    score_predictions.run(**arguments(tmp_path, "v3,walk,0.9\n007,run,0.5\nv2,run,0.4\n"))
    first = (tmp_path / "scores.json").read_bytes()
    score_predictions.run(**arguments(tmp_path, "v2,run,0.1\nv3,walk,0.2\n007,run,0.3\n"))
    assert (tmp_path / "scores.json").read_bytes() == first


def test_a_missing_prediction_is_an_error_and_leaves_no_file(tmp_path):
    given = arguments(tmp_path, "v3,walk,0.9\n007,run,0.5\n")
    with pytest.raises(ValueError, match=r"predictions\.csv: ids 1 missing \('v2'\); exactly the 3 labelled ids"):
        score_predictions.run(**given)
    assert not given["out"].exists()


def test_a_test_video_without_label_is_an_error(tmp_path):
    given = arguments(tmp_path, "v3,walk,0.9\n007,run,0.5\nv2,run,0.4\n")
    given["target_test"].write_text("id,dataset\nv9,mini\n")
    with pytest.raises(ValueError, match=r"target_labels\.csv: no label for 1 of 1 videos \('v9'\)"):
        score_predictions.run(**given)


def test_unlabelled_videos_are_left_out_where_that_is_wanted_and_none_left_is_no_error(tmp_path):
    given = arguments(tmp_path, "v3,walk,0.9\nv9,run,0.5\n")
    given["target_test"].write_text("id,dataset\nv3,mini\nv9,mini\n")
    score_predictions.run(**given, labelled_only=True)
    assert json.loads(given["out"].read_text())["n"] == 1
    given["target_test"].write_text("id,dataset\nv9,mini\n")
    score_predictions.run(**given, labelled_only=True)
    assert json.loads(given["out"].read_text()) == {"n": 0}
