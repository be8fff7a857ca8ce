import copy

import pytest
import torch

from i2v_core.baselines.clips import adabn
from i2v_core.batches import Batch
from tests.baselines.clips import videos


def test_adapted_statistics_are_those_of_all_target_clips():
    """Slow: every clip through the linear layer, then mean and unbiased variance by loops."""
    model, target = videos.build(adabn).double(), videos.batch(5, 2, labelled=False)
    target.inputs = target.inputs.double()
    adabn.adapt(model, [target])
    for view, part in videos.VIEWS.items():
        layer = model.streams[view].encoder[0]
        rows = [layer(clip[part]).tolist() for video in target.inputs for clip in video]
        for i in range(5):
            column = [row[i] for row in rows]
            mean = sum(column) / 15
            variance = sum((x - mean) ** 2 for x in column) / 14
            # float64
            assert model.streams[view].encoder[1].running_mean[i].item() == pytest.approx(mean, abs=1e-12)
            assert model.streams[view].encoder[1].running_var[i].item() == pytest.approx(variance, abs=1e-12)


@pytest.mark.parametrize("sizes", [(12,), (4, 4, 4), (7, 1, 4), (1, 11)])
def test_batches_of_any_size_give_the_same(sizes):
    target = videos.batch(12, 2, labelled=False)
    target.inputs = target.inputs.double() + 1e5  # a large mean: plain sums of squares would lose digits
    wanted, found = videos.build(adabn).double(), videos.build(adabn).double()
    adabn.adapt(wanted, [target])
    adabn.adapt(found, [Batch(part, torch.arange(len(part))) for part in target.inputs.split(sizes)])
    for key, value in wanted.state_dict().items():
        torch.testing.assert_close(found.state_dict()[key], value, atol=0, rtol=1e-9)  # float64, less the mean's digits


def test_only_statistics_change_and_training_before_does_not_count():
    model, target = videos.build(adabn), videos.batch(6, 2, labelled=False)
    other = copy.deepcopy(model).train()
    for seed in range(3):
        other(videos.batch(6, seed).inputs * 5)
    before = copy.deepcopy(other.state_dict())
    adabn.adapt(model, [target])
    adabn.adapt(other, [target])
    for key, value in other.state_dict().items():
        if "running" in key:
            assert torch.equal(value, model.state_dict()[key])
            assert not torch.equal(value, before[key])
        else:
            assert torch.equal(value, before[key])
    assert not other.training


def test_labels_and_corrupted_clips_are_not_looked_at():
    target = videos.batch(6, 2)
    both = Batch(torch.stack([target.inputs, target.inputs + 5], dim=1), target.index, torch.full((6,), 77))
    wanted, found = videos.build(adabn), videos.build(adabn)
    adabn.adapt(wanted, [target])
    adabn.adapt(found, [both])
    assert all(torch.equal(found.state_dict()[key], value) for key, value in wanted.state_dict().items())


def test_no_hook_stays_behind_even_after_an_error():
    model = videos.build(adabn)
    with pytest.raises(ValueError, match=r"^videos: shape"):
        adabn.adapt(model, [Batch(torch.zeros(2, 3, 9), torch.arange(2))])
    assert all(not module._forward_pre_hooks for module in model.modules())
    assert torch.equal(model.streams["rgb"].encoder[1].running_mean, torch.zeros(5))


def test_no_target_is_an_error():
    with pytest.raises(ValueError, match=r"^batches: 0 target clips found, at least 2 wanted"):
        adabn.adapt(videos.build(adabn), [])


def test_a_target_that_is_the_source_shifted_and_scaled_is_judged_as_the_source():
    """Per-clip features x and 3 x + 7 have the same normalised values: with the target's statistics, equal logits."""
    source = videos.batch(40, 1)
    source.inputs = source.inputs.double()
    target = Batch(3 * source.inputs + 7, source.index)
    on_source, on_target = videos.build(adabn).double(), videos.build(adabn).double()
    for model, batch in ((on_source, source), (on_target, target)):
        for stream in model.streams.values():
            stream.encoder[1].eps = 0.0
        adabn.adapt(model, [batch])
    torch.testing.assert_close(on_target(target.inputs), on_source(source.inputs), atol=1e-9, rtol=0)  # float64
