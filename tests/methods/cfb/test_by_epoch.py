import h5py
import numpy as np
import pytest
import torch

from i2v_core.methods.cfb import by_epoch
from i2v_core.methods.cfb.by_epoch import Recorder

IDS, CLASSES = ["v0", "v1", "v2"], ["a", "b"]


def record(folder, epochs=range(2, 4)):
    recorder = Recorder(folder / "parts", epochs)
    for epoch in range(5):
        if epoch in epochs:
            recorder.keep_before(epoch, np.full((3, 2), epoch), np.full((3, 4), 10 + epoch))
        recorder.keep_after(epoch, torch.full((5, 4), 20.0 + epoch))
    return recorder


def test_each_epoch_is_read_back(tmp_path):
    record(tmp_path).join(tmp_path / "x.h5", ids=IDS, classes=CLASSES)
    found = by_epoch.read(tmp_path / "x.h5", 3, ids=IDS, classes=CLASSES)
    np.testing.assert_array_equal(found.probabilities, np.full((3, 2), 3, np.float32))
    np.testing.assert_array_equal(found.features, np.full((3, 4), 13, np.float32))
    np.testing.assert_array_equal(found.source_features, np.full((5, 4), 23, np.float32))


def test_only_the_epochs_asked_for_are_kept(tmp_path):
    record(tmp_path)
    assert len(list((tmp_path / "parts").iterdir())) == 6  # three arrays of epochs 2 and 3


def test_the_same_arrays_give_the_same_bytes(tmp_path):
    for name in "ab":
        record(tmp_path / name).join(tmp_path / f"{name}.h5", ids=IDS, classes=CLASSES)
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()


def test_a_file_of_no_epochs_has_none(tmp_path):
    Recorder(tmp_path / "parts", range(4, 4)).join(tmp_path / "x.h5", ids=IDS, classes=CLASSES)
    with pytest.raises(ValueError, match=r"x\.h5: epochs 4 to 3 found, 4 wanted; train both branches"):
        by_epoch.read(tmp_path / "x.h5", 4, ids=IDS, classes=CLASSES)


@pytest.mark.parametrize(("ids", "classes"), [(["v0", "v2", "v1"], CLASSES), (IDS, ["b", "a"]), (IDS[:2], CLASSES)])
def test_other_videos_or_classes_are_refused(tmp_path, ids, classes):
    record(tmp_path).join(tmp_path / "x.h5", ids=IDS, classes=CLASSES)
    with pytest.raises(ValueError, match=r"x\.h5: 3 videos of 2 classes found, the \d of this run in its order wanted"):
        by_epoch.read(tmp_path / "x.h5", 2, ids=ids, classes=classes)


def test_another_file_is_refused(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["ids"] = 1
    with pytest.raises(ValueError, match=r"x\.h5: not a file of the RGB branch"):
        by_epoch.read(tmp_path / "x.h5", 2, ids=IDS, classes=CLASSES)
