import pandas as pd
import pytest

from i2v_core.datasets.importers import epic_kitchens
from tests.datasets import trees

P08 = ["P08_01_12916", "P08_01_12917", "P08_09_13744", "P08_28_13700"]


def edit(root, file, change):
    path = root / "annotations" / file
    path.write_text(change(path.read_text()))


def test_a_domain_is_its_two_tables_and_several_segments_share_a_path(tmp_path):
    items, problems = epic_kitchens.index(trees.epic_kitchens(tmp_path), domain="D1")
    assert problems.empty
    assert list(items["id"]) == P08
    assert list(items.iloc[1]) == [
        "P08_01_12917", "videos/P08/P08_01.MP4", "video", "close", "P08_01", "train", "train", "train", "7.29", "8.95",
    ]  # fmt: skip
    assert list(items["path"].iloc[:2]) == ["videos/P08/P08_01.MP4"] * 2
    assert list(items["split2"]) == ["train", "train", "test", "train"]
    assert list(items["label"]) == ["take", "close", "take", "pour"]


def test_times_are_seconds_from_the_start_exactly(tmp_path):
    items, _ = epic_kitchens.index(trees.epic_kitchens(tmp_path), domain="D1")
    row = items.set_index("id").loc["P08_28_13700"]
    assert [row["start_s"], row["stop_s"]] == ["3723.50", "3724.00"]


def test_the_csv_gives_the_same_training_segments_as_the_domains_table(tmp_path):
    root = trees.epic_kitchens(tmp_path)
    by_domain, by_csv = (epic_kitchens.index(root, **way)[0] for way in ({"domain": "D1"}, {"participants": ["P08"]}))
    assert by_domain.equals(by_csv)


def test_without_options_all_participants_are_taken_and_other_verbs_left_out(tmp_path):
    items, problems = epic_kitchens.index(trees.epic_kitchens(tmp_path))
    assert problems.empty
    assert list(items["id"]) == ["P01_01_00000", "P01_11_01924", *P08]


def test_participants_without_test_tables_have_training_segments_only(tmp_path):
    root = trees.epic_kitchens(tmp_path)
    for file in (root / "annotations").glob("*.pkl"):
        file.unlink()
    items, problems = epic_kitchens.index(root, participants=["P01", "P08"])
    assert problems.empty
    assert set(items["split1"]) == {"train"}


def test_annotations_may_lie_beside_the_videos_and_videos_have_any_suffix(tmp_path):
    items, problems = epic_kitchens.index(trees.epic_kitchens(tmp_path, annotations="", suffix=".mkv"), domain="D2")
    assert problems.empty
    assert list(items["path"]) == ["videos/P01/P01_01.mkv", "videos/P01/P01_11.mkv"]


def test_videos_may_lie_by_their_part_as_published(tmp_path):
    root = trees.epic_kitchens(tmp_path)
    for part, video in (("train", "P01_01"), ("test", "P01_11")):
        (root / "videos" / part / "P01").mkdir(parents=True)
        (root / "videos/P01" / f"{video}.MP4").rename(root / "videos" / part / "P01" / f"{video}.MP4")
    items, problems = epic_kitchens.index(root, domain="D2")
    assert problems.empty
    assert list(items["path"]) == ["videos/train/P01/P01_01.MP4", "videos/test/P01/P01_11.MP4"]


def test_a_missing_video_is_one_problem_and_its_segments_are_left_out(tmp_path):
    root = trees.epic_kitchens(tmp_path)
    (root / "videos/P08/P08_01.MP4").unlink()
    trees.put(root / "videos/P08/P08_28.MP4", "")
    trees.put(root / "videos/P08/P08_77.MP4")
    items, problems = epic_kitchens.index(root, domain="D1")
    assert list(items["id"]) == ["P08_09_13744", "P08_28_13700"]
    assert trees.rows(problems) == [
        ("videos/P08/P08_01.MP4", "missing", "not there", "the video named in annotations/D1_train.pkl line 1"),
        ("videos/P08/P08_28.MP4", "undecodable", "0 bytes (an empty file or a broken link)", "a file with content"),
    ]


