import numpy as np
import pytest

from i2v_core import probabilities, storage
from i2v_core.probabilities import Probabilities
from i2v_core.stages import fuse_probabilities

CLASSES = ["run", "walk"]


def model(path, values, *, ids=("a", "b", "007"), counts=None, classes=CLASSES):
    counts = np.array(counts or [1] * len(ids))
    probabilities.write(Probabilities(list(ids), counts, np.array(values, np.float32), classes), path)
    return path


@pytest.fixture
def models(tmp_path):
    """Two models of three videos: they agree, the surer one differs, and one has two rows of the last video."""
    first = model(tmp_path / "rgb.h5", [[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.4, 0.6]], counts=(1, 1, 2))
    return [first, model(tmp_path / "flow.h5", [[0.7, 0.3], [0.1, 0.9], [0.5, 0.5]])]


def fused(models, folder):
    out, predictions = folder / "probabilities.h5", folder / "predictions.csv"
    fuse_probabilities.run(models=models, out=out, predictions=predictions)
    return out, predictions


def test_two_models_are_averaged_by_hand(models, tmp_path):
    out, predictions = fused(models, tmp_path / "fused")
    found = probabilities.read(out)
    # a: (0.9 + 0.7) / 2; b: (0.6 + 0.1) / 2; 007: ((0.2 + 0.4) / 2 + 0.5) / 2. float32: 1e-7
    assert found.values == pytest.approx(np.array([[0.8, 0.2], [0.35, 0.65], [0.4, 0.6]]), abs=1e-7)
    assert (found.ids, found.classes, found.counts.tolist()) == (["a", "b", "007"], CLASSES, [1, 1, 1])
    table = storage.read_csv(predictions)
    assert table.columns.tolist() == ["id", "class", "confidence"]
    assert table["id"].tolist() == ["a", "b", "007"]
    assert table["class"].tolist() == ["run", "walk", "walk"]
    assert table["confidence"].tolist() == pytest.approx([0.8, 0.65, 0.6], abs=1e-6)  # six decimals in the file


def test_a_second_run_gives_the_same_bytes_and_the_order_of_models_none_others(models, tmp_path):
    files = [fused(order, tmp_path / name) for name, order in (("a", models), ("b", models), ("c", models[::-1]))]
    for kind in range(2):
        assert len({parts[kind].read_bytes() for parts in files}) == 1


def test_a_single_model_passes_through(models, tmp_path):
    out, predictions = fused(models[1:], tmp_path / "fused")
    assert out.read_bytes() == models[1].read_bytes()
    assert storage.read_csv(predictions)["class"].tolist() == ["run", "walk", "run"]  # a tie goes to the first class


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"ids": ("b", "a", "007")}, r"3 videos and classes \['run', 'walk'\]"),
        ({"classes": CLASSES[::-1]}, r"3 videos and classes \['walk', 'run'\]"),
    ],
)
def test_models_of_other_videos_or_classes_are_an_error_and_leave_nothing(models, tmp_path, changes, found):
    other = model(tmp_path / "other.h5", [[0.7, 0.3], [0.1, 0.9], [0.5, 0.5]], **changes)
    with pytest.raises(
        ValueError, match=rf"^probabilities of {found} found, the 3 videos of \['run', 'walk'\] in the "
    ):
        fused([*models, other], tmp_path / "fused")
    assert not (tmp_path / "fused").exists()


def test_a_file_that_is_none_of_probabilities_is_named_and_leaves_nothing(models, tmp_path):
    (tmp_path / "model.pt").write_bytes(b"weights")
    with pytest.raises(ValueError, match=r"model\.pt: not a file of probabilities"):
        fused([*models, tmp_path / "model.pt"], tmp_path / "fused")
    assert not (tmp_path / "fused").exists()


def test_a_disk_that_fills_up_leaves_no_part_of_a_file(models, tmp_path, monkeypatch):
    def full(self, *arguments, **options):
        raise OSError("no space left on device")

    monkeypatch.setattr("pandas.DataFrame.to_csv", full)
    with pytest.raises(OSError, match="no space left"):
        fused(models, tmp_path / "fused")
    assert {path.name for path in (tmp_path / "fused").iterdir()} == {"probabilities.h5"}
    assert probabilities.read(tmp_path / "fused/probabilities.h5").ids == ["a", "b", "007"]
