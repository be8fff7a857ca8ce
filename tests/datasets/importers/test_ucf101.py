import pytest

from i2v_core.datasets.importers import ucf101
from tests.datasets import trees

LISTS = "ucfTrainTestlist"


def edit(root, file, change):
    path = root / LISTS / file
    path.write_bytes(change(path.read_bytes().decode()).encode())


def test_a_clean_tree_has_all_videos_and_no_problem(tmp_path):
    items, problems = ucf101.index(trees.ucf101(tmp_path))
    assert len(items) == 36
    assert problems.empty
    first = items.iloc[0]
    assert list(first) == [
        "v_Archery_g01_c01", "UCF-101/Archery/v_Archery_g01_c01.avi", "video", "Archery", "Archery/g01",
        "test", "train", "train",
    ]  # fmt: skip
    assert items["id"].is_monotonic_increasing


def test_handstand_pushups_goes_by_the_list_entry_not_by_the_file_name(tmp_path):
    items, _ = ucf101.index(trees.ucf101(tmp_path))
    row = items.set_index("id").loc["v_HandStandPushups_g02_c01"]
    assert row["label"] == "HandstandPushups"
    assert row["path"] == "UCF-101/HandstandPushups/v_HandStandPushups_g02_c01.avi"
    assert row["group"] == "HandstandPushups/g02"
    assert list(row[["split1", "split2", "split3"]]) == ["train", "test", "train"]


def test_class_folders_may_lie_directly_in_the_root(tmp_path):
    items, problems = ucf101.index(trees.ucf101(tmp_path, videos=""))
    assert len(items) == 36
    assert problems.empty
    assert items["path"].iloc[0] == "Archery/v_Archery_g01_c01.avi"


def test_mp4_mirror_keeps_ids_and_has_the_suffix_on_disk(tmp_path):
    items, problems = ucf101.index(trees.ucf101(tmp_path / "a", suffix=".mp4"))
    original, _ = ucf101.index(trees.ucf101(tmp_path / "b"))
    assert problems.empty
    assert list(items["id"]) == list(original["id"])
    assert items["path"].str.endswith(".mp4").all()


def test_every_missing_file_is_a_row_that_names_the_line(tmp_path):
    root = trees.ucf101(tmp_path)
    (root / "UCF-101/Archery/v_Archery_g02_c01.avi").unlink()
    (root / "UCF-101/YoYo/v_YoYo_g06_c02.avi").unlink()
    items, problems = ucf101.index(root)
    assert len(items) == 34
    assert trees.rows(problems) == [
        ("UCF-101/Archery/v_Archery_g02_c01.avi", "missing", "not there",
         f"the file named in {LISTS}/trainlist01.txt line 1"),
        ("UCF-101/YoYo/v_YoYo_g06_c02.avi", "missing", "not there",
         f"the file named in {LISTS}/trainlist01.txt line 24"),
    ]  # fmt: skip


def test_what_no_list_names_is_surplus_and_dot_files_are_not_looked_at(tmp_path):
    root = trees.ucf101(tmp_path)
    trees.put(root / "UCF-101/Archery/v_Archery_g99_c01.avi")
    trees.put(root / "UCF-101/Archery/.DS_Store")
    trees.put(root / "UCF-101/Archery/more/a.avi")
    trees.put(root / "UCF-101/v_Stray_g01_c01.avi")
    items, problems = ucf101.index(root)
    assert len(items) == 36
    assert trees.kinds(problems) == [
        ("UCF-101/Archery/more", "surplus"),
        ("UCF-101/Archery/v_Archery_g99_c01.avi", "surplus"),
        ("UCF-101/v_Stray_g01_c01.avi", "surplus"),
    ]


def test_a_class_that_class_ind_lacks_is_reported_for_the_folder_and_each_entry(tmp_path):
    root = trees.ucf101(tmp_path)
    trees.put(root / "UCF-101/Juggling/v_Juggling_g01_c01.avi")
    edit(root, "testlist02.txt", lambda text: text + "Juggling/v_Juggling_g01_c01.avi\r\n")
    items, problems = ucf101.index(root)
    assert "Juggling" not in set(items["label"])
    wanted = f"a class of {LISTS}/classInd.txt"
    assert trees.rows(problems) == [
        ("UCF-101/Juggling", "unknown-class", "class folder Juggling", wanted),
        ("UCF-101/Juggling/v_Juggling_g01_c01.avi", "unknown-class",
         f"class Juggling in {LISTS}/testlist02.txt line 13", wanted),
    ]  # fmt: skip


