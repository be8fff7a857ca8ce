"""The report's pieces, and the stage that makes it of a toy run."""

import base64
import io
import re
from html.parser import HTMLParser

import h5py
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from i2v_core import probabilities, storage
from i2v_core.evaluation.report import evolution, page, pictures
from i2v_core.media.frames import FrameStore
from i2v_core.stages import list_predictions, make_report
from tests import toy


class Checker(HTMLParser):
    """Collects text and what pictures and links point at, and fails on a tag that does not close."""

    VOID = ("meta", "link", "img", "br")

    def __init__(self) -> None:
        super().__init__()
        self.open, self.texts, self.addresses = [], [], []

    def handle_starttag(self, tag, attributes):
        self.addresses += [value for name, value in attributes if name in ("src", "href", "action", "data")]
        assert tag != "script"
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)


def checked(text):
    checker = Checker()
    checker.feed(text)
    assert checker.open == []
    return checker


def test_text_is_escaped_and_numbers_stand_to_the_right():
    text = page.document("a <b>", [page.heading("x & y"), page.table(("name", "count"), [("<i>", 3), ("z", 0.25)])])
    found = checked(text)
    assert "a <b>" in found.texts
    assert "<i>" in found.texts
    assert "0.250" in found.texts
    assert text.count('class="number"') == 3  # head and two cells of the second column


def test_changes_from_stage_to_stage_are_counted_by_hand():
    first = pd.DataFrame({"id": list("abcd"), "class": list("xxyy"), "confidence": 0.5, "kept": [1, 1, 0, 0]})
    second = pd.DataFrame({"id": list("abcd"), "class": list("xyyy"), "confidence": 0.75, "kept": 1})
    table = evolution.table({"one": first, "two": second}, {"a": "x", "b": "x", "c": "x"})
    assert table.values.tolist() == [
        ["one", 4, 0.5, 0.5, "", 2, 1.0],  # a and b are kept and right
        ["two", 4, 1.0, 0.75, 0.25, 2, 1 / 3],  # b changed; of a, b, c only a is right
    ]
    assert evolution.table({"one": first}, {})["right"].tolist() == [""]


def test_a_thumbnail_moves_and_is_small(tmp_path):
    paths = toy.world(tmp_path)
    store = FrameStore([paths["videos0"]])
    with Image.open(io.BytesIO(pictures.thumbnail(store, "toy-videos/v3"))) as image:
        assert image.format == "WEBP"
        assert image.n_frames == store.length("toy-videos/v3") == 8
        assert max(image.size) <= pictures.THUMBNAIL_PX
    with Image.open(io.BytesIO(pictures.thumbnail(FrameStore([paths["images"]]), "toy-images/i0"))) as image:
        assert getattr(image, "n_frames", 1) == 1


def made(folder, *, labelled=True, videos=14, score=None):
    paths = toy.world(folder)
    labels = storage.read_csv(paths["target_labels"])
    index = labels.assign(path="deep/" + labels["id"] + " <1>.mp4")[["id", "path"]]
    random = np.random.default_rng(0)
    predictions = pd.DataFrame({"path": index["path"], "class": labels["class"], "confidence": random.random(14)})
    tables = {
        "index": index,
        "predictions": predictions.head(videos),
        "problems": pd.DataFrame({"path": ["bad.mp4"], "problem": ["undecodable"], "found": ["nothing"]}),
        "truth": labels if labelled else labels.head(0),
    }
    (folder / "toy-videos").mkdir()
    files = {name: folder / "toy-videos" / f"{name}.csv" for name in tables}
    for name, table in tables.items():
        storage.write_csv(table, files[name])
    with h5py.File(folder / "features.h5", "w") as file:
        file.create_dataset("ids", data=np.array(labels["id"].head(videos), dtype=object), dtype=h5py.string_dtype())
        file["features"] = random.normal(size=(videos, 5)).astype(np.float32)
    names = list(toy.COLOURS)
    score = score or {
        "top1": 0.75,
        "low": 0.5,
        "high": 0.9,
        "n": 4,
        "classes": names,
        "confusion": np.eye(3, dtype=int).tolist(),
    }
    storage.write_json(score, folder / "scores.json")
    toy.pseudo_labels(paths, folder / "pseudo.csv", kept=5)
    (folder / "logs/train").mkdir(parents=True)
    (folder / "logs/index").mkdir()
    times = {"train/zoo-1-0": 62.5, "index/zoo-videos": 1.0, "train/other-1-0": 1000.0, "index/zoo-dogs-videos": 1000.0}
    for name, seconds in times.items():
        (folder / f"logs/{name}.tsv").write_text(f"s\th:m:s\n{seconds}\t0:01:02\n")
    make_report.run(
        name="zoo",
        method="cycda",
        predictions=files["predictions"],
        index=files["index"],
        problems=[files["problems"]],
        source=paths["source"],
        target_labels=files["truth"],
        stores=[paths["videos0"], paths["videos1"]],
        features=folder / "features.h5",
        scores=[folder / "scores.json"] * labelled,
        score_names=["cycda"] * labelled,
        pseudo_labels=[folder / "pseudo.csv", folder / "pseudo.csv"],
        stage_names=["cycle 1, stage 1", "cycle 1, stage 2"],
        times=folder / "logs",
        choices={"choices": [["cycda.p_stage2", "0.7", "the paper's"]], "warnings": ["a stand-in"]},
        parameters={"cycda": {"p_stage2": 0.7}},
        out=folder / "report.html",
    )
    return (folder / "report.html").read_text()


