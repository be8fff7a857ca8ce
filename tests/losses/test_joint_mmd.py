import math

import pytest
import torch

from i2v_core.losses.joint_mmd import joint_mmd
from i2v_core.losses.multi_kernel_mmd import multi_kernel_mmd

FIVE = 1.128396  # e^-8 + e^-4 + e^-2 + e^-1 + e^-0.5, see test_multi_kernel_mmd


def rows(count, seed, width=3):
    return torch.randn(count, width, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def layers(count, seed):
    """Features and softmax outputs."""
    return [rows(count, seed), rows(count, seed + 100, width=4).softmax(dim=1)]


def slow(layers_src, layers_tgt, sigmas):
    """The definition with loops over pairs, layers and kernels."""
    n, m = len(layers_src[0]), len(layers_tgt[0])
    points = [[*a.tolist(), *b.tolist()] for a, b in zip(layers_src, layers_tgt, strict=True)]

    def square(layer, i, j):
        return sum((a - b) ** 2 for a, b in zip(points[layer][i], points[layer][j], strict=True))

    means = [
        sum(square(layer, i, j) for i in range(n + m) for j in range(n + m)) / (n + m) ** 2
        for layer in range(len(points))
    ]
    total = 0.0
    for i in range(n + m):
        for j in range(n + m):
            k = 1.0
            for layer, sigma in enumerate(sigmas):
                widths = [2**u * means[layer] for u in range(-3, 2)] if sigma is None else [sigma**2]
                k *= sum(math.exp(-square(layer, i, j) / (2 * width)) for width in widths)
            if (i < n) != (j < n):
                total -= k / (n * m)
            elif i != j:
                total += k / (n * (n - 1)) if i < n else k / (m * (m - 1))
    return total


def test_value_worked_by_hand():
    """Features: two equal domains {0, 1}, kernel 5 or K. Outputs: one-hot alike, d^2 = 2, kernel 1 or
    F = exp(-2 / (2 0.92^2)) = exp(-1.181474) = 0.306826.

    Products: 5 at the same point, K F at the other. L = 2 K F - 2 / 4 (2 * 5 + 2 K F) = K F - 5.
    """
    features, outputs = torch.tensor([[0.0], [1.0]]), torch.eye(2)
    found = joint_mmd([features, outputs], [features, outputs])
    assert found.item() == pytest.approx(FIVE * 0.306826 - 5, abs=1e-5)  # float32


@pytest.mark.parametrize(("n", "m"), [(4, 4), (2, 5), (6, 3)])
@pytest.mark.parametrize("sigmas", [(None, 0.92), (None, None), (0.5, 1.68)])
def test_equals_slow_reference(n, m, sigmas):
    source, target = layers(n, 1), layers(m, 2)
    # float64 on both sides: only rounding differs
    found = joint_mmd(source, target, sigmas=sigmas).item()
    assert found == pytest.approx(slow(source, target, sigmas), abs=1e-11)


def test_one_layer_with_five_kernels_is_multi_kernel_mmd():
    source, target = rows(4, 3), rows(5, 4)
    assert joint_mmd([source], [target], sigmas=[None]).item() == multi_kernel_mmd(source, target).item()


def test_a_layer_that_is_constant_changes_nothing_but_the_scale_of_its_kernel():
    source, target = rows(4, 5), rows(3, 6)
    same = torch.full((4, 2), 0.5, dtype=torch.float64), torch.full((3, 2), 0.5, dtype=torch.float64)
    found = joint_mmd([source, same[0]], [target, same[1]]).item()
    assert found == pytest.approx(multi_kernel_mmd(source, target).item(), abs=1e-12)  # float64


def test_it_sees_a_difference_that_no_layer_shows_alone():
    """Both layers are uniform on {0, 1} in both domains; in the source they agree, in the target they differ."""
    first = torch.tensor([[0.0], [1.0]], dtype=torch.float64).repeat(8, 1)
    joint = joint_mmd([first, first], [first, 1 - first]).item()
    none = joint_mmd([first, first], [first, first]).item()
    assert multi_kernel_mmd(first, 1 - first).item() == pytest.approx(multi_kernel_mmd(first, first).item(), abs=1e-12)
    assert joint > none + 1


def test_row_order_exchange_of_domains_and_layers_change_nothing():
    source, target = layers(5, 7), layers(4, 8)
    plain = joint_mmd(source, target).item()
    for found in (
        joint_mmd([layer.flip(0) for layer in source], [layer.roll(1, 0) for layer in target]),
        joint_mmd(target, source),
        joint_mmd(source[::-1], target[::-1], sigmas=(0.92, None)),
        joint_mmd([source[0] * 100 + 1, source[1]], [target[0] * 100 + 1, target[1]]),
    ):
        assert found.item() == pytest.approx(plain, abs=1e-10)  # float64; a shift costs some digits


def test_sigma_of_the_outputs_matters():
    source, target = layers(4, 9), layers(4, 10)
    assert joint_mmd(source, target).item() == joint_mmd(source, target, sigmas=(None, 0.92)).item()
    assert abs(joint_mmd(source, target).item() - joint_mmd(source, target, sigmas=(None, 1.68)).item()) > 1e-3


def test_gradient_agrees_with_finite_differences_for_fixed_widths():
    (a, b), (c, d) = layers(3, 11), layers(2, 12)
    inputs = [x.detach().requires_grad_() for x in (a, b, c, d)]
    assert torch.autograd.gradcheck(lambda a, b, c, d: joint_mmd([a, b], [c, d], sigmas=(1.0, 0.92)), inputs)


def test_equal_rows_and_saturated_outputs_keep_a_finite_gradient():
    features = torch.ones(3, 4, requires_grad=True)
    logits = torch.tensor([[1e4, -1e4], [1e4, -1e4], [-1e4, 1e4]], requires_grad=True)
    loss = joint_mmd([features, logits.softmax(1)], [torch.ones(2, 4), torch.eye(2)])
    loss.backward()
    assert features.grad.abs().max() == 0
    assert logits.grad.isfinite().all()


@pytest.mark.parametrize(
    ("source", "target", "sigmas", "message"),
    [
        (
            [torch.zeros(2, 2)],
            [torch.zeros(2, 2)],
            (None, 0.92),
            r"^layers_src, layers_tgt, sigmas: 1, 1, 2 layers found",
        ),
        ([], [], (), r"^layers_src, layers_tgt, sigmas: 0, 0, 0 layers found"),
        ([torch.zeros(1, 2)], [torch.zeros(2, 2)], [None], r"^features_src: shape \(1, 2\) found"),
        (
            [torch.zeros(2, 2), torch.zeros(3, 2)],
            [torch.zeros(2, 2), torch.zeros(2, 2)],
            (None, 0.92),
            r"^layers: \[\(2, 2\), \(3, 2\)\] rows of \(source, target\) found, the same for each layer wanted",
        ),
    ],
)
def test_unfit_layers_are_named(source, target, sigmas, message):
    with pytest.raises(ValueError, match=message):
        joint_mmd(source, target, sigmas=sigmas)
