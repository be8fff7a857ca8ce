import json
from pathlib import Path

import pytest

from i2v_core.stages import score_pseudo_labels

HEAD = "id,class,label,confidence,votes,frames_kept,frames,kept\n"


def arguments(folder: Path, rows: str) -> dict[str, Path]:
    texts = {
        "pseudo_labels": HEAD + rows,
        "target_labels": "id,class,label\nv1,run,0\nv2,walk,1\nv3,walk,1\ntest1,run,0\n",
        "classes": "index,class\n0,run\n1,walk\n",
    }
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text)
    return {**{name: folder / f"{name}.csv" for name in texts}, "out": folder / "quality.json"}


def test_quality_of_a_small_file_by_hand(tmp_path):
    score_pseudo_labels.run(
        **arguments(tmp_path, "v3,walk,1,0.9,2,2,4,1\nv1,run,0,0.3,1,0,4,0\nv2,run,0,0.8,3,3,4,1\n")
    )
    assert json.loads((tmp_path / "quality.json").read_text()) == {
        "precision_kept": 0.5,
        "accuracy_all": 2 / 3,
        "coverage": 2 / 3,
        "n": 3,
        "n_kept": 2,
        "classes": ["run", "walk"],
        "per_class": {
            "run": {"n": 1, "n_labelled": 2, "n_kept": 1, "n_kept_right": 0},
            "walk": {"n": 2, "n_labelled": 1, "n_kept": 1, "n_kept_right": 1},
        },
    }


def test_order_of_rows_changes_no_byte(tmp_path):
    rows = ["v3,walk,1,0.9,2,2,4,1\n", "v1,run,0,0.3,1,0,4,0\n"]
    score_pseudo_labels.run(**arguments(tmp_path, "".join(rows)))
    first = (tmp_path / "quality.json").read_bytes()
    score_pseudo_labels.run(**arguments(tmp_path, "".join(rows[::-1])))
    assert (tmp_path / "quality.json").read_bytes() == first


def test_an_unlabelled_or_double_video_is_an_error(tmp_path):
    with pytest.raises(ValueError, match=r"target_labels\.csv: no label for 1 of 1 videos \('v9'\)"):
        score_pseudo_labels.run(**arguments(tmp_path, "v9,run,0,0.9,2,2,4,1\n"))
    with pytest.raises(ValueError, match=r"pseudo_labels\.csv: ids 1 double \('v1'\)"):
        score_pseudo_labels.run(**arguments(tmp_path, "v1,run,0,0.9,2,2,4,1\n" * 2))


def test_a_file_without_the_kept_column_is_an_error(tmp_path):
    given = arguments(tmp_path, "")
    given["pseudo_labels"].write_text("id,class\nv1,run\n")
    with pytest.raises(ValueError, match=r"\['kept'\] wanted besides"):
        score_pseudo_labels.run(**given)