def test_every_malformed_line_is_a_row_with_its_number(tmp_path):
    root = trees.ucf101(tmp_path)
    bad = [
        "no_slash.avi 1",
        "Archery/v_Archery_g02_c01.avi",
        "Archery/v_Archery_g02_c01.avi 3",
        "YoYo/a/b.avi 3",
        "YoYo/ 3",
    ]
    edit(root, "trainlist03.txt", lambda text: trees.crlf(bad) + text)
    edit(root, "testlist01.txt", lambda text: text + "YoYo/v_YoYo_g02_c01.avi\r\n")
    edit(root, "classInd.txt", lambda text: text + "x Yodeling\r\n4 YoYo\r\n")
    items, problems = ucf101.index(root)
    assert len(items) == 36
    entry = "<Class>/<file> <class id>"
    assert trees.rows(problems) == [
        (f"{LISTS}/classInd.txt", "bad-split-line", "line 4: x Yodeling", "<id> <Class>, each class once"),
        (f"{LISTS}/classInd.txt", "bad-split-line", "line 5: 4 YoYo", "<id> <Class>, each class once"),
        (f"{LISTS}/testlist01.txt", "bad-split-line",
         "line 13: v_YoYo_g02_c01.avi a second time in split 1",
         "each file once in a split"),
        (f"{LISTS}/trainlist03.txt", "bad-split-line", "line 1: no_slash.avi 1", entry),
        (f"{LISTS}/trainlist03.txt", "bad-split-line", "line 2: Archery/v_Archery_g02_c01.avi", entry),
        (f"{LISTS}/trainlist03.txt", "bad-split-line", "line 3: Archery/v_Archery_g02_c01.avi 3",
         f"class id 1 as in {LISTS}/classInd.txt"),
        (f"{LISTS}/trainlist03.txt", "bad-split-line", "line 4: YoYo/a/b.avi 3", entry),
        (f"{LISTS}/trainlist03.txt", "bad-split-line", "line 5: YoYo/ 3", entry),
    ]  # fmt: skip


def test_a_missing_list_leaves_its_part_of_the_split_empty(tmp_path):
    root = trees.ucf101(tmp_path)
    (root / LISTS / "testlist02.txt").unlink()
    items, problems = ucf101.index(root)
    assert trees.kinds(problems) == [(f"{LISTS}/testlist02.txt", "missing")]
    assert set(items["split2"]) == {"train", ""}


def test_without_class_ind_the_classes_are_those_of_the_lists(tmp_path):
    root = trees.ucf101(tmp_path)
    (root / LISTS / "classInd.txt").unlink()
    items, problems = ucf101.index(root)
    assert len(items) == 36
    assert trees.kinds(problems) == [(f"{LISTS}/classInd.txt", "missing")]


def test_a_class_of_class_ind_without_folder_and_entries_is_missing(tmp_path):
    root = trees.ucf101(tmp_path)
    edit(root, "classInd.txt", lambda text: text + "4 Yodeling\r\n")
    _, problems = ucf101.index(root)
    assert trees.kinds(problems) == [("UCF-101/Yodeling", "missing")]


def test_zero_bytes_and_broken_links_are_undecodable_and_stay_in_the_catalog(tmp_path):
    root = trees.ucf101(tmp_path)
    trees.put(root / "UCF-101/Archery/v_Archery_g01_c01.avi", "")
    (root / "UCF-101/Archery/v_Archery_g01_c02.avi").unlink()
    (root / "UCF-101/Archery/v_Archery_g01_c02.avi").symlink_to("nowhere")
    items, problems = ucf101.index(root)
    assert len(items) == 36
    assert trees.kinds(problems) == [
        ("UCF-101/Archery/v_Archery_g01_c01.avi", "undecodable"),
        ("UCF-101/Archery/v_Archery_g01_c02.avi", "undecodable"),
    ]


def test_counts_are_checked_only_when_given(tmp_path):
    root = trees.ucf101(tmp_path)
    right = {"items": 36, "classes": 3, "split1": [24, 12], "per_class": [8, 4]}
    assert ucf101.index(root, counts=right)[1].empty
    _, problems = ucf101.index(root, counts={"items": 13320, "classes": 101, "split3": [9624, 3696]})
    assert trees.rows(problems) == [
        (".", "wrong-count", "classes: 3", "classes: 101"),
        (".", "wrong-count", "items: 36", "items: 13320"),
        (".", "wrong-count", "train and test of split3: [24, 12]", "train and test of split3: [9624, 3696]"),
    ]


@pytest.mark.parametrize("gone", [".", "ucfTrainTestlist", "UCF-101"])
def test_an_absent_folder_is_an_error_that_says_what_belongs_there(tmp_path, gone):
    root = trees.ucf101(tmp_path / "root")
    (root / gone).rename(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError, match=r"UCF-101/<Class>/<file>\.avi and ucfTrainTestlist/"):
        ucf101.index(root)


def test_a_name_without_group_has_none(tmp_path):
    root = trees.ucf101(tmp_path)
    trees.put(root / "UCF-101/YoYo/renamed.avi")
    edit(root, "testlist01.txt", lambda text: text + "YoYo/renamed.avi\r\n")
    items, _ = ucf101.index(root)
    assert items.set_index("id").loc["renamed", "group"] == ""