def test_the_report_is_one_file_that_asks_for_nothing(tmp_path):
    text = made(tmp_path)
    found = checked(text)
    assert all(address.startswith("data:") for address in found.addresses)
    assert not re.search(r"https?:|url\(|@import", text)
    said = " ".join(found.texts)
    for wanted in (
        *("zoo", "a stand-in", "1 files were left out", "bad.mp4", "cycle 1, stage 2", "cycda.p_stage2", "the paper's"),
        *("75.0", "50.0 to 90.0", "Chance is 33.3 percent", "train/zoo-1-0", "surest", "least sure"),
        "deep/v3 <1>.mp4",
    ):
        assert wanted in said, wanted
    assert "index/zoo-videos" in said
    assert "other-1-0" not in said  # runs of other names
    assert "zoo-dogs" not in said
    kinds = [address.partition(";")[0] for address in found.addresses]
    assert kinds.count("data:image/webp") == 14  # three classes of 4 or 5 videos: each at one end
    assert kinds.count("data:image/png") == 3  # confusion, pseudo labels, map
    for address in found.addresses:
        if address != "data:,":
            with Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))) as image:
                image.load()


def test_without_labels_there_is_no_score_and_with_few_videos_no_map(tmp_path):
    text = made(tmp_path, labelled=False, videos=3)
    assert "On the videos with labels" not in text
    assert "Map of the videos" not in text
    assert "Pseudo labels, stage by stage" in text


def test_where_no_video_with_a_label_could_be_read_the_report_says_so(tmp_path):
    text = made(tmp_path, score={"n": 0})
    assert "None of the videos with labels could be read" in " ".join(checked(text).texts)
    assert "Chance is" not in text


def test_the_same_run_gives_the_same_bytes(tmp_path):
    texts = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        texts.append(made(tmp_path / name))
    assert texts[0] == texts[1]


def test_predictions_are_listed_by_path_with_the_runner_up(tmp_path):
    values = np.array([[0.2, 0.5, 0.3], [0.6, 0.3, 0.1], [0.0, 0.9, 0.1]], np.float32)
    found = probabilities.Probabilities(["b", "a"], np.array([1, 2]), values, ["x", "y", "z"])
    probabilities.write(found, tmp_path / "p.h5")
    storage.write_csv(pd.DataFrame({"id": ["a", "b"], "path": ["m/a.mp4", "n/b.mp4"]}), tmp_path / "index.csv")
    given = {"found": tmp_path / "p.h5", "out": tmp_path / "out.csv"}
    list_predictions.run(index=tmp_path / "index.csv", **given)
    # a: the mean of (0.6, 0.3, 0.1) and (0, 0.9, 0.1)
    wanted = [["m/a.mp4", "y", 0.6, "x", 0.3], ["n/b.mp4", "y", 0.5, "z", 0.3]]
    assert storage.read_csv(given["out"]).values.tolist() == wanted
    storage.write_csv(pd.DataFrame({"id": ["a"], "path": ["a.mp4"]}), tmp_path / "less.csv")
    with pytest.raises(ValueError, match="no row of 1 predicted videos"):
        list_predictions.run(index=tmp_path / "less.csv", **given)
