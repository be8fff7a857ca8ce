import math

import pytest
import torch
from torch.nn import functional

from i2v_core.methods.stcda import contrastive
from i2v_core.methods.stcda.contrastive import clip_loss, cosines, paired_cosines, video_loss


def scores(*shape, seed=0):
    return 2 * torch.rand(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) - 1


def logs(*values, temperature=0.5):
    """Cosines whose Theta has these values at the temperature."""
    return temperature * torch.tensor(values, dtype=torch.float64).log()


def slow_clip_loss(to_video, to_other_view, to_others, to_corrupted, temperature):
    """Equation 1 term by term; also the number of terms of each denominator."""
    losses, counts = [], set()
    for i in range(len(to_video)):
        positives = [math.exp(to_video[i] / temperature)]
        if to_other_view is not None:
            positives.append(math.exp(to_other_view[i] / temperature))
        negatives = [math.exp(x / temperature) for x in [*to_others[i].tolist(), *to_corrupted[i].tolist()]]
        losses.append(-math.log(sum(positives) / sum(positives + negatives)))
        counts.add(len(positives) + len(negatives))
    return sum(losses) / len(losses), counts


def test_clip_loss_worked_by_hand():
    """Theta of positives 2 and 3, of one other 1, of corrupted 1.5 and 2.5: -log(5 / 10)."""
    found = clip_loss(logs(2), logs(3), logs(1)[None], logs(1.5, 2.5)[None], temperature=0.5)
    assert found.item() == pytest.approx(math.log(2), abs=1e-12)  # float64


def test_clip_loss_of_one_view_worked_by_hand():
    """Positive 2 alone: -log(2 / 7)."""
    found = clip_loss(logs(2), None, logs(1)[None], logs(1.5, 2.5)[None], temperature=0.5)
    assert found.item() == pytest.approx(math.log(3.5), abs=1e-12)


def test_video_loss_worked_by_hand():
    """Theta of the positive 2, of two corrupted copies 1 and 3: -log(2 / 6); with others 1 and 1 -log(2 / 8)."""
    copies = logs(1, 3)[None]
    assert video_loss(logs(2), copies, temperature=0.5).item() == pytest.approx(math.log(3), abs=1e-12)
    more = video_loss(logs(2), copies, logs(1, 1)[None], temperature=0.5)
    assert more.item() == pytest.approx(math.log(4), abs=1e-12)


@pytest.mark.parametrize("k", [1, 4, 30])
def test_clip_loss_equals_slow_reference_with_1_and_twice_k_plus_1_terms(k):
    parts = scores(6, seed=1), scores(6, seed=2), scores(6, k, seed=3), scores(6, k + 1, seed=4)
    wanted, counts = slow_clip_loss(*parts, 0.07)
    assert counts == {1 + (k + 1) + (k + 1)}
    assert clip_loss(*parts).item() == pytest.approx(wanted, rel=1e-12)  # float64
    alone, counts = slow_clip_loss(parts[0], None, *parts[2:], 0.07)
    assert counts == {1 + k + (k + 1)}
    assert clip_loss(parts[0], None, *parts[2:]).item() == pytest.approx(alone, rel=1e-12)


@pytest.mark.parametrize("k", [1, 1024, 4096])
def test_equal_cosines_give_the_number_of_terms(k):
    """log((2k + 3) / 2): two of 2k + 3 terms are positives; 6.93 at k = 1024, 8.32 at 4096."""
    same = torch.full((2, k + 1), 0.3)
    found = clip_loss(same[:, 0], same[:, 0], same[:, 1:], same).item()
    assert found == pytest.approx(math.log((2 * k + 3) / 2), abs=1e-5)  # float32
    # One view: 2k + 2 terms, one positive. Videos: 1 + q terms, one positive.
    assert clip_loss(same[:, 0], None, same[:, 1:], same).item() == pytest.approx(math.log(2 * k + 2), abs=1e-5)
    assert video_loss(same[:, 0], same[:, :2]).item() == pytest.approx(math.log(3), abs=1e-5)


def test_unrelated_features_give_nearly_that():
    """Cosines of random 512-d features stray by 0.04: at temperature 1 the losses stay within a tenth."""
    generator = torch.Generator().manual_seed(5)
    a, b, c = (torch.randn(40, 512, generator=generator) for _ in range(3))
    near = paired_cosines(a, b)
    found = clip_loss(near, paired_cosines(a, c), cosines(a, b), cosines(a, torch.cat([c, c[:1]])), temperature=1.0)
    assert found.item() == pytest.approx(math.log(83 / 2), abs=0.1)
    assert video_loss(near, cosines(a, c[:2]), temperature=1.0).item() == pytest.approx(math.log(3), abs=0.1)


def test_losses_fall_with_positives_and_rise_with_negatives():
    parts = [scores(5, seed=6), scores(5, seed=7), scores(5, 3, seed=8), scores(5, 4, seed=9)]
    for part in parts:
        part.requires_grad_()
    clip_loss(*parts).backward()
    assert (parts[0].grad < 0).all()
    assert (parts[1].grad < 0).all()
    assert (parts[2].grad > 0).all()
    assert (parts[3].grad > 0).all()


