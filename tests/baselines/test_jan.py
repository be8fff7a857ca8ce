import copy

import pytest
import torch
from torch.nn import functional

from i2v_core.baselines import jan, source_only
from i2v_core.batches import Batch
from i2v_core.losses.joint_mmd import joint_mmd
from i2v_core.models.gradient_reversal import ganin_coefficient
from i2v_core.models.image import ImageModel
from tests import toy
from tests.baselines import points


@pytest.fixture
def model():
    torch.manual_seed(0)
    return ImageModel(classes=3, **toy.image_settings()["model"])


@pytest.fixture
def domains():
    torch.manual_seed(1)
    source = Batch(torch.rand(6, 3, 32, 32), torch.arange(6), torch.tensor([0, 1, 2, 0, 1, 2]))
    return source, Batch(torch.rand(4, 3, 32, 32) * 0.3, torch.arange(4))


def gradients(model, terms):
    model.zero_grad(set_to_none=True)
    sum(terms.values()).backward()
    return {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize(("progress", "weight"), [(0.0, 1.0), (0.2, 1.0), (1.0, 1.0), (0.2, 0.5)])
def test_terms_are_the_equations_and_the_weight_rises_by_ganins_schedule(model, domains, progress, weight):
    source, target = domains
    terms = jan.losses(model, source, target, progress, weight=weight)
    z_src, z_tgt = model.features(source.inputs), model.features(target.inputs)
    layers_src, layers_tgt = ([z, model.classify(z).softmax(dim=1)] for z in (z_src, z_tgt))
    wanted = ganin_coefficient(progress, high=weight) * joint_mmd(layers_src, layers_tgt).item()
    classes = functional.cross_entropy(model.classifier(z_src), source.labels)
    assert terms.keys() == {"classification", "discrepancy"}
    # float32: the same sums
    assert terms["discrepancy"].item() == pytest.approx(wanted, abs=1e-6)
    assert terms["classification"].item() == pytest.approx(classes.item(), abs=1e-6)
    assert (terms["discrepancy"].item() == 0) == (progress == 0)


def test_the_default_weight_is_one(model, domains):
    given = jan.losses(model, *domains, 0.5, weight=1.0)["discrepancy"]
    assert torch.equal(jan.losses(model, *domains, 0.5)["discrepancy"], given)


def test_weight_0_learns_as_source_only_to_the_bit(model, domains):
    source, target = domains
    other = copy.deepcopy(model)
    found = gradients(model, jan.losses(model, source, target, 0.7, weight=0.0))
    wanted = gradients(other, source_only.losses(other, source))
    assert found.keys() == wanted.keys()
    assert all(torch.equal(found[name], value) for name, value in wanted.items())


def test_features_and_classifier_learn_from_both_terms(model, domains):
    source, target = domains
    found = gradients(model, {"discrepancy": jan.losses(model, source, target, 0.5)["discrepancy"]})
    assert found["reduction.weight"].abs().max() > 0
    assert found["classifier.0.weight"].abs().max() > 0


def test_outputs_enter_as_probabilities(model, domains):
    """The same shift of all logits of a row is no difference."""
    before = jan.losses(model, *domains, 0.5)["discrepancy"].item()
    with torch.no_grad():
        model.classifier[-1].bias += 3.0
    assert jan.losses(model, *domains, 0.5)["discrepancy"].item() == pytest.approx(before, abs=1e-5)  # float32


def test_target_labels_are_not_looked_at(model, domains):
    source, target = domains
    first = jan.losses(model, source, target, 0.5)
    target.labels = torch.tensor([9, 9, 9, 9])
    second = jan.losses(model, source, target, 0.5)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_each_domain_is_normalised_by_itself(model, domains):
    source, target = domains
    alone = model.features(source.inputs)
    seen = []
    model.classifier.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    jan.losses(model, source, target, 0.5)
    assert torch.equal(seen[0], alone)


def test_alignment_cures_a_shift_that_it_can_cure():
    """Source only is at chance; alignment must gain 0.4 (measured: 0.47, of 0.48 that are possible)."""
    plain, aligned = (sum(points.accuracy(which, seed) for seed in range(3)) / 3 for which in (None, jan.losses))
    assert plain < 0.55
    assert aligned > plain + 0.4
