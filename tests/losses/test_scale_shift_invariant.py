import math

import pytest
import torch

from i2v_core.losses.scale_shift_invariant import scale_and_shift, scale_shift_invariant


def maps(images=2, height=6, width=5, seed=0):
    """Correlated random maps in float64, and a mask with a few holes."""
    generator = torch.Generator().manual_seed(seed)
    true = torch.rand(images, height, width, dtype=torch.float64, generator=generator)
    noise = torch.rand(images, height, width, dtype=torch.float64, generator=generator)
    valid = torch.rand(images, height, width, generator=generator) > 0.2
    return 3 * true + noise, true, valid


def reference(predicted, true, valid, residual, weight, scales):
    """The equations, one image and one pixel at a time."""
    total = 0.0
    for image in range(len(predicted)):
        p, t, m = predicted[image].tolist(), true[image].tolist(), valid[image].tolist()
        places = [(y, x) for y in range(len(p)) for x in range(len(p[0])) if m[y][x]]
        mean_p = sum(p[y][x] for y, x in places) / len(places)
        mean_t = sum(t[y][x] for y, x in places) / len(places)
        covariance = sum((p[y][x] - mean_p) * (t[y][x] - mean_t) for y, x in places)
        scale = abs(covariance) / sum((p[y][x] - mean_p) ** 2 for y, x in places)
        rest = {(y, x): scale * (p[y][x] - mean_p) + mean_t - t[y][x] for y, x in places}
        values = [abs(r) if residual == "absolute" else r * r for r in rest.values()]
        total += sum(values) / (2 * len(places))
        for k in range(scales):
            step = 2**k
            kept = [(y, x) for y, x in places if y % step == 0 and x % step == 0]
            steps = [
                abs(rest[there] - rest[y, x])
                for y, x in kept
                for there in ((y + step, x), (y, x + step))
                if there in rest
            ]
            total += weight * sum(steps) / max(len(kept), 1)
    return total / len(predicted)


def test_value_worked_by_hand():
    predicted = torch.tensor([[[0.0, 0.0], [2.0, 2.0]]])
    true = torch.tensor([[[0.0, 2.0], [4.0, 6.0]]])
    valid = torch.ones(1, 2, 2, dtype=torch.bool)
    # means 1 and 3; cov = 3 + 1 + 1 + 3 = 8, var = 4: s = 2, t = 1; fit 1 1 5 5, R = 1 -1 / 1 -1
    scale, shift = scale_and_shift(predicted, true, valid)
    assert (scale.tolist(), shift.tolist()) == ([2.0], [1.0])
    # |R| and R^2 sum to 4: 4 / (2 * 4) = 0.5. Gradients: |dx R| = 2 twice, |dy R| = 0, over 4 pixels: 1; the coarser
    # scales have one pixel and none
    for residual in ("absolute", "squared"):
        loss = scale_shift_invariant(predicted, true, valid, residual=residual)
        assert loss.item() == pytest.approx(0.5 + 0.5 * 1.0, abs=1e-6)


@pytest.mark.parametrize("residual", ["absolute", "squared"])
@pytest.mark.parametrize(("weight", "scales"), [(0.5, 4), (2.0, 2), (0.0, 4)])
def test_equals_slow_reference(residual, weight, scales):
    given = maps(seed=1)
    loss = scale_shift_invariant(*given, residual=residual, gradient_weight=weight, scales=scales)
    assert loss.item() == pytest.approx(reference(*given, residual, weight, scales), abs=1e-12)  # float64


def test_defaults_are_those_of_the_paper_over_the_absolute_residual():
    given = maps(seed=2)
    assert scale_shift_invariant(*given).item() == pytest.approx(reference(*given, "absolute", 0.5, 4), abs=1e-12)


@pytest.mark.parametrize(("factor", "offset"), [(7.0, 0.0), (0.01, 3.0), (1.0, -40.0)])
def test_scale_and_shift_of_the_prediction_change_nothing(factor, offset):
    predicted, true, valid = maps(seed=3)
    moved = scale_shift_invariant(factor * predicted + offset, true, valid)
    # float64, and an offset of 40 costs two digits
    assert moved.item() == pytest.approx(scale_shift_invariant(predicted, true, valid).item(), abs=1e-10)


