import math

import pytest
import torch

from i2v_core.methods.stcda.vca import class_aware_discrepancy, video_contrastive_alignment


def rows(count, seed, width=3, shift=0.0):
    return torch.randn(count, width, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) + shift


def squared(a, b):
    return sum((x - y) ** 2 for x, y in zip(a, b, strict=True))


def kernel(square, width):
    return sum(math.exp(-square / (2.0**i * width)) for i in range(-2, 3))


def width(group_src, group_tgt):
    union = [*group_src, *group_tgt]
    pairs = [squared(union[i], union[j]) for i in range(len(union)) for j in range(len(union)) if i != j]
    return max(sum(pairs) / len(pairs), 1e-5)


def mean_kernel(left, right, width):
    return sum(kernel(squared(x, y), width) for x in left for y in right) / (len(left) * len(right))


def distance(s, t):
    """D of two groups, all kernels of the width of their union."""
    w = width(s, t)
    return mean_kernel(s, s, w) + mean_kernel(t, t, w) - 2 * mean_kernel(s, t, w)


def slow(source, labels_src, target, labels_tgt, classes):
    """Equations 5 to 8 with loops over classes and pairs."""
    groups_src = {c: [x for x, y in zip(source.tolist(), labels_src, strict=True) if y == c] for c in range(classes)}
    groups_tgt = {c: [x for x, y in zip(target.tolist(), labels_tgt, strict=True) if y == c] for c in range(classes)}
    shared = [c for c in range(classes) if groups_src[c] and groups_tgt[c]]

    def discrepancy(a, b):
        return distance(groups_src[a], groups_tgt[b])

    within = [discrepancy(c, c) for c in shared]
    between = [sum(discrepancy(c, d) for d in shared if d != c) / (len(shared) - 1) for c in shared if len(shared) > 1]
    return sum(within) / max(len(within), 1) - sum(between) / max(len(between), 1)


def found(source, labels_src, target, labels_tgt, classes):
    return class_aware_discrepancy(source, torch.tensor(labels_src), target, torch.tensor(labels_tgt), classes=classes)


CASES = [
    ([0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 2, 2], 3),
    ([0, 0, 0, 0, 1, 2], [2, 1, 1, 0, 0, 1], 3),
    ([0, 1, 2, 3, 0, 1], [1, 1, 3, 4, 4, 3], 5),  # 0 and 2 lack target rows, 4 lacks source rows
    ([0, 0, 1, 1, 1, 1], [0, 2, 2, 0, 0, 2], 3),  # class 0 alone
    ([3, 0, 1, 2, 1, 0], [0, 1, 2, 3, 2, 1], 4),
]


@pytest.mark.parametrize(("labels_src", "labels_tgt", "classes"), CASES)
def test_equals_slow_reference(labels_src, labels_tgt, classes):
    source, target = rows(6, 1), rows(6, 2, shift=0.7)
    wanted = slow(source, labels_src, target, labels_tgt, classes)
    # float64 on both sides, distances by products of rows
    assert found(source, labels_src, target, labels_tgt, classes).item() == pytest.approx(wanted, abs=1e-11)


def test_two_rows_of_one_class_worked_by_hand():
    """|s - t|^2 = w at any distance: k(s, t) = e^-4 + e^-2 + e^-1 + e^-1/2 + e^-1/4 = 1.906862; 5 + 5 - 2 k."""
    for far in (1.0, 50.0):
        value = found(torch.zeros(1, 1), [0], torch.full((1, 1), far), [0], 1)
        assert value.item() == pytest.approx(10 - 2 * 1.906862, abs=1e-5)  # float32


def test_two_classes_on_one_spot_each_worked_by_hand():
    """Both domains have two rows at 0 (class 0) and two at x (class 1).

    Within: all distances 0, D(c, c) = 5 + 5 - 10 = 0. Between: own kernels 5 and 5; |s - t|^2 = x^2, and of the
    12 ordered pairs of the union 8 have it: w = 2 x^2 / 3, k = sum exp(-1.5 / 2^i) = 1.435052. L = 0 - (10 - 2 k).
    """
    k = sum(math.exp(-1.5 / 2.0**i) for i in range(-2, 3))
    assert k == pytest.approx(1.435052, abs=1e-6)
    points, labels = torch.tensor([[0.0], [0.0], [3.0], [3.0]], dtype=torch.float64), [0, 0, 1, 1]
    assert found(points, labels, points, labels, 2).item() == pytest.approx(-(10 - 2 * k), abs=1e-5)  # widths >= 1e-5


def test_zero_within_a_class_where_domains_agree():
    source = rows(8, 3, width=16)
    assert found(source, [0] * 8, source.clone(), [0] * 8, 1).item() == pytest.approx(0, abs=1e-12)  # float64
    single = source.float() * 30 + 100
    assert found(single, [0] * 8, single.clone(), [0] * 8, 1).item() == pytest.approx(0, abs=1e-3)  # float32, far off


