import math

import pytest
import torch

from i2v_core.losses.image_text import image_text_contrastive


def random_pairs(rows=6, width=5, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return tuple(torch.randn(rows, width, dtype=torch.float64, generator=generator) for _ in range(2))


def reference(images, texts, labels, scale):
    """The equation, one pair and one number at a time."""

    def near(u, v):
        dot = sum(a * b for a, b in zip(u, v, strict=True))
        return math.exp(scale * dot / math.sqrt(sum(a * a for a in u)) / math.sqrt(sum(b * b for b in v)))

    images, texts, total = images.tolist(), texts.tolist(), 0.0
    for i, (image, text) in enumerate(zip(images, texts, strict=True)):
        others = [j for j in range(len(labels)) if labels[j] != labels[i]]
        own = near(image, text)
        total += math.log(own / (own + sum(near(image, texts[j]) for j in others)))
        total += math.log(own / (own + sum(near(images[j], text) for j in others)))
    return -total / (2 * len(labels))


def test_value_worked_by_hand():
    images = torch.tensor([[2.0, 0.0], [0.0, 1.0], [0.0, 3.0]])
    texts = torch.tensor([[5.0, 0.0], [0.0, 4.0], [0.0, 1.0]])
    # exp(scale cos) is 3 where directions agree, else 1. Pair 0 has two negatives each way: -log(3/5) twice. Pairs 1
    # and 2, of one class, have pair 0 alone: -log(3/4) twice each. L = (2 log(5/3) + 4 log(4/3)) / 6.
    loss = image_text_contrastive(images, texts, torch.tensor([0, 1, 1]), scale=math.log(3))
    assert loss.item() == pytest.approx((2 * math.log(5 / 3) + 4 * math.log(4 / 3)) / 6, abs=1e-6)  # float32


@pytest.mark.parametrize("scale", [0.5, 5.0, 100.0])
@pytest.mark.parametrize("labels", [[0, 1, 2, 3, 4, 5], [2, 0, 2, 1, 0, 2]])
def test_equals_slow_reference(labels, scale):
    pairs = random_pairs(seed=1)
    loss = image_text_contrastive(*pairs, torch.tensor(labels), scale=scale)
    # float64, of a sum of terms up to 2 * 100
    assert loss.item() == pytest.approx(reference(*pairs, labels, scale), rel=1e-10, abs=1e-10)


def test_pairs_of_one_class_are_no_negatives():
    images, texts = random_pairs(rows=4, seed=2)
    assert image_text_contrastive(images, texts, torch.zeros(4, dtype=torch.long), scale=9.0).item() == 0
    labels = torch.tensor([0, 0, 1, 2])
    images.requires_grad_()
    image_text_contrastive(images, texts, labels, scale=9.0).backward()
    before = images.grad[0].clone()
    moved = texts.clone()
    moved[1] = -moved[1]  # another caption of image 0's class
    images.grad = None
    image_text_contrastive(images, moved, labels, scale=9.0).backward()
    assert torch.equal(images.grad[0], before)
    moved[2] = -moved[2]  # one of another class
    images.grad = None
    image_text_contrastive(images, moved, labels, scale=9.0).backward()
    assert not torch.equal(images.grad[0], before)


def test_one_pair_has_no_loss():
    assert image_text_contrastive(*random_pairs(rows=1), torch.tensor([3]), scale=7.0).item() == 0


def test_images_and_texts_may_change_places():
    images, texts = random_pairs(seed=3)
    labels = torch.tensor([0, 1, 1, 2, 3, 3])
    there, back = (image_text_contrastive(*x, labels, scale=4.0) for x in ((images, texts), (texts, images)))
    assert there.item() == pytest.approx(back.item(), abs=1e-12)


def test_length_of_vectors_and_order_of_pairs_change_nothing():
    (images, texts), labels = random_pairs(seed=4), torch.tensor([0, 1, 1, 2, 3, 3])
    wanted = image_text_contrastive(images, texts, labels, scale=4.0).item()
    assert image_text_contrastive(3 * images, 0.1 * texts, labels, scale=4.0).item() == pytest.approx(wanted, abs=1e-12)
    flipped = image_text_contrastive(images.flip(0), texts.flip(0), labels.flip(0), scale=4.0)
    assert flipped.item() == pytest.approx(wanted, abs=1e-12)


def test_gradient_agrees_with_finite_differences_of_the_scale_too():
    images, texts = (x.requires_grad_() for x in random_pairs(rows=4, width=3, seed=5))
    scale, labels = torch.tensor(2.0, dtype=torch.float64, requires_grad=True), torch.tensor([0, 1, 1, 2])
    assert torch.autograd.gradcheck(
        lambda *x: image_text_contrastive(*x[:2], labels, scale=x[2]), (images, texts, scale)
    )


def test_the_hottest_scale_gives_finite_values_and_gradients():
    images = torch.eye(3).requires_grad_()
    loss = image_text_contrastive(images, -torch.eye(3), torch.tensor([0, 1, 1]), scale=100.0)
    loss.backward()
    # Own pairs -100, others 0: pair 0 has two negatives, pairs 1 and 2 one: (100 + log 2 + 100 + 100) / 3, up to e^-100
    assert loss.item() == pytest.approx(100 + math.log(2) / 3, abs=1e-4)  # float32 at 100
    assert torch.isfinite(images.grad).all()


def test_half_precision_is_computed_in_float32():
    images, texts = (x.bfloat16() for x in random_pairs(seed=6))
    labels = torch.arange(6)
    loss = image_text_contrastive(images, texts, labels, scale=10.0)
    assert loss.dtype == torch.float32
    assert loss.item() == image_text_contrastive(images.float(), texts.float(), labels, scale=10.0).item()


@pytest.mark.parametrize(
    ("images", "texts", "labels"), [((3, 4), (3, 5), (3,)), ((3, 4), (2, 4), (3,)), ((3, 4), (3, 4), (2,)), ((3,),) * 3]
)
def test_shapes_that_do_not_fit_are_an_error(images, texts, labels):
    with pytest.raises(ValueError, match=r"images, texts, labels: shapes .* found, \(n, d\), \(n, d\), \(n,\) wanted"):
        image_text_contrastive(torch.ones(images), torch.ones(texts), torch.zeros(labels), scale=1.0)
