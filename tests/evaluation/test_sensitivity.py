import numpy as np
import pandas as pd
import pytest
from matplotlib import image

from i2v_core.evaluation import figures, sensitivity, specs


def runs(name: str, seeds=(0, 1)) -> list[dict]:
    return [{"scores": f"{name}/{seed}", "split": 1, "seed": seed} for seed in seeds]


def spec(*, reference: bool = True, used: float | None = 0.2, panels: int = 1) -> dict:
    points = [{"value": value, "runs": runs(f"weight{value}")} for value in (1.0, 0.2, 5)]
    panel = {
        "xlabel": "weight of the pace loss",
        "parameter": "method.pace.weight",
        "reference": {"title": "without it", "runs": runs("without")} if reference else None,
        "lines": [{"title": "", "used": used, "points": points}],
    }
    return {"data": "mini world", "panels": [{**panel, "title": f"pace weight {k}"} for k in range(panels)]}


def scores(content: dict) -> dict[str, dict]:
    """Accuracy 0.5 at seed 0 and 0.6 at seed 1 for weight 0.2, 0.1 less elsewhere; 40 test videos."""
    return {
        run["scores"]: {"top1": (0.5 if "0.2" in run["scores"] else 0.4) + 0.1 * run["seed"], "n": 40}
        for run in specs.figure_runs(content)
    }


def picture(content: dict, values: dict, out) -> np.ndarray:
    sensitivity.draw(sensitivity.points(content, values), content, out)
    return image.imread(out)


def test_points_are_one_row_per_run_with_rising_values_and_the_reference_last():
    content = spec()
    table = sensitivity.points(content, scores(content))
    assert table.columns.tolist() == sensitivity.COLUMNS
    assert table["value"].dropna().tolist() == [0.2, 0.2, 1, 1, 5, 5]
    assert table["used"].tolist() == [1, 1, 0, 0, 0, 0, 0, 0]
    assert table["reference"].tolist() == [""] * 6 + ["without it"] * 2
    assert table["top1"].tolist() == pytest.approx([50, 60, 40, 50, 40, 50, 40, 50], abs=1e-12)
    assert set(table["n_test_videos"]) == {40}
    assert set(table["parameter"]) == {"method.pace.weight"}


def test_order_of_points_and_runs_changes_nothing():
    content, turned = spec(), spec()
    turned["panels"][0]["lines"][0]["points"].reverse()
    for point in turned["panels"][0]["lines"][0]["points"]:
        point["runs"].reverse()
    pd.testing.assert_frame_equal(
        sensitivity.points(content, scores(content)), sensitivity.points(turned, scores(turned))
    )


def test_equal_input_gives_equal_bytes(tmp_path):
    content = spec()
    for name in ("a", "b"):
        picture(content, scores(content), tmp_path / f"{name}.png")
    first = (tmp_path / "a.png").read_bytes()
    assert first == (tmp_path / "b.png").read_bytes()
    assert b"Software" not in first


@pytest.mark.parametrize("other", [spec(reference=False), spec(used=None), spec(used=5)])
def test_used_value_and_reference_are_drawn(other, tmp_path):
    first, second = (
        picture(content, scores(content), tmp_path / f"{k}.png") for k, content in enumerate((spec(), other))
    )
    assert first.shape == second.shape
    assert (first != second).any()


def test_the_spread_over_seeds_is_drawn(tmp_path):
    content = spec(reference=False)
    values = scores(content)
    narrow = {**values, "weight1.0/0": {"top1": 0.44, "n": 40}, "weight1.0/1": {"top1": 0.46, "n": 40}}  # mean 0.45 too
    first, second = picture(content, values, tmp_path / "a.png"), picture(content, narrow, tmp_path / "b.png")
    assert (first != second).any()


