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


LIST = "label,youtube_id,time_start,time_end,split\n"


def test_val_is_the_test_part_of_each_split(tmp_path):
    root = trees.images(tmp_path, {"train/yoga": ["a_000001_000011.mp4"], "val/yoga": ["b_000002_000012.mp4"]})
    items, problems = kinetics.index(root)
    assert problems.empty
    assert items.set_index("id")["split1"].to_dict() == {"a_000001_000011": "train", "b_000002_000012": "test"}


def test_flat_mirrors_have_their_classes_from_the_lists_whatever_their_further_columns(tmp_path):
    root = trees.images(
        tmp_path, {"train": ["a_000001_000011.mp4"], "val": ["b_000002_000012.mp4", "c_000003_000013.mp4"]}
    )
    trees.put(root / "annotations/train.csv", LIST + "eating cake,a,1,11,train\n")
    trees.put(root / "val.csv", LIST.replace("split", "split,is_cc") + "yoga,b,2,12,val,0\n")
    items, problems = kinetics.index(root)
    assert items.set_index("id")["label"].to_dict() == {"a_000001_000011": "eating cake", "b_000002_000012": "yoga"}
    assert trees.kinds(problems) == [("val/c_000003_000013.mp4", "surplus")]


def test_clips_of_a_list_that_are_not_there_are_missing_and_broken_lines_are_named(tmp_path):
    root = trees.images(tmp_path, {"train/yoga": ["a_000001_000011.mp4"]})
    trees.put(root / "train.csv", LIST + "yoga,a,1,11,train\nyoga,gone,5,15,train\nyoga,d,x,y,train\n")
    items, problems = kinetics.index(root)
    assert len(items) == 1
    assert trees.kinds(problems) == [("train.csv", "bad-split-line"), ("train/yoga/gone_000005_000015.mp4", "missing")]


def test_folders_with_underscores_are_classes_as_the_lists_spell_them(tmp_path):
    root = trees.images(tmp_path, {"train/eating_cake": ["a_000001_000011.mp4"]})
    trees.put(root / "train.csv", LIST + "eating cake,a,1,11,train\n")
    items, problems = kinetics.index(root)
    assert items["label"].tolist() == ["eating cake"]
    assert problems.empty


def test_the_part_without_public_labels_is_left_out_with_a_word(tmp_path):
    root = trees.images(tmp_path, {"train/yoga": ["a_1_2.mp4"], "test": ["z_1_2.mp4"]})
    items, problems = kinetics.index(root)
    assert (len(items), trees.kinds(problems)) == (1, [("test", "surplus")])
