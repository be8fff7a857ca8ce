import math

import pytest
import torch

from i2v_core.losses.mcc import minimum_class_confusion


def random_logits(rows, classes, seed):
    return torch.randn(rows, classes, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) * 3


def slow(logits, *, temperature=2.5, weighted=True):
    """The definition: probabilities, entropies, weights, the confusion of each pair of classes, rows normalised."""
    p = []
    for row in logits.tolist():
        exponentials = [math.exp(value / temperature) for value in row]
        p.append([value / sum(exponentials) for value in exponentials])
    n, k = len(p), len(p[0])
    raw = [1 + math.exp(sum(value * math.log(value) for value in row)) for row in p] if weighted else [1.0] * n
    w = [n * value / sum(raw) for value in raw]
    confusion = [[sum(w[i] * p[i][a] * p[i][b] for i in range(n)) for b in range(k)] for a in range(k)]
    confusion = [[value / sum(row) for value in row] for row in confusion]
    return (sum(map(sum, confusion)) - sum(confusion[a][a] for a in range(k))) / k


def test_value_worked_by_hand():
    """p = (3/4, 1/4), (1/2, 1/2), temperature 1, no weights: M = ((13/16, 7/16), (7/16, 5/16)), row sums 5/4, 3/4;
    off the diagonal 7/20 and 7/12, L = (7/20 + 7/12) / 2 = 7/15."""
    logits = torch.tensor([[math.log(3), 0.0], [0.0, 0.0]])
    found = minimum_class_confusion(logits, temperature=1.0, weighted=False)
    assert found.item() == pytest.approx(7 / 15, abs=1e-6)  # float32


def test_weights_worked_by_hand():
    """The rows above: H = 2 log 2 - 3/4 log 3 = 0.562335 and log 2; w ~ 1 + e^-H = 1.569876 and 1.5.

    Column sums w p: 1.927407, 1.142469; of w p^2: 1.258055, 0.473117; L = 1 - (0.652719 + 0.414118) / 2 = 0.466582.
    """
    logits = torch.tensor([[math.log(3), 0.0], [0.0, 0.0]])
    assert minimum_class_confusion(logits, temperature=1.0).item() == pytest.approx(0.466582, abs=2e-6)  # six digits


@pytest.mark.parametrize("weighted", [True, False])
@pytest.mark.parametrize(("rows", "classes", "temperature"), [(6, 4, 2.5), (3, 7, 1.0), (16, 13, 2.5), (1, 3, 2.5)])
def test_equals_slow_reference(rows, classes, temperature, weighted):
    logits = random_logits(rows, classes, 1)
    found = minimum_class_confusion(logits, temperature=temperature, weighted=weighted).item()
    # float64 on both sides: only rounding differs
    assert found == pytest.approx(slow(logits, temperature=temperature, weighted=weighted), abs=1e-12)


def test_defaults_are_the_papers():
    logits = random_logits(6, 4, 2)
    assert minimum_class_confusion(logits).item() == pytest.approx(slow(logits, temperature=2.5), abs=1e-12)
    assert abs(minimum_class_confusion(logits).item() - slow(logits, temperature=2.0)) > 1e-3
    assert abs(minimum_class_confusion(logits).item() - slow(logits, weighted=False)) > 1e-4


def one_hot(labels, classes):
    return 100.0 * torch.nn.functional.one_hot(torch.tensor(labels), classes).float()


def test_sure_and_balanced_gives_0():
    assert minimum_class_confusion(one_hot([k % 13 for k in range(16)], 13)).item() == pytest.approx(0, abs=1e-6)


def test_all_in_one_class_and_uniform_give_the_maximum():
    for logits in (one_hot([5] * 16, 13), torch.zeros(16, 13), random_logits(1, 13, 3)):
        assert minimum_class_confusion(logits).item() == pytest.approx(12 / 13, abs=1e-6)  # float32


def test_row_order_class_order_and_shift_change_nothing():
    logits = random_logits(5, 4, 4)
    plain = minimum_class_confusion(logits).item()
    for changed in (logits.flip(0), logits.roll(1, 1), logits + torch.arange(5.0)[:, None]):
        assert minimum_class_confusion(changed).item() == pytest.approx(plain, abs=1e-12)  # float64


def test_gradient_agrees_with_finite_differences():
    logits = random_logits(4, 3, 5).requires_grad_()
    assert torch.autograd.gradcheck(lambda g: minimum_class_confusion(g, weighted=False), logits)


def test_gradient_is_that_of_the_matrix_form_with_weights_held_fixed():
    logits = random_logits(5, 4, 6).requires_grad_()
    found = torch.autograd.grad(minimum_class_confusion(logits), logits)[0]
    p = (logits / 2.5).softmax(dim=1)
    weights = (1 + torch.exp((p * p.log()).sum(dim=1))).detach()
    confusion = p.T @ (weights[:, None] * p)
    confusion = confusion / confusion.sum(dim=1, keepdim=True)
    wanted = torch.autograd.grad((confusion.sum() - confusion.trace()) / 4, logits)[0]
    torch.testing.assert_close(found, wanted, atol=1e-12, rtol=1e-9)  # float64


@pytest.mark.parametrize("weighted", [True, False])
def test_saturated_logits_and_equal_rows_keep_a_finite_gradient(weighted):
    for logits in (1e4 * torch.eye(3), torch.full((4, 3), -1e4), torch.tensor([[3e4, -3e4, 0.0]] * 4)):
        leaf = logits.clone().requires_grad_()
        loss = minimum_class_confusion(leaf, weighted=weighted)
        loss.backward()
        assert 0 <= loss.item() <= 2 / 3 + 1e-6
        assert leaf.grad.isfinite().all()


def test_inputs_are_left_as_they_are_and_half_precision_is_compared_in_32_bits():
    logits = random_logits(4, 3, 7).bfloat16()
    kept = logits.clone()
    found = minimum_class_confusion(logits)
    assert torch.equal(logits, kept)
    assert found.dtype == torch.float32
    assert found.item() == minimum_class_confusion(logits.float()).item()


@pytest.mark.parametrize("shape", [(0, 3), (3,), (2, 3, 4)])
def test_an_unfit_shape_is_named(shape):
    with pytest.raises(ValueError, match=r"^logits: shape \(.*\) found, \(n, k\) with n, k >= 1 wanted"):
        minimum_class_confusion(torch.zeros(shape))


def test_a_temperature_of_0_is_an_error():
    with pytest.raises(ValueError, match=r"^temperature: 0 found, a number above 0 wanted; see params\.yaml"):
        minimum_class_confusion(torch.zeros(2, 2), temperature=0)
