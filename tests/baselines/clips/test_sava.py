import itertools

import pytest
import torch
from torch.nn import functional

from i2v_core.baselines.clips import sava
from i2v_core.models.gradient_reversal import ganin_coefficient
from tests.baselines.clips import videos


@pytest.fixture
def domains():
    return videos.batch(6, 1), videos.batch(4, 2, labelled=False)


def learnt(**options):
    """A model whose attention is no longer uniform."""
    model = videos.build(sava, **options)
    torch.manual_seed(5)
    for head in model.attention.values():
        torch.nn.init.normal_(head[2].weight)
    return model


def encoded(model, view, video):
    return [model.streams[view].encoder(clip[videos.VIEWS[view]]) for clip in video]


def attended(model, view, video):
    clips = encoded(model, view, video)
    scores = torch.stack([model.attention[view](z)[0] for z in clips]).softmax(0)
    return sum(a * z for a, z in zip(scores, clips, strict=True))


def slow_classes(model, batch):
    """Cross entropy of attended videos by loops."""
    total = 0
    for video, label in zip(batch.inputs, batch.labels, strict=True):
        logits = sum(model.streams[view].classifier(attended(model, view, video)) for view in videos.VIEWS)
        total = total - logits.log_softmax(0)[label]
    return total / len(batch.labels)


def slow_domain(model, domains, heads, rows):
    total = 0
    for view in videos.VIEWS:
        logits, labels = [], []
        for domain, batch in enumerate(domains):
            for video in batch.inputs:
                for z in rows(model, view, video):
                    logits.append(heads[view](z))
                    labels.append(domain)
        total = total + functional.cross_entropy(torch.stack(logits), torch.tensor(labels))
    return total