def test_gradients_agree_with_finite_differences():
    parts = [x.requires_grad_() for x in (scores(3), scores(3, seed=1), scores(3, 2, seed=2), scores(3, 3, seed=3))]
    assert torch.autograd.gradcheck(lambda *x: clip_loss(*x, temperature=0.5), parts)
    assert torch.autograd.gradcheck(lambda a, b, c: clip_loss(a, None, b, c, temperature=0.5), [parts[0], *parts[2:]])
    assert torch.autograd.gradcheck(lambda *x: video_loss(*x, temperature=0.5), [parts[0], parts[2], parts[3]])
    rows = [scores(3, 4, seed=4).requires_grad_(), scores(2, 4, seed=5).requires_grad_()]
    assert torch.autograd.gradcheck(cosines, rows)


def test_extreme_cosines_stay_finite_and_keep_digits():
    one = torch.ones(1)
    sure = clip_loss(one, one, -one[None], -torch.ones(1, 2), temperature=0.01)
    assert 0 <= sure.item() < 1e-6
    wrong = video_loss(-one, one[None], temperature=0.001)
    assert wrong.item() == pytest.approx(2000)
    # Theta(1) = e^(1 / 0.07), three negatives of e^(-1 / 0.07): 3/2 e^(-2 / 0.07) = 5.8e-13, below float32's step at 1.
    found = clip_loss(one, one, -one[None], -torch.ones(1, 2))
    assert found.item() == pytest.approx(1.5 * math.exp(-2 / 0.07), rel=1e-4)


def test_cosines_are_of_all_pairs_and_of_rows():
    a, b = scores(4, 3), scores(5, 3, seed=1)
    for i in range(4):
        for j in range(5):
            wanted = sum(x * y for x, y in zip(a[i].tolist(), b[j].tolist(), strict=True))
            wanted /= math.hypot(*a[i].tolist()) * math.hypot(*b[j].tolist())
            assert cosines(a, b)[i, j].item() == pytest.approx(wanted, abs=1e-12)
    torch.testing.assert_close(paired_cosines(a, b[:4]), cosines(a, b[:4]).diagonal())


def test_cosines_do_not_lose_digits_in_mixed_precision():
    a, b = scores(4, 64).float(), scores(5, 64, seed=1).float()
    plain = cosines(a, b)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(cosines(a, b), plain)
    assert cosines(a.bfloat16(), b).dtype == torch.float32


def test_inputs_are_left_as_they_are():
    parts = scores(2), scores(2, 3)
    kept = [x.clone() for x in parts]
    video_loss(*parts)
    assert all(torch.equal(a, b) for a, b in zip(parts, kept, strict=True))


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((scores(2, 1), scores(2), scores(2, 1), scores(2, 2)), r"^to_video: shape \(2, 1\) found, \(n,\) with"),
        ((scores(0), scores(0), scores(0, 1), scores(0, 2)), r"^to_video: shape \(0,\) found"),
        ((scores(2), scores(3), scores(2, 1), scores(2, 2)), r"^to_other_view: shape \(3,\) found"),
        ((scores(2), None, scores(3, 1), scores(3, 2)), r"^to_others: shape \(3, 1\) found, \(2, k\) with k >= 1"),
        ((scores(2), None, scores(2, 0), scores(2, 1)), r"^to_others: shape \(2, 0\) found"),
        ((scores(2), None, scores(2, 3), scores(2, 3)), r"^to_corrupted: shape \(2, 3\) found, \(2, 4\) wanted"),
    ],
)
def test_unfit_shapes_of_clip_loss_are_named(parts, message):
    with pytest.raises(ValueError, match=message):
        clip_loss(*parts)


def test_unfit_arguments_of_video_loss_are_named():
    with pytest.raises(ValueError, match=r"^to_corrupted: shape \(3, 2\) found, \(2, k\) with k >= 1 wanted"):
        video_loss(scores(2), scores(3, 2))
    with pytest.raises(ValueError, match=r"^to_others: shape \(2,\) found"):
        video_loss(scores(2), scores(2, 2), scores(2))
    with pytest.raises(ValueError, match=r"^to_other_view: shape \(0,\) found"):
        video_loss(scores(0), scores(0, 2))
    with pytest.raises(ValueError, match=r"^temperature: 0.0 found, a number above 0 wanted"):
        video_loss(scores(2), scores(2, 2), temperature=0.0)


def test_softmax_form_is_cross_entropy_where_there_is_one_positive():
    rows = torch.cat([scores(4)[:, None], scores(4, 5, seed=1)], dim=1)
    wanted = functional.cross_entropy(rows / 0.07, torch.zeros(4, dtype=torch.long))
    torch.testing.assert_close(contrastive.video_loss(rows[:, 0], rows[:, 1:]), wanted)
