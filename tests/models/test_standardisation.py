import torch

from i2v_core.models.standardisation import Standardisation


def test_it_is_worked_by_hand():
    made = Standardisation(2)
    rows = torch.tensor([[1.0, 10.0], [3.0, 30.0]])
    assert torch.equal(made(rows), rows)  # before fit
    made.fit(rows)  # means 2 and 20, deviations 1 and 10
    torch.testing.assert_close(made(torch.tensor([[[4.0, 10.0]]])), torch.tensor([[[2.0, -1.0]]]))


def test_a_feature_that_does_not_vary_is_centred_alone():
    made = Standardisation(2)
    made.fit(torch.tensor([[5.0, 0.0], [5.0, 0.0]]))
    assert made(torch.tensor([[6.0, 1.0]])).tolist() == [[1.0, 1.0]]


def test_the_state_dict_keeps_what_was_found():
    made, other = Standardisation(3), Standardisation(3)
    made.fit(torch.rand(4, 3))
    other.load_state_dict(made.state_dict())
    x = torch.rand(2, 3)
    assert torch.equal(made(x), other(x))