def test_the_table_of_orders():
    assert sava.orders(3).tolist() == [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    assert sava.orders(4).shape == (24, 4)


def test_the_order_head_reads_all_pairs_of_the_shuffled_clips(domains):
    head = videos.build(sava).order["rgb"]
    clips = torch.randn(2, 3, 5)
    for video, found in zip(clips, head(clips), strict=True):
        pairs = [
            torch.relu(head.pair[0](torch.cat([video[i], video[j]]))) for i, j in itertools.combinations(range(3), 2)
        ]
        torch.testing.assert_close(head.order(torch.cat(pairs)), found, atol=1e-6, rtol=1e-5)  # float32
    assert head(clips).shape == (2, 6)


def test_order_loss_equals_slow_reference(domains):
    model = videos.build(sava)
    torch.manual_seed(7)
    found = sava.order_loss(model, *(model.clips(batch.inputs) for batch in domains))
    torch.manual_seed(7)
    logits, labels = {view: [] for view in videos.VIEWS}, []
    for batch in domains:
        drawn = torch.randint(6, (len(batch.index),)).tolist()
        labels += drawn
        for video, number in zip(batch.inputs, drawn, strict=True):
            order = list(itertools.permutations(range(3)))[number]
            for view in videos.VIEWS:
                clips = encoded(model, view, video)
                logits[view].append(model.order[view](torch.stack([clips[i] for i in order])[None])[0])
    wanted = sum(functional.cross_entropy(torch.stack(rows), torch.tensor(labels)) for rows in logits.values())
    assert found.item() == pytest.approx(wanted.item(), abs=1e-5)  # float32, sums of another order
    assert len(set(labels)) > 1


def test_the_order_can_be_learnt_where_clips_tell_their_place():
    """Clip i is the unit vector i in both domains; chance is ln 6 = 1.79 a view."""
    model = videos.build(sava, views=None, dim=16)
    inputs = torch.eye(3, 7)[None].repeat(30, 1, 1) * 3
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(150):
        optimiser.zero_grad()
        loss = sava.order_loss(model, model.clips(inputs))
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.3


def test_the_attention_starts_uniform(domains):
    model = videos.build(sava)
    inputs = domains[0].inputs
    uniform = sum(model.streams[v].classifier(model.clips(inputs)[v].mean(dim=1)) for v in videos.VIEWS)
    torch.testing.assert_close(model(inputs), uniform, atol=1e-6, rtol=1e-5)  # float32
    assert (learnt()(inputs) - uniform).abs().max() > 1e-3


def test_step_one_is_of_clips(domains):
    model = learnt()
    terms = sava.losses(model, *domains, 0.49)
    classes = 0
    for video, label in zip(domains[0].inputs, domains[0].labels, strict=True):
        parts = zip(*(encoded(model, view, video) for view in videos.VIEWS), strict=True)
        for rgb, flow in parts:
            logits = model.streams["rgb"].classifier(rgb) + model.streams["flow"].classifier(flow)
            classes = classes - logits.log_softmax(0)[label] / 18
    domain = slow_domain(model, domains, model.clip_domain, encoded)
    # float32: sums in another order
    assert terms["classification"].item() == pytest.approx(classes.item(), abs=1e-5)
    assert terms["domain_clip"].item() == pytest.approx(domain.item(), abs=1e-5)
    assert terms["domain_video"].item() == 0
    found = videos.gradients(model, *terms.values())
    assert not any(name.startswith(("attention", "video_domain")) for name in found)


def test_step_two_adds_attended_videos(domains):
    model = learnt()
    terms = sava.losses(model, *domains, 0.5)
    video = slow_domain(model, domains, model.video_domain, lambda *a: [attended(*a)])
    # float32: sums in another order
    assert terms["classification"].item() == pytest.approx(slow_classes(model, domains[0]).item(), abs=1e-5)
    assert terms["domain_video"].item() == pytest.approx(video.item(), abs=1e-5)
    assert terms["domain_clip"].item() > 0
    assert terms["order"].item() > 0


@pytest.mark.parametrize(("progress", "high"), [(0.6, 1.0), (0.6, 0.5), (0.3, 1.0)])
def test_reversals_follow_ganins_schedule_from_the_start_of_their_step(domains, progress, high):
    model = learnt()
    encoder = "streams.flow.encoder.0.weight"
    for name, heads, rows, share in (
        ("domain_clip", model.clip_domain, encoded, progress),
        ("domain_video", model.video_domain, lambda *a: [attended(*a)], (progress - 0.25) / 0.75),
    ):
        terms = sava.losses(model, *domains, progress, attention_from=0.25, reversal_high=high)
        found = videos.gradients(model, terms[name])
        wanted = videos.gradients(model, slow_domain(model, domains, heads, rows))
        coefficient = ganin_coefficient(share, high=high)
        # float32: sums in another order
        torch.testing.assert_close(found[encoder], -coefficient * wanted[encoder], atol=1e-6, rtol=1e-3)
        head = f"{name.split('_')[1]}_domain.rgb.2.weight"
        torch.testing.assert_close(found[head], wanted[head], atol=1e-6, rtol=1e-3)


def test_order_weight_scales_its_term(domains):
    model = videos.build(sava)
    values = []
    for weight in (1.0, 0.25):
        torch.manual_seed(0)
        values.append(sava.losses(model, *domains, 0.5, order_weight=weight)["order"].item())
    assert values[1] == pytest.approx(values[0] / 4, rel=1e-6)  # float32


def test_hidden_width():
    model = videos.build(sava, hidden_dim=9)
    heads = (model.attention, model.clip_domain, model.video_domain)
    assert {head["rgb"][0].out_features for head in heads} == {9}
    assert model.order["flow"].pair[0].out_features == 9


@pytest.mark.parametrize("segments", [1, 5])
def test_numbers_of_segments_without_a_sensible_order_are_named(segments):
    with pytest.raises(ValueError, match=rf"^segments: {segments} found, 2 to 4 wanted"):
        videos.build(sava, segments=segments)
