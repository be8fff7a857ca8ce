import math

import pytest
import torch

from i2v_core.methods.divafn.likelihood import pair_likelihood


def rows(count, width=5, seed=0):
    return torch.randn(count, width, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


LEFT, RIGHT = torch.tensor([0, 1, 2, 1]), torch.tensor([2, 1, 1, 0, 4, 2])


def bernoulli(left, labels_left, right, labels_right):
    """-log of the product of equations 1 to 3 over all pairs."""
    total = 0.0
    for x, a in zip(left.tolist(), labels_left.tolist(), strict=True):
        for y, b in zip(right.tolist(), labels_right.tolist(), strict=True):
            theta = sum(u * v for u, v in zip(x, y, strict=True)) / 2
            p = 1 / (1 + math.exp(-theta))
            total -= math.log(p if a == b else 1 - p)
    return total


def printed(theta, is_same):
    """Equations 4 to 6 as printed."""
    return -((is_same - 1) * theta - torch.log(1 + torch.exp(theta))).sum()


def test_is_the_likelihood_of_equations_1_to_3():
    left, right = rows(4), rows(6, seed=1)
    found = pair_likelihood(left, LEFT, right, RIGHT)
    assert found.item() == pytest.approx(bernoulli(left, LEFT, right, RIGHT), rel=1e-12)


def test_two_pairs_worked_by_hand():
    """Theta = 2 * 1 / 2 = 1 for both: same class log(1 + e^-1) = 0.313262, other class log(1 + e) = 1.313262."""
    found = pair_likelihood(torch.tensor([[2.0]]), torch.tensor([3]), torch.ones(2, 1), torch.tensor([3, 0]))
    assert found.item() == pytest.approx(0.313262 + 1.313262, abs=1e-6)


def test_printed_form_is_another_function_and_has_no_least_value():
    left, right = rows(4), rows(6, seed=1)
    theta, is_same = left @ right.T / 2, (LEFT[:, None] == RIGHT).double()
    true = bernoulli(left, LEFT, right, RIGHT)
    assert abs(printed(theta, is_same).item() - true) > 0.1 * true
    corrected = -((is_same - 1) * theta - torch.log(1 + torch.exp(-theta))).sum()
    assert corrected.item() == pytest.approx(true, rel=1e-12)
    # For another class the printed term is Theta + log(1 + e^Theta): it falls with Theta for ever, and for the same
    # class too, log(1 + e^Theta) falls as Theta does, where the likelihood rises.
    very = torch.tensor([[-1e3]], dtype=torch.float64)
    assert printed(very, torch.zeros(1, 1)).item() == pytest.approx(-1e3)
    assert printed(very, torch.ones(1, 1)).item() == pytest.approx(0)
    outputs = torch.tensor([[2e3], [-1.0]], dtype=torch.float64)
    assert pair_likelihood(outputs[:1], torch.tensor([0]), outputs[1:], torch.tensor([0])).item() == pytest.approx(1e3)


def test_gradient_is_sigmoid_less_similarity():
    left, right = rows(4).requires_grad_(), rows(6, seed=1).requires_grad_()
    pair_likelihood(left, LEFT, right, RIGHT).backward()
    error = torch.sigmoid(left @ right.T / 2) - (LEFT[:, None] == RIGHT).double()
    torch.testing.assert_close(left.grad, error @ right / 2, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(right.grad, error.T @ left / 2, rtol=1e-12, atol=1e-12)
    assert torch.autograd.gradcheck(lambda x, y: pair_likelihood(x, LEFT, y, RIGHT), (left, right))


@pytest.mark.parametrize("block", [1, 3, 4, 100])
def test_blocks_change_nothing(block):
    left, right = rows(4).requires_grad_(), rows(6, seed=1)
    whole = pair_likelihood(left, LEFT, right, RIGHT)
    found = pair_likelihood(left, LEFT, right, RIGHT, rows_per_block=block)
    assert found.item() == pytest.approx(whole.item(), rel=1e-13)
    gradients = [torch.autograd.grad(value, left)[0] for value in (found, whole)]
    torch.testing.assert_close(*gradients, rtol=1e-12, atol=1e-12)


def test_symmetric_and_indifferent_to_order():
    left, right, order = rows(4), rows(6, seed=1), torch.tensor([2, 0, 3, 1])
    wanted = pair_likelihood(left, LEFT, right, RIGHT).item()
    assert pair_likelihood(right, RIGHT, left, LEFT).item() == pytest.approx(wanted, rel=1e-12)
    assert pair_likelihood(left[order], LEFT[order], right, RIGHT).item() == pytest.approx(wanted, rel=1e-12)


def test_products_of_zero_give_log_2_a_pair():
    assert pair_likelihood(torch.zeros(4, 2), LEFT, torch.zeros(6, 2), RIGHT).item() == pytest.approx(24 * math.log(2))


def test_huge_products_stay_finite():
    left = torch.tensor([[1e4], [-1e4]], requires_grad=True)
    value = pair_likelihood(left, torch.tensor([0, 1]), torch.tensor([[1e4]]), torch.tensor([0]))
    value.backward()
    assert value.item() == 0  # right and sure about both
    assert torch.isfinite(left.grad).all()


def test_16_bit_features_are_compared_in_32_bits():
    left, right = rows(4).half(), rows(6, seed=1).half()
    assert torch.equal(
        pair_likelihood(left, LEFT, right, RIGHT), pair_likelihood(left.float(), LEFT, right.float(), RIGHT)
    )


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match=r"shapes \[\(4, 5\), \(4,\), \(6, 3\), \(6,\)\] found, \(n, d\), \(n,\)"):
        pair_likelihood(rows(4), LEFT, rows(6, 3), RIGHT)
    with pytest.raises(ValueError, match=r"shapes \[\(4, 5\), \(6,\), \(6, 5\), \(6,\)\] found"):
        pair_likelihood(rows(4), RIGHT, rows(6), RIGHT)
