import pytest

from i2v_core.methods.cfb import runs
from i2v_core.methods.cfb.retrieval import AGGREGATIONS


def test_every_aggregation_and_plug_in_loss_has_a_row():
    banks = {flow for _, flow in runs.ROWS.values() if flow}
    assert {f"bank={name}" for name in AGGREGATIONS} <= banks
    assert {f"bank=random+{name}" for name in ("dan", "jan", "mcc", "bnm")} <= banks


@pytest.mark.parametrize("row", runs.ROWS)
def test_a_banks_labels_come_from_the_rgb_branch_of_its_own_row(row):
    rgb, flow = runs.branches(row)
    labeller = runs.labeller(flow) if flow else None
    if flow is None or flow == "own":
        assert labeller is None
    else:
        assert labeller == rgb
        assert runs.labels_target(rgb)


def test_rows_that_differ_in_the_flow_alone_share_the_rgb_branch():
    rgb = {runs.branches(row)[0] for row in runs.ROWS if row.startswith(("bank-sim", "bank-mean")) or row == "bank"}
    assert rgb == {"depth"}


@pytest.mark.parametrize(
    ("parameter", "value", "row", "branches"),
    [
        ("lambda_1", 0.5, "so-rgb+lambda_1=0.5", ("depth+lambda_1=0.5", None)),
        ("size", 5, "bank+size=5", ("depth", "bank=random+size=5")),
        ("lambda_2", 2, "so-rgb-flow+pace+lambda_2=2", ("depth+pace+lambda_2=2", "own+pace+lambda_2=2")),
        ("paces", 3, "so-rgb-flow+pace+paces=3", ("depth+pace+paces=3", "own+pace+paces=3")),
        ("lambda_1", None, "so-rgb", ("depth", None)),
        ("paces", None, "so-rgb-flow+pace", ("depth+pace", "own+pace")),
    ],
)
def test_a_point_of_figure_4_changes_one_value(parameter, value, row, branches):
    assert runs.sweep(parameter, value) == row
    assert runs.branches(row) == branches


def test_options_are_read_from_the_name():
    assert runs.options("bank=similarity_top1+clip+pace+lambda_2=0.02") == {
        "source": None,
        "clip": True,
        "pace": True,
        "transfer": None,
        "bank": "similarity_top1",
        "lambda_2": 0.02,
    }
    assert runs.options("depth+paces=3+dan")["paces"] == 3


def test_a_bank_of_another_size_is_labelled_by_the_same_branch():
    assert runs.labeller("bank=random+size=5+pace") == "depth+pace"


def test_unknown_names_are_said():
    with pytest.raises(ValueError, match=r"^row 'bank-median' found, one of so-st-i2v, "):
        runs.branches("bank-median")
    with pytest.raises(ValueError, match=r"^branch 'depth\+fast': part 'fast' found"):
        runs.branches("so-rgb+fast")
    with pytest.raises(ValueError, match=r"^branch 'own\+lambda_9=1': part 'lambda_9=1' found"):
        runs.options("own+lambda_9=1")
