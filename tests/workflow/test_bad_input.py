"""Bad settings and bad data give one readable line and no half-written file."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
import torch

from tests.workflow import project

INDEXES = ("data/derived/mini-hmdb51/index.csv", "data/derived/mini-stanford40/index.csv")
OWN_DATA = """
datasets:
  mini-hmdb51: {mini_world: false, on_problem: %s}
  mini-stanford40: {mini_world: false, on_problem: %s}
"""


def error_lines(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines() if line.strip().startswith("error: ")}


@pytest.fixture
def damaged(copy) -> Path:
    """A project whose videos and photos have been damaged before their frames were read."""
    videos = copy / "data/raw/mini/hmdb51"
    first = sorted((videos / "clap").iterdir())[0]
    first.write_bytes(first.read_bytes()[:600])
    with (videos / "testTrainMulti_7030_splits/jump_test_split1.txt").open("a") as file:
        file.write("gone_jump_f_cm_np1_fr_med_0.avi 1 \n")
    shutil.copytree(videos / "wave", videos / "juggle")
    (copy / "data/raw/mini/stanford40/JPEGImages/applauding_001.jpg").write_bytes(b"")
    for name in ("mini-hmdb51", "mini-stanford40"):
        shutil.rmtree(copy / "data/derived" / name)
    return copy


def test_bad_data_stop_in_one_line_each_with_the_report_and_are_left_out_on_demand(damaged):
    overlays = project.overlay(damaged, OWN_DATA % ("stop", "stop"))
    text = project.run(damaged, project.command(*INDEXES, overlays=overlays, options=("--keep-going",)), status=1)
    lines = error_lines(text)
    assert len(lines) == 2, text
    for name, kinds in (
        ("mini-hmdb51", ("1 missing", "1 undecodable", "1 unknown-class")),
        ("mini-stanford40", ("1 undecodable (first: JPEGImages/applauding_001.jpg)",)),
    ):
        (line,) = [line for line in lines if line.startswith(f"error: dataset {name}: ")]
        assert all(kind in line for kind in kinds), line
        assert f"the full list is in data/derived/{name}/problems.csv" in line
        assert f"datasets.{name}.on_problem: drop" in line
    assert not any((damaged / path).exists() for path in INDEXES)
    assert project.left_overs(damaged / "data/derived") == []
    report = pd.read_csv(damaged / "data/derived/mini-hmdb51/problems.csv")
    assert set(report["problem"]) == {"missing", "undecodable", "unknown-class"}

    overlays = project.overlay(damaged, OWN_DATA % ("drop", "drop"))
    project.run(damaged, project.command(*INDEXES, overlays=overlays))
    videos, photos = (pd.read_csv(damaged / path) for path in INDEXES)
    assert "applauding_001" not in set(photos["id"])
    assert (videos["label"] == "clap").sum() == 2
    assert "juggle" not in set(videos["label"])


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("cycda: {temprature: 0.1}", "params.yaml: cycda.temprature: unknown key found, 'temperature' wanted?"),
        (
            "video_model: {weights: nowhere.pt}",
            "video_model.weights: 'nowhere.pt' found, no such file; put the weights ",
        ),
        (f"checksums: {{Snakefile: {'a' * 64}}}", f"{'a' * 64} wanted; fetch the file again, or mend `checksums` in "),
        ("checksums: {gone.pt: ab}", 'params.yaml: checksums.gone.pt: "ab" found, a SHA-256 of 64 hexadecimal digits '),
        ("compute: {device: gpu}", 'params.yaml: compute.device: "gpu" found, one of "auto", "cpu", "cuda" wanted'),
    ],
)
def test_a_wrong_parameter_stops_before_any_job_in_one_line(tmp_path, change, line):
    folder = project.sources(tmp_path / "project")
    text = project.run(folder, project.command(project.TABLE, overlays=project.overlay(folder, change)), status=1)
    assert line in text
    assert "Traceback" not in text
    assert not (folder / "results").exists()


def test_a_checkpoint_that_lacks_a_key_stops_in_one_line(copy):
    state = torch.load(copy / "data/derived/pretrained/video.pt", weights_only=True)
    del state["Mixed_3b.b0.conv3d.weight"]
    torch.save(state, copy / "own.pt")
    model = f"{project.RUN}/supervised-target/model.pt"
    overlays = project.overlay(copy, "video_model: {weights: own.pt}")
    text = project.run(copy, project.command(model, overlays=overlays), status=1)
    (line,) = error_lines(text)
    assert line.startswith("error: own.pt: 1 keys missing ['Mixed_3b.b0.conv3d.weight'], 0 surplus [], ")
    assert not (copy / model).exists()
    assert project.left_overs(copy) == []
