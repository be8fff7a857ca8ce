import pytest

from i2v_core.methods.stcda import runs


def test_the_full_model_has_three_stages_of_its_own_name():
    assert [runs.stage_name("stcda", stage) for stage in runs.STAGES] == ["stcda"] * 3
    assert [runs.before("stcda", stage) for stage in runs.STAGES] == [None, "stcda", "stcda"]


@pytest.mark.parametrize(
    ("row", "names"),
    [
        ("stcda+beta=0", ["stcda", "stcda", "stcda+beta=0"]),
        ("stcda+beta=1", ["stcda", "stcda", "stcda+beta=1"]),
        ("stcda+alpha=1+beta=0", ["stcda", "stcda+alpha=1", "stcda+alpha=1+beta=0"]),
        ("stcda+views=rgb", ["stcda+views=rgb"] * 3),
        ("stcda+aggregator=mean", ["stcda+aggregator=mean"] * 3),
        ("stcda+levels=clip+fusion=no", ["stcda+levels=clip", "stcda+levels=clip", "stcda+levels=clip+fusion=no"]),
        ("stcda+labels=fixed", ["stcda", "stcda", "stcda+labels=fixed"]),
    ],
)
def test_a_stage_is_named_by_what_it_can_notice(row, names):
    assert [runs.stage_name(row, stage) for stage in runs.STAGES] == names
    assert [runs.before(row, stage) for stage in runs.STAGES] == [None, *names[:2]]


def test_without_contrast_there_is_no_first_stage_and_its_parts_do_not_matter():
    assert not runs.contrasts("stcda+alpha=0")
    assert runs.before("stcda+alpha=0", 2) is None
    assert runs.before("stcda+alpha=0", 3) == "stcda+alpha=0"
    assert runs.stage_name("stcda+levels=clip+alpha=0", 3) == "stcda+alpha=0"


def test_without_alignment_its_parts_do_not_matter():
    assert runs.stage_name("stcda+beta=0+fusion=no+labels=fixed", 3) == "stcda+beta=0"


def test_changes_may_come_in_any_order():
    assert runs.stage_name("stcda+beta=0+alpha=1", 3) == runs.stage_name("stcda+alpha=1+beta=0", 3)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("tcon", "row 'tcon': 'tcon' found, 'stcda' with changes wanted"),
        ("stcda+gamma=1", "'gamma' found, one of views, aggregator, levels, .* wanted"),
        ("stcda+views=depth", "views=depth found, one of rgb, flow wanted"),
        ("stcda+alpha=-1", "alpha=-1 found, a number from 0 wanted"),
        ("stcda+alpha=much", "alpha=much found, a number from 0 wanted"),
    ],
)
def test_other_rows_are_refused(row, message):
    with pytest.raises(ValueError, match=message):
        runs.options(row)
