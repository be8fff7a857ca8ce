import numpy as np
import pytest
from matplotlib import image

from i2v_core.evaluation import class_gain


def scores(**shares: float | None) -> dict:
    """What scores.json has of ten videos a class, accuracies by class; None: a class without a video."""
    found = {name: {"n": 0 if share is None else 10, "accuracy": share} for name, share in shares.items()}
    return {"classes": list(shares), "per_class": found}


def test_gains_are_means_over_runs_the_largest_first():
    before = [scores(hug=0.5, run=0.2), scores(hug=0.7, run=0.4)]
    after = [scores(hug=0.4, run=0.6), scores(hug=0.8, run=0.5)]
    table = class_gain.gains(before, after)
    assert table["class"].tolist() == ["run", "hug"]
    np.testing.assert_allclose(table["before"], [30, 60])
    np.testing.assert_allclose(table["after"], [55, 60])
    np.testing.assert_allclose(table["gain"], [25, 0], atol=1e-9)
    np.testing.assert_allclose(table["lowest_gain"], [10, -10])
    np.testing.assert_allclose(table["highest_gain"], [40, 10])
    assert table["n"].tolist() == [10, 10]


def test_a_run_without_a_video_of_a_class_does_not_count_there():
    before = [scores(hug=0.5, run=None), scores(hug=0.5, run=0.2)]
    after = [scores(hug=0.5, run=None), scores(hug=0.5, run=0.3)]
    table = class_gain.gains(before, after).set_index("class")
    np.testing.assert_allclose(table.loc["run", ["before", "gain"]].astype(float), [20, 10])


def test_bars_follow_the_gains(tmp_path):
    """A gain and a loss have bars of different colours, as long as they are large."""
    table = class_gain.gains([scores(hug=0.5, run=0.5)], [scores(hug=0.9, run=0.3)])
    class_gain.draw(table, titles=["source only", "STCDA"], data="toy", out=tmp_path / "a.png")
    pixels = np.round(255 * image.imread(tmp_path / "a.png")[..., :3]).astype(int)
    blue, red = (np.abs(pixels - colour).max(axis=2) <= 2 for colour in ((31, 119, 180), (214, 39, 40)))
    # the bars are of one height: their areas are as 40 to 20 points, borders and the line of runs aside
    assert blue.sum() / red.sum() == pytest.approx(2, rel=0.1)
    again = tmp_path / "b.png"
    class_gain.draw(table, titles=["source only", "STCDA"], data="toy", out=again)
    assert again.read_bytes() == (tmp_path / "a.png").read_bytes()


def test_unfit_scores_are_named():
    with pytest.raises(ValueError, match=r"^1 and 0 scores found, as many of both methods wanted, one or more"):
        class_gain.gains([scores(hug=0.5)], [])
    with pytest.raises(ValueError, match=r"^scores of different classes found, of one benchmark wanted"):
        class_gain.gains([scores(hug=0.5)], [scores(run=0.5)])
