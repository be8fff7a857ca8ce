import numpy as np
import pytest

from i2v_core import storage
from i2v_core.methods.cfb import bank

CLASSES = ["x", "y", "z"]


def sure(label: int, confidence: float, classes: int = 3) -> list[float]:
    """A row that gives `label` that probability; the rest is shared by the other classes."""
    row = [(1 - confidence) / (classes - 1)] * classes
    row[label] = confidence
    return row


# a and d tie in class x; c stands alone in y; nobody is labelled z
IDS = ["b", "d", "c", "a", "e"]
ROWS = np.array([sure(0, 0.9), sure(0, 0.6), sure(1, 0.5), sure(0, 0.6), sure(0, 0.7)])


def random_world(videos: int = 200, classes: int = 5, seed: int = 0) -> tuple[np.ndarray, list[str], list[str]]:
    random = np.random.default_rng(seed)
    values = random.dirichlet(np.full(classes, 0.3), videos)
    return values, [f"v{k:03d}" for k in range(videos)], [f"c{k}" for k in range(classes)]


def test_a_bank_worked_by_hand():
    found = bank.build(ROWS, IDS, CLASSES, size=3)
    assert found.columns.tolist() == ["class", "rank", "id", "label", "confidence"]
    # 0.9 b, 0.7 e, then d before a, which tie: their SHA-256 begin with 18 and ca; three at most
    assert found.drop(columns="confidence").to_numpy().tolist() == [
        ["x", 1, "b", 0],
        ["x", 2, "e", 0],
        ["x", 3, "d", 0],
        ["y", 1, "c", 1],
    ]
    assert found["confidence"].tolist() == [0.9, 0.7, 0.6, 0.5]
    assert found["label"].dtype == np.int64


def test_fewer_than_size_are_all_kept_with_ties_in_the_order_of_digests():
    found = bank.build(ROWS, IDS, CLASSES, size=60)
    assert found["id"].tolist() == ["b", "e", "d", "a", "c"]
    assert found["class"].tolist() == ["x"] * 4 + ["y"]


@pytest.mark.parametrize("size", [1, 7, 60])
def test_never_more_than_size_per_class_and_only_given_ids_of_that_label(size):
    values, ids, classes = random_world()
    found = bank.build(values, ids, classes, size=size)
    labels = dict(zip(ids, values.argmax(axis=1), strict=True))
    counts = np.bincount(values.argmax(axis=1), minlength=5)
    assert found.groupby("label").size().tolist() == np.minimum(counts, size).tolist()
    assert all(labels[name] == label for name, label in zip(found["id"], found["label"], strict=True))
    assert not found["id"].duplicated().any()
    for label, part in found.groupby("label"):
        assert part["rank"].tolist() == list(range(1, len(part) + 1))
        assert part["confidence"].is_monotonic_decreasing
        left_out = [values[k, label] for k, name in enumerate(ids) if labels[name] == label]
        left_out = sorted(left_out, reverse=True)[size:]
        assert max(left_out, default=0) <= part["confidence"].min()


def test_the_same_input_gives_the_same_bytes_in_whatever_order_of_rows(tmp_path):
    values, ids, classes = random_world()
    values = np.round(values, 1)  # many ties, of labels and of confidences
    values[:, -1] += 1 - values.sum(axis=1)
    values = np.abs(values) / np.abs(values).sum(axis=1, keepdims=True)
    order = np.random.default_rng(1).permutation(len(ids))
    tables = [
        bank.build(values, ids, classes, size=10),
        bank.build(values, ids, classes, size=10),
        bank.build(values[order], [ids[k] for k in order], classes, size=10),
    ]
    for number, table in enumerate(tables):
        storage.write_csv(table, tmp_path / f"{number}.csv")
    first, second, third = ((tmp_path / f"{number}.csv").read_bytes() for number in range(3))
    assert first == second == third


def test_a_tie_of_classes_goes_to_the_first():
    assert bank.build(np.array([[0.2, 0.4, 0.4]]), ["a"], CLASSES, size=1)["class"].tolist() == ["y"]


