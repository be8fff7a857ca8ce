"""`i2v predict` on real files: formats, folders, rotated and broken ones, going on, exit statuses."""

import csv
import json

import numpy as np
import pytest
import torch

from i2v_core import commands
from i2v_core.commands import predict
from i2v_core.exported import files, predictors
from i2v_core.exported.networks import Stores
from i2v_core.media import decoding, frames
from i2v_core.models import saved
from i2v_core.models.video import VideoModel
from tests import toy

CLASSES = list(toy.COLOURS)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder, settings = tmp_path_factory.mktemp("model"), toy.video_settings()
    torch.manual_seed(0)
    net = toy.lively(VideoModel(classes=3, **settings["model"]), 4, 4, 3, 32, 32)
    given = {"arguments": settings["model"], "classes": CLASSES, "inputs": settings["inputs"]}
    saved.save(net, folder / "video.pt", kind="video", **given)
    media = {"frames": {"short_side_px": 32, "jpeg_quality": 95}}
    files.write(folder / "model.pt", method="cycda", parts={"video": folder / "video.pt"}, media=media)
    return folder / "model.pt"


@pytest.fixture
def videos(tmp_path):
    folder = tmp_path / "videos"
    (folder / "deep").mkdir(parents=True)
    for name, colour in (("a.mp4", "red"), ("deep/b.avi", "green"), ("deep/c d.mkv", "blue")):
        toy.write_video(folder / name, toy.clip(colour, domain="videos", length=6, seed=1))
    return folder


def run(*arguments):
    """Exit status of the command."""
    with pytest.raises(SystemExit) as ended:
        commands.main(["predict", *map(str, arguments)])
    return ended.value.code


def rows(text):
    return list(csv.DictReader(text.splitlines()))


def test_one_file_gives_one_line_with_the_classes_of_the_model(model, videos, capsys):
    assert run(model, videos / "a.mp4") == 0
    (row,) = rows(capsys.readouterr().out)
    assert row["path"] == str(videos / "a.mp4")
    assert {row["class"], row["runner_up"]} < set(CLASSES)
    assert 1 / 3 < float(row["confidence"]) < 1
    assert float(row["runner_up_confidence"]) <= float(row["confidence"])


def test_a_folder_is_walked_and_a_file_says_the_same_alone(model, videos, tmp_path):
    assert run(model, videos, "--out", tmp_path / "deep/all.csv") == 0
    assert run(model, videos / "deep/c d.mkv", "--out", tmp_path / "one.csv") == 0
    found = rows((tmp_path / "deep/all.csv").read_text())
    assert [row["path"] for row in found] == [str(videos / name) for name in ("a.mp4", "deep/b.avi", "deep/c d.mkv")]
    assert found[2:] == rows((tmp_path / "one.csv").read_text())


def test_json_has_an_object_a_line_with_all_probabilities(model, videos, capsys):
    assert run(model, videos, "--format", "json") == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(found) == 3
    for line in found:
        assert list(line["probabilities"]) == CLASSES
        assert sum(line["probabilities"].values()) == pytest.approx(1, abs=3e-6)
        assert line["confidence"] == max(line["probabilities"].values())


def test_a_broken_file_has_one_line_of_error_and_the_others_are_predicted(model, videos, capsys):
    (videos / "broken.mp4").write_bytes(b"no video")
    assert run(model, videos) == 1
    printed = capsys.readouterr()
    assert len(rows(printed.out)) == 3
    errors = [line for line in printed.err.splitlines() if line.startswith("error:")]
    assert len(errors) == 1
    assert "broken.mp4: not a readable video" in errors[0]


def test_a_rotated_phone_video_is_seen_upright(model, tmp_path, capsys):
    phone = toy.write_video(tmp_path / "phone.mp4", toy.clip("red", domain="videos", length=6, seed=1))
    lying = decoding.read_video(phone)[0]
    assert run(model, toy.rotate(phone), "--format", "json") == 0
    said = list(json.loads(capsys.readouterr().out)["probabilities"].values())
    network = predictors.load(model, device=torch.device("cpu")).network
    found = []
    for number, pictures in enumerate((np.rot90(lying, -1, axes=(1, 2)), lying)):
        store = tmp_path / f"{number}.h5"
        frames.write_store([("v", np.ascontiguousarray(pictures), 25.0)], store, dataset="d")
        stores = Stores([("d", "v")], [store], [], [], {"batch_size": 1, "device": torch.device("cpu")})
        found.append(network.probabilities(stores)[0])
    assert said == pytest.approx(found[0].tolist(), abs=1e-6)
    assert said != pytest.approx(found[1].tolist(), abs=1e-4)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_stopped_run_goes_on_where_it_was(model, videos, tmp_path, form):
    out = tmp_path / "p"
    assert run(model, videos, "--format", form, "--out", out) == 0
    whole = out.read_bytes()
    for cut in (len(whole) - 5, whole.index(b"a.mp4") + 2, 0):  # within the last line, within the first, at the start
        out.write_bytes(whole[:cut])
        assert run(model, videos, "--format", form, "--out", out, "--resume") == 0
        assert out.read_bytes() == whole
    assert run(model, videos, "--format", form, "--out", out, "--resume") == 0
    assert out.read_bytes() == whole


def test_what_cannot_be_done_is_said_in_one_line(model, videos, tmp_path, capsys):
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    for arguments, message in (
        ((model, tmp_path / "none.mp4"), "none.mp4: no such file or folder"),
        ((model, tmp_path / "empty"), "empty: no video found"),
        ((tmp_path / "none.pt", videos), "none.pt: no such checkpoint"),
        ((videos / "a.mp4", videos), "a.mp4: not a checkpoint that loads safely"),
        ((model, videos, "--resume"), "--resume: no --out found"),
        ((model, videos, "--out", other, "--resume"), "other.csv: not a csv file of `i2v predict`"),
    ):
        (tmp_path / "empty").mkdir(exist_ok=True)
        assert run(*arguments) == 1
        printed = capsys.readouterr()
        assert printed.err.count("\n") == 1
        assert message in printed.err
    assert other.read_text() == "a,b\n1,2\n"


def test_a_wrong_command_line_has_status_two(model, capsys):
    assert run(model) == 2
    with pytest.raises(SystemExit) as ended:
        commands.main(["foretell"])
    assert ended.value.code == 2
    assert "usage: i2v" in capsys.readouterr().err


def test_ctrl_c_has_its_status(model, videos, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(predict, "_write", stop)
    assert run(model, videos) == 130
