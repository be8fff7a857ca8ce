import pytest

from i2v_core.datasets.importers import stanford40
from tests.datasets import trees


def test_train_and_test_images_are_all_source_and_the_class_ends_at_the_last_underscore(tmp_path):
    items, problems = stanford40.index(trees.stanford40(tmp_path))
    assert problems.empty
    assert len(items) == 12
    assert list(items.set_index("id").loc["throwing_frisby_003"]) == [
        "JPEGImages/throwing_frisby_003.jpg", "image", "throwing_frisby", "", "train", "train", "train",
    ]  # fmt: skip
    assert set(items["label"]) == set(trees.STANFORD40)


def test_the_header_of_actions_is_no_class(tmp_path):
    root = trees.stanford40(tmp_path)
    trees.put(root / "JPEGImages/action_name_001.jpg")
    path = root / "ImageSplits/test.txt"
    path.write_text(path.read_text() + "action_name_001.jpg\n")
    items, problems = stanford40.index(root)
    assert len(items) == 12
    assert trees.rows(problems) == [
        ("JPEGImages/action_name_001.jpg", "unknown-class", "class action_name", "a class of ImageSplits/actions.txt")
    ]


def test_every_problem_is_a_row(tmp_path):
    root = trees.stanford40(tmp_path)
    trees.put(root / "JPEGImages/climbing_099.jpg")
    trees.put(root / "JPEGImages/climbing_002.jpg", "")
    (root / "JPEGImages/climbing_001.jpg").unlink()
    path = root / "ImageSplits/test.txt"
    path.write_text(path.read_text() + "climbing_002.jpg\nnounderscore.jpg\n")
    path = root / "ImageSplits/actions.txt"
    path.write_text(path.read_text() + "jumping\n")
    items, problems = stanford40.index(root)
    assert len(items) == 11
    assert trees.rows(problems) == [
        ("ImageSplits/actions.txt", "bad-split-line", "line 5: jumping", "<action> <count>, each action once"),
        ("ImageSplits/test.txt", "bad-split-line", "line 7: climbing_002.jpg is named twice",
         "each file once in train.txt and test.txt"),
        ("ImageSplits/test.txt", "bad-split-line", "line 8: nounderscore.jpg", "<action>_<nnn>.jpg"),
        ("JPEGImages/climbing_001.jpg", "missing", "not there", "the file named in ImageSplits/train.txt line 1"),
        ("JPEGImages/climbing_002.jpg", "undecodable", "0 bytes (an empty file or a broken link)",
         "a file with content"),
        ("JPEGImages/climbing_099.jpg", "surplus", "a file that no list names", "a line in the lists"),
    ]  # fmt: skip


@pytest.mark.parametrize("file", ["actions.txt", "train.txt", "test.txt"])
def test_a_missing_list_is_a_row(tmp_path, file):
    root = trees.stanford40(tmp_path)
    (root / "ImageSplits" / file).unlink()
    items, problems = stanford40.index(root)
    assert (f"ImageSplits/{file}", "missing") in trees.kinds(problems)
    assert len(items) == (12 if file == "actions.txt" else 6)


def test_counts_are_checked_only_when_given(tmp_path):
    root = trees.stanford40(tmp_path)
    assert stanford40.index(root, counts={"items": 12, "classes": 3})[1].empty
    _, problems = stanford40.index(root, counts={"items": 9532})
    assert trees.rows(problems) == [(".", "wrong-count", "items: 12", "items: 9532")]


@pytest.mark.parametrize("gone", [".", "JPEGImages", "ImageSplits"])
def test_an_absent_folder_is_an_error_that_says_what_belongs_there(tmp_path, gone):
    root = trees.stanford40(tmp_path / "root")
    (root / gone).rename(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError, match=r"no such folder; JPEGImages/<action>_<nnn>\.jpg and ImageSplits/"):
        stanford40.index(root)


def test_an_empty_image_folder_is_an_error(tmp_path):
    root = trees.stanford40(tmp_path)
    (root / "JPEGImages").rename(tmp_path / "elsewhere")
    (root / "JPEGImages").mkdir()
    with pytest.raises(FileNotFoundError, match="nothing of this layout found; JPEGImages"):
        stanford40.index(root)
