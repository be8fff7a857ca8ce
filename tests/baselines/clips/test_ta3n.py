import math

import pytest
import torch
from torch.nn import functional

from i2v_core.baselines.clips import ta3n
from tests.baselines.clips import videos

SIZES = {"relation_dim": 4, "init_std": None}


@pytest.fixture
def domains():
    return videos.batch(6, 1), videos.batch(4, 2, labelled=False)


@pytest.mark.parametrize(
    ("segments", "size", "wanted"),
    [
        (3, 3, [[0, 1, 2]]),
        (3, 2, [[0, 1], [0, 2], [1, 2]]),
        (2, 2, [[0, 1]]),
        # of five: 0, ceil(5/3) = 2, ceil(10/3) = 4; of ten: 0, 4, 7
        (5, 4, [[0, 1, 2, 3], [0, 1, 3, 4], [1, 2, 3, 4]]),
        (5, 3, [[0, 1, 2], [0, 2, 4], [1, 2, 4]]),
        (5, 2, [[0, 1], [1, 2], [2, 3]]),
    ],
)
def test_subsets_are_ordered_evenly_chosen_and_three_at_most(segments, size, wanted):
    assert ta3n.evenly_chosen_subsets(segments, size) == wanted


def test_entropy_worked_by_hand():
    """p = (1/2, 1/2): ln 2; p = (3/4, 1/4): 0.562335; a sure one: 0."""
    logits = torch.tensor([[0.0, 0.0], [math.log(3.0), 0.0], [200.0, 0.0]])
    assert ta3n.entropy(logits).tolist() == pytest.approx([math.log(2), 0.562335, 0.0], abs=1e-6)  # float32


def test_attentive_entropy_worked_by_hand():
    """(1 + ln 2) ln 3 for a row without any idea, (1 + 0) 0.562335 for one of a sure domain; their mean."""
    logits = torch.tensor([[1.0, 1.0, 1.0], [math.log(3.0), 0.0, -200.0]])
    domain = torch.tensor([[0.0, 0.0], [0.0, 200.0]])
    wanted = ((1 + math.log(2)) * math.log(3) + 0.562335) / 2
    assert ta3n.attentive_entropy(logits, domain).item() == pytest.approx(wanted, abs=1e-6)  # float32


def test_gradient_of_attentive_entropy_agrees_with_finite_differences():
    torch.manual_seed(0)
    pair = [torch.randn(3, width, dtype=torch.float64, requires_grad=True) for width in (4, 2)]
    assert torch.autograd.gradcheck(ta3n.attentive_entropy, pair)


def slow(model, view, video, segments=3):
    """One video of one view by loops -> video feature, domain logits of clips, relations and video."""
    heads = model.relations[view]
    clips = [model.streams[view].encoder(clip[videos.VIEWS[view]]) for clip in video]
    feature, relation_logits = 0, []
    for i, size in enumerate(range(segments, 1, -1)):
        relation = 0
        for subset in ta3n.evenly_chosen_subsets(segments, size):
            linear = heads.fusions[i][1]
            relation = relation + torch.relu(linear(torch.relu(torch.cat([clips[s] for s in subset]))))
        logits = heads.relation_domains[i](relation)
        p = logits.softmax(0)
        weight = 1 + sum(q * q.log() for q in p)  # 1 - H
        feature = feature + (weight + 1) * relation
        relation_logits.append(logits)
    clip_logits = [heads.clip_domain(clip) for clip in clips]
    return feature, clip_logits, relation_logits, heads.video_domain(feature)


def slow_terms(model, domains, gamma):
    logits = []
    rows = {view: {"clip": [], "relation": [], "video": []} for view in videos.VIEWS}
    labels = {"clip": [], "relation": [], "video": []}
    for domain, batch in enumerate(domains):
        for video in batch.inputs:
            total = 0
            for view in videos.VIEWS:
                feature, clip, relation, whole = slow(model, view, video)
                total = total + model.streams[view].classifier(feature)
                for level, found in (("clip", clip), ("relation", relation), ("video", [whole])):
                    rows[view][level] += found
                    labels[level] += [domain] * len(found) if view == "rgb" else []
            logits.append(total)

    def h(scores):
        p = scores.softmax(0)
        return -sum(q * q.log() for q in p)

    count = len(domains[0].labels)
    terms = {"classification": functional.cross_entropy(torch.stack(logits[:count]), domains[0].labels)}
    for level in ("relation", "video", "clip"):
        terms[f"domain_{level}"] = sum(
            functional.cross_entropy(torch.stack(rows[view][level]), torch.tensor(labels[level]))
            for view in videos.VIEWS
        )
    terms["entropy"] = gamma * sum(
        sum((1 + h(d)) * h(c) for c, d in zip(logits, rows[view]["video"], strict=True)) / len(logits)
        for view in videos.VIEWS
    )
    return terms


def test_terms_equal_slow_reference(domains):
    model = videos.build(ta3n, **SIZES)
    found, wanted = ta3n.losses(model, *domains, 0.5, gamma=0.3), slow_terms(model, domains, 0.3)
    assert found.keys() == wanted.keys()
    for name, value in wanted.items():
        assert found[name].item() == pytest.approx(value.item(), abs=1e-5)  # float32, sums of other orders


