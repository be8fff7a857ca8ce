import torch
from torch.nn import functional

from i2v_core.baselines import source_only
from i2v_core.batches import Batch
from i2v_core.models.image import ImageModel
from tests import toy


def test_the_only_term_is_the_cross_entropy_of_the_labels():
    torch.manual_seed(0)
    model = ImageModel(classes=3, **toy.image_settings()["model"])
    batch = Batch(torch.rand(4, 3, 32, 32), torch.arange(4), torch.tensor([2, 0, 1, 1]))
    terms = source_only.losses(model, batch)
    assert list(terms) == ["classification"]
    wanted = (
        -sum(functional.log_softmax(model(batch.inputs), dim=1)[k, label] for k, label in enumerate([2, 0, 1, 1])) / 4
    )
    torch.testing.assert_close(terms["classification"], wanted, atol=1e-6, rtol=0)  # float32: order of sums


def test_the_discriminator_learns_nothing():
    torch.manual_seed(0)
    model = ImageModel(classes=3, **toy.image_settings()["model"])
    batch = Batch(torch.rand(4, 3, 32, 32), torch.arange(4), torch.tensor([2, 0, 1, 1]))
    source_only.losses(model, batch)["classification"].backward()
    assert all(p.grad is None for p in model.discriminator.parameters())
    assert all(p.grad.abs().max() > 0 for p in model.classifier.parameters())
