"""The losses of both stages of web supervision."""

import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from i2v_core.batches import Batch
from i2v_core.methods.websup import objective
from i2v_core.models.web_heads import WebHeads

SIZES = {"image": 6, "video": 5, "target": 7}


class Toy(nn.Module):
    """Two layers on vectors in place of pictures, with batch normalisation between them."""

    def __init__(self, sources=("image", "video"), dim=4, classes=3, **heads):
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Sequential(nn.Linear(dim, 5), nn.BatchNorm1d(5))
        self.second = nn.Linear(5, 4)
        self.heads = WebHeads(
            [5, 4], classes=classes, sources=list(sources), **{"discriminator": {"hidden_dim": 8}, **heads}
        )

    def layers(self, x):
        first = self.first(x)
        return [first, self.second(torch.relu(first))]

    def classify(self, z):
        return self.heads.classifier(z)


def batch(names=("image", "video", "target"), seed=1):
    random = torch.Generator().manual_seed(seed)
    found = {}
    for place, name in enumerate(names):
        inputs = torch.randn(SIZES[name], 4, generator=random) + place
        labels = None if name == "target" else torch.arange(SIZES[name]) % 3
        found[name] = Batch(inputs, torch.arange(SIZES[name]), labels)
    return found


BOTH = {"sources": ("image", "video"), "attend": True, "adapt": True}


def test_the_terms_are_those_of_equations_1_to_3():
    model, given = Toy(), batch()
    found = objective.losses(model, given, 0.3, **BOTH, beta=0.5, top_share=0.9)
    model = Toy()  # batch normalisation has moved
    sizes = [len(part.inputs) for part in given.values()]
    joint = [layer.split(sizes) for layer in model.layers(torch.cat([part.inputs for part in given.values()]))]
    layers = {name: [parts[place] for parts in joint] for place, name in enumerate(given)}
    target = functional.normalize(layers["target"][-1], dim=1)
    wanted = {}
    for name in ("image", "video"):
        z = layers[name][-1]
        similar = functional.normalize(z, dim=1) @ target.T
        alpha = (similar.topk(6, dim=1).values.sum(dim=1) / 1.0).softmax(dim=0)  # floor(0.9 * 7) = 6
        own = functional.cross_entropy(model.classify(z), given[name].labels, reduction="none")
        wanted[name] = (alpha * own).sum()
    for name, value in model.heads.domain_losses(layers, 1.0).items():
        wanted[name] = 0.5 * value
    assert list(found) == list(wanted)
    for name, value in wanted.items():
        torch.testing.assert_close(found[name], value)


def test_without_attention_and_adaptation_it_is_cross_entropy_to_the_bit():
    model, given = Toy().eval(), batch(("image",))
    found = objective.losses(model, given, 0.0, sources=("image",), attend=False, adapt=False)
    wanted = functional.cross_entropy(model.classify(model.layers(given["image"].inputs)[-1]), given["image"].labels)
    assert list(found) == ["image"]
    assert torch.equal(found["image"], wanted)


def test_weights_that_are_all_alike_give_the_mean():
    given, plain = batch(), {**BOTH, "adapt": False}
    model = Toy(attention={"initial": "zeros"}).eval()
    weighted = objective.losses(model, given, 0.0, **plain)
    unweighted = objective.losses(model, given, 0.0, **{**plain, "attend": False})
    for name in ("image", "video"):
        torch.testing.assert_close(weighted[name], unweighted[name])


def test_beta_of_0_leaves_no_gradient_of_the_domains():
    model = Toy()
    objective.losses(model, batch(), 0.0, **BOTH, beta=0.0)["domain_target_image"].backward()
    assert all(p.grad is None or not p.grad.any() for p in model.parameters())


def test_the_encoder_gets_the_reversed_gradient_of_the_domains_and_discriminators_the_plain_one():
    """A step down the total raises the discriminators' loss by the encoder and lowers it by themselves."""
    given = batch()

    def domain(model):
        terms = objective.losses(model, given, 0.0, sources=("image", "video"), attend=False, adapt=True, beta=1.0)
        return sum(value for name, value in terms.items() if name.startswith("domain"))

    for part, rises in (("second", True), ("heads", False)):
        model = Toy().eval()
        before = domain(model)
        before.backward()
        with torch.no_grad():
            for parameter in model.get_submodule(part).parameters():
                if parameter.grad is not None:
                    parameter -= 1e-3 * parameter.grad
        assert (domain(model).item() > before.item()) == rises


