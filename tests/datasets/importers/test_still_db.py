import pytest

from i2v_core.datasets.importers import still_db
from tests.datasets import trees

FOLDERS = {name: ["1.jpg", "b 2.PNG"] for name in still_db.CLASSES}


@pytest.mark.parametrize("wrapper", ["", "images/still/"])
def test_class_folders_are_found_below_any_folder_in_any_case(tmp_path, wrapper):
    items, problems = still_db.index(
        trees.images(tmp_path, {wrapper + name.title(): FOLDERS[name] for name in FOLDERS})
    )
    assert problems.empty
    assert len(items) == 12
    row = items.set_index("id").loc["throwing/b 2"]
    assert list(row) == [f"{wrapper}Throwing/b 2.PNG", "image", "throwing", "", "train", "train", "train"]


def test_unknown_and_missing_classes_are_rows_that_name_the_way_out(tmp_path):
    root = trees.images(tmp_path, {"throw": ["1.jpg"], "walking": ["1.jpg"]})
    _, problems = still_db.index(root, classes=["throwing", "walking"])
    names = "catching crouching kicking running throwing walking"
    assert trees.rows(problems) == [
        ("throw", "unknown-class", "class folder throw", f"one of {names}, or an alias for the folder"),
        ("throwing", "missing", "not there", "a folder of this class or an alias for one, or `classes` without it"),
    ]
    items, problems = still_db.index(root, classes=["throwing", "walking"], aliases={"throw": "throwing"})
    assert problems.empty
    assert list(items["id"]) == ["throwing/1", "walking/1"]


@pytest.mark.parametrize("root", ["absent", "."])
def test_no_class_folder_is_an_error_that_says_what_belongs_there(tmp_path, root):
    with pytest.raises(FileNotFoundError, match="<class>/<image> for the classes of Still DB wanted"):
        still_db.index(tmp_path / root)
