import h5py
import numpy as np
import pytest

from i2v_core.evaluation import feature_files
from i2v_core.evaluation.feature_files import Features


def features() -> Features:
    random = np.random.default_rng(0)
    source, target = (random.normal(size=(20, 5)).astype(np.float32) for _ in range(2))
    return Features(source, np.arange(20) % 2, target, [f"v{k}" for k in range(20)])


def write_by_hand(path, given: Features, **changes):
    content = {
        "source/features": given.source,
        "source/labels": given.source_labels,
        "target/features": given.target,
        "target/ids": np.array(given.target_ids, dtype=object),
        **changes,
    }
    with h5py.File(path, "w") as file:
        for name, values in content.items():
            if values is not None:
                file[name] = values
    return path


def test_a_file_is_read_as_it_was_written(tmp_path):
    given = features()
    feature_files.write(tmp_path / "a.h5", given)
    found = feature_files.read(tmp_path / "a.h5", classes=2)
    assert (found.source == given.source).all()
    assert (found.target == given.target).all()
    assert found.source_labels.tolist() == given.source_labels.tolist()
    assert found.target_ids == given.target_ids


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"source/labels": None}, r"a\.h5: not a file of features \(.*labels.*\); make it again"),
        ({"target/ids": np.arange(20)}, r"a\.h5: not a file of features"),
        ({"source/labels": np.zeros(19, int)}, r"a\.h5: .* of shapes \[\(20, 5\), \(19,\), \(20, 5\), \(20,\)\] found"),
        (
            {"target/features": np.zeros((20, 4), np.float32)},
            r"of shapes \[\(20, 5\), \(20,\), \(20, 4\), ",
        ),
        (
            {"source/features": np.full((20, 5), np.nan, np.float32)},
            r"a\.h5: features that are not finite found",
        ),
        ({"source/labels": np.full(20, 2)}, r"a\.h5: source labels 2 \.\. 2 found, 0 \.\. 1 wanted"),
    ],
)
def test_bad_files_are_named(changes, message, tmp_path):
    path = write_by_hand(tmp_path / "a.h5", features(), **changes)
    with pytest.raises(ValueError, match=message):
        feature_files.read(path, classes=2)
