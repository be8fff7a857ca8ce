import pytest

from i2v_core.baselines import shallow
from i2v_core.methods.divafn import runs


@pytest.mark.parametrize(
    ("row", "family", "options"),
    [
        ("svm", "networks", {}),
        ("baseline-columns", "networks", {}),
        ("divafn", "networks", {}),
        ("finetuned", "networks", {}),
        ("meda", "shallow", {}),
        ("kvc+dim=64", "networks", {"dim": "64"}),
        ("divafn+c=1+a=0.1", "networks", {"a": "0.1", "c": "1"}),
        ("divf+lambda=0", "networks", {"lambda": "0"}),
        ("divafn+semantics=attributes", "networks", {"semantics": "attributes"}),
    ],
)
def test_a_row_says_its_method_changes_and_family(row, family, options):
    assert runs.method(row) == row.partition("+")[0]
    assert runs.options(row) == options
    assert runs.family(row) == family


def test_every_method_has_a_family_and_every_option_someone_who_notices_it():
    assert {runs.family(name) for name in runs.METHODS} == set(runs.FAMILIES)
    assert set(shallow.METHODS) < set(runs.METHODS)
    assert set(runs.OPTIONS) == set(runs.NOTICES)
    assert all(set(names) < set(runs.METHODS) for names in runs.NOTICES.values())


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("svd", r"method 'svd' found, one of svm, baseline-rows, .* meda wanted"),
        ("divafn+d=8", r"'d' found, one of dim, a, b, c, beta, lambda, semantics wanted"),
        ("svm+dim=8", r"dim found, which svm does not notice; leave it out"),
        ("diva+beta=1", r"beta found, which diva does not notice"),
        ("divafn+dim=0", r"dim=0 found, a whole number above 0 wanted"),
        ("divafn+dim=1.5", r"dim=1.5 found, a whole number above 0 wanted"),
        ("divafn+a=-1", r"a=-1 found, a number from 0 wanted"),
        ("divafn+a=x", r"a=x found, a number from 0 wanted"),
    ],
)
def test_what_no_job_could_run_is_named(row, message):
    with pytest.raises(ValueError, match=message):
        runs.options(row)
