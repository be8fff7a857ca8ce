import math

import pytest
import torch
from torch.nn import functional

from i2v_core.baselines.clips import dan, mmd
from i2v_core.baselines.clips.mmd import biased_discrepancy
from i2v_core.baselines.clips.model import pooled
from i2v_core.losses.multi_kernel_mmd import multi_kernel_mmd
from i2v_core.models.gradient_reversal import ganin_coefficient
from tests.baselines.clips import videos


def rows(count, seed, shift=0.0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(count, 3, dtype=torch.float64, generator=generator) + shift


def widths():
    """MM-SADA's: 9.7 * 2^a with a from -8 in steps of sqrt 2 while below 8."""
    found, a = [], -8.0
    while a < 8:
        found.append(9.7 * 2**a)
        a += math.sqrt(2)
    return found


def slow(source, target):
    def kernel(a, b):
        square = sum((x - y) ** 2 for x, y in zip(a, b, strict=True))
        return sum(math.exp(-square / width) for width in widths())

    def mean(left, right):
        return sum(kernel(a, b) for a in left for b in right) / (len(left) * len(right))

    s, t = source.tolist(), target.tolist()
    return mean(s, s) + mean(t, t) - 2 * mean(s, t)


def test_the_twelve_widths():
    assert len(mmd.WIDTHS) == 12
    assert list(mmd.WIDTHS) == pytest.approx(widths(), rel=1e-12)  # float64
    assert mmd.WIDTHS[0] == pytest.approx(9.7 / 256, rel=1e-12)


def test_two_points_far_apart_worked_by_hand():
    """s = {0, 0}, t = {x, x}, |x|^2 = 10^6: all kernels within are 1, between about 0 for all but the widest.

    Widest g = 9.7 * 2^7.556 = 1826: e^-548 = 0. L = 12 + 12 - 0.
    """
    source, target = torch.zeros(2, 1), torch.full((2, 1), 1000.0)
    assert biased_discrepancy(source, target).item() == pytest.approx(24, abs=1e-6)  # float32


@pytest.mark.parametrize(("n", "m", "shift"), [(4, 4, 0.0), (4, 4, 2.0), (5, 2, 1.0), (2, 6, 0.3)])
def test_equals_slow_reference(n, m, shift):
    source, target = rows(n, 1), rows(m, 2, shift)
    assert biased_discrepancy(source, target).item() == pytest.approx(slow(source, target), abs=1e-12)  # float64


def test_zero_for_equal_sets_in_any_order_and_positive_else():
    source = rows(5, 3)
    assert biased_discrepancy(source, source.flip(0)).item() == pytest.approx(0, abs=1e-12)  # float64
    values = [biased_discrepancy(source, rows(5, 4, shift)).item() for shift in (0.0, 1.0, 3.0)]
    assert 0 < values[0] < values[1] < values[2]


def test_gradient_agrees_with_finite_differences():
    assert torch.autograd.gradcheck(biased_discrepancy, (rows(3, 5).requires_grad_(), rows(4, 6).requires_grad_()))


def test_equal_rows_keep_a_finite_gradient():
    source = torch.zeros(3, 4, requires_grad=True)
    biased_discrepancy(source, torch.zeros(2, 4)).backward()
    assert source.grad.abs().max() == 0


def test_half_precision_is_compared_in_32_bits():
    source, target = rows(4, 7).bfloat16(), rows(4, 8).bfloat16()
    assert biased_discrepancy(source, target).item() == biased_discrepancy(source.float(), target.float()).item()


def test_unfit_sides_are_named():
    with pytest.raises(ValueError, match=r"^features_src: shape \(1, 3\) found"):
        biased_discrepancy(rows(1, 0), rows(2, 0))
    with pytest.raises(ValueError, match=r"^features_src, features_tgt: shapes \(2, 3\) and \(2, 2\) found"):
        biased_discrepancy(rows(2, 0), rows(2, 0)[:, :2])


@pytest.mark.parametrize(("module", "loss"), [(mmd, biased_discrepancy), (dan, multi_kernel_mmd)])
@pytest.mark.parametrize(("progress", "weight"), [(0.0, 1.0), (0.3, 1.0), (0.3, 0.4)])
def test_terms_are_the_equations(module, loss, progress, weight):
    model = videos.build(module)
    source, target = videos.batch(6, 1), videos.batch(4, 2, labelled=False)
    terms = module.losses(model, source, target, progress, weight=weight)
    src, tgt = (pooled(model.clips(batch.inputs)) for batch in (source, target))
    factor = weight if module is mmd else ganin_coefficient(progress, high=weight)
    wanted = factor * sum(loss(src[view], tgt[view]).item() for view in videos.VIEWS)
    assert terms.keys() == {"classification", "discrepancy"}
    # float32
    assert terms["discrepancy"].item() == pytest.approx(wanted, abs=1e-6)
    classes = functional.cross_entropy(model(source.inputs), source.labels)
    assert terms["classification"].item() == pytest.approx(classes.item(), abs=1e-6)


@pytest.mark.parametrize("module", [mmd, dan])
def test_both_views_encoders_learn_and_the_default_weight_is_one(module):
    model = videos.build(module)
    batches = videos.batch(6, 1), videos.batch(4, 2, labelled=False)
    term = module.losses(model, *batches, 0.5)["discrepancy"]
    assert torch.equal(term, module.losses(model, *batches, 0.5, weight=1.0)["discrepancy"])
    found = videos.gradients(model, term)
    assert all(found[f"streams.{view}.encoder.0.weight"].abs().max() > 0 for view in videos.VIEWS)
    assert not any("classifier" in name for name in found)
