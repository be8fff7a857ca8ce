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
