import copy

import pytest
import torch
from torch.nn import functional

from i2v_core.batches import Batch
from i2v_core.methods.stcda import objective
from i2v_core.methods.stcda.objective import continued, losses, nets_of, new_parameters
from i2v_core.methods.stcda.settings import Settings
from tests.methods.stcda.small_nets import LABELS, VIDEOS, batch, found, inputs, model, nets

CONTRAST = {"clip_contrast", "video_contrast"}


@pytest.mark.parametrize(
    ("stage", "names"),
    [(1, CONTRAST), (2, {"classification", *CONTRAST}), (3, {"classification", *CONTRAST, "alignment"})],
)
def test_each_stage_has_its_terms(stage, names):
    settings = Settings(stage=stage)
    assert found(nets(settings), settings).keys() == names


def test_weights_are_1_in_stage_1_and_alpha_and_beta_later():
    plain = found(nets(Settings(stage=3)), Settings(stage=3, alpha=1.0, beta=1.0))
    first = found(nets(Settings(stage=1)), Settings(stage=1, alpha=5.0))
    third = found(nets(Settings(stage=3)), Settings(stage=3))
    for name in CONTRAST:
        torch.testing.assert_close(first[name], plain[name])
        torch.testing.assert_close(third[name], 2 * plain[name])
    torch.testing.assert_close(third["alignment"], 0.5 * plain["alignment"])
    assert torch.equal(third["classification"], plain["classification"])


def test_classification_is_the_sum_of_both_views_cross_entropy():
    settings = Settings(stage=2)
    made, clean = nets(settings), batch()["source"].inputs[:, 0]
    wanted = sum(
        functional.cross_entropy(stream.classifier(stream.features(made["model"].part(clean, view)).videos), LABELS)
        for view, stream in made["model"].streams.items()
    )
    torch.testing.assert_close(found(made, settings)["classification"], wanted)


def test_classification_on_clips_counts_each_clip():
    settings = Settings(stage=2, alpha=0)
    made, clean = nets(settings, classify_on="clips"), batch()["source"].inputs[:, 0]
    wanted = 0.0
    for view, stream in made["model"].streams.items():
        clips = stream.clips(made["model"].part(clean, view))
        wanted += (
            sum(functional.cross_entropy(stream.classifier(clips[n, i]), LABELS[n]) for n in range(4) for i in range(3))
            / 12
        )
    torch.testing.assert_close(found(made, settings)["classification"], wanted)


def trained(step_losses, parameters, steps=4):
    optimiser = torch.optim.SGD(parameters, lr=0.1, momentum=0.9, weight_decay=1e-7)
    for step in range(steps):
        optimiser.zero_grad(set_to_none=True)
        torch.stack(list(step_losses(step).values())).sum().backward()
        optimiser.step()


@pytest.mark.parametrize("stage", [2, 3])
def test_without_weights_training_is_source_only_to_the_bit(stage):
    settings = Settings(stage=stage, alpha=0.0, beta=0.0)
    made = nets_of(model(), settings, VIDEOS)
    assert set(made) == {"model", "pseudo_labels"}
    generator = torch.Generator().manual_seed(1)
    before = generator.get_state()
    trained(
        lambda step: losses(made, batch(step), settings, progress=step / 4, generator=generator), new_parameters(made)
    )
    assert torch.equal(generator.get_state(), before)
    plain = model()

    def source_only(step):
        source, terms = batch(step)["source"], {}
        for view, stream in plain.streams.items():
            videos = stream.video(stream.clips(source.inputs[:, 0, ..., plain.sizes[view]]))
            terms[view] = functional.cross_entropy(stream.classify(videos), source.labels)
        return terms

    trained(source_only, plain.new_parameters())
    assert all(torch.equal(a, b) for a, b in zip(made["model"].parameters(), plain.parameters(), strict=True))


def test_the_networks_start_alike_whatever_is_kept_beside_them():
    for change in ({"alpha": 0}, {"alignment": "adversarial"}, {}):
        made = nets_of(model(), Settings(stage=3, **change), VIDEOS)
        assert all(torch.equal(a, b) for a, b in zip(made["model"].parameters(), model().parameters(), strict=True))


@pytest.mark.parametrize("change", [{}, {"alignment": "adversarial"}, {"domains": ("target",)}, {"alpha": 0.0}])
def test_a_stage_goes_on_from_the_state_of_the_one_before(change):
    before, settings = nets(Settings(stage=2, **change)), Settings(stage=3, **change)
    found(before, Settings(stage=2, **change))
    after = nets_of(model(), settings, VIDEOS)
    started = {name: value.clone() for name, value in after.state_dict().items()}
    after.load_state_dict(continued(after, before.state_dict()))
    old = before.state_dict()
    for name, value in after.state_dict().items():
        assert torch.equal(value, started[name] if name.startswith("discriminators.") else old[name])
    assert any(name.startswith("discriminators.") for name in started) == ("alignment" in change)


@pytest.mark.parametrize("level", ["clip", "video"])
def test_contrast_of_one_level_is_that_term_alone(level):
    settings = Settings(stage=2, levels=(level,))
    assert found(nets(settings), settings).keys() == {"classification", f"{level}_contrast"}


@pytest.mark.parametrize("domain", ["source", "target"])
def test_contrast_on_one_domain_does_not_see_the_other(domain):
    settings = Settings(stage=1, domains=(domain,))
    other = {"source": "target", "target": "source"}[domain]
    assert nets(settings)["banks"].layout.videos == VIDEOS[domain]
    plain, changed = batch(), batch()
    changed[other] = Batch(inputs(4, 50), changed[other].index, changed[other].labels)
    alone = {domain: plain[domain]}
    for name, term in found(nets(settings), settings, plain).items():
        assert torch.equal(term, found(nets(settings), settings, changed)[name])
        assert torch.equal(term, found(nets(settings), settings, alone)[name])


