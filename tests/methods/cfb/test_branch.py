import copy

import pytest
import torch
from torch import nn
from torch.nn import functional

from i2v_core.batches import Batch
from i2v_core.losses.joint_mmd import joint_mmd
from i2v_core.losses.mcc import minimum_class_confusion
from i2v_core.losses.multi_kernel_mmd import multi_kernel_mmd
from i2v_core.losses.nuclear_norm import batch_nuclear_norm
from i2v_core.methods.cfb.branch import Branch, losses, transfer_loss

SETTINGS = {
    "frames": 4,
    "form": "ce",
    "local_reduction": "mean",
    "lambda_1": 1.0,
    "lambda_2": 0.2,
    "lambda_3": 0.1,
    "transfer": "mcc",
}


class Net(nn.Module):
    """Features of two steps: the mean pixel of each half of the clip, by channel."""

    feature_dim = 3

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.classifier = nn.Linear(3, 5)

    def steps(self, clip):
        return clip.mean(dim=(3, 4)).unflatten(1, (2, -1)).mean(dim=2)

    def classify(self, steps):
        return self.classifier(steps)

    def new_parameters(self):
        return list(self.classifier.parameters())


def batch(labels, seed=0, first=0):
    inputs = torch.rand(len(labels), 4, 3, 2, 2, generator=torch.Generator().manual_seed(seed))
    return Batch(inputs, torch.arange(first, first + len(labels)), torch.tensor(labels))


SOURCE = batch([0, 4, 2])


def test_the_objective_is_the_weighted_sum_of_its_equations():
    branch = Branch(Net(), paces=4, sources=3)
    paced, target = batch([3, 0], seed=1), batch([0, 0], seed=2)
    terms = losses(branch, {"source": SOURCE, "paced": paced, "target": target}, SETTINGS)
    # Written from equations 2, 4, 5: four frames from two steps at -1/4, 1/4, 3/4, 5/4 of the distance between them.
    steps = branch.model.classify(branch.model.steps(SOURCE.inputs))
    frames = torch.stack(
        [steps[:, 0], 0.75 * steps[:, 0] + 0.25 * steps[:, 1], 0.25 * steps[:, 0] + 0.75 * steps[:, 1], steps[:, 1]], 1
    )
    video = sum(functional.cross_entropy(frames[i].mean(0), SOURCE.labels[i]) for i in range(3)) / 3
    local = sum(functional.cross_entropy(frames[i, k], SOURCE.labels[i]) for i in range(3) for k in range(4)) / 12
    guesses = branch.pace(branch.model.steps(paced.inputs).mean(dim=1))
    pace = (
        functional.cross_entropy(guesses[0], paced.labels[0]) + functional.cross_entropy(guesses[1], paced.labels[1])
    ) / 2
    transfer = minimum_class_confusion(branch.model.classify(branch.model.steps(target.inputs)).mean(dim=1))
    expected = {"classification": video, "local": local, "pace": 0.2 * pace, "transfer": 0.1 * transfer}
    assert terms.keys() == expected.keys()
    for name, value in expected.items():
        torch.testing.assert_close(terms[name], value, rtol=1e-5, atol=1e-6)  # float32 in another order


def test_a_weight_of_0_leaves_the_frame_level_loss_out():
    branch = Branch(Net(), paces=0, sources=3)
    assert losses(branch, {"source": SOURCE}, {**SETTINGS, "lambda_1": 0.0}).keys() == {"classification"}


@pytest.mark.parametrize(
    ("name", "value", "term"),
    [
        ("lambda_1", 3.0, "local"),
        ("lambda_2", 1.0, "pace"),
        ("lambda_3", 1.0, "transfer"),
        ("local_reduction", "sum", "local"),
        ("form", "bce", "classification"),
        ("transfer", "bnm", "transfer"),
    ],
)
def test_every_setting_changes_its_term(name, value, term):
    branch = Branch(Net(), paces=4, sources=3)
    data = {"source": SOURCE, "paced": batch([3, 0], seed=1), "target": batch([0, 0], seed=2)}
    before, after = (losses(branch, data, settings) for settings in (SETTINGS, {**SETTINGS, name: value}))
    assert not torch.equal(before[term], after[term])
    untouched = before.keys() - {term} - ({"local"} if name == "form" else set())
    assert all(torch.equal(before[key], after[key]) for key in untouched)


def test_the_latest_feature_of_each_source_video_is_kept_without_gradient():
    branch = Branch(Net(), paces=0, sources=6)
    losses(branch, {"source": batch([0, 1], first=3)}, SETTINGS)
    expected = branch.model.steps(batch([0, 1], first=3).inputs).mean(dim=1)
    torch.testing.assert_close(branch.source_features[3:5], expected)
    assert branch.source_features[[0, 1, 2, 5]].abs().max() == 0
    assert not branch.source_features.requires_grad
    assert "source_features" in branch.state_dict()


def test_outputs_are_probabilities_of_the_mean_logits_and_pooled_features():
    branch = Branch(Net(), paces=0, sources=1)
    probabilities, features = branch.outputs(SOURCE.inputs)
    logits = branch.model.classify(branch.model.steps(SOURCE.inputs))
    torch.testing.assert_close(probabilities, ((logits[:, 0] + logits[:, 1]) / 2).double().softmax(dim=1))
    torch.testing.assert_close(features, SOURCE.inputs.mean(dim=(1, 3, 4)))


def test_very_sure_predictions_still_differ():
    branch = Branch(Net(), paces=0, sources=0)
    branch.model.classifier.weight.data.fill_(0.0)
    found = []
    for logit in (20.0, 21.0):
        branch.model.classifier.bias.data = torch.tensor([logit, 0.0, 0.0, 0.0, 0.0])
        found.append(branch.outputs(SOURCE.inputs)[0][0, 0].item())
    assert found[0] < found[1] < 1  # in 32 bits both are 1


def test_no_features_are_kept_where_no_source_is_named():
    branch = Branch(Net(), paces=0, sources=0)
    losses(branch, {"source": SOURCE}, SETTINGS)
    assert branch.source_features.shape == (0, 3)


def test_a_pace_head_learns_and_is_there_only_if_wanted():
    assert len(Branch(Net(), paces=5, sources=1).new_parameters()) == 4
    assert len(Branch(Net(), paces=0, sources=1).new_parameters()) == 2
    assert Branch(Net(), paces=5, sources=1).pace.out_features == 5


def test_plug_in_losses_get_what_they_align():
    branch = Branch(Net(), paces=0, sources=1)
    torch.manual_seed(1)
    features, logits = (torch.rand(4, 3), torch.rand(3, 3)), (torch.rand(4, 5), torch.rand(3, 5))
    softmax = [part.softmax(dim=1) for part in logits]
    expected = {
        "dan": multi_kernel_mmd(*features),
        "jan": joint_mmd([features[0], softmax[0]], [features[1], softmax[1]]),
        "mcc": minimum_class_confusion(logits[1]),
        "bnm": batch_nuclear_norm(logits[1]),
    }
    for name, value in expected.items():
        assert torch.equal(transfer_loss(name, features, logits), value)
    assert copy.deepcopy(branch).pace is None


def test_an_unknown_plug_in_loss_is_named():
    with pytest.raises(
        ValueError, match=r"^transfer: 'mmd' found, one of dan, jan, mcc, bnm wanted; see params\.yaml$"
    ):
        transfer_loss("mmd", (torch.rand(2, 3),) * 2, (torch.rand(2, 5),) * 2)
