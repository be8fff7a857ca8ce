import math

import pytest
import torch
from torch.nn import functional

from i2v_core.baselines.clips import tcon
from i2v_core.models.gradient_reversal import ganin_coefficient
from tests.baselines.clips import videos


@pytest.fixture(params=[(6, 4), (4, 6), (5, 5)])
def domains(request):
    return videos.batch(request.param[0], 1), videos.batch(request.param[1], 2, labelled=False)


def cos(a, b):
    product = sum(x * y for x, y in zip(a, b, strict=True))
    lengths = math.sqrt(sum(x * x for x in a)) * math.sqrt(sum(y * y for y in b))
    return product / lengths if lengths else 0.0


def softmax(values):
    total = sum(math.exp(v) for v in values)
    return [math.exp(v) / total for v in values]


def slow_attention(s, t, tau):
    scores = []
    for clip in s:
        own = sum(cos(clip, other) for other in s) / len(s)
        cross = sum(cos(clip, other) for other in t) / len(t)
        scores.append(own * cross / tau)
    return softmax(scores)


def slow_aligned(s, t, tau):
    rows = []
    for clip in t:
        weights = softmax([cos(other, clip) / tau for other in s])
        rows.append([sum(w * other[k] for w, other in zip(weights, s, strict=True)) for k in range(len(s[0]))])
    return rows


@pytest.mark.parametrize("tau", [0.1, 1.0])
def test_co_attention_equals_slow_reference(tau):
    torch.manual_seed(0)
    s, t = torch.randn(4, 3, 5, dtype=torch.float64), torch.randn(4, 3, 5, dtype=torch.float64)
    attention, aligned = tcon.ground_attention(s, t, temperature=tau), tcon.target_aligned(s, t, temperature=tau)
    for i in range(4):
        wanted = slow_attention(s[i].tolist(), t[i].tolist(), tau)
        assert attention[i].tolist() == pytest.approx(wanted, abs=1e-12)  # float64
        for found, row in zip(aligned[i].tolist(), slow_aligned(s[i].tolist(), t[i].tolist(), tau), strict=True):
            assert found == pytest.approx(row, abs=1e-12)


def test_alignment_worked_by_hand():
    """s = e1, e2; t = e2, e1; cosines 0 and 1: at a low temperature each target clip gets the source's equal one."""
    s = torch.eye(2)[None]
    found = tcon.target_aligned(s, s.flip(1), temperature=0.01)
    torch.testing.assert_close(found, s.flip(1), atol=1e-6, rtol=0)  # e^-100 of the other
    # own = 1/2 each, cross = 1/2 each: uniform
    assert tcon.ground_attention(s, s.flip(1), temperature=0.01)[0].tolist() == pytest.approx([0.5, 0.5], abs=1e-6)


