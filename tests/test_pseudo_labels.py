import math

import numpy as np
import pandas as pd
import pytest

from i2v_core import pseudo_labels
from i2v_core.probabilities import Probabilities
from i2v_core.pseudo_labels import confidence_threshold, from_frames, from_videos, kept_videos, majority_vote

CLASSES = ["x", "y", "z"]


def best(*values: float) -> np.ndarray:
    return np.array(values, np.float32)


def kept(values: np.ndarray, p: float) -> int:
    return int((values.astype(np.float64) >= confidence_threshold(values, p=p)).sum())


def frames(videos: list[list[tuple[float, ...]]], classes: list[str] = CLASSES) -> Probabilities:
    rows = [row for video in videos for row in video]
    ids = [f"v{k}" for k in range(len(videos))]
    return Probabilities(ids, np.array([len(video) for video in videos]), np.array(rows, np.float32), classes)


def sure(label: int, confidence: float, classes: int = 3) -> tuple[float, ...]:
    """A row that says `label` with that confidence; the rest is shared by the other classes."""
    row = [(1 - confidence) / (classes - 1)] * classes
    row[label] = confidence
    return tuple(row)


def test_the_threshold_lies_between_the_last_dropped_and_the_first_kept():
    # n = 4, p = 0.5: two are kept, (0.5 + 0.75) / 2
    assert confidence_threshold(best(0.75, 0.25, 1.0, 0.5), p=0.5) == 0.625


def test_p_of_one_keeps_all_and_the_threshold_is_zero():
    assert confidence_threshold(best(0.0, 0.5), p=1.0) == 0.0


def test_a_tiny_p_keeps_one_video():
    assert kept(best(0.1, 0.2, 0.3), 0.01) == 1


@pytest.mark.parametrize("p", [0.01, 0.7, 1.0])
def test_one_video_is_always_kept(p):
    assert confidence_threshold(best(0.3), p=p) == 0.0


@pytest.mark.parametrize(
    ("count", "p", "expected"), [(910, 0.7, 637), (1438, 0.7, 1006), (10, 0.3, 3), (100, 0.29, 29)]
)
def test_the_number_kept_is_the_floor_of_n_p(count, p, expected):
    # 910 and 1438: the logs of the official code. 100 * 0.29 = 28.999999999999996 in floating point.
    values = np.random.default_rng(0).permutation(count).astype(np.float32) / count
    assert kept(values, p) == expected


def test_ties_at_the_threshold_all_stay():
    # saturated confidences: two of six were asked, four are equal
    assert confidence_threshold(best(1, 1, 1, 1, 0.5, 0.2), p=1 / 3) == 1.0
    assert kept(best(1, 1, 1, 1, 0.5, 0.2), 1 / 3) == 4


@pytest.mark.parametrize("p", [0, -0.1, 1.01, math.nan])
def test_p_outside_its_range_is_an_error(p):
    with pytest.raises(ValueError, match=rf"^p: {p} found, a fraction in \(0, 1\] wanted; see cycda\.p_stage2"):
        confidence_threshold(best(0.1, 0.2), p=p)


def test_no_video_is_an_error():
    with pytest.raises(ValueError, match=r"^no videos to choose a confidence threshold from; the target's"):
        confidence_threshold(best(), p=0.5)


def test_neighbouring_float32_confidences_are_told_apart():
    # their midpoint is no float32 number and rounds to the even neighbour, which here is the dropped one
    low = np.float32(0.9)
    high = np.nextafter(low, np.float32(1))
    video_rows = [[(low, 1 - low)], [(high, 1 - high)]]
    assert np.float32((float(low) + float(high)) / 2) == low
    videos, frame_table = from_frames(frames(video_rows, ["x", "y"]), p=0.5)
    assert videos["kept"].tolist() == [0, 1]
    assert frame_table["kept"].tolist() == [0, 1]


def test_the_most_frequent_label_wins_whatever_the_confidences():
    assert majority_vote(np.array([0, 1, 1]), np.array([0.99, 0.4, 0.4]), 3) == (1, 2)


