import math

import numpy as np
import pandas as pd
import pytest

from i2v_core.evaluation import scores

CLASSES = ["climb", "run", "walk"]
# climb: 2 of 3 right, run: 1 of 2 right, walk: 0 of 1 right  ->  3 of 6 right
TRUE = np.array([0, 0, 0, 1, 1, 2])
PREDICTED = np.array([0, 0, 1, 1, 2, 0])


def table(ids: str, classes: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"id": list(ids), "class": classes})


LABELS = table("abc", ["climb", "run", "walk"])


def test_top1_is_the_share_of_right_videos():
    assert scores.top1(TRUE, PREDICTED) == 0.5


def test_top1_refuses_no_videos():
    with pytest.raises(ValueError, match=r"^0 videos to score, at least 1 wanted"):
        scores.top1(TRUE[:0], PREDICTED[:0])


def test_confusion_matrix_has_true_classes_as_rows():
    assert scores.confusion_matrix(TRUE, PREDICTED, 3).tolist() == [[2, 1, 0], [0, 1, 1], [1, 0, 0]]


def test_confusion_matrix_agrees_with_a_double_loop():
    chance = np.random.default_rng(0)
    true, predicted = chance.integers(0, 5, 200), chance.integers(0, 5, 200)
    slow = [[sum((true == row) & (predicted == column)) for column in range(5)] for row in range(5)]
    assert scores.confusion_matrix(true, predicted, 5).tolist() == slow


def test_mean_class_accuracy_weighs_classes_alike():
    # (2/3 + 1/2 + 0) / 3 = 7/18
    assert scores.mean_class_accuracy(TRUE, PREDICTED, 3) == pytest.approx(7 / 18, abs=1e-15)


def test_a_class_without_videos_is_left_out_of_the_mean():
    assert np.isnan(scores.class_accuracy(TRUE, PREDICTED, 4)[3])
    assert scores.mean_class_accuracy(TRUE, PREDICTED, 4) == scores.mean_class_accuracy(TRUE, PREDICTED, 3)


def test_wilson_by_hand():
    # 8 of 10: z^2 = 3.841459; centre (0.8 + 0.192073) / 1.384146 = 0.716740
    # half 1.959964 * sqrt(0.016 + 0.0096036) / 1.384146 = 0.226577
    low, high = scores.wilson(8, 10)
    assert (low, high) == (pytest.approx(0.490163, abs=1e-5), pytest.approx(0.943317, abs=1e-5))


def test_wilson_ends_solve_the_score_equation():
    # each end q satisfies |p - q| = z sqrt(q (1 - q) / n)
    for right, n in ((1, 7), (30, 91), (389, 390)):
        for end in scores.wilson(right, n):
            assert abs(right / n - end) == pytest.approx(scores.Z_95 * math.sqrt(end * (1 - end) / n), abs=1e-12)


@pytest.mark.parametrize("n", [1, 10, 3783])
def test_wilson_stays_within_zero_and_one_and_is_never_empty(n):
    assert scores.wilson(0, n)[0] == pytest.approx(0, abs=1e-15)
    assert scores.wilson(n, n)[1] == pytest.approx(1, abs=1e-15)
    assert 0 <= scores.wilson(0, n)[0] < scores.wilson(0, n)[1] < 1


@pytest.mark.parametrize(("right", "n"), [(0, 0), (3, 2), (-1, 2)])
def test_wilson_refuses_what_is_no_proportion(right, n):
    with pytest.raises(ValueError, match=rf"{right} of {n} found, 0 <= right <= n and n >= 1 wanted"):
        scores.wilson(right, n)


def test_class_names_come_by_index():
    assert scores.class_names(pd.DataFrame({"index": [1, 0], "class": ["run", "climb"]})) == ["climb", "run"]


@pytest.mark.parametrize(("indices", "names"), [([1, 2], ["a", "b"]), ([0, 1], ["a", "a"]), ([], [])])
def test_class_names_refuse_gaps_doubles_and_nothing(indices, names):
    with pytest.raises(ValueError, match=r"my\.csv: indices .* found, 0 \.\. k-1 with one name each wanted"):
        scores.class_names(pd.DataFrame({"index": indices, "class": names}), name="my.csv")


def test_restrict_keeps_only_the_named_videos():
    assert scores.restrict(LABELS, ["c", "a"])["id"].tolist() == ["a", "c"]


