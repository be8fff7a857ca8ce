import math

import pytest
import torch
from torch.nn import functional

from i2v_core.losses.domain import binary_domain_loss, domain_cross_entropy


def random_logits(rows, seed):
    return torch.randn(rows, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_value_worked_by_hand():
    source = torch.tensor([[0.0, 0.0], [math.log(3), 0.0]])  # probability of "source": 1/2, 3/4
    target = torch.tensor([[0.0, math.log(3)]])  # probability of "target": 3/4
    # (log 2 + log 4/3 + log 4/3) / 3 = log(32/9) / 3
    assert domain_cross_entropy(source, target).item() == pytest.approx(math.log(32 / 9) / 3, abs=1e-6)


def test_equals_slow_reference():
    source, target = random_logits(5, 1), random_logits(3, 2)
    total = 0.0
    for rows, domain in ((source, 0), (target, 1)):
        for row in rows.tolist():
            total -= math.log(math.exp(row[domain]) / sum(map(math.exp, row)))
    # float64 on both sides: only rounding differs
    assert domain_cross_entropy(source, target).item() == pytest.approx(total / 8, abs=1e-12)


def test_source_and_target_have_different_labels():
    sure_of_source = torch.tensor([[20.0, -20.0]])
    right = domain_cross_entropy(sure_of_source, -sure_of_source)
    wrong = domain_cross_entropy(-sure_of_source, sure_of_source)
    assert right.item() < 1e-6
    assert wrong.item() == pytest.approx(40.0, abs=1e-4)


def test_log_two_when_nothing_can_be_told():
    assert domain_cross_entropy(torch.full((4, 2), 7.0), torch.zeros(2, 2)).item() == pytest.approx(math.log(2))


def test_swapping_domains_and_columns_changes_nothing():
    source, target = random_logits(5, 3), random_logits(4, 4)
    swapped = domain_cross_entropy(target.flip(1), source.flip(1))
    assert swapped.item() == pytest.approx(domain_cross_entropy(source, target).item(), abs=1e-12)


def test_row_order_and_shift_change_nothing():
    source, target = random_logits(5, 5), random_logits(4, 6)
    moved = domain_cross_entropy(source.flip(0) + 3.0, target.flip(0) - 2.0)
    assert moved.item() == pytest.approx(domain_cross_entropy(source, target).item(), abs=1e-12)


def test_gradient_agrees_with_finite_differences():
    source, target = random_logits(3, 7).requires_grad_(), random_logits(2, 8).requires_grad_()
    assert torch.autograd.gradcheck(domain_cross_entropy, (source, target))


def test_saturated_logits_stay_finite():
    source = torch.tensor([[-1e4, 1e4]], requires_grad=True)
    loss = domain_cross_entropy(source, torch.zeros(1, 2))
    loss.backward()
    assert loss.item() == pytest.approx((2e4 + math.log(2)) / 2)
    assert source.grad.tolist() == [[-0.5, 0.5]]


def test_one_row_each_is_the_mean_of_two_cross_entropies():
    source, target = random_logits(1, 9), random_logits(1, 10)
    expected = functional.cross_entropy(source, torch.tensor([0])) + functional.cross_entropy(target, torch.tensor([1]))
    assert domain_cross_entropy(source, target).item() == pytest.approx(expected.item() / 2, abs=1e-12)


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        (torch.zeros(0, 2), torch.zeros(2, 2), r"logits_src: shape \(0, 2\) found, \(n, 2\) with n >= 1 wanted"),
        (torch.zeros(2, 2), torch.zeros(0, 2), r"logits_tgt: shape \(0, 2\) found"),
        (torch.zeros(2, 3), torch.zeros(2, 2), r"logits_src: shape \(2, 3\) found"),
        (torch.zeros(2, 2), torch.zeros(2), r"logits_tgt: shape \(2,\) found"),
    ],
)
def test_unfit_shapes_are_named(source, target, message):
    with pytest.raises(ValueError, match=message):
        domain_cross_entropy(source, target)


def logits(count, seed):
    return torch.randn(count, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_the_binary_form_is_the_negative_of_equation_1():
    first, second = logits(5, 1), logits(3, 2)
    d_first, d_second = (1 / (1 + torch.exp(-part)) for part in (first, second))
    value = d_first.log().mean() + (1 - d_second).log().mean()
    # float64 on both sides: only rounding differs
    assert binary_domain_loss(first, second).item() == pytest.approx(-value.item(), abs=1e-12)
    assert binary_domain_loss(first[:, None], second[:, None]).item() == pytest.approx(-value.item(), abs=1e-12)


def test_the_binary_form_weighs_domains_alike_whatever_their_sizes():
    first, second = logits(5, 1), logits(3, 2)
    doubled = binary_domain_loss(first.repeat(4), second)
    assert doubled.item() == pytest.approx(binary_domain_loss(first, second).item(), abs=1e-12)


def test_the_binary_form_is_two_log_two_when_nothing_can_be_told_and_small_when_told_right():
    assert binary_domain_loss(torch.zeros(4), torch.zeros(2)).item() == pytest.approx(2 * math.log(2))
    assert binary_domain_loss(torch.full((2,), 40.0), torch.full((2,), -40.0)).item() < 1e-12
    assert binary_domain_loss(torch.full((2,), -1e4), torch.full((2,), 1e4)).item() == pytest.approx(2e4)


def test_the_gradient_of_the_binary_form_agrees_with_finite_differences():
    given = logits(3, 3).requires_grad_(), logits(2, 4).requires_grad_()
    assert torch.autograd.gradcheck(binary_domain_loss, given)


def test_shapes_that_the_binary_form_cannot_take_are_named():
    with pytest.raises(ValueError, match=r"logits_first: shape \(0,\) found"):
        binary_domain_loss(torch.zeros(0), torch.zeros(2))
    with pytest.raises(ValueError, match=r"logits_second: shape \(2, 2\) found"):
        binary_domain_loss(torch.zeros(2), torch.zeros(2, 2))
