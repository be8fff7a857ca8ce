import numpy as np
import pytest
import torch
from torch import nn

from i2v_core.methods.divafn.alternation import outputs
from i2v_core.methods.divafn.classifier import fit
from i2v_core.methods.divafn.finetuned import finetune
from i2v_core.methods.divafn.networks import FeatureNet
from i2v_core.methods.divafn.objective import Settings
from tests.methods.divafn.toy_triplets import CLASSES, IMAGE_DIM, triplets

SETTINGS = Settings(iterations=20, batch_size=8, lr=1e-2)


def net(seed=0, **options):
    torch.manual_seed(seed)
    return FeatureNet(nn.Sequential(nn.Linear(IMAGE_DIM, 16), nn.ReLU()), 16, CLASSES, **options).double()


def test_network_learns_the_classes_of_keyframes():
    toy, tests, tuned = triplets(), triplets(200, seed=1), net()
    losses = finetune(tuned, toy.inputs["keyframe"], toy.labels["keyframe"], SETTINGS, seed=0)
    assert len(losses) == 20
    assert losses[0] == pytest.approx(np.log(CLASSES), abs=0.2)  # fc8 begins near 0
    assert losses[-1] < 0.1
    logits = outputs(tuned, tests.inputs["keyframe"], 50)
    assert (logits.argmax(dim=1).numpy() == tests.labels["keyframe"]).mean() > 0.9
    machine = fit(outputs(tuned, toy.inputs["keyframe"], 50).numpy(), toy.labels["keyframe"])
    assert machine.accuracy(logits.numpy(), tests.labels["keyframe"]) > 0.9


def test_one_step_is_that_of_the_mean_cross_entropy():
    """fc8 alone, one batch, SGD: the gradient is (softmax - one-hot)^T features / n."""
    toy, tuned = triplets(), net(train_layers="fc8_only")
    start, features = tuned.fc8.weight.clone(), tuned.backbone(toy.inputs["keyframe"])
    error = tuned(toy.inputs["keyframe"]).softmax(dim=1) - torch.eye(CLASSES)[toy.labels["keyframe"]]
    finetune(
        tuned,
        toy.inputs["keyframe"],
        toy.labels["keyframe"],
        Settings(iterations=1, optimiser="sgd", lr=0.5),
        seed=0,
    )
    torch.testing.assert_close(tuned.fc8.weight, start - 0.5 * error.T @ features / 24, rtol=0, atol=1e-12)


def test_equal_seeds_give_equal_networks():
    toy, nets = triplets(), [net() for _ in range(3)]
    for tuned, seed in zip(nets, (0, 0, 1), strict=True):
        finetune(tuned, toy.inputs["keyframe"], toy.labels["keyframe"], SETTINGS, seed=seed)
    assert torch.equal(nets[0].fc8.weight, nets[1].fc8.weight)
    assert not torch.equal(nets[0].fc8.weight, nets[2].fc8.weight)


def test_bad_input_is_named():
    toy = triplets()
    with pytest.raises(ValueError, match=r"labels: 24 of 0 to 3 found for 9 keyframes, as many of 0 to 3 wanted"):
        finetune(net(), toy.inputs["keyframe"][:9], toy.labels["keyframe"], SETTINGS, seed=0)
    with pytest.raises(ValueError, match=r"labels: 24 of 1 to 4 found for 24 keyframes"):
        finetune(net(), toy.inputs["keyframe"], toy.labels["keyframe"] + 1, SETTINGS, seed=0)
    with pytest.raises(ValueError, match=r"loss: (nan|inf) found in pass \d+, a finite number wanted; lower lr"):
        finetune(net(), toy.inputs["keyframe"] * float("inf"), toy.labels["keyframe"], SETTINGS, seed=0)