def test_restrict_names_videos_without_a_label():
    with pytest.raises(ValueError, match=r"labels\.csv: no label for 2 of 3 videos \('x', 'y'\)"):
        scores.restrict(LABELS, ["y", "a", "x"], name="labels.csv")


def test_align_follows_the_labels_whatever_the_order():
    aligned = scores.align(table("cab", ["run", "climb", "run"]), LABELS, CLASSES)
    assert aligned["id"].tolist() == ["a", "b", "c"]
    assert aligned["true"].tolist() == [0, 1, 2]
    assert aligned["predicted"].tolist() == [0, 1, 1]


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ("ab", r"ids 1 missing \('c'\); exactly the 3 labelled ids wanted"),
        ("abcd", r"ids 1 surplus \('d'\);"),
        ("abcc", r"ids 1 double \('c'\);"),
        ("vwxyz", r"ids 3 missing \('a', 'b', 'c'\), 5 surplus \(first 'v', 'w', 'x'\);"),
    ],
)
def test_align_refuses_other_ids(ids, message):
    with pytest.raises(ValueError, match=r"^p\.csv: " + message) as caught:
        scores.align(table(ids, ["run"] * len(ids)), LABELS, CLASSES, name="p.csv")
    assert "\n" not in str(caught.value)


def test_align_refuses_double_labels():
    with pytest.raises(ValueError, match=r"ids 1 double among the labels \('a'\)"):
        scores.align(table("a", ["run"]), table("aa", ["run", "run"]), CLASSES)


def test_align_refuses_unknown_classes_on_either_side():
    odd = table("abc", ["climb", "run", "fly"])
    with pytest.raises(ValueError, match=r"p\.csv: 1 unknown classes \('fly'\), the 3 names"):
        scores.align(odd, LABELS, CLASSES, name="p.csv")
    with pytest.raises(ValueError, match=r"labels: 1 unknown classes \('fly'\)"):
        scores.align(LABELS, odd, CLASSES)


def test_prediction_scores_hold_every_number():
    found = scores.prediction_scores(TRUE, PREDICTED, [*CLASSES, "absent"])
    low, high = scores.wilson(3, 6)
    assert found == {
        "top1": 0.5,
        "low": low,
        "high": high,
        "mean_class_accuracy": pytest.approx(7 / 18, abs=1e-15),
        "n": 6,
        "classes": ["climb", "run", "walk", "absent"],
        "per_class": {
            "climb": {"n": 3, "accuracy": 2 / 3},
            "run": {"n": 2, "accuracy": 0.5},
            "walk": {"n": 1, "accuracy": 0.0},
            "absent": {"n": 0, "accuracy": None},
        },
        "confusion": [[2, 1, 0, 0], [0, 1, 1, 0], [1, 0, 0, 0], [0, 0, 0, 0]],
    }


def test_pseudo_label_scores_by_hand():
    kept = np.array([1, 0, 1, 1, 0, 1])  # of the kept four, the first and the fourth are right
    found = scores.pseudo_label_scores(TRUE, PREDICTED, kept, CLASSES)
    assert found == {
        "precision_kept": 0.5,
        "accuracy_all": 0.5,
        "coverage": 4 / 6,
        "n": 6,
        "n_kept": 4,
        "classes": CLASSES,
        "per_class": {
            "climb": {"n": 3, "n_labelled": 3, "n_kept": 2, "n_kept_right": 1},
            "run": {"n": 2, "n_labelled": 2, "n_kept": 2, "n_kept_right": 1},
            "walk": {"n": 1, "n_labelled": 1, "n_kept": 0, "n_kept_right": 0},
        },
    }


def test_precision_is_null_when_nothing_is_kept_and_accuracy_when_all_is():
    none = scores.pseudo_label_scores(TRUE, PREDICTED, np.zeros(6, int), CLASSES)
    every = scores.pseudo_label_scores(TRUE, PREDICTED, np.ones(6, int), CLASSES)
    assert (none["precision_kept"], none["coverage"], none["accuracy_all"]) == (None, 0.0, 0.5)
    assert (every["precision_kept"], every["coverage"]) == (every["accuracy_all"], 1.0)


def test_kept_must_be_zero_or_one():
    with pytest.raises(ValueError, match=r"kept is \[2\] somewhere, 0 or 1 wanted"):
        scores.pseudo_label_scores(TRUE, PREDICTED, np.array([0, 1, 1, 2, 0, 0]), CLASSES)