@pytest.mark.parametrize(
    ("change", "progress"), [({"top_share": 0.2}, 0.5), ({"bn_forward": "per_branch"}, 0.5), ({"beta": 1.0}, 0.5)]
)
def test_each_setting_matters(change, progress):
    plain = objective.losses(Toy(), batch(), progress, **BOTH)
    changed = objective.losses(Toy(), batch(), progress, **{**BOTH, **change})
    assert any((plain[name] - changed[name]).abs() > 1e-4 for name in plain)


def test_the_schedule_of_the_reversal_changes_the_encoders_gradient_alone():
    gradients = {}
    for reversal in ("constant", "dann"):
        model = Toy()
        terms = objective.losses(model, batch(), 0.1, **{**BOTH, "attend": False}, reversal=reversal)
        sum(value for name, value in terms.items() if name.startswith("domain")).backward()
        judge = model.heads.discriminators["target_image"]
        gradients[reversal] = model.second.weight.grad, judge.logits.weight.grad
    torch.testing.assert_close(gradients["constant"][1], gradients["dann"][1])
    share = 2 / (1 + math.exp(-1)) - 1  # a tenth of the training is done
    torch.testing.assert_close(gradients["dann"][0], share * gradients["constant"][0])


def test_wrong_words_are_named():
    for change, message in (({"bn_forward": "split"}, "bn_forward: 'split'"), ({"reversal": "up"}, "reversal: 'up'")):
        with pytest.raises(ValueError, match=rf"websup.method.{message} found"):
            objective.losses(Toy(), batch(), 0.0, **{**BOTH, **change})


def test_the_scores_are_those_that_attention_weighs_by():
    model, given = Toy().eval(), batch()
    alpha = objective.attention_scores(model, given, "video", top_share=0.9).softmax(dim=0)
    z = {name: model.layers(given[name].inputs)[-1] for name in given}
    torch.testing.assert_close(alpha, model.heads.attention_of("video")(z["video"], z["target"], top_share=0.9))


def test_the_report_has_largest_weight_effective_share_and_rank_correlation():
    found = objective.attention_report(torch.tensor([0.5, 0.25, 0.25]), torch.tensor([3.0, 2.0, 1.0]))
    # 1 / (1/4 + 1/16 + 1/16) = 8/3 of three samples
    assert found["largest"] == 0.5
    assert found["effective_share"] == pytest.approx(8 / 9)
    assert objective.attention_report(torch.tensor([0.6, 0.3, 0.1]), torch.tensor([1.0, 2.0, 3.0]))[
        "rank_correlation"
    ] == pytest.approx(-1.0)


def test_source_samples_that_are_unlike_the_target_lose_weight():
    """Half of the web images are noise far from the target's batch: after training they have little weight."""
    random = torch.Generator().manual_seed(3)

    def draw(count, shift):
        labels = torch.randint(3, (count,), generator=random)
        return functional.one_hot(labels, 4).float() * 3 + torch.randn(count, 4, generator=random) * 0.5 + shift, labels

    def trained():
        model = Toy(sources=("image",))
        optimiser = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
        for step in range(150):
            clean, labels = draw(16, 0.0)
            noise = torch.randn(16, 4, generator=random) * 0.5 - 4
            parts = {
                "image": Batch(
                    torch.cat([clean, noise]),
                    torch.arange(32),
                    torch.cat([labels, torch.randint(3, (16,), generator=random)]),
                ),
                "target": Batch(draw(32, 0.7)[0], torch.arange(32)),
            }
            terms = objective.losses(model, parts, step / 150, sources=("image",), attend=True, adapt=False)
            optimiser.zero_grad()
            sum(terms.values()).backward()
            optimiser.step()
        return model.eval()

    clean, target = draw(200, 0.0)[0], draw(200, 0.7)[0]
    noise = torch.randn(200, 4, generator=random) * 0.5 - 4
    model = trained()
    with torch.no_grad():
        z = [model.layers(x)[-1] for x in (torch.cat([clean, noise]), target)]
        alpha = model.heads.attention_of("image")(*z, top_share=0.9)
    assert alpha[:200].sum() > 2 * alpha[200:].sum()
