import math

import pytest
import torch

from i2v_core.losses.contrastive import cross_domain_contrastive


def random_triple(rows=6, width=5, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return tuple(torch.randn(rows, width, dtype=torch.float64, generator=generator) for _ in range(3))


def reference(anchors, positives, negatives, temperature):
    """The equation, one anchor and one number at a time."""

    def cosine(u, v):
        dot = sum(a * b for a, b in zip(u, v, strict=True))
        return dot / math.sqrt(sum(a * a for a in u)) / math.sqrt(sum(b * b for b in v))

    total = 0.0
    for anchor, positive, negative in zip(anchors.tolist(), positives.tolist(), negatives.tolist(), strict=True):
        near = math.exp(cosine(anchor, positive) / temperature)
        far = math.exp(cosine(anchor, negative) / temperature)
        total -= math.log(near / (near + far))
    return total / len(anchors)


def test_value_worked_by_hand():
    anchors = torch.tensor([[2.0, 0.0], [0.0, 1.0]])
    positives = torch.tensor([[5.0, 0.0], [3.0, 0.0]])  # cosines 1 and 0
    negatives = torch.tensor([[0.0, 1.0], [0.0, -4.0]])  # cosines 0 and -1
    # Both anchors: near - far = 1; at temperature 1/log 3 the ratio of h is 3, so -log(3/4) each.
    loss = cross_domain_contrastive(anchors, positives, negatives, temperature=1 / math.log(3))
    assert loss.item() == pytest.approx(math.log(4 / 3), abs=1e-6)


@pytest.mark.parametrize("temperature", [0.05, 0.5, 2.0])
def test_equals_slow_reference(temperature):
    triple = random_triple(seed=1)
    loss = cross_domain_contrastive(*triple, temperature=temperature)
    # float64; exp(1 / 0.05) is about 5e8, which costs the reference some digits
    assert loss.item() == pytest.approx(reference(*triple, temperature), abs=1e-9)


def test_default_temperature_is_that_of_the_official_code():
    triple = random_triple(seed=2)
    assert cross_domain_contrastive(*triple).item() == pytest.approx(reference(*triple, 0.05), abs=1e-9)


def test_log_two_when_positive_and_negative_coincide():
    anchors, positives, _ = random_triple(seed=3)
    assert cross_domain_contrastive(anchors, positives, positives).item() == pytest.approx(math.log(2), abs=1e-12)


def test_length_of_vectors_changes_nothing():
    anchors, positives, negatives = random_triple(seed=4)
    scaled = cross_domain_contrastive(3 * anchors, 0.1 * positives, 7 * negatives)
    assert scaled.item() == pytest.approx(cross_domain_contrastive(anchors, positives, negatives).item(), abs=1e-12)


def test_order_of_rows_changes_nothing():
    triple = random_triple(seed=5)
    flipped = cross_domain_contrastive(*(x.flip(0) for x in triple))
    assert flipped.item() == pytest.approx(cross_domain_contrastive(*triple).item(), abs=1e-12)


def test_swapping_positive_and_negative_changes_the_difference_by_the_cosine_gap():
    # softplus(-x) = softplus(x) - x, so for one anchor the two losses differ by (far - near) / temperature.
    anchors, positives, negatives = random_triple(rows=1, seed=6)
    cosines = [torch.cosine_similarity(anchors, x).item() for x in (positives, negatives)]
    there = cross_domain_contrastive(anchors, positives, negatives, temperature=0.3).item()
    back = cross_domain_contrastive(anchors, negatives, positives, temperature=0.3).item()
    assert there - back == pytest.approx((cosines[1] - cosines[0]) / 0.3, abs=1e-12)


def test_gradient_agrees_with_finite_differences():
    triple = tuple(x.requires_grad_() for x in random_triple(rows=3, width=4, seed=7))
    assert torch.autograd.gradcheck(lambda *x: cross_domain_contrastive(*x, temperature=0.2), triple)


def test_a_step_against_the_gradient_turns_the_anchor_to_its_positive():
    anchors, positives, negatives = random_triple(rows=1, seed=8)
    anchors.requires_grad_()
    cross_domain_contrastive(anchors, positives, negatives, temperature=0.5).backward()
    moved = anchors.detach() - 0.01 * anchors.grad
    gap = [(torch.cosine_similarity(x, positives) - torch.cosine_similarity(x, negatives)) for x in (anchors, moved)]
    assert gap[1].item() > gap[0].item()


def test_stays_finite_where_the_exponential_overflows():
    anchors = torch.tensor([[1.0, 0.0]], requires_grad=True)
    opposite = torch.tensor([[-1.0, 0.0]])
    loss = cross_domain_contrastive(anchors, opposite, anchors.detach(), temperature=1e-3)
    loss.backward()
    assert loss.item() == pytest.approx(2000.0)  # (1 - -1) / 0.001; exp(1000) is infinite in float32 and float64
    assert torch.isfinite(anchors.grad).all()


def test_zero_vectors_count_as_equally_near():
    anchors = torch.zeros(2, 3, requires_grad=True)
    loss = cross_domain_contrastive(anchors, torch.ones(2, 3), -torch.ones(2, 3))
    loss.backward()
    assert loss.item() == pytest.approx(math.log(2))
    assert torch.isfinite(anchors.grad).all()


def test_no_anchor_gives_zero_that_can_be_differentiated():
    weight = torch.ones(3, requires_grad=True)
    anchors = torch.zeros(0, 3) * weight
    loss = cross_domain_contrastive(anchors, torch.zeros(0, 3), torch.zeros(0, 3))
    loss.backward()
    assert loss.item() == 0
    assert weight.grad.tolist() == [0, 0, 0]


def test_half_precision_anchors_are_compared_in_float32():
    anchors, positives, negatives = (x.float() for x in random_triple(seed=9))
    rounded = anchors.bfloat16()
    loss = cross_domain_contrastive(rounded, positives, negatives)
    assert loss.dtype == torch.float32
    assert loss.item() == cross_domain_contrastive(rounded.float(), positives, negatives).item()


@pytest.mark.parametrize(
    "shapes", [((2, 3), (2, 3), (1, 3)), ((2, 3), (2, 4), (2, 3)), ((2, 3, 1), (2, 3, 1), (2, 3, 1))]
)
def test_unfit_shapes_are_named(shapes):
    with pytest.raises(ValueError, match=r"shapes \[.*\] found, three times \(n, d\) wanted"):
        cross_domain_contrastive(*(torch.zeros(shape) for shape in shapes))


@pytest.mark.parametrize("temperature", [0.0, -1.0])
def test_temperature_must_be_positive(temperature):
    with pytest.raises(ValueError, match=rf"temperature: {temperature} found, a number above 0 wanted"):
        cross_domain_contrastive(*random_triple(), temperature=temperature)