def test_zero_between_classes_that_have_the_same_rows_in_both_domains():
    """All four D(a, b) are of equal sets, whatever their widths: L is a sum of zeros."""
    block = rows(5, 22, width=16)
    points, labels = torch.cat([block, block]), [0] * 5 + [1] * 5
    assert found(points, labels, points.clone(), labels, 2).item() == pytest.approx(0, abs=1e-12)  # float64


def test_classes_of_other_spread_draw_apart_by_the_distance_of_their_embeddings():
    """Class 0 at one spot in both domains, class 1 spread around it: L = -D(0, 1) < 0, and lower for more spread.

    Each mean under a width of its own would compare kernels that differ, and D(0, 1) would not be a distance: with
    class 0 at one spot its own mean is 5 at any width.
    """
    spread = rows(6, 23)
    spread = spread - spread.mean(dim=0)
    points, labels = torch.cat([torch.zeros(6, 3, dtype=torch.float64), spread]), [0] * 6 + [1] * 6
    w = width(points[:6].tolist(), spread.tolist())
    wanted = 5 + mean_kernel(spread.tolist(), spread.tolist(), w) - 2 * mean_kernel([[0.0] * 3], spread.tolist(), w)
    assert wanted > 0
    assert found(points, labels, points.clone(), labels, 2).item() == pytest.approx(-wanted, abs=1e-4)  # widths >= 1e-5


def test_rises_with_the_shift_of_a_class():
    source = rows(30, 4)
    values = [found(source, [0] * 30, rows(30, 5, shift=shift), [0] * 30, 1).item() for shift in (0.0, 0.5, 1.0, 3.0)]
    assert values == sorted(values)
    assert values[-1] - values[0] > 1


def test_matched_classes_far_from_one_another_are_below_zero_and_exchanged_ones_above():
    centres = torch.eye(3, dtype=torch.float64).repeat_interleave(5, dim=0) * 10
    labels = [0] * 5 + [1] * 5 + [2] * 5
    source, target = rows(15, 6) + centres, rows(15, 7) + centres
    assert found(source, labels, target, labels, 3).item() < -1
    assert found(source, labels, target, [1] * 5 + [2] * 5 + [0] * 5, 3).item() > 1


def test_order_of_rows_shift_and_scale_change_nothing():
    source, target, labels_src, labels_tgt = rows(6, 8), rows(5, 9), [0, 1, 2, 0, 1, 2], [2, 1, 0, 0, 1]
    plain = found(source, labels_src, target, labels_tgt, 3).item()
    for value in (
        found(source.flip(0), labels_src[::-1], target, labels_tgt, 3),
        found(source, labels_src, target.roll(2, 0), labels_tgt[-2:] + labels_tgt[:-2], 3),
        found(source + 9, labels_src, target + 9, labels_tgt, 3),
        found(source * 40, labels_src, target * 40, labels_tgt, 3),
        found(source, [y + 4 for y in labels_src], target, [y + 4 for y in labels_tgt], 7),
    ):
        assert value.item() == pytest.approx(plain, abs=1e-10)  # float64


def test_exchanging_the_domains_changes_nothing():
    labels_src, labels_tgt = [0, 1, 2, 0, 1, 2], [2, 1, 0, 0, 1]
    there = found(rows(6, 8), labels_src, rows(5, 9), labels_tgt, 3).item()
    assert found(rows(5, 9), labels_tgt, rows(6, 8), labels_src, 3).item() == pytest.approx(there, abs=1e-12)


@pytest.mark.parametrize(("labels_src", "labels_tgt"), [([0, 0], [1, 1]), ([0, 1], []), ([], [0, 1]), ([], [])])
def test_no_class_in_both_domains_gives_zero_with_a_gradient(labels_src, labels_tgt):
    source = rows(len(labels_src), 1).requires_grad_()
    target = rows(len(labels_tgt), 2).requires_grad_()
    value = class_aware_discrepancy(
        source, torch.tensor(labels_src).long(), target, torch.tensor(labels_tgt).long(), classes=2
    )
    value.backward()
    assert value.item() == 0
    assert source.grad.abs().sum() == 0
    assert target.grad.abs().sum() == 0


def test_classes_of_one_domain_alone_get_no_gradient():
    source, target = rows(4, 1).requires_grad_(), rows(4, 2).requires_grad_()
    found(source, [0, 0, 1, 1], target, [0, 0, 2, 2], 3).backward()
    assert source.grad[:2].abs().min() > 0
    assert source.grad[2:].abs().max() == 0
    assert target.grad[2:].abs().max() == 0


