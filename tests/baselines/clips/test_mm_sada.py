import pytest
import torch
from torch.nn import functional

from i2v_core.baselines.clips import mm_sada
from i2v_core.models.gradient_reversal import ganin_coefficient
from tests.baselines.clips import videos


@pytest.fixture
def domains():
    return videos.batch(6, 1), videos.batch(5, 2, labelled=False)


def encoded(model, view, clip):
    return model.streams[view].encoder(clip[videos.VIEWS[view]])


def slow_classes(model, batch):
    total = 0
    for video, label in zip(batch.inputs, batch.labels, strict=True):
        for clip in video:
            logits = sum(model.streams[view].classifier(encoded(model, view, clip)) for view in videos.VIEWS)
            total = total - logits.log_softmax(0)[label] / 18
    return total


def slow_correspondence(model, domains):
    """Videos 0-2 of 6 and 0-2 of 5 keep their flow; 3, 4, 5 of 6 get that of 4, 5, 0; 3, 4 of 5 that of 4, 0."""
    donors = [[0, 1, 2, 4, 5, 0], [0, 1, 2, 4, 0]]
    logits, labels = [], []
    for batch, donor in zip(domains, donors, strict=True):
        for i, video in enumerate(batch.inputs):
            for s, clip in enumerate(video):
                pair = [encoded(model, "rgb", clip), encoded(model, "flow", batch.inputs[donor[i]][s])]
                logits.append(model.correspondence(torch.cat(pair)))
                labels.append(int(donor[i] == i))
    return functional.cross_entropy(torch.stack(logits), torch.tensor(labels))


def slow_domain(model, domains):
    total = 0
    for view in videos.VIEWS:
        logits = [
            model.clip_domain[view](encoded(model, view, clip)) for b in domains for video in b.inputs for clip in video
        ]
        total = total + functional.cross_entropy(torch.stack(logits), torch.tensor([0] * 18 + [1] * 15))
    return total


def test_phase_one_is_classes_and_five_times_correspondence(domains):
    model = videos.build(mm_sada)
    terms = mm_sada.losses(model, *domains, 0.33)
    # float32: sums in another order
    assert terms.keys() == {"classification", "correspondence", "domain_clip"}
    assert terms["classification"].item() == pytest.approx(slow_classes(model, domains[0]).item(), abs=1e-5)
    assert terms["correspondence"].item() == pytest.approx(5 * slow_correspondence(model, domains).item(), abs=1e-5)
    assert terms["domain_clip"].item() == 0
    assert not any(name.startswith("clip_domain") for name in videos.gradients(model, *terms.values()))


def test_phase_two_weighs_classes_a_fifth_and_adds_the_domains(domains):
    model = videos.build(mm_sada)
    terms = mm_sada.losses(model, *domains, 0.34)
    # float32: sums in another order
    assert terms["classification"].item() == pytest.approx(0.2 * slow_classes(model, domains[0]).item(), abs=1e-5)
    assert terms["correspondence"].item() == pytest.approx(slow_correspondence(model, domains).item(), abs=1e-5)
    assert terms["domain_clip"].item() == pytest.approx(slow_domain(model, domains).item(), abs=1e-5)


@pytest.mark.parametrize(("start", "phase"), [(0.2, 1), (0.6, 0)])
def test_weights_and_start_of_phase_two_are_options(domains, start, phase):
    model = videos.build(mm_sada)
    options = {"classification_weights": (2.0, 3.0), "correspondence_weights": (7.0, 11.0)}
    terms = mm_sada.losses(model, *domains, 0.5, alignment_from=start, **options)
    # float32
    wanted = options["classification_weights"][phase] * slow_classes(model, domains[0]).item()
    assert terms["classification"].item() == pytest.approx(wanted, rel=1e-5)
    wanted = options["correspondence_weights"][phase] * slow_correspondence(model, domains).item()
    assert terms["correspondence"].item() == pytest.approx(wanted, rel=1e-5)
    assert (terms["domain_clip"].item() > 0) == (phase == 1)


@pytest.mark.parametrize(("progress", "high", "start"), [(0.5, 0.2, 1 / 3), (0.5, 1.0, 0.25), (1.0, 0.2, 1 / 3)])
def test_encoders_learn_the_reverse_from_the_start_of_phase_two(domains, progress, high, start):
    model = videos.build(mm_sada)
    term = mm_sada.losses(model, *domains, progress, reversal_high=high, alignment_from=start)["domain_clip"]
    found, wanted = videos.gradients(model, term), videos.gradients(model, slow_domain(model, domains))
    coefficient = ganin_coefficient((progress - start) / (1 - start), high=high)
    head, encoder = "clip_domain.rgb.2.weight", "streams.flow.encoder.0.weight"
    # float32: sums in another order
    torch.testing.assert_close(found[head], wanted[head], atol=1e-6, rtol=1e-4)
    torch.testing.assert_close(found[encoder], -coefficient * wanted[encoder], atol=1e-6, rtol=1e-3)


def test_the_default_reversal_is_a_fifth(domains):
    model = videos.build(mm_sada)
    first, second = (
        videos.gradients(model, mm_sada.losses(model, *domains, 0.9, **options)["domain_clip"])
        for options in ({}, {"reversal_high": 0.2})
    )
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_correspondence_can_be_learnt_where_views_share_something():
    """Both views show the same number: a head that compares them falls below ln 2 = 0.69."""
    model = videos.build(mm_sada, dim=16, hidden_dim=32)
    generator = torch.Generator().manual_seed(0)
    optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
    for _ in range(300):
        inputs = torch.zeros(24, 3, 7)
        inputs[..., 0] = torch.randn(24, 1, generator=generator) * 2
        inputs[..., 4] = inputs[..., 0]
        optimiser.zero_grad()
        loss = mm_sada.correspondence_loss(model, model.clips(inputs))
        loss.backward()
        optimiser.step()
    assert loss.item() < 0.5


def test_a_videos_score_is_the_mean_of_its_clips_probabilities(domains):
    model = videos.build(mm_sada)
    wanted = [
        sum(
            sum(model.streams[view].classifier(encoded(model, view, clip)) for view in videos.VIEWS).softmax(0)
            for clip in video
        )
        / 3
        for video in domains[1].inputs
    ]
    found = model.probabilities(domains[1].inputs).float()
    torch.testing.assert_close(found, torch.stack(wanted), atol=1e-6, rtol=1e-5)  # float32


def test_hidden_width():
    assert videos.build(mm_sada).correspondence[0].out_features == 100
    model = videos.build(mm_sada, hidden_dim=9)
    assert model.correspondence[0].out_features == model.clip_domain["rgb"][0].out_features == 9


def test_one_view_has_no_correspondence():
    with pytest.raises(ValueError, match=r"^views: \['rgb'\] found, rgb and flow wanted; run `daaa` or `dann`"):
        videos.build(mm_sada, views=None)


def test_one_video_has_no_other_flow():
    model = videos.build(mm_sada)
    with pytest.raises(ValueError, match=r"^correspondence: 1 video found, at least 2 wanted"):
        mm_sada.losses(model, videos.batch(1, 1), videos.batch(4, 2), 0.5)
