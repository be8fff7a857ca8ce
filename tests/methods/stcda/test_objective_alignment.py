import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from i2v_core.batches import Batch
from i2v_core.methods.stcda.network import on_features, video_features
from i2v_core.methods.stcda.objective import losses, nets_of, new_parameters, relabel
from i2v_core.methods.stcda.settings import Settings
from i2v_core.methods.stcda.vca import video_contrastive_alignment
from tests.methods.stcda.small_nets import LABELS, VIDEOS, WIDTHS, batch, found, model, nets


def test_alignment_is_that_of_both_views_under_pseudo_labels_by_index():
    settings = Settings(stage=3, alpha=0)
    made, parts = nets(settings, labels=(2, 1, 0, -1, 1, 1)), batch()
    made["pseudo_labels"].labels[1] = torch.tensor([0, 0, 0, 1, 2, 1])  # of the flow network
    wanted = 0.0
    # Target positions 5, 0, 2, 3; the last has no label in the RGB view.
    for view, rows, labels in (("rgb", [0, 1, 2], [1, 2, 0]), ("flow", [0, 1, 2, 3], [1, 0, 0, 1])):
        sides = [made["model"].features(parts[domain].inputs[:, 0])[view] for domain in ("source", "target")]
        target = sides[1].clips[rows], sides[1].videos[rows], torch.tensor(labels)
        wanted += video_contrastive_alignment(*sides[0], LABELS, *target, classes=3)
    torch.testing.assert_close(found(made, settings, parts)["alignment"], 0.5 * wanted)


def test_alignment_is_on_batches_of_their_own_where_there_are_any():
    settings = Settings(stage=3, alpha=0)
    made, parts = nets(settings), batch()
    aligned = batch(seed=7)
    aligned["source"].labels = torch.tensor([2, 1, 1, 0])
    more = {**parts, "aligned_source": aligned["source"], "aligned_target": aligned["target"]}
    both, plain, only = (found(made, settings, one) for one in (more, parts, aligned))
    assert both.keys() == {"classification", "alignment"}
    assert torch.equal(both["classification"], plain["classification"])
    assert torch.equal(both["alignment"], only["alignment"])
    assert not torch.equal(both["alignment"], plain["alignment"])


def test_alignment_without_any_pseudo_label_in_the_batch_is_zero():
    settings = Settings(stage=3, alpha=0)
    terms = found(nets(settings, labels=(-1,) * 6), settings)
    assert terms["alignment"].item() == 0
    sum(terms.values()).backward()


def test_true_target_labels_change_nothing():
    settings = Settings(stage=3)
    parts = batch()
    told = {**parts, "target": Batch(parts["target"].inputs, parts["target"].index, torch.tensor([0, 0, 1, 2]))}
    for name, term in found(nets(settings), settings, parts).items():
        assert torch.equal(term, found(nets(settings), settings, told)[name])


ADVERSARIAL = Settings(stage=3, alpha=0, alignment="adversarial", discriminator_dim=7)


def test_adversarial_loss_is_the_cross_entropy_of_four_discriminators():
    made, parts = nets(ADVERSARIAL), batch()
    wanted, truth = 0.0, [torch.zeros(4).long(), torch.ones(4).long()]
    for view in WIDTHS:
        sides = [made["model"].features(parts[domain].inputs[:, 0])[view] for domain in ("source", "target")]
        heads = made["discriminators"][view]
        logits = torch.cat([heads["videos"](functional.normalize(side.videos, dim=1)) for side in sides])
        wanted += functional.cross_entropy(logits, torch.cat(truth))
        logits = torch.cat([heads["clips"](functional.normalize(side.clips.flatten(0, 1), dim=1)) for side in sides])
        wanted += functional.cross_entropy(logits, torch.cat(truth).repeat_interleave(3))
    terms = found(made, ADVERSARIAL)
    assert terms.keys() == {"classification", "adversarial"}
    torch.testing.assert_close(terms["adversarial"], 0.5 * wanted)
    assert made["discriminators"]["rgb"]["clips"][0].out_features == 7


