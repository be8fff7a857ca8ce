import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib import image

from i2v_core.evaluation import figures

QUALITY = pd.DataFrame(
    {
        "benchmark": ["mini-e2h"] * 4,
        "stage": ["1 frames", "2 video", "1 frames", "2 video"],
        "precision_kept": [60.0, 70.0, 50.0, np.nan],
        "accuracy_all": [50.0, 60.0, 40.0, 62.0],
        "coverage": [70.0, 100.0, 70.0, 100.0],
    }
)
STAGES = ["1 frames", "2 video"]
LOG = pd.DataFrame({"epoch": [1, 2, 3], "classification": [2.0, 1.0, 0.5], "domain": [0.7, 0.69, 0.68]})
DRAWERS = {
    "confusion": lambda out: figures.confusion([[3, 1], [0, 2]], ["run", "walk"], title="t", out=out),
    "quality": lambda out: figures.pseudo_label_quality(QUALITY, STAGES, data={"mini-e2h": "mini world"}, out=out),
    "training": lambda out: figures.training_curves(LOG, title="t", out=out),
}


def pixels(path) -> np.ndarray:
    return image.imread(path)


@pytest.mark.parametrize("name", DRAWERS)
def test_equal_input_gives_equal_bytes_without_metadata(name, tmp_path):
    DRAWERS[name](tmp_path / "a.png")
    with matplotlib.rc_context({"lines.linewidth": 9, "font.size": 20}):  # a user's own style must not matter
        DRAWERS[name](tmp_path / "b.png")
    first = (tmp_path / "a.png").read_bytes()
    assert first == (tmp_path / "b.png").read_bytes()
    assert first[:8] == b"\x89PNG\r\n\x1a\n"
    assert b"Software" not in first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.png"]


def test_confusion_shows_its_numbers(tmp_path):
    figures.confusion([[3, 1], [0, 2]], ["run", "walk"], title="t", out=tmp_path / "a.png")
    figures.confusion([[1, 3], [0, 2]], ["run", "walk"], title="t", out=tmp_path / "b.png")
    assert (pixels(tmp_path / "a.png") != pixels(tmp_path / "b.png")).any()


def test_confusion_of_many_classes_and_of_a_class_without_videos(tmp_path):
    matrix = np.diag([5] * 100 + [0])
    figures.confusion(matrix.tolist(), [f"class{k}" for k in range(101)], title="t", out=tmp_path / "a.png")
    height, width, _ = pixels(tmp_path / "a.png").shape
    assert height > 1800
    assert width > height


def test_confusion_refuses_another_number_of_classes(tmp_path):
    with pytest.raises(ValueError, match=r"confusion matrix \(2, 2\) found, 3 classes wanted on both sides: my title"):
        figures.confusion([[3, 1], [0, 2]], ["a", "b", "c"], title="my title", out=tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_quality_shows_the_spread_of_runs(tmp_path):
    same_mean = QUALITY.assign(accuracy_all=[45.0, 61.0, 45.0, 61.0])
    for name, table in (("a", QUALITY), ("b", same_mean)):
        figures.pseudo_label_quality(table, STAGES, data={"mini-e2h": "mini world"}, out=tmp_path / f"{name}.png")
    assert (pixels(tmp_path / "a.png") != pixels(tmp_path / "b.png")).any()


def test_quality_has_one_panel_per_benchmark(tmp_path):
    both = pd.concat([QUALITY, QUALITY.assign(benchmark="mini-s2u")])
    one, two = {"mini-e2h": "mini world"}, {"mini-e2h": "mini world", "mini-s2u": "mini world"}
    figures.pseudo_label_quality(both, STAGES, data=one, out=tmp_path / "a.png")
    figures.pseudo_label_quality(both, STAGES, data=two, out=tmp_path / "b.png")
    assert pixels(tmp_path / "b.png").shape[1] - pixels(tmp_path / "a.png").shape[1] == 4 * figures.DPI


def test_training_has_one_panel_per_term(tmp_path):
    figures.training_curves(LOG, title="t", out=tmp_path / "a.png")
    figures.training_curves(LOG[["epoch", "domain"]], title="t", out=tmp_path / "b.png")
    assert pixels(tmp_path / "a.png").shape[1] - pixels(tmp_path / "b.png").shape[1] == round(3.2 * figures.DPI)


@pytest.mark.parametrize("log", [LOG[["epoch"]], LOG.iloc[:0]])
def test_training_refuses_an_empty_log(log, tmp_path):
    with pytest.raises(ValueError, match=r"training log of DANN: \d epochs, columns .* at least one of both wanted"):
        figures.training_curves(log, title="DANN", out=tmp_path / "a.png")
