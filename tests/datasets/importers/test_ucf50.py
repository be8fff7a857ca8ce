import pytest

from i2v_core.datasets.importers import ucf50
from tests.datasets import trees


def test_a_clean_tree_has_all_videos_and_no_problem(tmp_path):
    items, problems = ucf50.index(trees.ucf50(tmp_path))
    assert problems.empty
    assert len(items) == 100
    assert list(items.iloc[0]) == [
        "v_Billards_g01_c01", "UCF50/Billiards/v_Billards_g01_c01.avi", "video", "Billiards", "Billiards/g01",
        "test", "train", "train",
    ]  # fmt: skip


def test_split_k_tests_its_seven_groups_and_trains_on_all_others(tmp_path):
    items, _ = ucf50.index(trees.ucf50(tmp_path))
    groups = items["group"].str[-2:].astype(int)
    for split in (1, 2, 3):
        tested = set(groups[items[f"split{split}"] == "test"])
        assert tested == set(range(7 * split - 6, 7 * split + 1))
        assert set(groups[items[f"split{split}"] == "train"]) == set(range(1, 26)) - tested


def test_class_folders_may_lie_directly_in_the_root(tmp_path):
    items, problems = ucf50.index(trees.ucf50(tmp_path, videos=""))
    assert problems.empty
    assert items["path"].iloc[0] == "Billiards/v_Billards_g01_c01.avi"


def test_what_is_no_clip_or_no_class_is_a_problem(tmp_path):
    root = trees.ucf50(tmp_path)
    for name in ("Juggling/v_Juggling_g01_c01.avi", "PoleVault/renamed.avi", "PoleVault/v_PoleVault_g01_c03.txt"):
        trees.put(root / "UCF50" / name)
    trees.put(root / "UCF50/PoleVault/more/a.avi")
    trees.put(root / "UCF50/stray.avi")
    trees.put(root / "UCF50/PoleVault/v_PoleVault_g01_c01.avi", "")
    items, problems = ucf50.index(root)
    assert len(items) == 100
    assert trees.kinds(problems) == [
        ("UCF50/Juggling", "unknown-class"),
        ("UCF50/PoleVault/more", "surplus"),
        ("UCF50/PoleVault/renamed.avi", "surplus"),
        ("UCF50/PoleVault/v_PoleVault_g01_c01.avi", "undecodable"),
        ("UCF50/PoleVault/v_PoleVault_g01_c03.txt", "surplus"),
        ("UCF50/stray.avi", "surplus"),
    ]


def test_counts_are_checked_only_when_given(tmp_path):
    root = trees.ucf50(tmp_path)
    assert ucf50.index(root, counts={"items": 100, "split1": [72, 28]})[1].empty
    assert trees.kinds(ucf50.index(root, counts={"classes": 50})[1]) == [(".", "wrong-count")]


def test_no_class_folder_is_an_error_that_says_what_belongs_there(tmp_path):
    for root in (tmp_path / "none", tmp_path):
        with pytest.raises(FileNotFoundError, match=r"UCF50/<Class>/v_<Class>_gXX_cYY\.avi wanted"):
            ucf50.index(root)
