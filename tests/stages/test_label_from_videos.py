import numpy as np
import pytest

from i2v_core import probabilities, storage
from i2v_core.stages import label_from_videos


@pytest.fixture
def given(tmp_path):
    values = np.array([[0.4, 0.6, 0], [0.1, 0, 0.9]])
    content = probabilities.Probabilities(["a", "007"], np.array([1, 1]), values, ["x", "y", "z"])
    probabilities.write(content, tmp_path / "in.h5")
    return {"video_probabilities": tmp_path / "in.h5", "out": tmp_path / "v.csv"}


def test_every_video_is_labelled(given):
    label_from_videos.run(**given, p=1.0, second_softmax=False)
    table = storage.read_csv(given["out"])
    assert given["out"].read_text().splitlines()[0] == "id,class,label,confidence,votes,frames_kept,frames,kept"
    assert table["id"].tolist() == ["a", "007"]
    assert table["class"].tolist() == ["y", "z"]
    assert table["kept"].tolist() == [1, 1]


def test_p_and_the_second_softmax_matter_and_a_second_run_repeats(given):
    found = {}
    for p, squeeze in ((1.0, False), (0.5, False), (1.0, True), (1.0, False)):
        label_from_videos.run(**given, p=p, second_softmax=squeeze)
        content = given["out"].read_bytes()
        assert found.setdefault((p, squeeze), content) == content
    assert len(set(found.values())) == 3


def test_a_bad_share_is_an_error_and_leaves_nothing(given):
    with pytest.raises(ValueError, match=r"^p: 2\.0 found, a fraction in"):
        label_from_videos.run(**given, p=2.0, second_softmax=False)
    assert not given["out"].exists()
