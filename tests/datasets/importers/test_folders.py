import pytest

from i2v_core.datasets.importers import folders
from tests.datasets import trees


def test_the_class_is_the_folder_as_it_is_spelled(tmp_path):
    items, problems = folders.index(trees.images(tmp_path, {"Red Cup": ["1.jpg"], "dog": ["b.png", "a.jpg"]}))
    assert problems.empty
    assert list(items["id"]) == ["Red Cup/1", "dog/a", "dog/b"]
    assert list(items["label"]) == ["Red Cup", "dog", "dog"]
    assert list(items["path"]) == ["Red Cup/1.jpg", "dog/a.jpg", "dog/b.png"]


def test_a_folder_without_images_is_a_row(tmp_path):
    (tmp_path / "cat").mkdir()
    _, problems = folders.index(trees.images(tmp_path, {"dog": ["1.jpg"]}))
    assert trees.rows(problems) == [("cat", "missing", "no image in this class folder", "images, or no such folder")]


def test_counts_are_checked_only_when_given(tmp_path):
    _, problems = folders.index(trees.images(tmp_path, {"dog": ["1.jpg"]}), counts={"classes": 2})
    assert trees.rows(problems) == [(".", "wrong-count", "classes: 1", "classes: 2")]


@pytest.mark.parametrize("root", ["absent", "."])
def test_no_class_folder_is_an_error_that_says_what_belongs_there(tmp_path, root):
    with pytest.raises(FileNotFoundError, match="<class>/<image> wanted"):
        folders.index(tmp_path / root)
