import pytest

from i2v_core.datasets.importers import action_db
from tests.datasets import trees

FOLDERS = {f"{name}/{part}": ["image01.png", "image02.png"] for name in action_db.CLASSES for part in ("train", "test")}


@pytest.mark.parametrize("wrapper", ["", "pami09_preRelease/"])
def test_train_and_test_images_are_all_source_and_their_equal_names_stay_apart(tmp_path, wrapper):
    items, problems = action_db.index(trees.images(tmp_path, {wrapper + name: FOLDERS[name] for name in FOLDERS}))
    assert problems.empty
    assert len(items) == 24
    assert set(items["label"]) == set(action_db.CLASSES)
    row = items.set_index("id").loc["volleyball_smash/test/image02"]
    assert list(row) == [
        f"{wrapper}volleyball_smash/test/image02.png", "image", "volleyball_smash", "", "train", "train", "train",
    ]  # fmt: skip


def test_outlines_and_annotations_of_the_archive_are_no_problem(tmp_path):
    root = trees.images(tmp_path, FOLDERS | {"croquet/silh": ["sil01.png"], "object_annotations": ["batting_bat.mat"]})
    trees.put(root / "show_ground.m")
    items, problems = action_db.index(root)
    assert problems.empty
    assert len(items) == 24


def test_folders_match_in_any_spelling_and_by_alias(tmp_path):
    root = trees.images(tmp_path, {"Cricket Batting": ["1.JPG"], "smash": ["1.jpg"]})
    items, problems = action_db.index(
        root, aliases={"smash": "volleyball_smash"}, classes=["cricket_batting", "volleyball_smash"]
    )
    assert problems.empty
    assert list(items["id"]) == ["cricket_batting/1", "volleyball_smash/1"]


def test_unknown_and_missing_classes_are_rows(tmp_path):
    folders = {name: files for name, files in FOLDERS.items() if not name.startswith("croquet")}
    _, problems = action_db.index(trees.images(tmp_path, folders | {"polo": ["1.png"]}))
    assert trees.kinds(problems) == [("croquet", "missing"), ("polo", "unknown-class")]


@pytest.mark.parametrize("root", ["absent", "."])
def test_no_class_folder_is_an_error_that_says_what_belongs_there(tmp_path, root):
    with pytest.raises(FileNotFoundError, match=r"<class>/\{train,test\}/<image> for the classes of Action DB wanted"):
        action_db.index(tmp_path / root)
