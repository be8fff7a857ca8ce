"""Own folders through the Snakefile: what is planned for each method, and, once, everything made and used."""

import json
import re
import sys

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image

from tests import toy
from tests.workflow import project

CLASSES = {"red": "stop signs", "green": "go signs", "blue": "others"}
FAST = {
    "image_model": {"weights": "", "backbone_options": {"channels": [4, 4, 8, 8]}, "size_px": 24, "short_side_px": 24},
    "video_model": {"weights": "", "width": 0.05, "size_px": 32, "short_side_px": 32, "frames": 4},
    "training.epochs": {f"stage{number}": 1 for number in (1, 2, 3, 4)} | {"source_only": 1},
    "frames.short_side_px": 32,
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The project, and in it images of three classes, twelve videos in a tree, one broken, labels of some."""
    made = project.sources(tmp_path_factory.mktemp("own") / "project")
    mine, rows = made / "mine", ["path,class"]
    for number in range(12):
        colour = list(CLASSES)[number % 3]
        images = mine / "images" / CLASSES[colour]
        images.mkdir(parents=True, exist_ok=True)
        Image.fromarray(toy.clip(colour, domain="images", length=1, seed=number)[0]).save(images / f"{number}.png")
        for kind, domain in ((f"videos/disk {number % 2}", "videos"), (f"labelled/{CLASSES[colour]}", "images")):
            place = mine / kind / f"{number}.mp4"
            place.parent.mkdir(parents=True, exist_ok=True)
            toy.write_video(place, toy.clip(colour, domain=domain, length=8, seed=number))
        if number < 6:
            rows.append(f"disk {number % 2}/{number}.mp4,{CLASSES[colour]}")
    (mine / "videos/broken.mp4").write_bytes(b"no video")
    (mine / "labels.csv").write_text("\n".join(rows) + "\n")
    return made


def i2v(folder, *arguments, status=0):
    main = "from i2v_core.commands import main; main()"
    return project.run(folder, [sys.executable, "-c", main, *arguments], status=status)


def adapt(folder, *arguments, status=0):
    given = ("--images", "mine/images", "--videos", "mine/videos", "--image-weights", "stand-in", "--cores", "2")
    return i2v(folder, "adapt", *given, *arguments, status=status)


def planned(text):
    """Number of jobs by rule, as snakemake prints it."""
    return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", text, re.MULTILINE)}


@pytest.mark.parametrize(
    ("method", "more", "trains"),
    [
        ("cycda", (), {"train_spatial_alignment": 1, "train_spatio_temporal": 3, "train_class_aware": 2}),
        ("stcda", ("--source-videos", "mine/labelled"), {"train_stcda": 3, "clip_features": 4}),
        pytest.param(
            "websup",
            ("--source-videos", "mine/labelled"),
            {"train_web_image": 1, "train_web_video": 1},
            marks=pytest.mark.slow,
        ),
        pytest.param("divafn", ("--labels", "mine/labels.csv"), {"train_divafn": 1}, marks=pytest.mark.slow),
        pytest.param("websup", (), {"train_web_image": 1}, marks=pytest.mark.slow),
        pytest.param("source-only", (), {"train_source_only": 1}, marks=pytest.mark.slow),
        pytest.param(
            "cfb", (), {"train_cfb_rgb": 1, "train_cfb_flow": 1, "synthetic_videos": 1}, marks=pytest.mark.slow
        ),
    ],
)
def test_each_method_plans_its_own_training_and_the_same_three_files(folder, method, more, trains):
    name = f"plans-{method}-{len(more)}"  # runs of one name have the same folders
    text = adapt(folder, "--method", method, "--name", name, "--plan", *more)
    jobs = planned(text)
    assert trains.items() <= jobs.items()
    model = "own_divafn_model" if method == "divafn" else "own_model"
    assert {"own_predictions": 1, model: 1, "own_report": 1, "own_features": 1}.items() <= jobs.items()
    assert "own_scores" not in jobs
    assert "About " in text
    made = yaml.safe_load((folder / "results" / name / "own" / method / "settings.yaml").read_text())
    assert made["folders"][name]["method"] == method
    assert not (folder / f"data/derived/{name}-videos").exists()


def test_labels_bring_scores_and_source_only_beside_them(folder):
    jobs = planned(adapt(folder, "--name", "scored", "--plan", "--labels", "mine/labels.csv"))
    assert jobs["own_scores"] == 2
    assert jobs["train_source_only"] == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--method", "stcda"), "method stcda: no source videos found"),
        (("--labels", "mine/none.csv"), "mine/none.csv: no such file"),
        (("--name", "my zoo"), "name 'my zoo' found, letters, digits and hyphens wanted"),
        (("--name", "mini-e2h"), "params.yaml has a benchmark or data set of that name"),
        (("--name", "mini-web"), "params.yaml has a benchmark or data set of that name"),
        (("--source-videos", "mine/labelled"), "--source-videos: method cycda does not learn from them"),
        (("--set", "cycda.p_stage2=high"), 'cycda.p_stage2: "high" found'),
        (("--set", "cycda.p_stage2"), "--set 'cycda.p_stage2' found, KEY=VALUE wanted"),
        (("--video-weights", "none.pt"), "--video-weights: 'none.pt' found, no such file"),
        (("--set", "cycda.p_stage2=7", "--plan"), "cycda.p_stage2: 7 found"),
    ],
)
def test_what_cannot_be_done_is_said_before_any_job(folder, arguments, message):
    assert message in adapt(folder, *arguments, status=1)


def test_random_weights_are_an_empty_word_of_the_command(folder):
    none = project.overlay(folder, "image_model: {weights: ''}\nvideo_model: {weights: ''}")
    places = {
        "train_source_only": "source-only",
        "train_spatio_temporal": "cycda/cycle1/stage2",
        "train_cfb_rgb": "cfb/rgb/depth",
    }
    targets = [f"{project.RUN}/{place}/model.pt" for place in places.values()]
    text = project.run(folder, project.command(*targets, overlays=none, options=("-n", "-p")))
    for stage in places:
        assert re.search(f"-m i2v_core.stage --processes 1 {stage} .* --weights '' --settings", text), stage


def test_a_name_is_of_one_set_of_folders(folder):
    adapt(folder, "--name", "taken", "--method", "source-only", "--plan")
    more = ("--method", "websup", "--source-videos", "mine/labelled", "--plan")
    assert "is of other folders; give another name" in adapt(folder, "--name", "taken", *more, status=1)


@pytest.mark.slow
def test_everything_is_made_and_the_model_says_of_files_what_the_table_says(folder):
    given = ["--name", "zoo", "--labels", "mine/labels.csv"]
    given += [part for key, value in FAST.items() for part in ("--set", f"{key}={json.dumps(value)}")]
    text = adapt(folder, *given)
    out = folder / "results/zoo/own/cycda"
    predictions = pd.read_csv(out / "predictions.csv")
    assert len(predictions) == 12
    assert set(predictions["class"]) <= set(CLASSES.values())
    report = (out / "report.html").read_text()
    for wanted in ("broken.mp4", "cycle 2, stage 4", "source-only", "On the videos with labels"):
        assert wanted in report
    assert not re.search(r'(src|href)="http', report)
    assert f"i2v predict {out.relative_to(folder)}/model.pt" in text
    i2v(folder, "predict", str(out / "model.pt"), "mine/videos", "--out", "again.csv", status=1)  # one is broken
    again = pd.read_csv(folder / "again.csv")
    again["path"] = again["path"].str.removeprefix("mine/videos/")
    both = predictions.merge(again, on="path", suffixes=("", "_again"))
    assert len(both) == 12
    np.testing.assert_allclose(both["confidence"], both["confidence_again"], atol=3e-6)  # six decimals, other batches
    assert (both["class"] == both["class_again"]).all()
    assert "12 kept (100 %)" in i2v(folder, "inspect", "results/zoo/split1/seed0/cycda/cycle1/stage2/pseudo_labels.csv")
    assert "Nothing to be done" in adapt(folder, *given)