def test_a_bank_survives_its_file(tmp_path):
    found = bank.build(ROWS, IDS, CLASSES, size=3)
    storage.write_csv(found, tmp_path / "bank.csv")
    read = storage.read_csv(tmp_path / "bank.csv").astype({"label": int})
    assert read.to_numpy().tolist() == found.to_numpy().tolist()
    assert bank.summary(read, found, CLASSES)["churn"] == 0


def test_an_empty_class_stays_out_by_default_or_takes_the_highest_probabilities():
    own = bank.build(ROWS, IDS, CLASSES, size=2)
    assert own.equals(bank.build(ROWS, IDS, CLASSES, size=2, empty="own_flow"))
    assert "z" not in own["class"].tolist()
    highest = bank.build(ROWS, IDS, CLASSES, size=2, empty="highest")
    # z: c has (1 - 0.5) / 2 = 0.25, a and d (1 - 0.6) / 2 = 0.2
    added = highest[highest["class"] == "z"]
    assert added[["rank", "id", "label"]].to_numpy().tolist() == [[1, "c", 2], [2, "d", 2]]
    assert added["confidence"].tolist() == pytest.approx([0.25, 0.2], abs=1e-12)  # float64
    assert highest[highest["class"] != "z"].reset_index(drop=True).equals(own)


def test_the_policy_for_empty_classes_leaves_full_ones_alone():
    values, ids, classes = random_world()
    assert bank.build(values, ids, classes, size=500).equals(
        bank.build(values, ids, classes, size=500, empty="highest")
    )


def test_summary_worked_by_hand():
    before = bank.build(ROWS, IDS, CLASSES, size=2)  # x: b, e; y: c
    after = bank.build(ROWS, IDS, CLASSES, size=3)  # x: b, e, a; y: c
    assert bank.summary(before, None, CLASSES) == {
        "entries": 3,
        "mean_confidence": pytest.approx((0.9 + 0.7 + 0.5) / 3),
        "churn": None,
        "fill": {"x": 2, "y": 1, "z": 0},
        "empty": ["z"],
    }
    assert bank.summary(after, before, CLASSES)["churn"] == 0.25  # a is new
    assert bank.summary(before, after, CLASSES)["churn"] == 0


def test_a_video_that_changes_its_class_is_churn():
    before = bank.build(np.array([sure(0, 0.8), sure(1, 0.8)]), ["a", "b"], CLASSES, size=5)
    after = bank.build(np.array([sure(1, 0.8), sure(1, 0.8)]), ["a", "b"], CLASSES, size=5)
    assert bank.summary(after, before, CLASSES)["churn"] == 0.5


ERRORS = [
    ({"probabilities": ROWS[:4]}, r"^probabilities: shape \(4, 3\) found, \(5, 3\) wanted for the ids and classes"),
    ({"classes": ["x", "y"]}, r"^probabilities: shape \(5, 3\) found, \(5, 2\) wanted"),
    ({"probabilities": np.zeros((0, 3)), "ids": []}, r"with one video or more; predict the target's training videos"),
    ({"ids": ["b", "d", "c", "d", "e"]}, r"^id 'd' occurs more than once among the target's videos"),
    ({"probabilities": 2 * ROWS}, r"^probabilities of 'b': sum 2\.0000 found, 1 wanted .*\(rgb \+ flow\) / 2$"),
    ({"probabilities": ROWS * [[1], [np.nan], [1], [1], [1]]}, r"^probabilities of 'd': sum nan found"),
    ({"size": 0}, r"^size: 0 bank entries per class found, at least 1 wanted"),
    ({"empty": "last"}, r"^empty: 'last' found, 'own_flow' or 'highest' wanted"),
]


@pytest.mark.parametrize(("changes", "message"), ERRORS)
def test_each_error_is_one_line(changes, message):
    given = {"probabilities": ROWS, "ids": IDS, "classes": CLASSES, "size": 3, "empty": "own_flow", **changes}
    with pytest.raises(ValueError, match=message) as error:
        bank.build(given["probabilities"], given["ids"], given["classes"], size=given["size"], empty=given["empty"])
    assert "\n" not in str(error.value)
