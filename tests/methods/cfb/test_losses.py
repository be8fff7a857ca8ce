import math

import pytest
import torch
from torch.nn import functional

from i2v_core.methods.cfb.losses import frame_loss, pace_loss, upsample, video_loss


def random_logits(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def cross_entropy(row, label):
    return math.log(sum(math.exp(value) for value in row)) - row[label]


def binary(row, label):
    """Mean over classes of -log sigmoid(g) for the label's class, -log(1 - sigmoid(g)) for the others."""
    signs = [1 if index == label else -1 for index in range(len(row))]
    return sum(math.log(1 + math.exp(-sign * value)) for sign, value in zip(signs, row, strict=True)) / len(row)


FORMS = {"ce": cross_entropy, "bce": binary}

# one video of two frames that give class 0 the probabilities 3/4 and 1/2
TWO_FRAMES = torch.tensor([[[math.log(3), 0.0], [0.0, 0.0]]])
ZERO = torch.tensor([0])


def test_frame_loss_worked_by_hand():
    # log 4/3 + log 2 = log 8/3, halved by the mean over two frames
    assert frame_loss(TWO_FRAMES, ZERO).item() == pytest.approx(math.log(8 / 3) / 2, abs=1e-6)  # float32
    assert frame_loss(TWO_FRAMES, ZERO, reduction="sum").item() == pytest.approx(math.log(8 / 3), abs=1e-6)


def test_video_loss_worked_by_hand():
    # mean logits (log 3 / 2, 0): probability sqrt 3 / (sqrt 3 + 1)
    assert video_loss(TWO_FRAMES, ZERO).item() == pytest.approx(math.log(1 + 1 / math.sqrt(3)), abs=1e-6)  # float32


def test_binary_form_worked_by_hand():
    """Frame 1: sigmoid(log 3) = 3/4 and sigmoid(0) = 1/2: (log 4/3 + log 2) / 2. Frame 2: log 2."""
    wanted = ((math.log(4 / 3) + math.log(2)) / 2 + math.log(2)) / 2
    assert frame_loss(TWO_FRAMES, ZERO, form="bce").item() == pytest.approx(wanted, abs=1e-6)  # float32


@pytest.mark.parametrize("form", FORMS)
def test_frame_and_video_loss_equal_slow_references(form):
    logits, labels = random_logits(3, 4, 5, seed=1), torch.tensor([2, 0, 4])
    frames = [[FORMS[form](row, y) for row in video] for video, y in zip(logits.tolist(), labels.tolist(), strict=True)]
    means = [[sum(column) / 4 for column in zip(*video, strict=True)] for video in logits.tolist()]
    videos = [FORMS[form](row, y) for row, y in zip(means, labels.tolist(), strict=True)]
    # float64 on both sides: only rounding differs
    assert frame_loss(logits, labels, form=form).item() == pytest.approx(sum(map(sum, frames)) / 12, abs=1e-12)
    total = frame_loss(logits, labels, form=form, reduction="sum").item()
    assert total == pytest.approx(sum(map(sum, frames)) / 3, abs=1e-12)
    assert video_loss(logits, labels, form=form).item() == pytest.approx(sum(videos) / 3, abs=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_frames_that_agree_make_frame_and_video_loss_one(form):
    logits, labels = random_logits(3, 1, 5, seed=2).repeat(1, 4, 1), torch.tensor([1, 2, 3])
    one, other = frame_loss(logits, labels, form=form), video_loss(logits, labels, form=form)
    assert one.item() == pytest.approx(other.item(), abs=1e-12)  # float64


def test_the_two_forms_and_defaults_differ_as_stated():
    logits, labels = random_logits(3, 4, 5, seed=3), torch.tensor([2, 0, 4])
    assert frame_loss(logits, labels).item() == frame_loss(logits, labels, reduction="mean", form="ce").item()
    assert video_loss(logits, labels).item() == video_loss(logits, labels, form="ce").item()
    # many classes: the binary form's gradient is smaller by about their number
    many, label = torch.zeros(1, 1, 101, requires_grad=True), torch.tensor([7])
    ratio = [torch.autograd.grad(video_loss(many, label, form=form), many)[0][0, 0, 7].item() for form in FORMS]
    # of the label's logit: (1 - 1 / 101) against (1 / 2) / 101
    assert ratio[0] / ratio[1] == pytest.approx((100 / 101) / (0.5 / 101), rel=1e-4)


def test_order_of_frames_and_of_videos_changes_nothing():
    logits, labels = random_logits(3, 4, 5, seed=4), torch.tensor([2, 0, 4])
    for loss in (frame_loss, video_loss):
        plain = loss(logits, labels).item()
        assert loss(logits.flip(1), labels).item() == pytest.approx(plain, abs=1e-12)  # float64
        assert loss(logits.flip(0), labels.flip(0)).item() == pytest.approx(plain, abs=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_gradients_agree_with_finite_differences(form):
    labels = torch.tensor([1, 0])
    for loss in (frame_loss, video_loss):
        logits = random_logits(2, 3, 3, seed=5).requires_grad_()
        assert torch.autograd.gradcheck(lambda g, loss=loss: loss(g, labels, form=form), logits)
    assert torch.autograd.gradcheck(lambda g: pace_loss(g, labels), random_logits(2, 5, seed=6).requires_grad_())
    assert torch.autograd.gradcheck(lambda g: upsample(g, frames=5), random_logits(2, 3, 2, seed=7).requires_grad_())


@pytest.mark.parametrize("form", FORMS)
def test_saturated_logits_stay_finite(form):
    for loss in (frame_loss, video_loss):
        logits = torch.tensor([[[1e4, -1e4], [1e4, -1e4]]], requires_grad=True)
        value = loss(logits, torch.tensor([1]), form=form)
        value.backward()
        assert value.item() == pytest.approx(2e4 if form == "ce" else 1e4)
        assert logits.grad.isfinite().all()


def test_pace_loss_worked_by_hand():
    # five paces that cannot be told: log 5; one that is told with 3 / (3 + 4): log 7/3
    logits = torch.tensor([[0.0] * 5, [0.0, math.log(3), 0.0, 0.0, 0.0]])
    wanted = (math.log(5) + math.log(7 / 3)) / 2
    assert pace_loss(logits, torch.tensor([4, 1])).item() == pytest.approx(wanted, abs=1e-6)  # float32


def test_pace_loss_equals_slow_reference():
    logits, labels = random_logits(4, 5, seed=8), [0, 4, 2, 2]
    wanted = sum(cross_entropy(row, y) for row, y in zip(logits.tolist(), labels, strict=True)) / 4
    assert pace_loss(logits, torch.tensor(labels)).item() == pytest.approx(wanted, abs=1e-12)  # float64


def test_upsampling_worked_by_hand():
    """Two steps to four frames: frame k at k / 2 - 1/4 = -0.25, 0.25, 0.75, 1.25; clamped to [0, 1]."""
    logits = torch.tensor([[[0.0, 10.0], [1.0, 30.0]]])
    assert upsample(logits, frames=4).tolist() == [[[0.0, 10.0], [0.25, 15.0], [0.75, 25.0], [1.0, 30.0]]]


def slow_upsample(values, frames):
    """One class: the value between the two nearest centres, by hand."""
    steps, found = len(values), []
    for k in range(frames):
        place = min(max((k + 0.5) * steps / frames - 0.5, 0), steps - 1)
        low = min(int(place), max(steps - 2, 0))
        high = min(low + 1, steps - 1)
        found.append(values[low] + (place - low) * (values[high] - values[low]))
    return found


@pytest.mark.parametrize(("steps", "frames"), [(8, 16), (16, 32), (1, 16), (2, 16), (3, 7), (5, 5), (4, 64)])
def test_upsampling_equals_slow_reference_and_the_librarys_interpolation(steps, frames):
    logits = random_logits(2, steps, 3, seed=9)
    found = upsample(logits, frames=frames)
    assert found.shape == (2, frames, 3)
    for video in range(2):
        for column in range(3):
            wanted = slow_upsample(logits[video, :, column].tolist(), frames)
            assert found[video, :, column].tolist() == pytest.approx(wanted, abs=1e-12)  # float64
    other = functional.interpolate(logits.transpose(1, 2), size=frames, mode="linear").transpose(1, 2)
    torch.testing.assert_close(found, other, atol=1e-12, rtol=0)  # float64


@pytest.mark.parametrize(("steps", "frames"), [(8, 16), (16, 32), (1, 16), (2, 16), (4, 64), (3, 9)])
def test_the_mean_over_frames_is_the_mean_over_steps(steps, frames):
    logits = random_logits(2, steps, 3, seed=10)
    torch.testing.assert_close(upsample(logits, frames=frames).mean(1), logits.mean(1), atol=1e-12, rtol=0)  # float64
    # so the video loss does not depend on it
    labels = torch.tensor([0, 2])
    one, other = video_loss(upsample(logits, frames=frames), labels), video_loss(logits, labels)
    assert one.item() == pytest.approx(other.item(), abs=1e-12)


def test_one_step_makes_all_frames_equal_and_no_step_more_changes_nothing():
    logits = random_logits(2, 1, 3, seed=11)
    assert torch.equal(upsample(logits, frames=4), logits.repeat(1, 4, 1))
    many = random_logits(2, 6, 3, seed=12)
    assert torch.equal(upsample(many, frames=6), many)


def test_inputs_are_left_as_they_are():
    logits = random_logits(2, 3, 4, seed=13)
    kept, labels = logits.clone(), torch.tensor([0, 1])
    frame_loss(logits, labels, form="bce"), video_loss(logits, labels), upsample(logits, frames=9)
    assert torch.equal(logits, kept)


@pytest.mark.parametrize("loss", [frame_loss, video_loss])
@pytest.mark.parametrize("shapes", [((2, 3), (2,)), ((2, 3, 4), (3,)), ((0, 3, 4), (0,)), ((2, 0, 4), (2,))])
def test_unfit_shapes_of_frame_logits_are_named(loss, shapes):
    logits, labels = torch.zeros(shapes[0]), torch.zeros(shapes[1], dtype=torch.long)
    with pytest.raises(ValueError, match=r"^logits, labels: shapes .* found, \(n, frames, k\) and \(n,\) wanted"):
        loss(logits, labels)


@pytest.mark.parametrize("shapes", [((2, 3, 4), (2,)), ((2, 3), (1,)), ((0, 3), (0,))])
def test_unfit_shapes_of_pace_logits_are_named(shapes):
    with pytest.raises(ValueError, match=r"^logits, labels: shapes .* found, \(n, paces\) and \(n,\) wanted"):
        pace_loss(torch.zeros(shapes[0]), torch.zeros(shapes[1], dtype=torch.long))


def test_unknown_options_are_named():
    with pytest.raises(ValueError, match=r"^reduction: 'max' found, 'mean' or 'sum' wanted; see params\.yaml"):
        frame_loss(TWO_FRAMES, ZERO, reduction="max")
    for loss in (frame_loss, video_loss):
        with pytest.raises(ValueError, match=r"^form: 'focal' found, 'ce' or 'bce' wanted; see params\.yaml"):
            loss(TWO_FRAMES, ZERO, form="focal")
