import pytest

from i2v_core.datasets import class_folders
from tests.datasets import trees

TREE = class_folders.Tree(
    "<class>/<image>", {"cat": "cat", "big_dog": "dog"}, parts=("train", "test"), ignored=("old masks",)
)
ONE = {"cat": ["1.jpg"], "big_dog": ["1.jpg"]}


def test_folders_match_by_name_in_any_spelling_at_any_depth(tmp_path):
    root = trees.images(tmp_path, {"release/v 1/CAT": ["b.PNG", "a.jpg"], "release/Big-Dog": ["x y.jpg"]})
    items, problems = class_folders.index(root, TREE)
    assert problems.empty
    assert list(zip(items["id"], items["path"], items["label"], strict=True)) == [
        ("cat/a", "release/v 1/CAT/a.jpg", "cat"),
        ("cat/b", "release/v 1/CAT/b.PNG", "cat"),
        ("dog/x y", "release/Big-Dog/x y.jpg", "dog"),
    ]
    assert (items[["split1", "split2", "split3"]] == "train").all(axis=None)
    assert set(items["kind"]) == {"image"}


def test_parts_count_as_the_class_and_stand_in_the_ids(tmp_path):
    root = trees.images(tmp_path, {"cat/train": ["1.jpg"], "cat/Test": ["1.jpg"], "cat": ["1.jpg"], "dog": ["1.jpg"]})
    items, problems = class_folders.index(root, TREE)
    assert problems.empty
    assert list(items["id"]) == ["cat/1", "cat/Test/1", "cat/train/1", "dog/1"]
    assert list(items["label"]) == ["cat", "cat", "cat", "dog"]


def test_an_id_keeps_the_suffix_where_two_files_share_a_stem(tmp_path):
    items, _ = class_folders.index(trees.images(tmp_path, ONE | {"cat/train": ["1.jpg", "1.png"]}), TREE)
    assert list(items["id"]) == ["cat/1", "cat/train/1.jpg", "cat/train/1.png", "dog/1"]


def test_ignored_folders_are_let_be_beside_and_in_class_folders(tmp_path):
    root = trees.images(tmp_path, ONE | {"old_masks/cat": ["9.jpg"], "cat/Old Masks": ["9.png"]})
    items, problems = class_folders.index(root, TREE)
    assert problems.empty
    assert len(items) == 2


def test_every_problem_is_a_row(tmp_path):
    root = trees.images(tmp_path, ONE | {"fish": ["1.jpg"], "cat/more": ["2.jpg"], "cat/train/deep": ["3.jpg"]})
    trees.put(root / "cat/notes.txt")
    trees.put(root / "cat/train/3.jpg", "")
    trees.put(root / "flat.jpg")
    trees.put(root / "README")
    items, problems = class_folders.index(root, TREE)
    assert list(items["id"]) == ["cat/1", "cat/train/3", "dog/1"]
    suffixes = "one of .bmp .gif .jpeg .jpg .png .tif .tiff .webp"
    assert trees.rows(problems) == [
        ("cat/more", "surplus", "a folder", "images or train or test only"),
        ("cat/notes.txt", "surplus", "not an image by its suffix", suffixes),
        ("cat/train/3.jpg", "undecodable", "0 bytes (an empty file or a broken link)", "a file with content"),
        ("cat/train/deep", "surplus", "a folder", "images only"),
        ("fish", "unknown-class", "class folder fish", "one of cat big_dog, or an alias for the folder"),
        ("flat.jpg", "surplus", "a file outside the class folders", "<class>/<file>"),
    ]


def test_an_unknown_folder_beside_known_ones_below_a_wrapper_is_named_by_its_path(tmp_path):
    root = trees.images(tmp_path, {f"release/{name}": files for name, files in (ONE | {"fish": ["1.jpg"]}).items()})
    _, problems = class_folders.index(root, TREE)
    assert trees.kinds(problems) == [("release/fish", "unknown-class")]


def test_a_class_without_folder_is_a_row_unless_classes_leaves_it_out(tmp_path):
    root = trees.images(tmp_path, {"cat": ["1.jpg"]})
    wanted = "a folder of this class or an alias for one, or `classes` without it"
    assert trees.rows(class_folders.index(root, TREE)[1]) == [("big_dog", "missing", "not there", wanted)]
    assert class_folders.index(root, TREE, classes=["cat"])[1].empty


def test_classes_that_nobody_asked_for_are_catalogued_all_the_same(tmp_path):
    items, problems = class_folders.index(trees.images(tmp_path, ONE), TREE, classes=["dog"])
    assert problems.empty
    assert set(items["label"]) == {"cat", "dog"}


def test_a_class_folder_without_images_is_a_row(tmp_path):
    root = trees.images(tmp_path, ONE)
    (root / "cat/1.jpg").unlink()
    _, problems = class_folders.index(root, TREE)
    assert trees.rows(problems) == [("cat", "missing", "no image in this class folder", "images, or no such folder")]


@pytest.mark.parametrize("alias", ["02", "b/02"])
def test_an_alias_is_a_folder_name_or_a_path(tmp_path, alias):
    root = trees.images(tmp_path, {"b/01": ["1.jpg"], "b/02": ["1.jpg"]})
    items, problems = class_folders.index(root, TREE, aliases={"01": "cat", alias: "dog"})
    assert problems.empty
    assert list(items["path"]) == ["b/01/1.jpg", "b/02/1.jpg"]
    assert list(items["label"]) == ["cat", "dog"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"aliases": {"cat": "kitten"}},
            r"aliases: 'cat' stands for 'kitten', one of \['cat', 'dog'\] wanted; correct",
        ),
        ({"aliases": {"hound": "dog"}}, r"aliases: 'hound' is no folder in .*, \['big_dog', 'cat'\] found; correct"),
        ({"classes": ["cat", "fish"]}, r"classes: \['fish'\] found, some of \['cat', 'dog'\] wanted; correct"),
    ],
)
def test_a_wrong_option_is_an_error(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        class_folders.index(trees.images(tmp_path, ONE), TREE, **options)


def test_counts_are_checked_only_when_given(tmp_path):
    _, problems = class_folders.index(trees.images(tmp_path, ONE), TREE, counts={"items": 3, "classes": 2})
    assert trees.rows(problems) == [(".", "wrong-count", "items: 2", "items: 3")]


def test_no_class_folder_and_one_too_deep_are_errors(tmp_path):
    with pytest.raises(FileNotFoundError, match="nothing of this layout found; <class>/<image> wanted"):
        class_folders.index(trees.images(tmp_path, {"a/b/c/d/cat": ["1.jpg"]}), TREE)
