import pytest
import torch
from torch.nn import functional

from i2v_core.baselines.clips import daaa
from i2v_core.models.gradient_reversal import ganin_coefficient
from tests.baselines.clips import videos


@pytest.fixture
def domains():
    return videos.batch(6, 1), videos.batch(4, 2, labelled=False)


def encoded(model, view, inputs):
    return [model.streams[view].encoder(clip[videos.VIEWS[view]]) for video in inputs for clip in video]


def plain(model, domains):
    """Domain cross entropy of clips without reversal, summed over the views."""
    total = 0
    for view in videos.VIEWS:
        src, tgt = (encoded(model, view, batch.inputs) for batch in domains)
        logits = torch.stack([model.clip_domain[view](z) for z in src + tgt])
        total = total + functional.cross_entropy(logits, torch.tensor([0] * len(src) + [1] * len(tgt)))
    return total


def slow_logits(model, inputs):
    """Fused logits of each clip, in the order of videos and clips."""
    parts = [[model.streams[view].classifier(z) for z in encoded(model, view, inputs)] for view in videos.VIEWS]
    return torch.stack([sum(views) for views in zip(*parts, strict=True)])


def test_terms_are_the_equations(domains):
    model = videos.build(daaa)
    terms = daaa.losses(model, *domains, 0.5)
    logits = slow_logits(model, domains[0].inputs)
    wanted = -sum(logits[i].log_softmax(0)[domains[0].labels[i // 3]] for i in range(18)) / 18
    # float32: sums in another order
    assert terms.keys() == {"classification", "domain_clip"}
    assert terms["classification"].item() == pytest.approx(wanted.item(), abs=1e-6)
    assert terms["domain_clip"].item() == pytest.approx(plain(model, domains).item(), abs=1e-6)


def test_a_videos_score_is_the_mean_of_its_clips_probabilities(domains):
    model = videos.build(daaa)
    clips = slow_logits(model, domains[1].inputs).softmax(dim=1)
    wanted = torch.stack([clips[3 * i : 3 * i + 3].sum(dim=0) / 3 for i in range(4)])
    torch.testing.assert_close(model.probabilities(domains[1].inputs).float(), wanted, atol=1e-6, rtol=1e-5)  # float32


@pytest.mark.parametrize(("progress", "high"), [(0.0, 1.0), (0.2, 1.0), (0.2, 0.5)])
def test_encoders_learn_the_reverse_by_ganins_schedule(domains, progress, high):
    model = videos.build(daaa)
    found = videos.gradients(model, daaa.losses(model, *domains, progress, reversal_high=high)["domain_clip"])
    wanted = videos.gradients(model, plain(model, domains))
    coefficient = ganin_coefficient(progress, high=high)
    head, encoder = "clip_domain.rgb.2.weight", "streams.flow.encoder.0.weight"
    # float32: sums in another order
    torch.testing.assert_close(found[head], wanted[head], atol=1e-6, rtol=1e-4)
    torch.testing.assert_close(found[encoder], -coefficient * wanted[encoder], atol=1e-6, rtol=1e-4)


def test_the_order_of_clips_does_not_matter(domains):
    model = videos.build(daaa)
    torch.testing.assert_close(model(domains[0].inputs), model(domains[0].inputs.flip(1)), atol=1e-6, rtol=1e-5)


def test_hidden_width_of_the_domain_classifier():
    assert videos.build(daaa).clip_domain["rgb"][0].out_features == 256
    assert videos.build(daaa, hidden_dim=9).clip_domain["flow"][0].out_features == 9
