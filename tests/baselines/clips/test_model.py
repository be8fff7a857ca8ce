import copy
import math

import pytest
import torch
from torch import nn

from i2v_core.baselines.clips import load, model, source_only
from i2v_core.baselines.clips.model import ClipModel
from i2v_core.batches import Batch
from tests.baselines.clips import videos


def test_a_model_of_known_weights_worked_by_hand():
    """One video of two clips; rgb (1, -2), (3, 4), flow (2,), (-6,).

    rgb: encoder gives relu(x0 + x1) = relu(-1), relu(7) = 0, 7; mean 3.5; classes (1, 2) times it: 3.5, 7.
    flow: relu(x) = 2, 0; mean 1; classes (10, 0) times it, plus (0, 1): 10, 1. Sum 13.5, 8.
    """
    made = ClipModel(3, 2, segments=2, views={"rgb": slice(0, 2), "flow": slice(2, 3)}, dim=1, dropout=0.0)
    with torch.no_grad():
        for view, weight, classes, bias in (
            ("rgb", [[1.0, 1.0]], [[1.0], [2.0]], [0.0, 0.0]),
            ("flow", [[1.0]], [[10.0], [0.0]], [0.0, 1.0]),
        ):
            made.streams[view].encoder[0].weight.copy_(torch.tensor(weight))
            made.streams[view].encoder[0].bias.zero_()
            made.streams[view].classifier.weight.copy_(torch.tensor(classes))
            made.streams[view].classifier.bias.copy_(torch.tensor(bias))
    clips = torch.tensor([[[1.0, -2.0, 2.0], [3.0, 4.0, -6.0]]])
    assert made(clips).tolist() == [[13.5, 8.0]]
    assert made.classify(clips, view="rgb").tolist() == [[3.5, 7.0]]
    assert made.classify(clips, view="flow").tolist() == [[10.0, 1.0]]
    assert made.probabilities(clips)[0, 0].item() == pytest.approx(1 / (1 + math.exp(-5.5)), abs=1e-12)  # float64


def test_open_slices_reach_the_ends_of_the_last_axis():
    made = ClipModel(7, 3, views={"rgb": slice(None, 4), "flow": slice(4, None)}, dim=5)
    assert made.views == videos.VIEWS


def test_without_views_there_is_one_over_everything():
    assert ClipModel(7, 3, dim=5).views == {"rgb": slice(0, 7)}


def test_mean_probability_worked_by_hand():
    """Clips of probability 0.5, 0.5 and 0.9, 0.1: mean 0.7, 0.3; their mean logits would give 0.75."""
    logits = torch.tensor([[[0.0, 0.0], [math.log(9.0), 0.0]]], dtype=torch.float64)
    assert model.mean_probability(logits).exp()[0].tolist() == pytest.approx([0.7, 0.3], abs=1e-12)  # float64


def test_mean_probability_of_saturated_clips_is_finite():
    logits = torch.tensor([[[300.0, -300.0], [300.0, -300.0]]], requires_grad=True)
    found = model.mean_probability(logits)
    found.sum().backward()
    assert found.isfinite().all()
    assert logits.grad.isfinite().all()


def test_clip_labels_follow_flattened_clips():
    clips = torch.arange(6).reshape(2, 3)  # video i has clips 3 i .. 3 i + 2
    assert model.clip_labels(torch.tensor([5, 8]), 3).tolist() == [5, 5, 5, 8, 8, 8]
    assert clips.flatten(0, 1).tolist() == list(range(6))


def test_clean_clips_are_the_first_of_two():
    inputs = torch.arange(24.0).reshape(2, 2, 3, 2)
    assert torch.equal(model.clean_clips(Batch(inputs, torch.arange(2))), inputs[:, 0])
    assert torch.equal(model.clean_clips(Batch(inputs[:, 1], torch.arange(2))), inputs[:, 1])


class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.per_view = nn.ModuleDict({"rgb": nn.Linear(2, 2).double(), "flow": nn.Linear(3, 2).double()})


def test_adversarial_equals_slow_reference():
    """Per view -1/(rows) (sum log p(source is 0) + sum log p(target is 1)), added; rows are clips."""
    torch.manual_seed(0)
    heads = Heads().per_view
    src = {"rgb": torch.randn(2, 3, 2).double(), "flow": torch.randn(2, 3, 3).double()}
    tgt = {"rgb": torch.randn(4, 3, 2).double(), "flow": torch.randn(4, 3, 3).double()}
    total = 0.0
    for view, head in heads.items():
        part = 0.0
        for domain, features in enumerate((src[view], tgt[view])):
            for video in features:
                for clip in video:
                    scores = [
                        sum(w * x for w, x in zip(row, clip.tolist(), strict=True)) + b
                        for row, b in zip(head.weight.tolist(), head.bias.tolist(), strict=True)
                    ]
                    part -= scores[domain] - math.log(sum(math.exp(s) for s in scores))
        total += part / 18
    assert model.adversarial(heads, src, tgt, 0.3).item() == pytest.approx(total, abs=1e-12)  # float64


