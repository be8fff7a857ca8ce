import math

import pytest
import torch
from torch.nn import functional

from i2v_core.batches import Batch
from i2v_core.methods.cycda import class_aware
from i2v_core.models.image import ImageModel
from tests import toy

LABELS = [0, 1, 2, 0, 1, 2, 0, 1]  # of the eight source images


@pytest.fixture
def nets():
    torch.manual_seed(0)
    return class_aware.nets_of(ImageModel(classes=3, **toy.image_settings()["model"]), LABELS)


def source(*indices: int) -> Batch:
    torch.manual_seed(2)
    images = torch.rand(8, 3, 32, 32)
    index = torch.tensor(indices)
    return Batch(images[index], index, torch.tensor(LABELS)[index])


def target(*labels: int) -> Batch:
    torch.manual_seed(3)
    return Batch(torch.rand(len(labels), 3, 32, 32), torch.arange(len(labels)), torch.tensor(labels))


def test_the_bank_is_filled_with_the_current_features(nets):
    class_aware.losses(nets, source(4, 1, 6), target(0, 1))
    assert nets["bank"].valid.tolist() == [False, True, False, False, True, False, True, False]
    assert torch.equal(nets["bank"].features[[4, 1, 6]], nets["model"].features(source(4, 1, 6).inputs))
    assert nets["bank"].labels.tolist() == LABELS


def test_the_bank_keeps_what_later_batches_do_not_show(nets):
    class_aware.losses(nets, source(0, 1), target(0, 1))
    first = nets["bank"].features[0].clone()
    class_aware.losses(nets, source(5, 7), target(0, 1))
    assert torch.equal(nets["bank"].features[0], first)
    assert nets["bank"].valid.sum() == 4


def test_terms_are_the_equations(nets):
    """With one source image of each of two classes every draw is certain."""
    batch_src, batch_tgt = source(0, 1), target(0, 1, 1)
    terms = class_aware.losses(nets, batch_src, batch_tgt, temperature=0.5)
    z_src, z_tgt = (nets["model"].features(batch.inputs) for batch in (batch_src, batch_tgt))
    wanted = 0.0
    for z, label in zip(z_tgt, [0, 1, 1], strict=True):
        near = math.exp(functional.cosine_similarity(z, z_src[label], dim=0).item() / 0.5)
        far = math.exp(functional.cosine_similarity(z, z_src[1 - label], dim=0).item() / 0.5)
        wanted -= math.log(near / (near + far)) / 3
    assert terms["contrastive"].item() == pytest.approx(wanted, abs=1e-5)  # float32 cosines over 0.5
    classes = functional.cross_entropy(nets["model"].classify(z_src), torch.tensor([0, 1]))
    assert terms["classification"].item() == pytest.approx(classes.item(), abs=1e-6)  # float32
    assert terms.keys() == {"classification", "contrastive"}


def test_the_temperature_matters(nets):
    values = [class_aware.losses(nets, source(0, 1), target(0, 1), temperature=t)["contrastive"] for t in (0.05, 0.5)]
    assert values[0] != values[1]


def test_the_contrastive_term_reaches_the_model_through_target_features_alone(nets):
    batch_src, batch_tgt = source(0, 1, 2), target(0, 1)
    batch_src.inputs.requires_grad_(True)
    batch_tgt.inputs.requires_grad_(True)
    terms = class_aware.losses(nets, batch_src, batch_tgt)
    terms["contrastive"].backward(retain_graph=True)
    assert batch_src.inputs.grad is None
    assert batch_tgt.inputs.grad.abs().max() > 0
    assert nets["model"].classifier[0].weight.grad is None
    terms["classification"].backward()
    assert batch_src.inputs.grad.abs().max() > 0


def test_the_target_passes_only_the_contrastive_term(nets):
    batch = target(0, 1)
    batch.inputs.requires_grad_(True)
    class_aware.losses(nets, source(0, 1, 2), batch)["classification"].backward()
    assert batch.inputs.grad is None


