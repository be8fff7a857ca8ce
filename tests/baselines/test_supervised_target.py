import torch
from torch.nn import functional

from i2v_core.baselines import supervised_target
from i2v_core.batches import Batch
from i2v_core.models.video import VideoModel
from tests import toy


def test_the_only_term_is_the_cross_entropy_of_the_labels():
    torch.manual_seed(0)
    model = VideoModel(classes=3, dropout=0.0, **toy.video_settings()["model"])
    batch = Batch(torch.rand(4, 4, 3, 32, 32), torch.arange(4), torch.tensor([2, 0, 1, 1]))
    terms = supervised_target.losses(model, batch)
    assert list(terms) == ["classification"]
    wanted = (
        -sum(functional.log_softmax(model(batch.inputs), dim=1)[k, label] for k, label in enumerate([2, 0, 1, 1])) / 4
    )
    torch.testing.assert_close(terms["classification"], wanted, atol=1e-6, rtol=0)  # float32: order of sums
