import numpy as np
import pytest

from i2v_core.media.idt_lite import original, parts


def lines(count, *, width=436):
    rows = np.arange(count)[:, None] + np.arange(width) / 1000
    rows[:, 0] = 15 + np.arange(count)
    return "".join("\t".join(f"{value:.7g}" for value in row) + "\t\n" for row in rows)


def test_facts_and_descriptors_are_told_apart(tmp_path):
    (tmp_path / "tracks.txt").write_text(lines(3))
    found = original.read(tmp_path / "tracks.txt")
    assert found.last_frame.tolist() == [15, 16, 17]
    np.testing.assert_allclose(found.centres, [[0.001, 0.002], [1.001, 1.002], [2.001, 2.002]], atol=1e-6)
    np.testing.assert_allclose(found.scales, [0.006, 1.006, 2.006])
    assert found.descriptors.shape == (3, 426)
    # The ten facts stand before the trajectory: HOG begins with value 40 of the line, MBHy with 340.
    np.testing.assert_allclose(found.descriptors[0, parts()["hog"]][0], 0.040, atol=1e-6)
    np.testing.assert_allclose(found.descriptors[0, parts()["mbh_y"]][0], 0.340, atol=1e-6)


def test_empty_file_has_no_tracks(tmp_path):
    (tmp_path / "none.txt").write_text("")
    assert original.read(tmp_path / "none.txt").descriptors.shape == (0, 426)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (lines(2) + lines(1, width=400), "tracks.txt line 3: 400 values found, 436 finite ones wanted"),
        (lines(1) + lines(1).replace("0.005", "nan"), "tracks.txt line 2: 436 values found, 436 finite ones wanted"),
        ("usage: video_file\n", "tracks.txt line 1: could not convert string to float: .*numbers wanted"),
    ],
)
def test_other_text_is_refused_with_its_line(text, message, tmp_path):
    (tmp_path / "tracks.txt").write_text(text)
    with pytest.raises(ValueError, match=message):
        original.read(tmp_path / "tracks.txt")


def test_absent_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere.txt: no such file of trajectories"):
        original.read(tmp_path / "nowhere.txt")