def test_the_prediction_attends_in_the_test_too(domains):
    model = videos.build(ta3n, **SIZES)
    wanted = [
        sum(model.streams[view].classifier(slow(model, view, video)[0]) for view in videos.VIEWS)
        for video in domains[1].inputs
    ]
    torch.testing.assert_close(model(domains[1].inputs), torch.stack(wanted), atol=1e-6, rtol=1e-5)  # float32


def test_the_order_of_clips_matters(domains):
    model = videos.build(ta3n, **SIZES)
    inputs = domains[0].inputs
    assert (model(inputs) - model(inputs.flip(1))).abs().max() > 1e-3


@pytest.mark.parametrize(("level", "place"), [("relation", 0), ("video", 1), ("clip", 2)])
def test_each_coefficient_reverses_its_own_level(domains, level, place):
    """A domain term reaches the encoder only through its reversal: -beta times the plain gradient.

    But for the video's: below its reversal the attention sends a part back through the relations' reversal.
    """
    model = videos.build(ta3n, **SIZES)
    names = ["domain_relation", "domain_video", "domain_clip"]
    encoder = "streams.rgb.encoder.0.weight"

    def found(beta):
        return {
            name: videos.gradients(model, ta3n.losses(model, *domains, 0.5, beta=beta)[name])[encoder] for name in names
        }

    assert all(value.abs().max() == 0 for value in found((0.0, 0.0, 0.0)).values())
    beta = [0.0, 0.0, 0.0]
    beta[place] = 0.6
    alone = found(tuple(beta))
    assert {name for name, value in alone.items() if value.abs().max() > 0} == {f"domain_{level}"}
    if level != "video":
        plain = videos.gradients(model, slow_terms(model, domains, 0.0)[f"domain_{level}"])[encoder]
        torch.testing.assert_close(alone[f"domain_{level}"], -0.6 * plain, atol=1e-6, rtol=1e-4)  # float32


def test_the_videos_reversal_reaches_what_lies_between(domains):
    """The relations' fusion under fixed attention: with the relations' heads at 0 all attention is 1 - ln 2."""
    model = videos.build(ta3n, **SIZES)
    for view in videos.VIEWS:
        for head in model.relations[view].relation_domains:
            for layer in (head[0], head[2]):
                torch.nn.init.zeros_(layer.weight)
    term = ta3n.losses(model, *domains, 0.5, beta=(0.0, 0.6, 0.0))["domain_video"]
    found = videos.gradients(model, term)["streams.rgb.encoder.0.weight"]
    plain = videos.gradients(model, slow_terms(model, domains, 0.0)["domain_video"])["streams.rgb.encoder.0.weight"]
    torch.testing.assert_close(found, -0.6 * plain, atol=1e-6, rtol=1e-4)  # float32
    assert plain.abs().max() > 1e-5


def test_classes_train_the_relations_domain_classifiers_through_the_attention(domains):
    model = videos.build(ta3n, **SIZES)
    found = videos.gradients(model, ta3n.losses(model, *domains, 0.5)["classification"])
    assert found["relations.rgb.relation_domains.0.2.weight"].abs().max() > 0
    assert not any("clip_domain" in name or "video_domain" in name for name in found)


def test_defaults_are_the_scripts_for_ucf_to_hmdb(domains):
    model = videos.build(ta3n, **SIZES)
    given = ta3n.losses(model, *domains, 0.5, beta=(0.75, 0.75, 0.5), gamma=0.003)
    plain = ta3n.losses(model, *domains, 0.5)
    assert all(torch.equal(given[name], plain[name]) for name in given)
    first, second = (videos.gradients(model, *terms.values()) for terms in (given, plain))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_progress_changes_nothing(domains):
    model = videos.build(ta3n, **SIZES)
    first, second = (videos.gradients(model, *ta3n.losses(model, *domains, p).values()) for p in (0.0, 1.0))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_initial_weights():
    model = videos.build(ta3n, dim=64, relation_dim=64)
    for view in videos.VIEWS:
        heads = model.relations[view]
        small = [model.streams[view].encoder[0], heads.clip_domain[0], heads.video_domain[2]]
        for layer in [*small, model.streams[view].classifier]:
            assert 0.0007 < layer.weight.std().item() < 0.0013
            assert layer.bias.abs().max() == 0
        for layer in (heads.fusions[0][1], heads.relation_domains[1][0]):
            assert layer.weight.std().item() > 0.01
    assert videos.build(ta3n, init_std=None).streams["rgb"].encoder[0].weight.std().item() > 0.01


def test_dropout_acts_on_videos():
    heads = videos.build(ta3n, **SIZES, dropout=0.5).relations["rgb"]
    clips = torch.rand(100, 3, 5)
    alive = heads(clips, (0.0, 0.0, 0.0)).video > 0
    torch.manual_seed(0)
    trained = heads.train()(clips, (0.0, 0.0, 0.0)).video
    share = (trained[alive] == 0).float().mean().item()
    assert share == pytest.approx(0.5, abs=0.15)  # of about 250 values: five standard deviations


def test_one_segment_has_no_relation():
    with pytest.raises(ValueError, match=r"^segments: 1 found, at least 2 wanted for temporal relations"):
        videos.build(ta3n, segments=1)