def test_a_frame_of_a_class_without_source_feature_is_left_out(nets):
    nets.eval()  # batch statistics would depend on all frames of a batch
    frames = target(0, 2, 1)
    wanted = class_aware.losses(nets, source(0, 1), Batch(frames.inputs[[0, 2]], None, frames.labels[[0, 2]]))
    nets["bank"].valid.zero_()
    found = class_aware.losses(nets, source(0, 1), frames)
    assert found["contrastive"].item() == pytest.approx(wanted["contrastive"].item(), abs=1e-5)  # other batch size
    assert wanted["contrastive"].item() > 0


def test_without_any_usable_frame_the_term_is_zero_and_can_be_differentiated(nets):
    terms = class_aware.losses(nets, source(0, 3), target(1, 2))  # no class 1 or 2 in the bank
    assert terms["contrastive"].item() == 0
    sum(terms.values()).backward()
    assert all(torch.isfinite(p.grad).all() for p in nets.parameters() if p.grad is not None)


def test_pseudo_labels_matter(nets):
    nets.eval()
    first, second = (
        class_aware.losses(nets, source(0, 1), target(*labels))["contrastive"] for labels in ((0, 0), (1, 1))
    )
    assert first != second


def test_draws_follow_the_global_generator(nets):
    nets.eval()
    values = []
    for seed in (0, 0, 1):
        batch_src, batch_tgt = source(*range(8)), target(0, 1, 2, 0)
        torch.manual_seed(seed)
        values.append(class_aware.losses(nets, batch_src, batch_tgt)["contrastive"].item())
    assert values[0] == values[1] != values[2]


def test_the_bank_is_state_of_training_and_no_parameter(nets):
    assert "bank.features" in nets.state_dict()
    assert not list(nets["bank"].parameters())
    assert nets["bank"].features.shape == (8, 8)


def frames(*indices: int) -> Batch:
    torch.manual_seed(4)
    inputs, index = torch.rand(6, 3, 32, 32), torch.tensor(indices)
    return Batch(inputs[index], index, torch.tensor([0, 1] * 3)[index])


@pytest.fixture
def mixed_nets():
    torch.manual_seed(0)
    model = ImageModel(classes=3, **toy.image_settings()["model"])
    return class_aware.nets_of(model, LABELS, [0, 1] * 3)


def test_frames_of_source_videos_have_a_bank_of_their_own(mixed_nets):
    class_aware.losses(mixed_nets, source(4, 1), target(0, 1), frames=frames(5, 0))
    assert mixed_nets["bank"].valid.nonzero().flatten().tolist() == [1, 4]
    assert mixed_nets["frame_bank"].valid.nonzero().flatten().tolist() == [0, 5]
    model, joint = mixed_nets["model"], torch.cat([source(4, 1).inputs, frames(5, 0).inputs])
    assert torch.equal(mixed_nets["frame_bank"].features[[5, 0]], model.features(joint)[2:].detach())


def test_images_and_frames_are_classified_together(mixed_nets):
    images, stills = source(4, 1), frames(5, 0)
    found = class_aware.losses(mixed_nets, images, target(0, 1), frames=stills)["classification"]
    logits = mixed_nets["model"](torch.cat([images.inputs, stills.inputs]))
    expected = functional.cross_entropy(logits, torch.cat([images.labels, stills.labels]))
    torch.testing.assert_close(found, expected)


def test_each_target_frame_draws_both_samples_from_one_of_the_banks(mixed_nets, monkeypatch):
    """Two classes with one sample each in each bank: a draw shows which bank it came from."""
    drawn = {}

    def spied(features, positives, negatives, *, temperature):
        drawn.update(positives=positives, negatives=negatives)
        return features.sum() * 0

    monkeypatch.setattr(class_aware, "cross_domain_contrastive", spied)
    torch.manual_seed(6)
    class_aware.losses(mixed_nets, source(0, 1), target(*[0, 1] * 32), frames=frames(0, 1))
    images, stills = (mixed_nets[name].features[:2] for name in ("bank", "frame_bank"))
    origins = []
    for position, (near, far) in enumerate(zip(drawn["positives"], drawn["negatives"], strict=True)):
        label = position % 2
        found = [
            name
            for name, rows in (("images", images), ("frames", stills))
            if torch.equal(near, rows[label]) and torch.equal(far, rows[1 - label])
        ]
        origins += found
    assert len(origins) == 64
    assert 16 < origins.count("images") < 48  # of 64 fair coins, beyond 4 standard deviations