@pytest.mark.parametrize("coefficient", [0.0, 0.3, 2.0])
def test_adversarial_reverses_for_features_and_not_for_heads(coefficient):
    torch.manual_seed(0)
    heads = Heads().per_view
    src = {view: torch.randn(4, head.in_features).double().requires_grad_() for view, head in heads.items()}
    tgt = {view: torch.randn(2, head.in_features).double() for view, head in heads.items()}
    plain = sum(
        nn.functional.cross_entropy(torch.cat([head(src[view]), head(tgt[view])]), torch.tensor([0] * 4 + [1] * 2))
        for view, head in heads.items()
    )
    leaves = [*src.values(), *heads.parameters()]
    wanted = torch.autograd.grad(plain, leaves)
    found = torch.autograd.grad(model.adversarial(heads, src, tgt, coefficient), leaves)
    for i, (left, right) in enumerate(zip(found, wanted, strict=True)):
        torch.testing.assert_close(left, -coefficient * right if i < 2 else right, atol=1e-12, rtol=0)  # float64


def test_source_only_is_the_cross_entropy_of_its_logits():
    made, batch = videos.build(source_only), videos.batch(4, 1)
    found = source_only.losses(made, batch)
    logits = made(batch.inputs).double()
    wanted = -sum(logits[i].log_softmax(0)[label] for i, label in enumerate(batch.labels)) / 4
    assert found.keys() == {"classification"}
    assert found["classification"].item() == pytest.approx(wanted.item(), abs=1e-6)  # float32


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("dann", {"reversal_high": 0.0}),
        ("mmd", {"weight": 0.0}),
        ("dan", {"weight": 0.0}),
        ("adabn", {}),
        ("source_bn", {}),
    ],
)
def test_weight_0_trains_as_source_only_to_the_bit(name, options):
    """From the same seed, with dropout, over three steps. A layer of statistics is given to both."""
    module = load(name)
    extra = {"batch_norm": True} if name in ("adabn", "source_bn") else {}
    made, other = videos.build(module).train(), videos.build(source_only, **extra).train()
    for nets, losses, chosen in ((made, module.losses, options), (other, source_only.losses, {})):
        optimiser = torch.optim.SGD(nets.new_parameters(), lr=0.1, momentum=0.9)
        for step in range(3):
            torch.manual_seed(step)
            source, target = videos.batch(6, step), videos.batch(4, 50 + step, labelled=False)
            optimiser.zero_grad()
            sum(losses(nets, source, target, 0.5, **chosen).values()).backward()
            optimiser.step()
    wanted = other.state_dict()
    assert all(torch.equal(made.state_dict()[key], value) for key, value in wanted.items())
    assert wanted["streams.rgb.encoder.0.weight"].shape == (5, 4)


def test_dropout_acts_in_training_alone():
    made, inputs = videos.build(source_only, dim=64), videos.batch(4, 1).inputs
    assert torch.equal(made(inputs), made(inputs))
    trained = copy.deepcopy(made).train()
    assert not torch.equal(trained(inputs), trained(inputs))


@pytest.mark.parametrize("shape", [(2, 3, 6), (2, 4, 7), (3, 7), (2, 2, 3, 7)])
def test_other_shapes_are_named(shape):
    with pytest.raises(ValueError, match=r"^videos: shape .* found, \(n, 3, 7\) wanted; store the clip features again"):
        videos.build(source_only)(torch.zeros(shape))


@pytest.mark.parametrize("shape", [(2, 7), (2, 2, 3, 4, 8, 8, 5)])
def test_batches_that_are_no_clip_features_are_named(shape):
    with pytest.raises(
        ValueError, match=r"^inputs: shape .* found, clip features \(n, S, D\) or \(n, parts, S, D\) wanted"
    ):
        source_only.losses(videos.build(source_only), Batch(torch.zeros(shape), torch.arange(2), torch.zeros(2).long()))


def test_an_unknown_view_is_named():
    with pytest.raises(ValueError, match=r"^view: 'depth' found, one of rgb, flow wanted"):
        videos.build(source_only).classify(torch.zeros(2, 3, 7), view="depth")


@pytest.mark.parametrize("part", [slice(0, 8), slice(4, 4), slice(-3, 2), slice(0, 6, 2)])
def test_slices_outside_the_last_axis_are_named(part):
    with pytest.raises(ValueError, match=r"^views\['rgb'\]: slice\(.*\) found, a part of 0 to 7 wanted"):
        ClipModel(7, 3, views={"rgb": part}, dim=5)