@pytest.mark.parametrize(("panels", "across", "down"), [(1, 1, 1), (2, 2, 1), (3, 2, 2), (4, 2, 2)])
def test_two_panels_stand_in_a_row(panels, across, down, tmp_path):
    content = spec(panels=panels)
    height, width, _ = picture(content, scores(content), tmp_path / "a.png").shape
    assert width == round(4.6 * across * figures.DPI)
    assert height == round((3.4 * down + 0.4) * figures.DPI)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda panel: panel["lines"][0]["points"][0]["runs"].pop(),
            r"weight 0', value 1\.0: \(split, seed\) \[\(1, 0\)\] found",
        ),
        (
            lambda panel: panel["reference"]["runs"].clear(),
            r"reference: \(split, seed\) \[\] found, \[\(1, 0\), \(1",
        ),
        (
            lambda panel: panel["lines"][0]["points"][1].update(value=1.0),
            r"values \[1\.0, 1\.0, 5\] found, one or more and none twice",
        ),
        (lambda panel: panel["lines"][0]["points"].clear(), r"values \[\] found, one or more"),
        (
            lambda panel: panel["lines"][0].update(used=3),
            r"used value 3 is none of the points \[1\.0, 0\.2, 5\]; add the point or",
        ),
        (
            lambda panel: panel["lines"][0]["points"][0]["runs"][0].update(scores="weight5/0"),
            r"stand for two runs, first weight5/0",
        ),
        (lambda panel: panel.pop("xlabel"), r"spec, panels: keys .* found"),
        (lambda panel: panel["lines"][0].pop("used"), r"spec, lines: keys \['points', 'title'\] found"),
        (lambda panel: panel["lines"].clear(), r"lines \[\] found, 1 to 8 and none twice wanted"),
        (lambda panel: panel["lines"].append(panel["lines"][0]), r"lines \['', ''\] found, 1 to 8 and none twice"),
        (
            lambda panel: panel["lines"][0]["points"][0].update(title="x"),
            r"spec, points: keys \['runs', 'title', 'value'\] found",
        ),
        (lambda panel: panel["reference"].pop("title"), r"spec, reference: keys \['runs'\] found"),
        (
            lambda panel: panel["lines"][0]["points"][0]["runs"][0].pop("seed"),
            r"spec, runs: keys \['scores', 'split'\] found",
        ),
    ],
)
def test_a_spec_that_is_not_complete_is_refused(change, message):
    content = spec()
    change(content["panels"][0])
    with pytest.raises(ValueError, match=message):
        sensitivity.check_spec(content)


def test_panels_need_titles_of_their_own():
    content = spec()
    content["panels"] *= 2
    with pytest.raises(ValueError, match=r"titles \['pace weight 0', 'pace weight 0'\] found, one or more"):
        sensitivity.check_spec(content)
    with pytest.raises(ValueError, match=r"titles \[\] found"):
        sensitivity.check_spec({"data": "mini world", "panels": []})


def test_runs_of_one_split_must_score_the_same_videos():
    content = spec()
    values = scores(content)
    values["weight5/1"]["n"] = 39
    with pytest.raises(ValueError, match=r"^weight5/1: 39 test videos scored, 40 wanted as in other runs of split 1"):
        sensitivity.points(content, values)


def two_lines() -> dict:
    """A panel over shares of a data set: two models whose runs stand in one file, other test videos for each share."""
    lines = []
    for title in ("SVM", "DIVAFN"):
        points = [
            {"value": share, "runs": [{"scores": f"share{share}", "row": title, "split": 1, "seed": 0}]}
            for share in (10, 50)
        ]
        lines.append({"title": title, "used": None, "points": points})
    panel = {"title": "s2u", "xlabel": "share", "parameter": "share", "reference": None, "own_tests": True}
    return {"data": "mini world", "panels": [{**panel, "lines": lines}]}


def test_lines_share_a_panel_and_a_file_of_scores(tmp_path):
    content = two_lines()
    values = {
        f"share{share}": {"SVM": {"top1": 0.5, "n": n}, "DIVAFN": {"top1": 0.5 + share / 100, "n": n}}
        for share, n in ((10, 90), (50, 50))
    }
    table = sensitivity.points(content, values)
    assert table["line"].tolist() == ["SVM"] * 2 + ["DIVAFN"] * 2
    assert table["top1"].tolist() == pytest.approx([50, 50, 60, 100], abs=1e-12)
    assert table["n_test_videos"].tolist() == [90, 50, 90, 50]
    alone = {**content, "panels": [{**content["panels"][0], "lines": content["panels"][0]["lines"][:1]}]}
    assert (picture(content, values, tmp_path / "a.png") != picture(alone, values, tmp_path / "b.png")).any()
    values["share10"]["DIVAFN"]["n"] = 89
    with pytest.raises(ValueError, match=r"^share10: 89 test videos scored, 90 wanted"):
        sensitivity.points(content, values)
    del content["panels"][0]["own_tests"]
    with pytest.raises(ValueError, match=r"test videos scored, 90 wanted as in other runs"):
        sensitivity.points(content, values)


def test_a_row_that_a_file_lacks_is_named():
    content = two_lines()
    values = {f"share{share}": {"SVM": {"top1": 0.5, "n": 9}} for share in (10, 50)}
    with pytest.raises(ValueError, match=r"^share10: rows \['SVM'\] found, 'DIVAFN' wanted"):
        sensitivity.points(content, values)