def test_the_loss_has_the_unit_of_the_true_map():
    predicted, true, valid = maps(seed=4)
    plain = scale_shift_invariant(predicted, true, valid).item()
    assert scale_shift_invariant(predicted, 5 * true + 2, valid).item() == pytest.approx(5 * plain, abs=1e-12)


def test_zero_where_a_scale_and_a_shift_explain_all():
    _, true, valid = maps(seed=5)
    assert scale_shift_invariant(4 * true - 9, true, valid).item() == pytest.approx(0, abs=1e-13)  # float64 sums


def test_a_map_turned_inside_out_is_worse_than_a_flat_one():
    _, true, valid = maps(seed=6)
    losses = [scale_shift_invariant(x, true, valid, gradient_weight=0.0) for x in (-true, 0 * true)]
    # R doubles: -true fits as mean - (true - mean), so R = -2 (true - mean); flat gives R = -(true - mean)
    assert losses[0].item() == pytest.approx(2 * losses[1].item(), abs=1e-12)


def test_a_map_turned_inside_out_can_be_learnt_back():
    _, true, valid = maps(seed=7)
    mixture = torch.tensor([-1.0], dtype=torch.float64, requires_grad=True)
    noise = maps(seed=8)[1]
    for _ in range(200):
        loss = scale_shift_invariant(mixture * true + noise, true, valid)
        (step,) = torch.autograd.grad(loss, mixture)
        mixture = (mixture - 0.5 * step).detach().requires_grad_()
    assert mixture.item() > 0.5


def test_pixels_that_are_not_valid_change_nothing_whatever_they_hold():
    predicted, true, valid = maps(seed=9)
    before = scale_shift_invariant(predicted, true, valid).item()
    predicted, true = predicted.masked_fill(~valid, 77.0), true.masked_fill(~valid, math.inf)
    assert scale_shift_invariant(predicted, true, valid).item() == pytest.approx(before, abs=1e-12)


def test_order_of_images_changes_nothing():
    given = maps(images=3, seed=10)
    flipped = scale_shift_invariant(*(x.flip(0) for x in given))
    assert flipped.item() == pytest.approx(scale_shift_invariant(*given).item(), abs=1e-12)


@pytest.mark.parametrize("residual", ["absolute", "squared"])
def test_gradient_agrees_with_finite_differences(residual):
    predicted, true, valid = maps(images=2, height=4, width=3, seed=11)
    predicted.requires_grad_()
    assert torch.autograd.gradcheck(lambda x: scale_shift_invariant(x, true, valid, residual=residual), predicted)


@pytest.mark.parametrize("seen", [0, 1])
def test_images_of_no_or_one_valid_pixel_add_nothing(seen):
    predicted, true, valid = maps(images=1, seed=12)
    valid[:] = False
    valid[0, 2, 2] = bool(seen)
    predicted.requires_grad_()
    loss = scale_shift_invariant(predicted, true, valid)
    loss.backward()
    assert loss.item() == pytest.approx(0, abs=1e-15)
    assert not predicted.grad.any()


def test_a_constant_prediction_gives_the_spread_of_the_true_map_and_a_finite_gradient():
    true = torch.tensor([[[0.0, 1.0], [2.0, 5.0]]])  # mean 2: |R| = 2 1 0 3, sum 6
    predicted = torch.full((1, 2, 2), 0.7, requires_grad=True)
    loss = scale_shift_invariant(predicted, true, torch.ones(1, 2, 2, dtype=torch.bool), gradient_weight=0.0)
    loss.backward()
    assert loss.item() == pytest.approx(6 / 8, abs=1e-6)
    assert torch.isfinite(predicted.grad).all()


def test_half_precision_is_compared_in_float32():
    predicted, true, valid = maps(seed=13)
    rounded = predicted.bfloat16()
    loss = scale_shift_invariant(rounded, true.float(), valid)
    assert loss.dtype == torch.float32
    assert loss.item() == scale_shift_invariant(rounded.float(), true.float(), valid).item()


def test_unfit_shapes_are_named():
    with pytest.raises(ValueError, match=r"shapes \[.*\] found, three times \(n, h, w\) wanted"):
        scale_shift_invariant(torch.ones(1, 2, 2), torch.ones(1, 2, 3), torch.ones(1, 2, 2, dtype=torch.bool))


def test_an_unknown_residual_is_an_error():
    with pytest.raises(ValueError, match=r"residual: 'cubed' found, 'absolute' or 'squared' wanted"):
        scale_shift_invariant(*maps(), residual="cubed")
