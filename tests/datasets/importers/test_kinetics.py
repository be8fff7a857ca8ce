import pytest

from i2v_core.datasets.importers import kinetics
from tests.datasets import trees


def test_the_class_is_the_folder_and_the_group_the_source_video(tmp_path):
    root = trees.images(tmp_path, {"train/shooting goal (soccer)": ["-a_B_000010_000020.mp4"]})
    items, problems = kinetics.index(root)
    assert problems.empty
    assert list(items.iloc[0]) == [
        "-a_B_000010_000020", "train/shooting goal (soccer)/-a_B_000010_000020.mp4", "video",
        "shooting goal (soccer)", "-a_B", "train", "train", "train",
    ]  # fmt: skip


def test_what_is_no_clip_is_surplus_and_an_empty_file_undecodable(tmp_path):
    root = trees.images(tmp_path, {"train/yoga": ["a_1_2.mp4", "a.mp4", "b_1_2.txt", "more/c_1_2.mp4"]})
    trees.put(root / "train/yoga/d_1_2.mp4", "")
    items, problems = kinetics.index(root)
    assert list(items["id"]) == ["a_1_2", "d_1_2"]
    assert trees.kinds(problems) == [
        ("train/yoga/a.mp4", "surplus"),
        ("train/yoga/b_1_2.txt", "surplus"),
        ("train/yoga/d_1_2.mp4", "undecodable"),
        ("train/yoga/more", "surplus"),
    ]


def test_counts_are_checked_only_when_given(tmp_path):
    root = trees.images(tmp_path, {"train/yoga": ["a_1_2.mp4"]})
    assert kinetics.index(root)[1].empty
    _, problems = kinetics.index(root, counts={"classes": 400})
    assert trees.rows(problems) == [(".", "wrong-count", "classes: 1", "classes: 400")]


@pytest.mark.parametrize("made", ["other", "train"])
def test_no_class_folder_is_an_error_that_says_what_belongs_there(tmp_path, made):
    (tmp_path / made).mkdir()
    with pytest.raises(FileNotFoundError, match=r"train/<class>/<id>_<start>_<end>\.mp4 \(and val/\.\.\.\) wanted"):
        kinetics.index(tmp_path)
