import pandas as pd
import pytest
from matplotlib import image

from i2v_core.evaluation import bank_quality

CLASSES = ["hug", "run", "walk"]
LABELS = pd.DataFrame({"id": ["a", "b", "c", "d", "test"], "class": ["hug", "run", "run", "hug", "walk"]})
ROWS = [
    (3, "hug", 1, "a", 0.9),  # right
    (3, "hug", 2, "b", 0.5),
    (3, "run", 1, "c", 0.7),  # right
    (4, "hug", 1, "a", 1.0),  # right
]
BANKS = pd.DataFrame(ROWS, columns=["epoch", "class", "rank", "id", "confidence"])


def scored(banks: pd.DataFrame, **changes) -> pd.DataFrame:
    return bank_quality.bank_scores(banks, LABELS, CLASSES, **{"size": 2, "name": "banks", **changes})


def test_scores_of_two_epochs_by_hand():
    first, second = scored(BANKS).to_dict("records")
    # 3 entries of 2 slots x 3 classes; 2 of 3 right; (0.9 + 0.5 + 0.7) / 3; hug 1 of 2 right, run 1 of 1, walk empty
    assert first == {
        "epoch": 3,
        "entries": 3,
        "fill": 0.5,
        "precision": pytest.approx(2 / 3),
        "mean_confidence": pytest.approx(0.7),
        "empty_classes": 1,
        "lowest_precision": 0.5,
        "lowest_class": "hug",
    }
    assert second == {
        "epoch": 4,
        "entries": 1,
        "fill": pytest.approx(1 / 6),
        "precision": 1.0,
        "mean_confidence": 1.0,
        "empty_classes": 2,
        "lowest_precision": 1.0,
        "lowest_class": "hug",
    }


def test_order_of_rows_changes_nothing():
    pd.testing.assert_frame_equal(scored(BANKS), scored(BANKS.iloc[::-1]))


def test_a_video_may_stand_in_two_classes():
    more = pd.concat([BANKS, pd.DataFrame([(4, "run", 1, "a", 0.1)], columns=BANKS.columns)])
    assert scored(more)["precision"].tolist()[1] == 0.5


@pytest.mark.parametrize(
    ("row", "size", "message"),
    [
        ((3, "hug", 1, "nowhere", 0.9), 2, r"no label for 1 of 4 videos \('nowhere'\)"),
        ((3, "fly", 1, "a", 0.9), 2, r"^banks: class 'fly' found, one of the 3 classes of classes\.csv wanted"),
        ((4, "hug", 1, "d", 0.9), 2, r"^banks: epoch 4, class 'hug': rank 1 found, 1 \.\. 2 once each wanted"),
        ((4, "hug", 3, "d", 0.9), 2, r"^banks: epoch 4, class 'hug': rank 3 found"),
        ((4, "hug", 0, "d", 0.9), 2, r"^banks: epoch 4, class 'hug': rank 0 found"),
    ],
)
def test_bad_entries_are_refused(row, size, message):
    with pytest.raises(ValueError, match=message):
        scored(pd.concat([BANKS, pd.DataFrame([row], columns=BANKS.columns)], ignore_index=True), size=size)


def test_tables_of_a_folder_are_read_by_epoch(tmp_path):
    head = "class,rank,id,label,confidence\n"
    for name in ("epoch10", "epoch09"):
        (tmp_path / f"{name}.csv").write_text(f"{head}hug,1,{name},0,0.5\n")
    table = bank_quality.read(tmp_path)
    assert table["epoch"].tolist() == [9, 10]
    assert table["id"].tolist() == ["epoch09", "epoch10"]


def test_a_folder_without_banks_and_a_table_without_a_column_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"no epoch<number>\.csv found; the banks of a model trained with"):
        bank_quality.read(tmp_path)
    (tmp_path / "epoch09.csv").write_text("class,rank,id\nhug,1,a\n")
    with pytest.raises(ValueError, match=r"epoch09\.csv: .* \['confidence'\] wanted besides"):
        bank_quality.read(tmp_path)


@pytest.mark.parametrize("column", bank_quality.CURVES)
def test_each_curve_is_drawn(column, tmp_path):
    table = scored(BANKS)
    bank_quality.draw(table, title="bank", out=tmp_path / "a.png")
    bank_quality.draw(table.assign(**{column: 0.33}), title="bank", out=tmp_path / "b.png")
    assert (image.imread(tmp_path / "a.png") != image.imread(tmp_path / "b.png")).any()
