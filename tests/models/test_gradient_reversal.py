import math

import pytest
import torch

from i2v_core.models.gradient_reversal import ganin_coefficient, reverse_gradient


def test_forward_is_the_identity():
    x = torch.randn(3, 4)
    assert torch.equal(reverse_gradient(x, 0.7), x)


@pytest.mark.parametrize("coefficient", [0.0, 0.3, 1.0, 2.5])
def test_gradient_is_minus_the_coefficient_times_the_gradient(coefficient):
    x = torch.tensor([[1.0, -2.0], [0.5, 3.0]], dtype=torch.float64, requires_grad=True)
    (x**3).sum().backward()
    plain, x.grad = x.grad, None
    (reverse_gradient(x, coefficient) ** 3).sum().backward()
    # One multiplication in float64 on both sides: equal to the bit, but for the sign of zero.
    assert torch.equal(x.grad, -coefficient * plain)


def test_what_lies_behind_gets_the_full_gradient():
    x = torch.tensor([2.0], requires_grad=True)
    weight = torch.tensor([3.0], requires_grad=True)
    (weight * reverse_gradient(x, 0.5)).sum().backward()
    assert weight.grad.item() == 2.0
    assert x.grad.item() == -1.5


def test_twice_reversed_is_the_product_of_both_coefficients():
    x = torch.tensor([1.0], requires_grad=True)
    reverse_gradient(reverse_gradient(x, 0.5), 4.0).sum().backward()
    assert x.grad.item() == 2.0


def test_coefficient_worked_by_hand():
    assert ganin_coefficient(0.0) == 0.0
    # p = log(3) / 10: exp(-10 p) = 1/3, so 2 / (4/3) - 1 = 1/2
    assert ganin_coefficient(math.log(3) / 10) == pytest.approx(0.5, abs=1e-12)
    # 2 / (1 + exp(-10)) - 1 = 0.99990920
    assert ganin_coefficient(1.0) == pytest.approx(0.9999092, abs=1e-7)


def test_coefficient_rises():
    values = [ganin_coefficient(step / 20) for step in range(21)]
    assert values == sorted(set(values))


def test_high_scales_the_coefficient():
    assert ganin_coefficient(0.3, high=0.1) == pytest.approx(0.1 * ganin_coefficient(0.3), abs=1e-15)


@pytest.mark.parametrize("progress", [-0.01, 1.01, math.nan])
def test_progress_outside_training_is_refused(progress):
    with pytest.raises(ValueError, match=rf"progress: {progress} found, a share of training in \[0, 1\] wanted"):
        ganin_coefficient(progress)
