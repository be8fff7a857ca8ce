import math

import pytest
import torch

from i2v_core.methods.stcda import negatives
from i2v_core.methods.stcda.network import on_features
from i2v_core.methods.stcda.settings import Settings
from i2v_core.methods.stcda.stcl import Banks, contrastive_terms

VIDEOS = torch.tensor([4, 0, 2])
TEMPERATURE = 0.07


def model(views=("rgb", "flow"), **options):
    torch.manual_seed(0)
    return on_features(dict.fromkeys(views, 4), **{"classes": 2, "dim": 6, **options}).double()


def banks(views=("rgb", "flow"), videos=None):
    torch.manual_seed(1)
    return Banks(views, videos or {"source": 3, "target": 3}, segments=3, dim=6, momentum=0.5).double()


def samples(net, seed):
    generator = torch.Generator().manual_seed(seed)
    width = 4 * len(net.views)
    return torch.randn(3, 3, width, dtype=torch.float64, generator=generator)


def terms(net, kept, *, second=False, seed=5, **settings):
    corrupted = {view: net.streams[view].clips(net.part(samples(net, 3), view)) for view in net.views}
    return contrastive_terms(
        net,
        net.features(samples(net, 2)),
        corrupted,
        kept,
        VIDEOS,
        Settings(**{"stage": 1, "negatives": 7, **settings}),
        generator=torch.Generator().manual_seed(seed),
        second=net.features(samples(net, 4)) if second else None,
    )


def theta(a, b, temperature=TEMPERATURE):
    a, b = a.tolist(), b.tolist()
    dot = sum(x * y for x, y in zip(a, b, strict=True))
    return math.exp(dot / math.hypot(*a) / math.hypot(*b) / temperature)


def slow_clip(net, kept, drawn, view, other, *, online=False):
    """Equation 1 for each clip of each video in a view, with bank rows named by (video, segment)."""
    features = net.features(samples(net, 2))
    losses = []
    for n, video in enumerate(VIDEOS.tolist()):
        for i in range(3):
            anchor, own = features[view].clips[n, i], 3 * video + i
            others = drawn[3 * n + i].tolist()
            positives = [theta(anchor, features[view].videos[n])]
            if other is not None:
                row = features[other].clips[n, i] if online else kept.clips[other].features[own]
                positives.append(theta(anchor, row))
            rows = [kept.clips[other or view].features[j] for j in others]
            rows += [kept.corrupted[view].features[j] for j in [own, *others]]
            total = sum(positives) + sum(theta(anchor, row) for row in rows)
            losses.append(-math.log(sum(positives) / total))
    return sum(losses) / len(losses)


def slow_draw(count=7, seed=5):
    """The draws of `terms`: any clip of another video."""
    return banks().layout.draw(VIDEOS.repeat_interleave(3), count, torch.Generator().manual_seed(seed))


def test_clip_level_is_equation_1_summed_over_views_and_averaged_over_clips():
    net, kept = model(), banks()
    wanted = slow_clip(net, kept, slow_draw(), "rgb", "flow") + slow_clip(net, kept, slow_draw(), "flow", "rgb")
    found = terms(net, kept, levels=("clip",))
    assert found.keys() == {"clip"}
    assert found["clip"].item() == pytest.approx(wanted, rel=1e-10)  # float64


def test_the_other_view_can_be_that_of_this_step():
    net, kept = model(), banks()
    wanted = sum(slow_clip(net, kept, slow_draw(), *views, online=True) for views in (("rgb", "flow"), ("flow", "rgb")))
    found = terms(net, kept, levels=("clip",), positive_from="online")
    assert found["clip"].item() == pytest.approx(wanted, rel=1e-10)


def test_one_view_has_its_video_as_the_only_positive_and_its_own_bank():
    net, kept = model(("rgb",)), banks(("rgb",))
    wanted = slow_clip(net, kept, slow_draw(), "rgb", None)
    assert terms(net, kept, levels=("clip",))["clip"].item() == pytest.approx(wanted, rel=1e-10)


def slow_video(net, view, positives, generator, *, temperature=TEMPERATURE, others=None, kept=None):
    """Equation 2 for each video; copies are drawn as the code does: corrupted clips first, then a wrong order."""
    stream = net.streams[view]
    clips = net.features(samples(net, 2))[view].clips
    corrupted = stream.clips(net.part(samples(net, 3), view))
    copies = [stream.video(negatives.clip_negatives(clips, corrupted, generator))]
    if stream.aggregator.uses_order:
        copies.append(stream.video(negatives.order_negatives(clips, generator)))
    losses = []
    for n in range(3):
        video = stream.video(clips)[n]
        positive = theta(video, positives[n], temperature)
        total = positive + sum(theta(video, copy[n], temperature) for copy in copies)
        if others is not None:
            total += sum(theta(video, kept[slot], temperature) for slot in others[n].tolist())
        losses.append(-math.log(positive / total))
    return sum(losses) / 3


@pytest.mark.parametrize("aggregator", ["mean", "concat", "gru"])
def test_video_level_is_equation_2_without_a_wrong_order_for_the_mean(aggregator):
    net = model(aggregator=aggregator)
    generator = torch.Generator().manual_seed(5)
    features = net.features(samples(net, 2))
    wanted = slow_video(net, "rgb", features["flow"].videos, generator)
    wanted += slow_video(net, "flow", features["rgb"].videos, generator)
    found = terms(net, banks(), levels=("video",))
    assert found.keys() == {"video"}
    assert found["video"].item() == pytest.approx(wanted, rel=1e-10)


