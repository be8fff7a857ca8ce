import math

import pytest
import torch

from i2v_core.losses.multi_kernel_mmd import kernel_sum, multi_kernel_mmd, unbiased_discrepancy


def rows(count, seed, width=3, shift=0.0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, width, dtype=torch.float64, generator=generator) + shift


def slow(source, target):
    """The definition with loops over pairs and kernels."""
    points = [*source.tolist(), *target.tolist()]
    squares = [[sum((a - b) ** 2 for a, b in zip(x, y, strict=True)) for y in points] for x in points]
    mean = sum(map(sum, squares)) / len(points) ** 2
    n, m = len(source), len(target)
    total = 0.0
    for u in range(-3, 2):
        for i in range(n + m):
            for j in range(n + m):
                k = math.exp(-squares[i][j] / (2 * 2**u * mean))
                if i < n and j < n:
                    total += k / (n * (n - 1)) if i != j else 0
                elif i >= n and j >= n:
                    total += k / (m * (m - 1)) if i != j else 0
                else:
                    total -= k / (n * m)  # both orders occur: twice 1 / (n m) in all
    return total


def test_two_equal_domains_of_two_rows_worked_by_hand():
    """d^2 = D for 8 of the 16 pairs, 0 for the others: mean D / 2, and d^2 / (2 sigma_u^2) = 2^-u = 8, 4, 2, 1, 1/2.

    K = e^-8 + e^-4 + e^-2 + e^-1 + e^-0.5 = 1.128396; L = K + K - 2 / 4 (5 + K + K + 5) = K - 5, whatever D.
    """
    for far in (1.0, 30.0):
        same = torch.tensor([[0.0, 0.0], [far, far]])
        assert multi_kernel_mmd(same, same).item() == pytest.approx(1.128396 - 5, abs=1e-5)  # float32


def test_two_far_domains_worked_by_hand():
    """s = {0, 0}, t = {1, 1}: the same distances in another place; within 5 and 5, between K: L = 10 - 2 K."""
    source, target = torch.zeros(2, 1), torch.ones(2, 1)
    assert multi_kernel_mmd(source, target).item() == pytest.approx(10 - 2 * 1.128396, abs=1e-5)  # float32


@pytest.mark.parametrize(("n", "m", "shift"), [(4, 4, 0.0), (4, 4, 2.0), (5, 2, 1.0), (2, 6, 0.3)])
def test_equals_slow_reference(n, m, shift):
    source, target = rows(n, 1), rows(m, 2, shift=shift)
    # float64 on both sides: only rounding differs
    assert multi_kernel_mmd(source, target).item() == pytest.approx(slow(source, target), abs=1e-12)


def test_row_order_exchange_of_domains_shift_and_scale_change_nothing():
    source, target = rows(5, 3), rows(4, 4, shift=1.0)
    plain = multi_kernel_mmd(source, target).item()
    for found in (
        multi_kernel_mmd(source.flip(0), target.roll(1, 0)),
        multi_kernel_mmd(target, source),
        multi_kernel_mmd(source + 7, target + 7),
        multi_kernel_mmd(source * 1e-3, target * 1e-3),
        multi_kernel_mmd(source * 1e6, target * 1e6),
    ):
        assert found.item() == pytest.approx(plain, abs=1e-10)  # float64; a shift costs some digits


def test_its_mean_over_all_ways_to_split_a_batch_is_zero():
    """Unbiased: under equal distributions each split of the joint batch is as likely as any other."""
    points = rows(5, 5)
    splits = [torch.combinations(torch.arange(5), 2)[i] for i in range(10)]
    total = 0.0
    for chosen in splits:
        rest = [i for i in range(5) if i not in chosen.tolist()]
        total += multi_kernel_mmd(points[chosen], points[rest]).item()
    assert total == pytest.approx(0, abs=1e-12)  # float64


def test_grows_with_the_distance_of_the_domains():
    values = [multi_kernel_mmd(rows(20, 6), rows(20, 7, shift=shift)).item() for shift in (0.0, 1.0, 3.0)]
    assert values[0] < values[1] < values[2]


def held_fixed(sigma):
    return lambda source, target: unbiased_discrepancy(kernel_sum(torch.cat([source, target]), sigma=sigma), 3)


def test_gradient_of_one_fixed_kernel_agrees_with_finite_differences():
    source, target = rows(3, 8).requires_grad_(), rows(4, 9).requires_grad_()
    assert torch.autograd.gradcheck(held_fixed(1.3), (source, target))


def test_gradient_is_that_of_the_kernels_with_widths_held_fixed():
    """The sum of gradients of the five kernels, each checked above, with sigma_u^2 = 2^u mean(d^2) as a number."""
    source, target = rows(3, 8).requires_grad_(), rows(4, 9).requires_grad_()
    found = torch.autograd.grad(multi_kernel_mmd(source, target), (source, target))
    with torch.no_grad():
        joint = torch.cat([source, target])
        mean = torch.cdist(joint, joint).square().mean().item()
    wanted = torch.autograd.grad(
        sum(held_fixed(math.sqrt(2.0**u * mean))(source, target) for u in range(-3, 2)), (source, target)
    )
    for left, right in zip(found, wanted, strict=True):
        torch.testing.assert_close(left, right, atol=1e-12, rtol=1e-9)  # float64


def test_all_rows_equal_gives_zero_and_no_gradient():
    source = torch.full((3, 4), 2.5, requires_grad=True)
    target = torch.full((2, 4), 2.5, requires_grad=True)
    loss = multi_kernel_mmd(source, target)
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-5)  # 5 + 5 - 10 in float32
    assert source.grad.abs().max() == 0
    assert target.grad.abs().max() == 0


@pytest.mark.parametrize("scale", [1e-15, 1e-17, 1e-21, 1e15])
def test_tiny_and_huge_rows_keep_a_finite_gradient(scale):
    source = (rows(4, 10).float() * scale).requires_grad_()
    source.data[1] = source.data[0]  # some pairs at distance zero
    loss = multi_kernel_mmd(source, rows(4, 11).float() * scale)
    loss.backward()
    assert math.isfinite(loss.item())
    assert source.grad.isfinite().all()


def test_inputs_are_left_as_they_are():
    source, target = rows(3, 12), rows(3, 13)
    kept = source.clone(), target.clone()
    multi_kernel_mmd(source, target)
    assert torch.equal(source, kept[0])
    assert torch.equal(target, kept[1])


def test_half_precision_is_compared_in_32_bits():
    source, target = rows(4, 14).bfloat16(), rows(4, 15).bfloat16()
    found = multi_kernel_mmd(source, target)
    assert found.dtype == torch.float32
    assert found.item() == multi_kernel_mmd(source.float(), target.float()).item()


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        (torch.zeros(1, 2), torch.zeros(2, 2), r"^features_src: shape \(1, 2\) found, \(n, d\) with n >= 2 wanted"),
        (torch.zeros(2, 2), torch.zeros(1, 2), r"^features_tgt: shape \(1, 2\) found"),
        (torch.zeros(0, 2), torch.zeros(2, 2), r"^features_src: shape \(0, 2\) found"),
        (torch.zeros(2), torch.zeros(2, 2), r"^features_src: shape \(2,\) found"),
        (torch.zeros(2, 3), torch.zeros(2, 2), r"^features_src, features_tgt: shapes \(2, 3\) and \(2, 2\) found"),
    ],
)
def test_unfit_shapes_are_named(source, target, message):
    with pytest.raises(ValueError, match=message):
        multi_kernel_mmd(source, target)