def test_gradient_is_that_of_the_kernels_with_widths_held_fixed():
    labels_src, labels_tgt, step = [0, 0, 1, 1, 2], [0, 1, 1, 2, 2], 1e-5
    source, target = rows(5, 10), rows(5, 11)
    leaf = source.clone().requires_grad_()
    found(leaf, labels_src, target, labels_tgt, 3).backward()

    def groups(points, labels):
        return [[x for x, y in zip(points.tolist(), labels, strict=True) if y == c] for c in range(3)]

    widths = [[width(s, t) for t in groups(target, labels_tgt)] for s in groups(source, labels_src)]

    def fixed(points):
        total, sides = 0.0, (groups(points, labels_src), groups(target, labels_tgt))
        for a in range(3):
            for b in range(3):
                s, t = sides[0][a], sides[1][b]
                value = mean_kernel(s, s, widths[a][b]) + mean_kernel(t, t, widths[a][b])
                value -= 2 * mean_kernel(s, t, widths[a][b])
                total += value / 3 if a == b else -value / 6
        return total

    for i in range(5):
        for j in range(3):
            more, less = source.clone(), source.clone()
            more[i, j] += step
            less[i, j] -= step
            # central differences in float64: error of the order of step^2
            assert leaf.grad[i, j].item() == pytest.approx((fixed(more) - fixed(less)) / (2 * step), abs=1e-7)


@pytest.mark.parametrize("scale", [0.0, 1e-12, 1e-4, 1e12])
def test_equal_tiny_and_huge_rows_keep_a_finite_gradient(scale):
    source, labels = (rows(6, 12).float() * scale).requires_grad_(), [0, 0, 0, 1, 1, 1]
    value = found(source, labels, rows(6, 13).float() * scale, labels, 2)
    value.backward()
    assert math.isfinite(value.item())
    assert source.grad.isfinite().all()


def test_tight_classes_far_apart_keep_their_digits_in_32_bits():
    labels = [0] * 10 + [1] * 10
    centres = torch.tensor([[0.0] * 64, [3.0] * 64], dtype=torch.float64).repeat_interleave(10, dim=0) + 100
    source, target = rows(20, 14, width=64) * 0.1 + centres, rows(20, 15, width=64) * 0.1 + centres
    exact = found(source, labels, target, labels, 2).item()
    # Squared distances within a class are near 1.3; of a row to the common mean 144, to the origin more than 640,000:
    # products of rows keep five digits if taken from the mean, and none if not.
    assert found(source.float(), labels, target.float(), labels, 2).item() == pytest.approx(exact, abs=1e-3)


def test_mixed_precision_does_not_shorten_distances():
    source, target, labels = rows(6, 16, width=32).float(), rows(6, 17, width=32).float(), [0, 0, 0, 1, 1, 1]
    plain = found(source, labels, target, labels, 2)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(found(source, labels, target, labels, 2), plain)
    half = found(source.bfloat16(), labels, target.bfloat16(), labels, 2)
    assert half.dtype == torch.float32


def test_clips_count_with_their_videos_label_beside_the_videos():
    clips_src, clips_tgt = rows(12, 18).unflatten(0, (4, 3)), rows(9, 19).unflatten(0, (3, 3))
    videos_src, videos_tgt, labels_src, labels_tgt = rows(4, 20), rows(3, 21), [0, 0, 1, 1], [1, 0, 1]
    value = video_contrastive_alignment(
        clips_src, videos_src, torch.tensor(labels_src), clips_tgt, videos_tgt, torch.tensor(labels_tgt), classes=2
    )
    wanted = slow(videos_src, labels_src, videos_tgt, labels_tgt, 2)
    repeated = [[y for y in labels for _ in range(3)] for labels in (labels_src, labels_tgt)]
    wanted += slow(clips_src.flatten(0, 1), repeated[0], clips_tgt.flatten(0, 1), repeated[1], 2)
    assert value.item() == pytest.approx(wanted, abs=1e-11)  # float64


@pytest.mark.parametrize(
    ("source", "labels_src", "target", "labels_tgt", "message"),
    [
        (rows(2, 1), [0], rows(1, 2), [0], r"^features_src, labels_src: shapes \(2, 3\) and \(1,\) found"),
        (rows(2, 1)[0], [0, 1, 0], rows(1, 2), [0], r"^features_src, labels_src: shapes \(3,\) and \(3,\) found"),
        (rows(1, 1), [0], rows(1, 2, width=2), [0], r"^features_tgt, labels_tgt: shapes \(1, 2\) and \(1,\) found"),
        (rows(1, 1), [2], rows(1, 2), [0], r"^labels_src: 2 to 2 found, 0 to 1 wanted"),
        (rows(1, 1), [0], rows(2, 2), [-1, 1], r"^labels_tgt: -1 to 1 found, 0 to 1 wanted"),
    ],
)
def test_unfit_arguments_are_named(source, labels_src, target, labels_tgt, message):
    with pytest.raises(ValueError, match=message):
        found(source, labels_src, target, labels_tgt, 2)
