import pytest
import torch
from torch import nn

from i2v_core.models import weights
from i2v_core.models.weights import Entry, Reading


class Small(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.norm = nn.BatchNorm1d(3)
        self.head = nn.Linear(3, 4, bias=False)


def entry(given, key, *shape, before=None):
    return Entry(given, before or shape, key, torch.full(shape, 7.0))


NORM = [entry(f"norm.{name}", f"norm.{name}", 3) for name in ("weight", "bias", "running_mean", "running_var")]
WHOLE = [
    entry("f.w", "first.weight", 3, 2),
    entry("first.bias", "first.bias", 3, before=(1, 3)),
    *NORM,
    entry("classes", "head.weight", 9, 3),
    entry("optimiser", "", 5),
]


def statuses(entries, without=("head.",)):
    return {
        match.given or match.key: match.status
        for match in weights.compare(Small(), Reading("", entries), without=without)
    }


def test_each_key_of_file_and_model_is_told_once():
    found = statuses(WHOLE)
    assert found == {
        "f.w": "renamed",
        "first.bias": "reshaped",
        **{entry.given: "unchanged" for entry in NORM},
        "classes": "left out",
        "optimiser": "left out",
        "norm.num_batches_tracked": "kept as it is",
        "head.weight": "kept as it is",
    }
    assert set(found.values()) <= set(weights.STATUSES)


def test_faults_are_told():
    wrong = [entry("first.weight", "first.weight", 2, 2), entry("more", "more.weight", 1), *NORM[1:]]
    found = {key: status for key, status in statuses(wrong, without=()).items() if status in weights.FAULTS}
    assert found == {
        "first.weight": "another shape",
        "more": "surplus",
        "first.bias": "missing",
        "norm.weight": "missing",
        "head.weight": "missing",
    }


def test_the_second_of_two_values_for_one_key_is_surplus():
    twice = [*WHOLE, entry("module.f.w", "first.weight", 3, 2)]
    assert statuses(twice)["module.f.w"] == "surplus"
    with pytest.raises(ValueError, match=r"x\.pt: 0 keys missing \[\], 1 surplus \['first\.weight'\], 0 of another"):
        weights.load(Small(), Reading("", twice), "x.pt", wanted="weights", without=("head.",))


def test_loading_follows_the_report():
    model = Small()
    head = model.head.weight.clone()
    weights.load(model, Reading("", WHOLE), "x.pt", wanted="weights", without=("head.",))
    assert model.first.weight.tolist() == [[7.0, 7.0]] * 3
    assert model.first.bias.tolist() == [7.0] * 3
    assert torch.equal(model.head.weight, head)
    assert model.norm.num_batches_tracked == 0


def test_what_does_not_fit_is_one_line_and_leaves_the_model_as_it_was():
    model = Small()
    before = {key: value.clone() for key, value in model.state_dict().items()}
    with pytest.raises(ValueError) as error:
        weights.load(model, Reading("", WHOLE), "x.pt", wanted="weights of a net")
    assert str(error.value) == (
        "x.pt: 0 keys missing [], 0 surplus [], 1 of another shape ['head.weight (9, 3) instead of (4, 3)']; "
        "weights of a net with 8 keys wanted"
    )
    assert all(torch.equal(value, before[key]) for key, value in model.state_dict().items())
