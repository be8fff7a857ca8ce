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
