import pandas as pd
import pytest
import torch

from i2v_core import commands, storage
from i2v_core.models import saved
from i2v_core.models.image import ImageModel
from tests import toy


def run(capsys, *paths):
    with pytest.raises(SystemExit) as ended:
        commands.main(["inspect", *map(str, paths)])
    printed = capsys.readouterr()
    return ended.value.code, printed.out, printed.err


def test_pseudo_labels_are_counted_by_class_and_the_doubtful_named(tmp_path, capsys):
    paths = toy.world(tmp_path)
    toy.pseudo_labels(paths, tmp_path / "p.csv", kept=4)
    status, text, _ = run(capsys, tmp_path / "p.csv")
    assert status == 0
    assert "pseudo labels of 10 videos, 4 kept (40 %)" in text
    assert "red" in text
    assert "least sure of the kept: v0 (red, 0.900)" in text


def test_a_bank_and_a_folder_of_banks(tmp_path, capsys):
    for epoch, ids in ((3, ["a", "b"]), (4, ["a", "c"])):
        table = pd.DataFrame({"class": "x", "rank": [1, 2], "id": ids, "label": 0, "confidence": [0.9, 0.5]})
        storage.write_csv(table, tmp_path / f"epoch{epoch:02d}.csv")
    assert "a bank of 2 entries in 1 classes, 2 different videos" in run(capsys, tmp_path / "epoch03.csv")[1]
    text = run(capsys, tmp_path)[1]
    assert "2 banks" in text
    assert "50 %" in text  # c is new


def test_clustered_pseudo_labels_are_shown_view_by_view(tmp_path, capsys):
    views = {
        f"{name}_{view}": value
        for view in ("rgb", "flow")
        for name, value in (
            ("label", [0, 1]),
            ("class", ["x", "y"]),
            ("own", [0, 1]),
            ("distance", [0.25, 0.5]),
            ("kept", [1, 0]),
        )
    }
    storage.write_csv(pd.DataFrame({"id": ["a", "b"], **views}), tmp_path / "p.csv")
    text = run(capsys, tmp_path / "p.csv")[1]
    assert "clustered pseudo labels of 2 videos" in text
    assert "class by flow" in text
    assert "0.250" in text


def test_predictions_and_models(tmp_path, capsys):
    table = pd.DataFrame({"path": ["v.mp4"], "class": ["x"], "confidence": [0.4]})
    storage.write_csv(table, tmp_path / "predictions.csv")
    assert "predictions of 1 videos" in run(capsys, tmp_path / "predictions.csv")[1]
    torch.manual_seed(0)
    settings = toy.image_settings()
    model = ImageModel(classes=2, **settings["model"])
    given = {"arguments": settings["model"], "classes": ["x", "y"], "inputs": settings["inputs"]}
    saved.save(model, tmp_path / "model.pt", kind="image", **given)
    assert "image, 2 classes: x, y" in run(capsys, tmp_path / "model.pt")[1]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.csv", None, "none.csv: no such file or folder"),
        ("other.csv", "a,b\n1,2\n", "columns ['a', 'b'] found"),
        ("folder", "", "no epoch*.csv found"),
    ],
)
def test_what_is_none_of_these_is_said_in_one_line(tmp_path, capsys, name, content, message):
    path = tmp_path / name
    if name == "folder":
        path.mkdir()
    elif content is not None:
        path.write_text(content)
    status, _, error = run(capsys, path)
    assert status == 1
    assert message in error
    assert error.count("\n") == 1