def test_attention_prefers_the_clip_that_the_target_shows():
    """s = e1, e1, e2 and t = e1, e1, e1: own 2/3, 2/3, 1/3, cross 1, 1, 0; scores 2/3, 2/3, 0 at temperature 1."""
    s = torch.tensor([[[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]])
    t = torch.tensor([[[1.0, 0.0]] * 3])
    wanted = softmax([2 / 3, 2 / 3, 0.0])
    found = tcon.ground_attention(s, t, temperature=1.0)[0].tolist()
    assert found == pytest.approx(wanted, abs=1e-6)  # float32


def test_gradients_agree_with_finite_differences():
    torch.manual_seed(0)
    pair = [torch.randn(2, 3, 4, dtype=torch.float64, requires_grad=True) for _ in range(2)]
    assert torch.autograd.gradcheck(lambda s, t: tcon.ground_attention(s, t, temperature=0.5), pair)
    assert torch.autograd.gradcheck(lambda s, t: tcon.target_aligned(s, t, temperature=0.5), pair)


def test_clips_of_zeros_are_like_nothing_and_keep_a_finite_gradient():
    """ReLU and dropout may leave a clip without any feature."""
    s = torch.zeros(1, 3, 4, requires_grad=True)
    t = torch.rand(1, 3, 4)
    attention = tcon.ground_attention(s, t, temperature=0.1)
    assert attention[0].tolist() == pytest.approx([1 / 3] * 3, abs=1e-6)  # float32
    (attention.sum() + tcon.target_aligned(s, t, temperature=0.1).sum()).backward()
    assert s.grad.isfinite().all()


def test_videos_meet_by_place_and_the_smaller_side_starts_again():
    six, four = torch.arange(6.0), torch.arange(4.0) + 10
    assert [x.tolist() for x in tcon.meet(six, four)] == [[0, 1, 2, 3, 4, 5], [10, 11, 12, 13, 10, 11]]
    assert [x.tolist() for x in tcon.meet(four, six)] == [[10, 11, 12, 13, 10, 11], [0, 1, 2, 3, 4, 5]]


def slow_terms(model, domains, tau):
    """All terms by loops over pairs, views and clips, with the domain term before any reversal."""
    source, target = domains
    n, m = len(source.index), len(target.index)
    logits = [0] * n
    attention, domain = 0, 0
    for view, part in videos.VIEWS.items():
        stream = model.streams[view]
        s_all, t_all = ([[stream.encoder(c[part]) for c in v] for v in batch.inputs] for batch in domains)
        rows, labels = [], []
        for pair in range(max(n, m)):
            s, t = s_all[pair % n], t_all[pair % m]
            listed = [c.tolist() for c in s], [c.tolist() for c in t]
            rows += [torch.tensor(row) for row in slow_aligned(*listed, tau)] + list(t)
            labels += [0] * len(t) + [1] * len(t)
            if pair < n:
                weights = slow_attention(*listed, tau)
                logits[pair] = logits[pair] + stream.classifier(sum(a * c for a, c in zip(weights, s, strict=True)))
                guess = torch.stack([model.attention[view](c)[0] for c in s]).log_softmax(0)
                attention = attention - sum(a * g for a, g in zip(weights, guess, strict=True)) / n
        domain = domain + functional.cross_entropy(model.clip_domain[view](torch.stack(rows)), torch.tensor(labels))
    classes = functional.cross_entropy(torch.stack(logits), source.labels)
    return {"classification": classes, "attention": attention, "domain_clip": domain}


def test_terms_equal_slow_reference(domains):
    model = videos.build(tcon)
    found = tcon.losses(model, *domains, 0.5, attention_weight=0.7, temperature=0.3)
    wanted = slow_terms(model, domains, 0.3)
    # float32: sums in another order
    assert found.keys() == wanted.keys()
    assert found["classification"].item() == pytest.approx(wanted["classification"].item(), abs=1e-5)
    assert found["attention"].item() == pytest.approx(0.7 * wanted["attention"].item(), abs=1e-5)
    assert found["domain_clip"].item() == pytest.approx(wanted["domain_clip"].item(), abs=1e-5)


def test_the_ground_truth_learns_from_classes_alone(domains):
    """The attention term reaches an encoder only through h: with h's first layer at 0 nothing is left of it."""
    model = videos.build(tcon)
    for head in model.attention.values():
        torch.nn.init.zeros_(head[0].weight)
    found = videos.gradients(model, tcon.losses(model, *domains, 0.5)["attention"])
    assert found["streams.rgb.encoder.0.weight"].abs().max() == 0
    assert found["attention.rgb.2.weight"].abs().max() > 0
    classes = videos.gradients(model, tcon.losses(model, *domains, 0.5)["classification"])
    assert not any(name.startswith("attention") for name in classes)


@pytest.mark.parametrize(("progress", "high"), [(0.0, 1.0), (0.2, 1.0), (0.2, 0.5)])
def test_encoders_learn_the_reverse_by_ganins_schedule(progress, high):
    domains = videos.batch(4, 1), videos.batch(4, 2, labelled=False)
    model = videos.build(tcon)

    def term(coefficient):
        options = {"reversal_high": coefficient} if coefficient is not None else {}
        return videos.gradients(model, tcon.losses(model, *domains, progress, **options)["domain_clip"])

    met = {view: tcon.meet(*(model.clips(b.inputs)[view] for b in domains)) for view in videos.VIEWS}
    plain = sum(
        functional.cross_entropy(
            model.clip_domain[view](torch.cat([tcon.target_aligned(s, t, temperature=0.1), t]).flatten(0, 1)),
            torch.tensor([0] * 12 + [1] * 12),
        )
        for view, (s, t) in met.items()
    )
    wanted, found = videos.gradients(model, plain), term(high)
    head, encoder = "clip_domain.rgb.2.weight", "streams.flow.encoder.0.weight"
    coefficient = ganin_coefficient(progress, high=high)
    # float32: sums in another order
    torch.testing.assert_close(found[head], wanted[head], atol=1e-6, rtol=1e-4)
    torch.testing.assert_close(found[encoder], -coefficient * wanted[encoder], atol=1e-6, rtol=1e-3)
    if high == 1.0:
        assert torch.equal(term(None)[encoder], found[encoder])


def test_a_prediction_uses_the_predicted_attention_and_no_source():
    model, inputs = videos.build(tcon), videos.batch(3, 4).inputs
    wanted = []
    for video in inputs:
        total = 0
        for view, part in videos.VIEWS.items():
            clips = [model.streams[view].encoder(clip[part]) for clip in video]
            weights = torch.stack([model.attention[view](z)[0] for z in clips]).softmax(0)
            total = total + model.streams[view].classifier(sum(b * z for b, z in zip(weights, clips, strict=True)))
        wanted.append(total)
    torch.testing.assert_close(model(inputs), torch.stack(wanted), atol=1e-6, rtol=1e-5)  # float32


def test_hidden_width():
    model = videos.build(tcon, hidden_dim=9)
    assert model.attention["rgb"][0].out_features == model.clip_domain["flow"][0].out_features == 9
