import pandas as pd
import pytest

from i2v_core.datasets import listing
from i2v_core.datasets.importers import bu101
from tests.datasets import trees

FOLDERS = {"boxingpunchingbag": ["a.jpg"], "Yo_Yo": ["1.jpeg", "2.webp", "3.GIF"], "Tai-Chi": ["x y.png"]}


@pytest.mark.parametrize("place", ["", "images"])
def test_folders_match_ucf101_whatever_their_spelling_and_images_have_any_format(tmp_path, place):
    trees.images(tmp_path / place, FOLDERS)
    items, problems = bu101.index(tmp_path)
    assert problems.empty
    assert list(items["id"]) == ["BoxingPunchingBag/a", "TaiChi/x y", "YoYo/1", "YoYo/2", "YoYo/3"]
    assert items["path"].iloc[0] == (f"{place}/" if place else "") + "boxingpunchingbag/a.jpg"
    assert set(items["kind"]) == {"image"}


def test_the_official_classes_stay_apart_when_spelling_is_ignored():
    names = pd.read_csv(bu101.UCF101_CLASSES)["class"]
    assert len({listing.normalised(name) for name in names}) == 101


def test_files_that_share_a_stem_keep_their_suffix_in_the_id(tmp_path):
    root = trees.images(tmp_path, {"Archery": ["1.jpg", "1.png", "2.jpg", "2.txt"]})
    items, problems = bu101.index(root)
    assert list(items["id"]) == ["Archery/1.jpg", "Archery/1.png", "Archery/2"]
    assert trees.kinds(problems) == [("Archery/2.txt", "surplus")]


def test_two_folders_of_one_class_clash_only_where_ids_do(tmp_path):
    root = trees.images(tmp_path, {"Archery": ["1.jpg"], "archery": ["1.jpg", "2.jpg"]})
    items, problems = bu101.index(root)
    assert list(items["path"]) == ["Archery/1.jpg", "archery/2.jpg"]
    assert trees.rows(problems) == [
        ("archery/1.jpg", "surplus", "id Archery/1, which Archery/1.jpg has", "each id once")
    ]


def test_an_unknown_folder_is_a_row(tmp_path):
    root = trees.images(tmp_path / "root", {"images/Archery": ["1.jpg"], "images/Yodeling": ["1.jpg"]})
    _, problems = bu101.index(root)
    wanted = "a class of UCF101 (spelling is free)"
    assert trees.rows(problems) == [("images/Yodeling", "unknown-class", "class folder Yodeling", wanted)]


def test_a_file_name_that_is_not_utf8_is_reported_in_printable_form(tmp_path):
    root = trees.images(tmp_path, {"Archery": ["1.jpg", "caf\udce9.jpg"]})
    items, problems = bu101.index(root)
    assert list(items["id"]) == ["Archery/1"]
    assert trees.kinds(problems) == [("Archery/caf\\udce9.jpg", "surplus")]


def test_counts_are_checked_only_when_given(tmp_path):
    _, problems = bu101.index(trees.images(tmp_path, FOLDERS), counts={"items": 23804})
    assert trees.rows(problems) == [(".", "wrong-count", "items: 5", "items: 23804")]


@pytest.mark.parametrize("root", ["absent", "."])
def test_no_class_folder_is_an_error_that_says_what_belongs_there(tmp_path, root):
    with pytest.raises(FileNotFoundError, match="images/<Class>/<image> or <Class>/<image>"):
        bu101.index(tmp_path / root)