def test_video_level_can_have_its_own_temperature():
    net, generator = model(), torch.Generator().manual_seed(5)
    features = net.features(samples(net, 2))
    wanted = slow_video(net, "rgb", features["flow"].videos, generator, temperature=0.5)
    wanted += slow_video(net, "flow", features["rgb"].videos, generator, temperature=0.5)
    assert terms(net, banks(), levels=("video",), video_temperature=0.5)["video"].item() == pytest.approx(wanted)


def test_clips_of_other_videos_can_be_negatives_of_a_video():
    net, kept, generator = model(), banks(), torch.Generator().manual_seed(5)
    features = net.features(samples(net, 2))
    drawn = kept.layout.draw(VIDEOS, 6, generator)
    wanted = 0.0
    for view, other in (("rgb", "flow"), ("flow", "rgb")):
        rows = kept.clips[other].features
        wanted += slow_video(net, view, features[other].videos, generator, others=drawn, kept=rows)
    found = terms(net, kept, levels=("video",), video_inter_negatives=6)
    assert found["video"].item() == pytest.approx(wanted, rel=1e-10)


def test_one_view_pulls_a_video_to_another_sample_of_it():
    net = model(("rgb",))
    positives = net.features(samples(net, 4))["rgb"].videos
    wanted = slow_video(net, "rgb", positives, torch.Generator().manual_seed(5))
    found = terms(net, banks(("rgb",)), levels=("video",), second=True)
    assert found["video"].item() == pytest.approx(wanted, rel=1e-10)
    with pytest.raises(ValueError, match=r"^video level of the contrast: the view 'rgb' alone and no second sample"):
        terms(net, banks(("rgb",)))


def test_banks_take_the_new_features_after_scoring():
    net, kept, untouched = model(), banks(), banks()
    terms(net, kept)
    clean, wrong = net.features(samples(net, 2)), samples(net, 3)
    for view in net.views:
        for n, video in enumerate(VIDEOS.tolist()):
            for i in range(3):
                pairs = (
                    (kept.clips, untouched.clips, clean[view].clips[n, i]),
                    (kept.corrupted, untouched.corrupted, net.streams[view].clips(net.part(wrong, view))[n, i]),
                )
                for new, old, feature in pairs:
                    moved = 0.5 * old[view].features[3 * video + i] + 0.5 * feature / feature.norm()
                    torch.testing.assert_close(new[view].features[3 * video + i], moved / moved.norm())
        others = [slot for slot in range(18) if slot // 3 not in VIDEOS.tolist()]
        assert torch.equal(kept.clips[view].features[others], untouched.clips[view].features[others])
        assert torch.equal(kept.corrupted[view].features[others], untouched.corrupted[view].features[others])


def test_both_terms_reach_the_networks_of_both_views():
    for level in ("clip", "video"):
        net = model()
        terms(net, banks(), levels=(level,))[level].backward()
        for stream in net.streams.values():
            assert stream.projection.weight.grad.abs().max() > 0
            assert stream.aggregator.units.weight_ih_l0.grad.abs().max() > 0
            assert stream.classifier.weight.grad is None


def test_more_negatives_than_clips_of_other_videos_are_not_drawn():
    """5 other videos of 3 clips: 15 draws at most."""
    net = model()
    assert torch.equal(
        terms(net, banks(), negatives=15, levels=("clip",))["clip"],
        terms(net, banks(), negatives=1000, levels=("clip",))["clip"],
    )
    fewer = terms(net, banks(), negatives=3, levels=("clip",))["clip"]
    assert fewer < terms(net, banks(), negatives=15, levels=("clip",))["clip"]


def test_the_generator_alone_decides_on_the_draws():
    net = model()
    first, again, other = (terms(net, banks(), seed=seed) for seed in (1, 1, 2))
    for level in ("clip", "video"):
        assert torch.equal(first[level], again[level])
        assert not torch.equal(first[level], other[level])


def test_a_video_twice_in_a_batch_is_no_negative_of_itself():
    net, kept = model(), banks(videos={"source": 2})
    x = samples(net, 2)[[0, 0]]
    features = net.features(x)
    corrupted = {view: part.clips for view, part in features.items()}
    drawn = kept.layout.draw(torch.tensor([1, 1]).repeat_interleave(3), 50, torch.Generator().manual_seed(0))
    assert set((drawn // 3).flatten().tolist()) == {0}
    found = contrastive_terms(
        net,
        features,
        corrupted,
        kept,
        torch.tensor([1, 1]),
        Settings(stage=1),
        generator=torch.Generator().manual_seed(0),
    )
    assert all(term.isfinite() for term in found.values())
    torch.testing.assert_close(kept.clips["rgb"].features[3:].norm(dim=1), torch.ones(3, dtype=torch.float64))


def test_domains_lie_one_after_the_other_in_the_banks():
    kept = banks(videos={"source": 5, "target": 2})
    assert kept.layout.features.shape == (21, 6)
    assert kept.positions("source", torch.tensor([0, 4])).tolist() == [0, 4]
    assert kept.positions("target", torch.tensor([0, 1])).tolist() == [5, 6]
    assert banks(videos={"target": 2}).positions("target", torch.tensor([1])).tolist() == [1]


def test_banks_of_views_and_of_corrupted_clips_differ_and_are_in_the_state():
    kept = banks()
    rows = [bank.features for part in (kept.clips, kept.corrupted) for bank in part.values()]
    assert all(not torch.equal(a, b) for i, a in enumerate(rows) for b in rows[:i])
    assert {name for name, _ in kept.named_buffers()} == {
        f"{part}.{view}.features" for part in ("clips", "corrupted") for view in ("rgb", "flow")
    }