def test_a_tie_goes_to_the_larger_sum_of_confidences():
    # class 0: 0.6 + 0.6 = 1.2; class 2: 0.9 + 0.5 = 1.4
    assert majority_vote(np.array([0, 2, 0, 2]), np.array([0.6, 0.9, 0.6, 0.5]), 3) == (2, 2)


def test_a_tie_of_votes_and_sums_goes_to_the_smaller_class():
    assert majority_vote(np.array([2, 1]), np.array([0.5, 0.5]), 3) == (1, 1)


def test_mean_softmax_takes_the_best_mean_and_the_smaller_class_of_a_tie():
    values = np.array([[0.5, 0.5, 0.0], [0.25, 0.25, 0.5]])
    assert pseudo_labels.mean_softmax(values) == (0, 1)  # means 0.375, 0.375, 0.25; only the first frame says 0


DISAGREE = [[(0.4, 0.6, 0.0), (0.4, 0.6, 0.0), (1.0, 0.0, 0.0)]]  # votes 1, 2; means 0.6, 0.4


@pytest.mark.parametrize(("vote", "label", "votes"), [("majority", "y", 2), ("mean_softmax", "x", 1)])
def test_the_two_rules_can_disagree(vote, label, votes):
    videos, _ = from_frames(frames(DISAGREE), p=1.0, vote=vote)
    assert (videos["class"][0], videos["votes"][0]) == (label, votes)


def test_majority_is_the_default():
    assert from_frames(frames(DISAGREE), p=1.0)[0]["class"].tolist() == ["y"]


def test_an_unknown_rule_is_an_error():
    with pytest.raises(ValueError, match=r"^vote: 'mean' found, 'majority' or 'mean_softmax' wanted; see cycda"):
        from_frames(frames(DISAGREE), p=1.0, vote="mean")


@pytest.fixture
def mixed() -> Probabilities:
    """Best confidences 0.9, 0.5, 0.75; p = 0.67 keeps two videos, threshold (0.5 + 0.75) / 2 = 0.625."""
    return frames(
        [
            [sure(0, 0.9), sure(1, 0.6), sure(1, 0.6), sure(0, 0.7)],
            [sure(2, 0.5), sure(1, 0.4)],
            [sure(2, 0.75)],
        ]
    )


def test_only_frames_over_the_threshold_vote(mixed):
    videos, frame_table = from_frames(mixed, p=0.67)
    assert frame_table["kept"].tolist() == [1, 0, 0, 1, 0, 0, 1]
    assert videos.columns.tolist() == ["id", "class", "label", "confidence", "votes", "frames_kept", "frames", "kept"]
    rows = videos.drop(columns="confidence").to_numpy().tolist()
    assert rows == [
        ["v0", "x", 0, 2, 2, 4, 1],
        ["v1", "z", 2, 1, 0, 2, 0],  # kept by no frame: both frames vote 1 : 1, 0.5 > 0.4
        ["v2", "z", 2, 1, 1, 1, 1],
    ]
    # v0: (0.9 + 0.7) / 2; float32 inputs: 1e-6
    assert videos["confidence"].tolist() == pytest.approx([0.8, 0.5, 0.75], abs=1e-6)


def test_p_decides_who_votes(mixed):
    videos, _ = from_frames(mixed, p=1.0)
    assert videos["class"].tolist() == ["x", "z", "z"]  # v0: 2 : 2, 0.9 + 0.7 > 0.6 + 0.6
    assert videos["frames_kept"].tolist() == [4, 2, 1]
    assert from_frames(mixed, p=0.34)[0]["kept"].tolist() == [1, 0, 0]


def test_frames_are_numbered_within_their_video(mixed):
    _, frame_table = from_frames(mixed, p=0.67)
    assert frame_table.columns.tolist() == ["id", "frame", "class", "label", "confidence", "kept"]
    assert frame_table["id"].tolist() == ["v0"] * 4 + ["v1"] * 2 + ["v2"]
    assert frame_table["frame"].tolist() == [0, 1, 2, 3, 0, 1, 0]
    assert frame_table["label"].tolist() == [0, 1, 1, 0, 2, 1, 2]
    assert frame_table["class"].tolist() == ["x", "y", "y", "x", "z", "y", "z"]


