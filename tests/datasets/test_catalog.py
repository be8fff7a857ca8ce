import pandas as pd
import pytest

from i2v_core.datasets import catalog, listing
from tests.datasets import trees

ITEMS = pd.DataFrame(
    [(name, f"{name}.avi", "video", "kick", "", "train", "", "") for name in "abc"], columns=listing.CATALOG_COLUMNS
)


def problems(*rows):
    return pd.DataFrame(list(rows), columns=listing.PROBLEM_COLUMNS, dtype=str)


def test_layouts_are_the_files_of_the_importers_folder():
    assert catalog.layouts() == [
        "action_db", "bu101", "epic_kitchens", "folders", "hii", "hmdb51", "kinetics", "olympic_sports", "ppmi",
        "stanford40", "still_db", "ucf101", "ucf50", "video_tree", "web_images", "web_videos", "willow_actions",
    ]  # fmt: skip


def test_an_unknown_layout_is_an_error_that_lists_the_known():
    with pytest.raises(
        ValueError,
        match=r"layout 'ucf11' found, one of \['action_db', .*'web_videos', 'willow_actions'\] wanted",
    ):
        catalog.importer("ucf11")


@pytest.mark.parametrize(
    ("layout", "dataset"),
    [
        ("stanford40", "Stanford40"),
        ("hii", "HII"),
        ("bu101", "BU101"),
        ("ucf101", "UCF101"),
        ("hmdb51", "HMDB51"),
        ("ucf50", "UCF50"),
        ("olympic_sports", "OlympicSports"),
        ("epic_kitchens", "EPIC-Kitchens"),
        ("willow_actions", "WillowActions"),
        ("action_db", "ActionDB"),
        ("ppmi", "PPMI"),
        ("still_db", "StillDB"),
    ],
)
def test_each_layout_knows_its_dataset(layout, dataset):
    assert dataset == catalog.importer(layout).DATASET


def test_an_option_of_another_layout_is_an_error(tmp_path):
    message = r"layout folders: options \['aliases'\] found, some of \['counts'\] wanted"
    with pytest.raises(ValueError, match=message):
        catalog.read("folders", trees.images(tmp_path, {"a": ["1.jpg"]}), {"aliases": {}})


def test_merged_problems_are_sorted_and_stand_once():
    a = problems(("b", "missing", "x", "y"), ("a", "surplus", "x", "y"))
    merged = catalog.merged_problems([a, problems(("a", "surplus", "x", "y"), ("a", "undecodable", 7, 16))])
    assert trees.kinds(merged) == [("a", "surplus"), ("a", "undecodable"), ("b", "missing")]


def test_a_file_that_listing_and_decoding_both_found_undecodable_stands_once():
    rows = [("a.jpg", "undecodable", found, "an image") for found in ("0 bytes", "not an image")]
    merged = catalog.merged_problems([problems(row) for row in rows])
    assert trees.kinds(merged) == [("a.jpg", "undecodable")]


def test_drop_leaves_out_exactly_the_items_with_a_problem():
    found = problems(
        ("b.avi", "undecodable", "", ""), ("elsewhere.avi", "surplus", "", ""), (".", "wrong-count", "", "")
    )
    index = catalog.usable("mini", ITEMS, found, policy="drop", report="r.csv")
    assert list(index["id"]) == ["a", "c"]


def test_drop_tells_segments_of_one_video_apart_and_drops_all_of_a_bad_video():
    items = ITEMS.assign(path=["x.mp4", "x.mp4", "y.mp4"], start_s=[0.0, 7.29, 1.5], stop_s=[7.29, 12.0, 2.0])
    segment = problems(("x.mp4#t=7.29,12.0", "undecodable", "", ""))
    assert list(catalog.usable("mini", items, segment, policy="drop", report="r.csv")["id"]) == ["a", "c"]
    video = problems(("x.mp4", "undecodable", "", ""))
    assert list(catalog.usable("mini", items, video, policy="drop", report="r.csv")["id"]) == ["c"]


def test_stop_names_the_kinds_three_paths_the_report_and_the_way_out():
    rows = [(f"{name}.avi", "undecodable", "", "") for name in "dabc"] + [("list.txt", "missing", "", "")]
    found = catalog.merged_problems([problems(*rows)])
    message = (
        r"^dataset mini-ucf101: 1 missing, 4 undecodable \(first: a\.avi, b\.avi, c\.avi\); the full list is in "
        r"out/r\.csv; fix the files or set datasets\.mini-ucf101\.on_problem: drop$"
    )
    with pytest.raises(ValueError, match=message):
        catalog.usable("mini-ucf101", ITEMS, found, policy="stop", report="out/r.csv")


def test_stop_without_problems_keeps_everything():
    assert catalog.usable("mini", ITEMS, problems(), policy="stop", report="r.csv").equals(ITEMS)


def test_nothing_left_is_an_error():
    found = problems(*[(path, "undecodable", "", "") for path in ITEMS["path"]])
    with pytest.raises(ValueError, match=r"dataset mini: all 3 items have a problem; see r\.csv"):
        catalog.usable("mini", ITEMS, found, policy="drop", report="r.csv")


def test_an_unknown_policy_is_an_error():
    with pytest.raises(ValueError, match=r"datasets\.mini\.on_problem: 'skip' found, one of \['stop', 'drop'\] wanted"):
        catalog.usable("mini", ITEMS, problems(), policy="skip", report="r.csv")
