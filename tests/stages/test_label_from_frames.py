import numpy as np
import pytest

from i2v_core import probabilities, storage
from i2v_core.stages import label_from_frames


@pytest.fixture
def given(tmp_path):
    values = [[0.4, 0.6, 0], [0.4, 0.6, 0], [1, 0, 0], [0.3, 0.3, 0.4], [0, 0.2, 0.8]]
    content = probabilities.Probabilities(["a", "007"], np.array([3, 2]), np.array(values), ["x", "y", "z"])
    probabilities.write(content, tmp_path / "in.h5")
    return {"frame_probabilities": tmp_path / "in.h5", "out": tmp_path / "v.csv", "out_frames": tmp_path / "f.csv"}


def test_videos_and_frames_are_written(given):
    label_from_frames.run(**given, p=1.0, vote="majority")
    videos, frames = storage.read_csv(given["out"]), storage.read_csv(given["out_frames"])
    assert given["out"].read_text().splitlines()[0] == "id,class,label,confidence,votes,frames_kept,frames,kept"
    assert given["out_frames"].read_text().splitlines()[0] == "id,frame,class,label,confidence,kept"
    assert videos["id"].tolist() == ["a", "007"]
    assert videos["class"].tolist() == ["y", "z"]
    assert frames["frame"].tolist() == [0, 1, 2, 0, 1]


def test_vote_and_p_matter_and_a_second_run_repeats(given):
    found = {}
    for p, vote in ((1.0, "majority"), (1.0, "mean_softmax"), (0.5, "majority"), (1.0, "majority")):
        label_from_frames.run(**given, p=p, vote=vote)
        content = given["out"].read_bytes()
        assert found.setdefault((p, vote), content) == content
    assert len(set(found.values())) == 3


@pytest.mark.parametrize(
    ("p", "vote", "line"), [(0.0, "majority", "^p: 0.0 found"), (1.0, "most", "^vote: 'most' found")]
)
def test_a_bad_setting_is_an_error_and_leaves_nothing(given, p, vote, line):
    with pytest.raises(ValueError, match=line):
        label_from_frames.run(**given, p=p, vote=vote)
    assert not given["out"].exists()
    assert not given["out_frames"].exists()