def test_the_length_of_clip_features_changes_no_adversarial_loss():
    made = nets(ADVERSARIAL, aggregator="mean")
    before = found(made, ADVERSARIAL)["adversarial"]
    with torch.no_grad():
        for stream in made["model"].streams.values():
            stream.projection.weight.mul_(50)
            stream.projection.bias.mul_(50)
    torch.testing.assert_close(found(made, ADVERSARIAL)["adversarial"], before)


def test_networks_get_the_reversed_gradient_of_the_discriminators():
    gradients = {}
    for progress in (0.0, 1.0):
        made = nets(ADVERSARIAL)
        found(made, ADVERSARIAL, progress=progress)["adversarial"].backward()
        gradients[progress] = [
            made["model"].streams["rgb"].projection.weight.grad,
            made["discriminators"]["rgb"]["videos"][0].weight.grad,
        ]
    made, parts = nets(ADVERSARIAL), batch()
    sides = [made["model"].features(parts[domain].inputs[:, 0])["rgb"] for domain in ("source", "target")]
    plain = 0.0
    for level, head in made["discriminators"]["rgb"].items():
        rows = [functional.normalize(getattr(side, level).flatten(0, -2), dim=1) for side in sides]
        truth = torch.cat([torch.full((len(part),), i) for i, part in enumerate(rows)])
        plain = plain + 0.5 * functional.cross_entropy(head(torch.cat(rows)), truth)
    plain.backward()
    high = 2 / (1 + np.exp(-10)) - 1
    # float32: small sums of many terms in another order
    torch.testing.assert_close(
        gradients[1.0][0], -high * made["model"].streams["rgb"].projection.weight.grad, rtol=1e-4, atol=1e-6
    )
    assert gradients[0.0][0].abs().max() == 0
    assert torch.equal(gradients[0.0][1], gradients[1.0][1])


def test_all_that_learns_is_among_the_parameters():
    made = nets(ADVERSARIAL)
    assert {id(p) for p in new_parameters(made)} == {id(p) for p in made.parameters()}


def arrays(seed, count, shift=0.0):
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    rows = {view: random.standard_normal((count, 6)) * 0.1 + shift for view in WIDTHS}
    for part in rows.values():
        part[np.arange(count), labels] += 1
    return rows, labels


def test_relabel_takes_the_labels_of_a_clustering():
    settings = Settings(stage=3)
    made = nets_of(model(), settings, {"source": 30, "target": 12})
    result = relabel(made, *arrays(0, 30), arrays(1, 12, shift=0.1)[0], settings)
    assert result.labels["rgb"].tolist() == [0, 1, 2] * 4
    assert made["pseudo_labels"].of("flow", torch.tensor([4, 2])).tolist() == [1, 2]


def test_fixed_labels_are_those_of_the_first_clustering():
    first, second = arrays(1, 12)[0], {view: x[::-1] for view, x in arrays(1, 12)[0].items()}
    for policy, label in (("updated", 2), ("fixed", 0)):
        settings = Settings(stage=3, pseudo_labels=policy)
        made = nets_of(model(), settings, {"source": 30, "target": 12})
        relabel(made, *arrays(0, 30), first, settings)
        result = relabel(made, *arrays(0, 30), second, settings)
        assert (result is None) == (policy == "fixed")
        assert made["pseudo_labels"].of("rgb", torch.tensor([0])).item() == label


def test_settings_reach_the_clustering():
    source, target = arrays(0, 30), arrays(1, 12)[0]
    target["flow"] = np.roll(target["flow"], 1, axis=0)  # the views disagree on every video
    labels = {}
    for fuse in (True, False):
        settings = Settings(stage=3, fuse=fuse)
        made = nets_of(model(), settings, {"source": 30, "target": 12})
        result = relabel(made, *source, target, settings)
        labels[fuse] = result.labels
    assert result.agreement == 0
    assert np.array_equal(labels[True]["rgb"], labels[True]["flow"])
    assert not np.array_equal(labels[False]["rgb"], labels[False]["flow"])
    settings = Settings(stage=3, filter_threshold=0.0, iterations=1, tolerance=0.0, match=False)
    made = nets_of(model(), settings, {"source": 30, "target": 12})
    result = relabel(made, *source, target, settings)
    assert not result.kept["rgb"].any()
    assert (result.iterations, result.converged) == (1, False)
    settings = Settings(stage=3, min_per_class=5)
    assert not relabel(made, *source, arrays(1, 12)[0], settings).kept["rgb"].any()