def test_a_wrong_row_is_a_problem_with_its_line(tmp_path):
    root = trees.epic_kitchens(tmp_path)
    table = root / "annotations/EPIC_train_action_labels.csv"
    bad = pd.read_csv(table).iloc[[0]]
    rows = [
        bad.assign(stop_timestamp="00:00:00.14", uid=50),
        bad.assign(start_timestamp="14 s", uid=51),
        bad.assign(start_timestamp="00:61:00.00", uid=52),
        bad,
        bad.assign(video_id="../P01_01", uid=53),
    ]
    edit(root, table.name, lambda text: text + pd.concat(rows).to_csv(index=False, header=False))
    items, problems = epic_kitchens.index(root)
    assert len(items) == 6
    file, times = "annotations/EPIC_train_action_labels.csv", "times hh:mm:ss.ss, the first before the second"
    assert trees.rows(problems) == [
        (file, "bad-split-line", "line 10: uid 0 a second time", "each segment once"),
        (file, "bad-split-line", "line 11: video ../P01_01", "a video <Pxx_yy>"),
        (file, "bad-split-line", "line 7: uid 50 from 00:00:00.14 to 00:00:00.14", times),
        (file, "bad-split-line", "line 8: uid 51 from 14 s to 00:00:03.37", times),
        (file, "bad-split-line", "line 9: uid 52 from 00:61:00.00 to 00:00:03.37", times),
    ]


def test_counts_are_checked_only_when_given_and_by_class(tmp_path):
    root = trees.epic_kitchens(tmp_path)
    right = {"items": 4, "classes": 3, "split1": [3, 1], "per_class": {"take": [1, 1], "close": [1, 0], "pour": [1, 0]}}
    assert epic_kitchens.index(root, domain="D1", counts=right)[1].empty
    _, problems = epic_kitchens.index(root, domain="D1", counts={"split1": [1543, 435]})
    assert trees.rows(problems) == [
        (".", "wrong-count", "train and test of split1: [3, 1]", "train and test of split1: [1543, 435]")
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"domain": "D4"},
            r"domain 'D4' and participants None found, a domain of \['D1', 'D2', 'D3'\] or participants",
        ),
        ({"domain": "D1", "participants": ["P08"]}, r"domain 'D1' and participants \['P08'\] found"),
        ({"participants": ["P08", "P99"]}, r"participants \['P99'\]: no segment found in "),
    ],
)
def test_wrong_options_are_errors(tmp_path, options, message):
    with pytest.raises(ValueError, match=message):
        epic_kitchens.index(trees.epic_kitchens(tmp_path), **options)


@pytest.mark.parametrize("gone", [".", "videos"])
def test_an_absent_folder_is_an_error_that_says_what_belongs_there(tmp_path, gone):
    root = trees.epic_kitchens(tmp_path / "root")
    (root / gone).rename(tmp_path / "elsewhere")
    with pytest.raises(FileNotFoundError, match=r"videos/<Pxx>/<Pxx_yy>\.MP4 and, in annotations/, EPIC_train_"):
        epic_kitchens.index(root)


@pytest.mark.parametrize(
    ("options", "gone"),
    [({"domain": "D1"}, "D1_train.pkl"), ({"domain": "D1"}, "D1_test.pkl"), ({}, "EPIC_train_action_labels.csv")],
)
def test_an_absent_table_is_an_error_that_names_it(tmp_path, options, gone):
    root = trees.epic_kitchens(tmp_path)
    (root / "annotations" / gone).unlink()
    with pytest.raises(FileNotFoundError, match=f"{gone}: no such file; put the table there, or choose other segments"):
        epic_kitchens.index(root, **options)


def test_a_table_without_a_column_is_an_error(tmp_path):
    root = trees.epic_kitchens(tmp_path)
    edit(root, "EPIC_train_action_labels.csv", lambda text: text.replace("verb_class", "class", 1))
    with pytest.raises(ValueError, match=r"EPIC_train_action_labels\.csv: columns .* found, \['verb_class'\] wanted"):
        epic_kitchens.index(root)


def test_a_pickle_that_would_run_something_is_an_error_and_does_not(tmp_path):
    root = trees.epic_kitchens(tmp_path / "root")
    mark = tmp_path / "was_run"
    harm = b"cos\nmkdir\n(V" + str(mark).encode() + b"\ntR."
    (root / "annotations/D1_test.pkl").write_bytes(harm)
    with pytest.raises(ValueError, match=r"D1_test\.pkl: not read as a pickled table \(it asks for os mkdir"):
        epic_kitchens.index(root, domain="D1")
    assert not mark.exists()
