import pytest

from i2v_core.datasets import listing
from tests.datasets import trees


@pytest.mark.parametrize("spelling", ["BoxingSpeedBag", "boxing_speed_bag", "Boxing Speed-Bag"])
def test_normalised_ignores_case_underscores_hyphens_and_blanks(spelling):
    assert listing.normalised(spelling) == "boxingspeedbag"


def test_lines_are_numbered_from_one_without_line_ends_blanks_and_byte_order_mark(tmp_path):
    trees.put(tmp_path / "list.txt", "\ufefffirst 1 \r\n\r\n  third\n")
    assert list(listing.lines(tmp_path, "list.txt")) == [("list.txt line 1", "first 1"), ("list.txt line 3", "third")]


def test_an_unknown_count_is_an_error_that_lists_the_known(tmp_path):
    message = r"counts: \['videos'\] found, some of \['items', 'classes', .* wanted"
    with pytest.raises(ValueError, match=message):
        listing.tables([], [], {"videos": 3})


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        (3, r"counts: \[3\] found, some of"),
        ({"items": "x"}, "counts.items: 'x' found, a whole number wanted"),
        ({"split1": 3}, r"counts.split1: 3 found, \[train, test\] wanted as two whole numbers"),
        ({"split2": [1, 2, 3]}, r"counts.split2: \[1, 2, 3\] found"),
        ({"per_class": {"cut": 3}}, "counts.per_class: 3 found"),
        ({"per_class": "ab"}, "counts.per_class: 'ab' found"),
    ],
)
def test_counts_of_another_form_are_refused(counts, message):
    with pytest.raises(ValueError, match=message):
        listing.tables([], [], counts)


def test_counts_may_differ_by_class():
    parts = ("train",) * 3
    items = [(name, f"{name}.avi", "video", label, "", *parts) for name, label in (("a", "cut"), ("b", "mix"))]
    right = {"cut": [1, 0], "mix": [1, 0]}
    assert listing.tables(items, [], {"per_class": right})[1].empty
    _, problems = listing.tables(items, [], {"per_class": {"cut": [1, 0], "pour": [2, 1]}})
    found = trees.rows(problems)
    assert len(found) == 2 * 3  # mix and pour, in three splits
    assert found[0] == (
        ".", "wrong-count", "train and test of split1, mix: [1, 0]", "train and test of split1, mix: [0, 0]",
    )  # fmt: skip
    assert found[1][2:] == ("train and test of split1, pour: [0, 0]", "train and test of split1, pour: [2, 1]")


def test_a_layout_may_have_further_columns():
    item = ("a", "a.mp4", "video", "cut", "", "train", "train", "train", "7.29")
    items, _ = listing.tables([item], [], None, (*listing.CATALOG_COLUMNS, "start_s"))
    assert items.iloc[0]["start_s"] == "7.29"


def test_empty_tables_have_their_columns():
    items, problems = listing.tables([], [], None)
    assert tuple(items.columns) == listing.CATALOG_COLUMNS
    assert tuple(problems.columns) == listing.PROBLEM_COLUMNS
    assert len(items) == len(problems) == 0


def test_what_systems_leave_in_folders_is_not_looked_at(tmp_path):
    for name in (
        ".DS_Store",
        "._a.jpg",
        "Thumbs.db",
        "desktop.ini",
        "__MACOSX/._a.jpg",
        ".git/a.jpg",
        "a.jpg",
        "b/c.jpg",
    ):
        trees.put(tmp_path / name)
    assert listing.scan(tmp_path) == (["b"], {"a.jpg": 1})


@pytest.mark.parametrize(
    ("paths", "found"),
    [
        (["red/1.jpg", "blue/1.jpg"], ""),
        (["images/red/1.jpg", "images/blue/1.jpg"], "images"),
        (["data/images/red/1.jpg", "data/images/blue/1.jpg", "data/readme.txt"], "data/images"),
        (["red/more/1.jpg"], ""),  # a class of its own, whatever lies in it
        (["other/1.jpg"], ""),  # holds no folder
        (["images/red/1.jpg", "labels/red/1.txt"], ""),  # which of them is not known
    ],
)
def test_class_folders_are_looked_for_inside_single_folders(tmp_path, paths, found):
    for path in paths:
        trees.put(tmp_path / path)
    assert listing.unwrapped(tmp_path, {"red", "blue"}.__contains__) == found


@pytest.mark.parametrize(
    ("files", "paired"),
    [
        (["V_a.avi"], "V_a.avi"),
        (["V_a.avi", "v_A.avi"], None),  # either might be meant
        (["V_a.avi", "v_a.mp4"], "v_a.mp4"),
        (["V_a.AVI"], "V_a.AVI"),
        (["xv_a.avi"], None),
    ],
)
def test_a_named_file_is_found_in_letters_of_another_case_if_one_alone_has_it(tmp_path, files, paired):
    for name in files:
        trees.put(tmp_path / "Archery" / name)
    named = {"v_a.avi": listing.Named("list.txt line 1")}
    paths, problems = listing.pair(tmp_path, "Archery", named, listing.VIDEO_SUFFIXES)
    assert paths == ({"v_a.avi": f"Archery/{paired}"} if paired else {})
    assert sorted(kind for _, kind, _, _ in problems) == sorted(
        [*([] if paired else ["missing"]), *["surplus"] * (len(files) - bool(paired))]
    )