def test_whether_clusters_are_matched_reaches_the_clustering():
    """Rows of no order, on which both ways differ."""
    labels = []
    for match in (True, False):
        random = np.random.default_rng(13)
        source, target = ({view: random.standard_normal((count, 2)) for view in WIDTHS} for count in (4, 12))
        settings = Settings(stage=3, match=match, tolerance=1e-12, iterations=200)
        made = nets_of(model(classes=4), settings, {"source": 4, "target": 12})
        labels.append(relabel(made, source, np.arange(4), target, settings).labels["rgb"].tolist())
    assert labels[0] != labels[1]


def test_alignment_before_the_first_clustering_is_refused():
    settings = Settings(stage=3, alpha=0)
    made = nets_of(model(), settings, VIDEOS)
    with pytest.raises(ValueError, match=r"^pseudo labels: none found"):
        found(made, settings)


def shifted(count, seed, *, is_target):
    """The class in the first three numbers of either view; in the target all lean towards the next class's by 0.3, and
    the fourth number, 0 in the source, is 3."""
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 3
    ends = np.eye(9)[:3]
    centres = 0.7 * ends + 0.3 * ends[[1, 2, 0]] + 3.0 * np.eye(9)[3] if is_target else ends
    rows = np.concatenate([centres[labels][:, :4], centres[labels][:, :4], np.zeros((count, 1))], axis=1)
    rows = rows[:, None, None] + 0.1 * random.standard_normal((count, 2, 3, 9))
    return torch.from_numpy(rows).float(), torch.from_numpy(labels)


def accuracy(settings, seed, *, epochs=15):
    """Target accuracy after as many epochs of the source alone as of stage 3, each of these after a clustering."""
    (source, labels), (target, truth) = shifted(60, 1, is_target=False), shifted(60, 2, is_target=True)
    torch.manual_seed(seed)
    network = on_features(WIDTHS, classes=3, dim=16, aggregator="mean")
    made = nets_of(network, settings, {"source": 60, "target": 60})
    optimiser = torch.optim.SGD(new_parameters(made), lr=0.02, momentum=0.9)
    generator = torch.Generator().manual_seed(seed)
    for epoch in range(2 * epochs):
        stage = settings if epoch >= epochs else Settings(stage=2, alpha=0.0)
        if stage.stage == 3 and stage.beta:
            sides = [video_features(network, [x[:, 0]]) for x in (source, target)]
            relabel(made, sides[0], labels.numpy(), sides[1], stage)
        for part in torch.randperm(60, generator=generator).chunk(2):
            parts = {"source": Batch(source[part], part, labels[part]), "target": Batch(target[part], part)}
            optimiser.zero_grad()
            terms = losses(made, parts, stage, progress=epoch / 2 / epochs, generator=generator)
            torch.stack(list(terms.values())).sum().backward()
            nn.utils.clip_grad_norm_(new_parameters(made), 5.0)
            optimiser.step()
    return (network.probabilities(target[:, 0]).argmax(dim=1) == truth).float().mean().item()


@pytest.mark.parametrize("seed", [0, 1, 2, 3])
def test_alignment_cures_a_shift_that_source_only_does_not(seed):
    """The clusters can be told apart; where classes lean too far to be told, alignment helps the wrong ones."""
    assert accuracy(Settings(stage=3, alpha=0.0, beta=0.0), seed) < 0.85
    assert accuracy(Settings(stage=3, alpha=0.0), seed) > 0.95