def test_a_kept_label_never_has_less_confidence_than_the_threshold(mixed):
    videos, _ = from_frames(mixed, p=0.67)
    assert (videos.loc[videos["kept"] == 1, "confidence"] >= 0.625).all()


def one_row_each(*rows: tuple[float, ...]) -> Probabilities:
    return frames([[row] for row in rows], [f"c{k}" for k in range(len(rows[0]))])


def test_a_video_model_labels_every_video():
    table = from_videos(one_row_each(sure(1, 0.75), sure(0, 0.5)))
    assert table.columns.tolist() == pseudo_labels.VIDEO_COLUMNS
    assert table.to_numpy().tolist() == [["v0", "c1", 1, 0.75, 1, 0, 0, 1], ["v1", "c0", 0, 0.5, 1, 0, 0, 1]]


@pytest.mark.parametrize(("p", "expected"), [(1.0, [1, 1, 1, 1]), (0.5, [0, 1, 0, 1]), (0.1, [0, 0, 0, 1])])
def test_p_keeps_the_most_confident_videos(p, expected):
    rows = [sure(0, 0.5), sure(1, 0.75), sure(2, 0.625), sure(0, 1.0)]
    assert from_videos(one_row_each(*rows), p=p)["kept"].tolist() == expected


def test_a_second_softmax_squeezes_confidences_and_changes_no_label():
    random = np.random.default_rng(0)
    rows = [sure(3, 1.0, 13), *random.dirichlet(np.ones(13), 50).tolist()]
    once, twice = (from_videos(one_row_each(*rows), second_softmax=squeeze) for squeeze in (False, True))
    assert once["label"].tolist() == twice["label"].tolist()
    # e / (e + 12) = 0.18468..., the largest value there is; float64: 1e-12
    assert twice["confidence"][0] == pytest.approx(math.e / (math.e + 12), abs=1e-12)
    assert twice["confidence"].max() == twice["confidence"][0]
    assert (twice["confidence"] < once["confidence"]).all()
    assert (twice["confidence"] > 1 / 13).all()


def test_a_second_softmax_can_change_the_order_of_videos():
    # v0 0.5, v1 0.4: once v0 is the surer one, but its second class is near
    rows = [(0.5, 0.5, 0.0, 0.0), (0.46, 0.18, 0.18, 0.18)]
    assert from_videos(one_row_each(*rows), p=0.5)["kept"].tolist() == [1, 0]
    # e^0.5 / (2 e^0.5 + 2) = 0.311; e^0.46 / (e^0.46 + 3 e^0.18) = 0.306
    squeezed = from_videos(one_row_each(*rows), p=0.5, second_softmax=True)
    assert squeezed["confidence"].tolist() == pytest.approx([0.311, 0.306], abs=1e-3)  # three digits above


TRAIN = pd.DataFrame({"id": ["b", "a", "c"], "dataset": "d"})


def guesses(**columns) -> pd.DataFrame:
    return pd.DataFrame({"id": ["a", "b", "c"], "label": ["1", "2", "0"], "kept": [1, 1, 0], **columns})


def test_kept_videos_come_in_the_splits_order_with_integer_labels():
    table = kept_videos(TRAIN, guesses())
    assert table.to_numpy().tolist() == [["b", "d", 2], ["a", "d", 1]]
    assert table["label"].dtype == np.int64


def test_nothing_kept_is_an_error():
    with pytest.raises(ValueError, match=r"^no target video kept its pseudo label; raise p in params.yaml"):
        kept_videos(TRAIN, guesses(kept=0))


def test_pseudo_labels_of_another_split_are_an_error():
    with pytest.raises(ValueError, match=r"^pseudo labels for 1 videos that are not in the target's .*, first 'z'"):
        kept_videos(TRAIN, guesses(id=["a", "b", "z"]))
