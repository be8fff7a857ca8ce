import pytest

from i2v_core.datasets.importers import hii
from tests.datasets import trees

FOLDERS = {"Hugging": ["001.jpg", "002.JPG"], "high_five": ["001.jpg"], "boxing - punching": ["001.png"]}


def test_folders_match_the_ten_classes_whatever_their_spelling(tmp_path):
    items, problems = hii.index(trees.images(tmp_path, FOLDERS))
    assert problems.empty
    assert list(zip(items["id"], items["path"], items["label"], strict=True)) == [
        ("boxing-punching/001", "boxing - punching/001.png", "boxing-punching"),
        ("highfive/001", "high_five/001.jpg", "highfive"),
        ("hugging/001", "Hugging/001.jpg", "hugging"),
        ("hugging/002", "Hugging/002.JPG", "hugging"),
    ]
    assert (items[["split1", "split2", "split3"]] == "train").all(axis=None)


def test_an_alias_gives_a_folder_its_class(tmp_path):
    root = trees.images(tmp_path, {"05_hug": ["1.jpg"], "kiss": ["1.jpg"]})
    items, problems = hii.index(root, aliases={"05_hug": "hugging", "kiss": "kissing"})
    assert problems.empty
    assert list(items["id"]) == ["hugging/1", "kissing/1"]


def test_a_folder_without_class_or_alias_is_a_row_that_names_the_way_out(tmp_path):
    root = trees.images(tmp_path, {"hugging": ["1.jpg"], "hug": ["1.jpg"]})
    items, problems = hii.index(root)
    assert list(items["id"]) == ["hugging/1"]
    wanted = f"one of {' '.join(hii.CLASSES)}, or an alias for the folder"
    assert trees.rows(problems) == [("hug", "unknown-class", "class folder hug", wanted)]


@pytest.mark.parametrize(
    ("aliases", "message"),
    [
        ({"hug": "huging"}, "aliases: 'hug' stands for 'huging', one of .*'hugging'.* wanted"),
        ({"hugs": "hugging"}, r"aliases: 'hugs' is no folder in .*, \['hug'\] found"),
    ],
)
def test_a_wrong_alias_is_an_error(tmp_path, aliases, message):
    with pytest.raises(ValueError, match=message):
        hii.index(trees.images(tmp_path, {"hug": ["1.jpg"]}), aliases=aliases)


def test_the_second_release_is_told_by_its_count_without_being_asked(tmp_path):
    root = trees.images(tmp_path, {"hugging": [f"{number}.jpg" for number in range(10502)]})
    _, problems = hii.index(root)
    assert trees.rows(problems) == [(".", "wrong-count", "10502 images: this is HIIv2", "1972 images of HII")]


def test_surplus_empty_and_stray_files_are_rows(tmp_path):
    root = trees.images(tmp_path, {"hugging": ["1.jpg", "notes.txt", "more/2.jpg"], "kissing": ["readme.txt"]})
    trees.put(root / "hugging/3.jpg", "")
    trees.put(root / "flat.jpg")
    trees.put(root / "licence.txt")
    items, problems = hii.index(root)
    assert list(items["id"]) == ["hugging/1", "hugging/3"]
    assert trees.kinds(problems) == [
        ("flat.jpg", "surplus"),
        ("hugging/3.jpg", "undecodable"),
        ("hugging/more", "surplus"),
        ("hugging/notes.txt", "surplus"),
        ("kissing", "missing"),
        ("kissing/readme.txt", "surplus"),
    ]


def test_counts_are_checked_only_when_given(tmp_path):
    root = trees.images(tmp_path, FOLDERS)
    _, problems = hii.index(root, counts={"items": 1972, "classes": 10})
    assert [row[2:] for row in trees.rows(problems)] == [("classes: 3", "classes: 10"), ("items: 4", "items: 1972")]


@pytest.mark.parametrize("root", ["absent", "."])
def test_no_class_folder_is_an_error_that_says_what_belongs_there(tmp_path, root):
    with pytest.raises(FileNotFoundError, match="<class>/<image> for the classes of HII wanted"):
        hii.index(tmp_path / root)
