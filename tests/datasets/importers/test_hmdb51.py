import pytest

from i2v_core.datasets.importers import hmdb51
from tests.datasets import trees

SPLITS = "testTrainMulti_7030_splits"


def test_a_clean_tree_with_true_names_has_no_problem(tmp_path):
    items, problems = hmdb51.index(trees.hmdb51(tmp_path))
    assert problems.empty
    assert {(row["path"], row["label"]) for _, row in items.iterrows()} == {
        (f"{label}/{name}", label) for label, names in trees.HMDB51.items() for name in names
    }


def test_codes_1_and_2_are_train_and_test_and_0_is_neither(tmp_path):
    items, _ = hmdb51.index(trees.hmdb51(tmp_path))
    parts = items.set_index("id")[["split1", "split2", "split3"]]
    assert list(parts.loc["Bad_kick_ball_f_cm_np1_fr_med_3"]) == ["train", "test", ""]
    assert list(parts.loc["#20_kick_(1)_f_nm_np2_le_goo_0"]) == ["", "", "test"]


def test_class_is_the_folder_even_if_the_name_says_another(tmp_path):
    items, _ = hmdb51.index(trees.hmdb51(tmp_path))
    label = items.set_index("id")["label"]
    assert label["Bad_kick_ball_f_cm_np1_fr_med_3"] == "kick"
    assert label["kick"] == "kick_ball"


def test_a_name_that_ends_like_another_is_not_taken_for_it(tmp_path):
    root = trees.hmdb51(tmp_path)
    trees.put(root / "kick" / "Bad_kick_f_cm_np1_fr_med_3.avi")  # ends with a listed name, is not listed
    (root / "kick" / "kick_f_cm_np1_fr_med_3.avi").unlink()
    items, problems = hmdb51.index(root)
    assert trees.kinds(problems) == [
        ("kick/Bad_kick_f_cm_np1_fr_med_3.avi", "surplus"),
        ("kick/kick_f_cm_np1_fr_med_3.avi", "missing"),
    ]
    assert len(items) == 5


def test_brackets_in_a_name_are_no_pattern(tmp_path):
    root = trees.hmdb51(tmp_path)
    (root / "kick_ball" / "[Pele]_kick_ball_f_nm_np1_ri_bad_1.avi").rename(
        root / "kick_ball" / "P_kick_ball_f_nm_np1_ri_bad_1.avi"
    )
    _, problems = hmdb51.index(root)
    assert [kind for _, kind in trees.kinds(problems)] == ["surplus", "missing"]


@pytest.mark.parametrize(
    ("stem", "label", "group"),
    [
        ("April_09_brush_hair_u_nm_np1_ba_goo_0", "brush_hair", "April_09"),
        ("Bad_kick_ball_f_cm_np1_fr_med_3", "kick", "Bad_kick_ball"),
        ("kick", "kick_ball", "kick"),
    ],
)
def test_group_is_what_precedes_attributes_and_class_or_the_name(tmp_path, stem, label, group):
    trees.put(tmp_path / label / f"{stem}.avi")
    for split in (1, 2, 3):
        trees.put(tmp_path / SPLITS / f"{label}_test_split{split}.txt", f"{stem}.avi 1 \n")
    assert list(hmdb51.index(tmp_path)[0]["group"]) == [group]


def test_videos_may_lie_in_the_folder_of_the_archive(tmp_path):
    items, problems = hmdb51.index(trees.hmdb51(tmp_path, videos="hmdb51_org"))
    assert problems.empty
    assert items["path"].str.startswith("hmdb51_org/kick").all()


def test_every_problem_of_the_lists_is_a_row(tmp_path):
    root = trees.hmdb51(tmp_path)
    trees.put(root / SPLITS / "notes.txt")
    (root / SPLITS / "kick_ball_test_split3.txt").unlink()
    name = trees.HMDB51["kick"][0]
    trees.put(
        root / SPLITS / "kick_test_split2.txt", f"{name} 3 \r\nalone.avi\r\n{name} 1 \r\n{name} 2 \r\na/b.avi 1 \r\n"
    )
    _, problems = hmdb51.index(root)
    file = f"{SPLITS}/kick_test_split2.txt"
    wanted = "<name>.avi <code>, code 0, 1 or 2"
    assert trees.rows(problems) == [
        (f"{SPLITS}/kick_ball_test_split3.txt", "missing", "not there", "the three split files of a class"),
        (file, "bad-split-line", f"line 1: {name} 3", wanted),
        (file, "bad-split-line", "line 2: alone.avi", wanted),
        (file, "bad-split-line", f"line 4: {name} a second time in split 2",
         "each file once in a split"),
        (file, "bad-split-line", "line 5: a/b.avi 1", wanted),
        (f"{SPLITS}/notes.txt", "surplus", "not a split file by its name", "<class>_test_split<k>.txt"),
    ]  # fmt: skip


def test_a_class_folder_without_split_files_is_an_unknown_class(tmp_path):
    root = trees.hmdb51(tmp_path)
    trees.put(root / "climb_stairs" / "a.avi")
    items, problems = hmdb51.index(root)
    assert trees.rows(problems) == [
        ("climb_stairs", "unknown-class", "class folder climb_stairs", f"split files of climb_stairs in {SPLITS}")
    ]
    assert len(items) == 6


def test_one_file_name_in_two_classes_stays_with_the_first_path(tmp_path):
    root = trees.hmdb51(tmp_path)
    trees.put(root / "kick" / "kick.avi")
    path = root / SPLITS / "kick_test_split1.txt"
    path.write_text(path.read_text() + "kick.avi 1 \n")
    items, problems = hmdb51.index(root)
    assert items.set_index("id").loc["kick", "path"] == "kick/kick.avi"
    assert trees.rows(problems) == [
        ("kick_ball/kick.avi", "surplus", "id kick, which kick/kick.avi has", "each id once")
    ]


def test_per_class_count_names_the_class_and_the_split(tmp_path):
    root = trees.hmdb51(tmp_path)  # codes give one train and one test video a class in each split
    assert hmdb51.index(root, counts={"items": 6, "split1": [2, 2], "per_class": [1, 1]})[1].empty
    path = root / SPLITS / "kick_ball_test_split3.txt"
    path.write_text(path.read_text().replace(" 2 ", " 1 "))
    _, problems = hmdb51.index(root, counts={"per_class": [1, 1]})
    what = "train and test of split3, kick_ball"
    assert trees.rows(problems) == [(".", "wrong-count", f"{what}: [2, 0]", f"{what}: [1, 1]")]


@pytest.mark.parametrize("gone", [".", SPLITS])
def test_an_absent_folder_is_an_error_that_says_what_belongs_there(tmp_path, gone):
    root = trees.hmdb51(tmp_path / "root")
    (root / gone).rename(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError, match=r"<class>_test_split<k>\.txt wanted"):
        hmdb51.index(root)


def test_lists_without_any_class_folder_are_an_error(tmp_path):
    trees.put(tmp_path / SPLITS / "kick_test_split1.txt", "a.avi 1 \n")
    with pytest.raises(FileNotFoundError, match="nothing of this layout found"):
        hmdb51.index(tmp_path)
