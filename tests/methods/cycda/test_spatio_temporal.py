import torch
from torch.nn import functional

from i2v_core.batches import Batch
from i2v_core.methods.cycda import spatio_temporal
from i2v_core.models.video import VideoModel
from tests import toy


def test_the_only_term_is_the_cross_entropy_of_the_pseudo_labels():
    torch.manual_seed(0)
    model = VideoModel(classes=3, dropout=0.0, **toy.video_settings()["model"])
    batch = Batch(torch.rand(4, 4, 3, 32, 32), torch.arange(4), torch.tensor([2, 0, 1, 1]))
    terms = spatio_temporal.losses(model, batch)
    assert list(terms) == ["classification"]
    wanted = functional.cross_entropy(model(batch.inputs), batch.labels)
    assert torch.equal(terms["classification"], wanted)


def test_labelled_videos_of_the_source_add_a_term_of_equal_weight():
    torch.manual_seed(0)
    model = VideoModel(classes=3, dropout=0.0, **toy.video_settings()["model"])
    target = Batch(torch.rand(4, 4, 3, 32, 32), torch.arange(4), torch.tensor([2, 0, 1, 1]))
    source = Batch(torch.rand(3, 4, 3, 32, 32), torch.arange(3), torch.tensor([0, 0, 2]))
    terms = spatio_temporal.losses(model, target, source)
    assert list(terms) == ["classification", "source"]
    assert torch.equal(terms["source"], functional.cross_entropy(model(source.inputs), source.labels))
    assert torch.equal(terms["classification"], spatio_temporal.losses(model, target)["classification"])