def test_contrast_on_both_domains_is_the_mean_over_all_their_videos():
    """Video losses of half the batch each: negatives are drawn per video in the order of the batch."""
    settings = Settings(stage=1, levels=("video",))
    parts = batch()
    joint = {"source": parts["source"], "target": Batch(parts["target"].inputs[:2], parts["target"].index[:2])}
    whole = found(nets(settings, aggregator="mean"), settings, joint)["video_contrast"]
    # One batch of six videos gives the same draws, losses and mean as both domains after one another.
    only = Settings(stage=1, levels=("video",), domains=("source",))
    six = {"source": Batch(torch.cat([part.inputs for part in joint.values()]), torch.arange(6), LABELS)}
    torch.testing.assert_close(found(nets(only, aggregator="mean"), only, six)["video_contrast"], whole)


def test_rows_of_the_banks_move_at_the_videos_of_the_batch():
    settings = Settings(stage=2)
    made = nets(settings)
    before = copy.deepcopy(made["banks"].state_dict())
    found(made, settings)
    wanted = {1, 7, 3, 0, 8 + 5, 8 + 0, 8 + 2, 8 + 3}
    for name, rows in made["banks"].state_dict().items():
        moved = (rows != before[name]).any(dim=1).nonzero().flatten()
        assert set((moved // 3).tolist()) == wanted


def test_the_weight_of_videos_can_rise_at_first():
    settings = Settings(stage=1, video_warm_up=0.4)
    full = found(nets(settings), Settings(stage=1))
    for progress, share in ((0.0, 0.0), (0.1, 0.25), (0.4, 1.0), (0.9, 1.0)):
        terms = found(nets(settings), settings, progress=progress)
        torch.testing.assert_close(terms["video_contrast"], share * full["video_contrast"])
        assert torch.equal(terms["clip_contrast"], full["clip_contrast"])


def test_corrupted_clips_are_the_second_of_each_sample():
    settings = Settings(stage=1)
    plain, changed = batch(), batch()
    changed["source"].inputs[:, 1] += 1
    terms, others = (found(nets(settings), settings, part) for part in (plain, changed))
    assert not torch.equal(terms["video_contrast"], others["video_contrast"])
    alone = Settings(stage=3, alpha=0)
    for name, term in found(nets(alone), alone, plain).items():
        assert torch.equal(term, found(nets(alone), alone, changed)[name])


@pytest.mark.parametrize("widths", [{"rgb": 5, "flow": 4}, {"rgb": 9}])
def test_running_statistics_of_a_trained_backbone_are_of_the_clean_clips_alone(widths):
    """Clips of other values in the place of corrupted and second ones change the contrast, and no statistic."""
    settings, seen, terms = Settings(stage=1), [], []
    for other in (0.0, 5.0):
        made = nets(settings, widths=widths)
        for view, stream in made["model"].streams.items():
            stream.encoder = torch.nn.BatchNorm1d(widths[view])
        made.train()
        parts = batch(samples=3)
        for part in parts.values():
            part.inputs[:, 1:] += other * part.inputs[:, 1:].square()
        terms.append(found(made, settings, parts)["video_contrast"])
        seen.append({name: value.clone() for name, value in made.state_dict().items() if ".encoder." in name})
        for view, stream in made["model"].streams.items():
            alone = torch.nn.BatchNorm1d(widths[view])
            for domain in ("source", "target"):
                alone(made["model"].part(parts[domain].inputs[:, 0], view).flatten(0, 1))
            assert torch.equal(stream.encoder.running_mean, alone.running_mean)
    assert not torch.equal(*terms)
    assert all(torch.equal(value, seen[1][name]) for name, value in seen[0].items())


def test_stored_features_that_pass_together_are_those_of_each_domain():
    made, parts = nets(Settings(stage=3))["model"], batch()
    clean = {"source": parts["source"].inputs[:, 0], "target": parts["target"].inputs[:2, 0]}
    together = objective._clean(made, clean)
    for name, part in clean.items():
        for view, features in made.features(part).items():
            for one, other in zip(features, together[name][view], strict=True):
                torch.testing.assert_close(one, other)


def test_one_view_contrasts_with_a_second_sample_of_the_video():
    settings, widths = Settings(stage=3), {"rgb": 5}
    made = nets(settings, widths=widths)
    parts = batch(samples=3, width=5)
    terms = found(made, settings, parts)
    assert terms.keys() == {"classification", *CONTRAST, "alignment"}
    parts["source"].inputs[:, 2] += 1
    others = found(nets(settings, widths=widths), settings, parts)
    assert not torch.equal(terms["video_contrast"], others["video_contrast"])
    with pytest.raises(ValueError, match=r"^video level of the contrast: the view 'rgb' alone"):
        found(nets(settings, widths=widths), settings, batch(width=5))
    clips = Settings(stage=1, levels=("clip",))
    assert found(nets(clips, widths=widths), clips, batch(width=5)).keys() == {"clip_contrast"}


def test_contrast_without_corrupted_clips_is_refused():
    parts = batch()
    parts["target"].inputs = parts["target"].inputs[:, :1]
    settings = Settings(stage=2)
    with pytest.raises(ValueError, match=r"^target inputs: shape \(4, 1, 3, 9\) found, \(n, 2, S, \.\.\.\) with"):
        found(nets(settings), settings, parts)


def test_mixed_precision_gives_finite_terms():
    settings = Settings(stage=3)
    with torch.autocast("cpu", torch.bfloat16):
        terms = found(nets(settings), settings)
    assert all(term.isfinite() for term in terms.values())
    sum(term.float() for term in terms.values()).backward()
