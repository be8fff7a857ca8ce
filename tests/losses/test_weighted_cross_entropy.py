"""Cross entropy of samples that count unlike."""

import math

import pytest
import torch
from torch.nn import functional

from i2v_core.losses.weighted_cross_entropy import weighted_cross_entropy


def test_a_value_worked_by_hand():
    logits = torch.tensor([[0.0, 0.0], [math.log(3.0), 0.0]])
    # CE: log 2 of the first; of the second, labelled 1, -log(1 / (3 + 1)) = log 4
    found = weighted_cross_entropy(logits, torch.tensor([0, 1]), torch.tensor([0.25, 0.75]))
    assert found.item() == pytest.approx(0.25 * math.log(2) + 0.75 * math.log(4))


def test_equal_weights_give_the_mean_and_a_single_one_its_sample():
    logits, labels = torch.randn(6, 3, generator=torch.Generator().manual_seed(0)), torch.arange(6) % 3
    uniform = weighted_cross_entropy(logits, labels, torch.full((6,), 1 / 6))
    torch.testing.assert_close(uniform, functional.cross_entropy(logits, labels))
    single = weighted_cross_entropy(logits, labels, functional.one_hot(torch.tensor(2), 6).float())
    torch.testing.assert_close(single, functional.cross_entropy(logits[2:3], labels[2:3]))


def test_the_gradient_is_the_derivative_in_logits_and_weights():
    logits = torch.randn(4, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0), requires_grad=True)
    weights = torch.tensor([0.1, 0.2, 0.3, 0.4], dtype=torch.float64, requires_grad=True)
    labels = torch.tensor([0, 2, 1, 1])
    assert torch.autograd.gradcheck(lambda x, w: weighted_cross_entropy(x, labels, w), (logits, weights))


def test_numbers_of_rows_that_differ_are_named():
    with pytest.raises(ValueError, match=r"\(2, 2, 3\) logits, labels and weights found"):
        weighted_cross_entropy(torch.zeros(2, 2), torch.zeros(2).long(), torch.zeros(3))
