import math

import pytest
import torch
from torch.nn import functional

from i2v_core.baselines.clips import mcd
from i2v_core.baselines.clips.mcd import classifier_discrepancy
from i2v_core.baselines.clips.model import pooled
from i2v_core.models.gradient_reversal import ganin_coefficient
from tests.baselines.clips import videos


@pytest.fixture
def domains():
    return videos.batch(6, 1), videos.batch(4, 2, labelled=False)


def test_discrepancy_worked_by_hand():
    """p = (1/2, 1/2) and (3/4, 1/4): |1/4| twice, mean 1/4; a second row that agrees halves it."""
    first = torch.tensor([[0.0, 0.0], [1.0, 2.0]])
    second = torch.tensor([[math.log(3.0), 0.0], [1.0, 2.0]])
    assert classifier_discrepancy(first, second).item() == pytest.approx(0.125, abs=1e-6)  # float32


def test_gradient_of_the_discrepancy_agrees_with_finite_differences():
    torch.manual_seed(0)
    first, second = (torch.randn(3, 4, dtype=torch.float64, requires_grad=True) for _ in range(2))
    assert torch.autograd.gradcheck(classifier_discrepancy, (first, second))


def slow_logits(model, inputs):
    """Both classifiers by loops over videos and views."""
    both = []
    for heads in ({view: model.streams[view].classifier for view in videos.VIEWS}, model.second):
        logits = []
        for video in inputs:
            total = 0
            for view, part in videos.VIEWS.items():
                total = total + heads[view](sum(model.streams[view].encoder(clip[part]) for clip in video) / 3)
            logits.append(total)
        both.append(torch.stack(logits))
    return both


def test_terms_are_the_equations(domains):
    model = videos.build(mcd)
    terms = mcd.losses(model, *domains, 0.5, weight=0.7)
    first, second = slow_logits(model, domains[0].inputs)
    one, two = slow_logits(model, domains[1].inputs)
    gap = sum(abs(a - b) for a, b in zip(one.softmax(1).flatten(), two.softmax(1).flatten(), strict=True)) / 12
    # float32: sums in another order
    assert terms.keys() == {"classification", "classification_second", "discrepancy"}
    for name, logits in (("classification", first), ("classification_second", second)):
        assert terms[name].item() == pytest.approx(functional.cross_entropy(logits, domains[0].labels).item(), abs=1e-6)
    assert terms["discrepancy"].item() == pytest.approx(-0.7 * gap.item(), abs=1e-6)


def test_a_prediction_is_the_mean_of_both(domains):
    model = videos.build(mcd)
    first, second = slow_logits(model, domains[1].inputs)
    torch.testing.assert_close(model(domains[1].inputs), (first + second) / 2, atol=1e-6, rtol=1e-5)  # float32


@pytest.mark.parametrize(("progress", "high", "weight"), [(0.0, 1.0, 1.0), (0.3, 1.0, 0.5), (1.0, 4.0, 1.0)])
def test_classifiers_raise_the_gap_and_encoders_lower_it(domains, progress, high, weight):
    model = videos.build(mcd)
    term = mcd.losses(model, *domains, progress, weight=weight, reversal_high=high)["discrepancy"]
    found = videos.gradients(model, term)
    gap = classifier_discrepancy(*model.both(pooled(model.clips(domains[1].inputs))))
    rise = videos.gradients(model, gap)
    coefficient = ganin_coefficient(progress, high=high)
    for name in rise:
        factor = weight * coefficient if "encoder" in name else -weight  # a step goes against the gradient
        torch.testing.assert_close(found[name], factor * rise[name], atol=1e-7, rtol=1e-4)  # float32
    assert rise["streams.rgb.encoder.0.weight"].abs().max() > 1e-5
    assert found.keys() == rise.keys()


def test_only_the_target_enters_the_gap(domains):
    model = videos.build(mcd)
    first = mcd.losses(model, *domains, 0.5)["discrepancy"]
    second = mcd.losses(model, videos.batch(6, 9), domains[1], 0.5)["discrepancy"]
    assert torch.equal(first, second)


def test_the_two_classifiers_start_apart():
    model = videos.build(mcd)
    assert not torch.equal(model.second["rgb"].weight, model.streams["rgb"].classifier.weight)
