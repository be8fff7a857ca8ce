import numpy as np
import pandas as pd
import pytest

from i2v_core import probabilities
from i2v_core.probabilities import Probabilities


@pytest.fixture
def three() -> Probabilities:
    values = [[0.9, 0.1], [0.2, 0.8], [0.5, 0.5], [0.0, 1.0], [0.25, 0.75], [0.125, 0.875]]
    return Probabilities(["a", "007", "ü"], np.array([2, 1, 3]), np.array(values, np.float32), ["run", "walk"])


def test_rows_belong_to_their_videos(three):
    assert [len(rows) for rows in three.rows()] == [2, 1, 3]
    assert np.array_equal(np.concatenate(three.rows()), three.values)


def test_a_videos_probability_is_the_mean_of_its_rows(three):
    # (0.9 + 0.2) / 2, 0.5, (0 + 0.25 + 0.125) / 3; inputs are float32: 1e-7
    assert three.per_video()[:, 0] == pytest.approx([0.55, 0.5, 0.125], abs=1e-7)
    assert three.per_video().dtype == np.float64


def test_predictions_take_the_best_mean_and_the_first_class_of_a_tie(three):
    table = probabilities.predictions(three)
    assert table["id"].tolist() == ["a", "007", "ü"]
    assert table["class"].tolist() == ["run", "run", "walk"]
    assert table["confidence"].tolist() == pytest.approx([0.55, 0.5, 0.875], abs=1e-7)  # float32 inputs


def test_the_mean_decides_not_the_single_frames():
    values = np.array([[0.4, 0.6], [0.4, 0.6], [1.0, 0.0]], np.float32)  # mean 0.6, 0.4; two of three frames say 1
    found = probabilities.predictions(Probabilities(["v"], np.array([3]), values, ["x", "y"]))
    assert found["class"].tolist() == ["x"]


def test_a_file_gives_back_what_was_written_and_repeats_to_the_byte(three, tmp_path):
    probabilities.write(three, tmp_path / "a.h5")
    probabilities.write(three, tmp_path / "b.h5")
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()
    again = probabilities.read(tmp_path / "a.h5")
    assert (again.ids, again.classes, again.counts.tolist()) == (three.ids, three.classes, [2, 1, 3])
    assert np.array_equal(again.values, three.values)
    assert again.values.dtype == np.float32
    pd.testing.assert_frame_equal(probabilities.predictions(again), probabilities.predictions(three))


@pytest.mark.parametrize("kind", ["garbage", "other"])
def test_another_file_is_an_error_with_its_name(tmp_path, kind):
    import h5py

    path = tmp_path / "x.h5"
    if kind == "garbage":
        path.write_bytes(b"no hdf5")
    else:
        with h5py.File(path, "w") as file:
            file["other"] = [1]
    with pytest.raises(ValueError, match=r"x\.h5: not a file of probabilities"):
        probabilities.read(path)


def whole(values: list[list[float]], *, ids: str = "vw", classes: str = "xy", counts: tuple[int, ...] | None = None):
    """Probabilities of the videos `ids`, one row each unless `counts` says more."""
    found = np.array(counts or [1] * len(ids))
    return Probabilities(list(ids), found, np.array(values, np.float32), list(classes))


def test_models_of_one_row_per_video_are_averaged_by_hand():
    # (0.9 + 0.2) / 2 = 0.55, (0.1 + 0.4) / 2 = 0.25; float32: 1e-7
    found = probabilities.mean([whole([[0.9, 0.1], [0.1, 0.9]]), whole([[0.2, 0.8], [0.4, 0.6]])])
    assert found.values == pytest.approx(np.array([[0.55, 0.45], [0.25, 0.75]]), abs=1e-7)
    assert found.values.dtype == np.float32
    assert (found.ids, found.classes, found.counts.tolist()) == (["v", "w"], ["x", "y"], [1, 1])


def test_every_model_counts_alike_however_many_rows_it_has_of_a_video():
    first = whole([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]], counts=(2, 1))  # v: 0.7, w: 0.2
    second = whole([[0.1, 0.9], [0.6, 0.4], [0.3, 0.7], [0.6, 0.4]], counts=(1, 3))  # v: 0.1, w: 0.5
    found = probabilities.mean([first, second])
    # v: (0.7 + 0.1) / 2, w: (0.2 + 0.5) / 2; the mean of all rows would be 0.5 and 0.425. float32: 1e-7
    assert found.values[:, 0] == pytest.approx([0.4, 0.35], abs=1e-7)
    assert found.counts.tolist() == [1, 1]


def test_three_models_are_decided_by_their_sum_not_by_their_votes():
    # Sums 1.3 and 1.7 for v, 1.6 and 1.4 for w: of each the one sure model outweighs the two others.
    models = [[[0.6, 0.4], [0.4, 0.6]], [[0.6, 0.4], [0.3, 0.7]], [[0.1, 0.9], [0.9, 0.1]]]
    found = probabilities.predictions(probabilities.mean([whole(values) for values in models]))
    assert found["class"].tolist() == ["y", "x"]
    assert found["confidence"].tolist() == pytest.approx([1.7 / 3, 1.6 / 3], abs=1e-7)  # float32 inputs


def test_the_mean_of_one_model_is_its_own_mean_over_rows(three):
    found = probabilities.mean([three])
    assert found.values[:, 0] == pytest.approx([0.55, 0.5, 0.125], abs=1e-7)  # as above
    assert (found.ids, found.counts.tolist()) == (three.ids, [1, 1, 1])


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"ids": "wv"}, r"2 videos and classes \['x', 'y'\]"),
        ({"ids": "v", "counts": (2,)}, r"1 videos and classes \['x', 'y'\]"),
        ({"classes": "yx"}, r"2 videos and classes \['y', 'x'\]"),
        ({"classes": "xz"}, r"2 videos and classes \['x', 'z'\]"),
    ],
    ids=["order", "count", "order of classes", "classes"],
)
@pytest.mark.parametrize("place", [1, 2])
def test_other_videos_or_classes_in_any_model_are_an_error(changes, found, place):
    values = [[0.9, 0.1], [0.1, 0.9]]
    models = [whole(values) for _ in range(3)]
    models[place] = whole(values, **changes)
    wanted = r"the 2 videos of \['x', 'y'\] in the same order wanted; predict both with the same split$"
    with pytest.raises(ValueError, match=rf"^probabilities of {found} found, {wanted}"):
        probabilities.mean(models)


def test_the_mean_of_nothing_is_an_error():
    with pytest.raises(ValueError, match=r"^probabilities: no model given, at least one wanted$"):
        probabilities.mean([])
