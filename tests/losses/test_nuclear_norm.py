import math

import numpy as np
import pytest
import torch

from i2v_core.losses.nuclear_norm import batch_nuclear_norm


def random_logits(rows, classes, seed):
    return torch.randn(rows, classes, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) * 2


def one_hot(labels, classes):
    return 100.0 * torch.nn.functional.one_hot(torch.tensor(labels), classes).float()


def slow(logits):
    """Square roots of the eigenvalues of P^T P, added up."""
    p = np.exp(logits.numpy())
    p /= p.sum(axis=1, keepdims=True)
    gram = p.T @ p if p.shape[1] <= p.shape[0] else p @ p.T
    return sum(math.sqrt(max(value, 0)) for value in np.linalg.eigvalsh(gram))


def test_value_worked_by_hand():
    """P = ((3/4, 1/4), (1/4, 3/4)): singular values 1 and 1/2; mean 3/4, also per row."""
    logits = torch.tensor([[math.log(3), 0.0], [0.0, math.log(3)]])
    assert batch_nuclear_norm(logits).item() == pytest.approx(-0.75, abs=1e-6)  # float32


@pytest.mark.parametrize(("rows", "classes"), [(5, 3), (3, 5), (4, 4), (1, 6), (6, 1)])
def test_equals_slow_reference(rows, classes):
    logits = random_logits(rows, classes, 1)
    # float64; a root of an eigenvalue of the squared matrix keeps about eight digits
    total = slow(logits)
    assert batch_nuclear_norm(logits).item() == pytest.approx(-total / min(rows, classes), abs=1e-7)
    assert batch_nuclear_norm(logits, divisor="batch").item() == pytest.approx(-total / rows, abs=1e-7)


BALANCED = one_hot([k % 13 for k in range(16)], 13)


@pytest.mark.parametrize(
    ("logits", "value"),
    [
        # columns are orthogonal: sum_c sqrt(n_c) = 3 sqrt 2 + 10 = 14.2426, / 16
        (BALANCED, -0.8902),
        (one_hot([5] * 16, 13), -0.25),  # one column of ones: sqrt 16 / 16
        (torch.zeros(16, 13), -0.0693),  # one singular value sqrt(16 / 13) = 1.1094, / 16
    ],
)
def test_sure_and_balanced_is_lowest_then_collapsed_then_uniform(logits, value):
    assert batch_nuclear_norm(logits, divisor="batch").item() == pytest.approx(value, abs=5e-5)  # four digits
    assert batch_nuclear_norm(logits).item() == pytest.approx(value * 16 / 13, abs=7e-5)


@pytest.mark.parametrize(("rows", "classes", "ratio"), [(16, 13, 1.2308), (32, 12, 2.6667), (8, 13, 1.0)])
def test_the_two_divisors_differ_by_rows_over_the_smaller_side(rows, classes, ratio):
    logits = random_logits(rows, classes, 2)
    found = batch_nuclear_norm(logits).item() / batch_nuclear_norm(logits, divisor="batch").item()
    assert found == pytest.approx(ratio, abs=5e-5)  # four digits


def test_row_order_class_order_and_shift_change_nothing():
    logits = random_logits(5, 4, 3)
    plain = batch_nuclear_norm(logits).item()
    for changed in (logits.flip(0), logits.roll(1, 1), logits + torch.arange(5.0)[:, None]):
        assert batch_nuclear_norm(changed).item() == pytest.approx(plain, abs=1e-12)  # float64


@pytest.mark.parametrize(("rows", "classes"), [(4, 3), (3, 4)])
def test_gradient_agrees_with_finite_differences(rows, classes):
    assert torch.autograd.gradcheck(batch_nuclear_norm, random_logits(rows, classes, 4).requires_grad_())


def test_equal_rows_and_saturated_logits_keep_a_finite_bounded_gradient():
    for logits in (torch.zeros(6, 4), torch.full((3, 5), 1e4), 1e4 * torch.eye(4), random_logits(1, 4, 5).repeat(6, 1)):
        leaf = logits.clone().requires_grad_()
        loss = batch_nuclear_norm(leaf)
        loss.backward()
        assert -math.sqrt(len(logits)) <= loss.item() < 0
        # |U V^T|_F = sqrt(min(n, k)), divided by min(n, k): at most 1; a softmax's Jacobian has norm at most 1/2
        assert leaf.grad.norm() <= 0.5


def test_a_step_along_the_gradient_makes_predictions_surer():
    logits = random_logits(8, 4, 6).requires_grad_()
    gradient = torch.autograd.grad(batch_nuclear_norm(logits), logits)[0]
    moved = (logits - 5 * gradient).detach()
    assert moved.softmax(1).square().sum() > logits.detach().softmax(1).square().sum()


def test_inputs_are_left_as_they_are_and_half_precision_is_handled_in_32_bits():
    logits = random_logits(4, 3, 7).bfloat16()
    kept = logits.clone()
    found = batch_nuclear_norm(logits)
    assert torch.equal(logits, kept)
    assert found.dtype == torch.float32
    assert found.item() == batch_nuclear_norm(logits.float()).item()


@pytest.mark.parametrize("shape", [(0, 3), (3,), (2, 3, 4)])
def test_an_unfit_shape_is_named(shape):
    with pytest.raises(ValueError, match=r"^logits: shape \(.*\) found, \(n, k\) with n, k >= 1 wanted"):
        batch_nuclear_norm(torch.zeros(shape))


def test_an_unknown_divisor_is_an_error():
    with pytest.raises(ValueError, match=r"^divisor: 'mean' found, 'rank' or 'batch' wanted; see params\.yaml"):
        batch_nuclear_norm(torch.zeros(2, 2), divisor="mean")
