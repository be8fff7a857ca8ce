import pytest

from i2v_core.datasets.importers import olympic_sports
from tests.datasets import trees

SPLITS = "train_test_split"


def test_a_clean_tree_has_all_videos_and_the_one_split_three_times(tmp_path):
    items, problems = olympic_sports.index(trees.olympic_sports(tmp_path))
    assert problems.empty
    assert len(items) == 18
    assert list(items.iloc[0]) == [
        "ba-x_000", "basketball_layup/ba-x_000.avi", "video", "basketball_layup", "", "train", "train", "train",
    ]  # fmt: skip
    assert items["split1"].value_counts().to_dict() == {"train": 12, "test": 6}
    assert (items["split1"] == items["split3"]).all()


def test_lists_without_the_word_diving_are_those_of_the_diving_classes(tmp_path):
    items, _ = olympic_sports.index(trees.olympic_sports(tmp_path))
    dives = items[items["label"] == "diving_springboard_3m"]
    assert len(dives) == 6
    assert dives["path"].str.startswith("diving_springboard_3m/").all()


def test_folders_may_be_spelled_like_the_lists(tmp_path):
    root = trees.olympic_sports(tmp_path)
    (root / "diving_springboard_3m").rename(root / "Springboard 3m")
    items, problems = olympic_sports.index(root)
    assert problems.empty
    assert items.loc[items["label"] == "diving_springboard_3m", "path"].iloc[0] == "Springboard 3m/di-x_000.avi"


@pytest.mark.parametrize("suffix", [".mp4", ".MKV"])
def test_converted_videos_have_any_suffix_and_keep_their_ids(tmp_path, suffix):
    items, problems = olympic_sports.index(trees.olympic_sports(tmp_path, suffix=suffix))
    assert problems.empty
    assert items["id"].iloc[0] == "ba-x_000"
    assert items["path"].iloc[0] == f"basketball_layup/ba-x_000{suffix}"


def test_a_list_with_suffixes_names_the_same_videos(tmp_path):
    root = trees.olympic_sports(tmp_path)
    path = root / SPLITS / "test/pole vault.txt"
    path.write_bytes(path.read_bytes().replace(b"\r\n", b".avi\r\n"))
    items, problems = olympic_sports.index(root)
    assert problems.empty
    assert len(items) == 18


def test_unconverted_videos_are_missing(tmp_path):
    _, problems = olympic_sports.index(trees.olympic_sports(tmp_path, suffix=".seq"))
    assert len(problems) == 36
    assert trees.rows(problems)[0] == (
        "basketball_layup/ba-x_000.avi", "missing", "not there",
        f"the file named in {SPLITS}/train/basketball layup.txt line 1",
    )  # fmt: skip
    assert trees.kinds(problems)[1] == ("basketball_layup/ba-x_000.seq", "surplus")


def test_every_problem_is_a_row(tmp_path):
    root = trees.olympic_sports(tmp_path)
    trees.put(root / "juggling/a.avi")
    trees.put(root / "stray.avi")
    trees.put(root / "pole_vault/unlisted.avi")
    trees.put(root / SPLITS / "train/juggling.txt", "a\n")
    (root / SPLITS / "test/basketball layup.txt").unlink()
    path = root / SPLITS / "test/pole vault.txt"
    path.write_text(path.read_text() + "po-x_000\ntwo words\na/b\n")
    items, problems = olympic_sports.index(root)
    assert len(items) == 16
    assert trees.rows(problems) == [
        ("basketball_layup/ba-x_004.avi", "surplus", "a file that no list names", "a line in the lists"),
        ("basketball_layup/ba-x_005.avi", "surplus", "a file that no list names", "a line in the lists"),
        ("juggling", "unknown-class", "class folder juggling", "one of " + " ".join(olympic_sports.CLASSES)),
        ("pole_vault/unlisted.avi", "surplus", "a file that no list names", "a line in the lists"),
        ("stray.avi", "surplus", "a file outside the class folders", "<class>/<file>"),
        (f"{SPLITS}/test/basketball_layup.txt", "missing", "not there", "a list with a video of the class"),
        (f"{SPLITS}/test/pole vault.txt", "bad-split-line", "line 3: po-x_000.avi a second time in split 1",
         "each file once in a split"),
        (f"{SPLITS}/test/pole vault.txt", "bad-split-line", "line 4: two words",
         "the name of a video, without its suffix"),
        (f"{SPLITS}/test/pole vault.txt", "bad-split-line", "line 5: a/b", "the name of a video, without its suffix"),
        (f"{SPLITS}/train/juggling.txt", "surplus", "not a list by its name", "<class>.txt"),
    ]  # fmt: skip


def test_a_class_without_folder_is_missing_file_by_file(tmp_path):
    root = trees.olympic_sports(tmp_path)
    for file in (root / "pole_vault").iterdir():
        file.unlink()
    (root / "pole_vault").rmdir()
    _, problems = olympic_sports.index(root)
    assert trees.kinds(problems) == [(f"pole_vault/po-x_{number:03d}.avi", "missing") for number in range(6)]


def test_counts_are_checked_only_when_given(tmp_path):
    root = trees.olympic_sports(tmp_path)
    assert olympic_sports.index(root, counts={"items": 18, "split1": [12, 6], "per_class": [4, 2]})[1].empty
    assert trees.kinds(olympic_sports.index(root, counts={"items": 783})[1]) == [(".", "wrong-count")]


@pytest.mark.parametrize("gone", [".", SPLITS])
def test_an_absent_folder_is_an_error_that_says_what_belongs_there(tmp_path, gone):
    root = trees.olympic_sports(tmp_path / "root")
    (root / gone).rename(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError, match=r"<class>/<video>\.avi and train_test_split/"):
        olympic_sports.index(root)


def test_lists_alone_are_an_error(tmp_path):
    root = trees.olympic_sports(tmp_path)
    for label in trees.OLYMPIC_SPORTS:
        (root / label).rename(root / f"was {label}")
    with pytest.raises(FileNotFoundError, match="nothing of this layout found"):
        olympic_sports.index(root)
