import numpy as np
import pytest
import torch
from torch import nn

from i2v_core.media.flow_store import FlowStore, write_flows
from i2v_core.media.frames import FrameStore, write_store
from i2v_core.media.views import Flow, Rgb
from i2v_core.methods.cfb import prediction
from i2v_core.methods.cfb.branch import Branch

FRAMES = 5
CPU = torch.device("cpu")
LENGTHS = {"a": 41, "b": 9, "c": 3, "d": 1}
# Rounded k (length - 1) / 4 for k = 0..4; halves go to the even neighbour: 0, 0.5, 1, 1.5, 2 and four times nothing.
UNIFORM = {"a": [0, 10, 20, 30, 40], "b": [0, 2, 4, 6, 8], "c": [0, 0, 1, 2, 2], "d": [0, 0, 0, 0, 0]}


class Net(nn.Module):
    """One step in time and one feature per frame: the mean of its first channel at its own place, else 0."""

    feature_dim = FRAMES

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.dropout, self.classifier = nn.Dropout(0.5), nn.Linear(FRAMES, 3)

    def steps(self, clip):
        return torch.diag_embed(clip[:, :, 0].mean(dim=(2, 3)))

    def classify(self, steps):
        return self.classifier(self.dropout(steps))

    def new_parameters(self):
        return list(self.classifier.parameters())


@pytest.fixture
def branch():
    return Branch(Net(), paces=0, sources=1)


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    """Videos whose frames, and whose flows, count themselves inside; a border of 2 px is white, or moves by 100 px."""
    root = tmp_path_factory.mktemp("videos")
    videos, flows = [], []
    for name, length in LENGTHS.items():
        counted = np.arange(length)[:, None, None, None] * np.ones((1, 12, 12, 3))
        counted[:, [0, 1, -2, -1]] = counted[:, :, [0, 1, -2, -1]] = 100
        videos.append((name, counted.astype(np.uint8), 25.0))
        flows.append((name, counted[: length - 1, ..., :2].astype(np.float32)))
    write_store(videos, root / "r.h5", dataset="d", jpeg_quality=100)
    write_flows(flows, root / "f.h5", dataset="d", bound_px=127.0)  # whole px are stored as they are
    return {"rgb": FrameStore([root / "r.h5"]), "flow": FlowStore([root / "f.h5"])}


@pytest.fixture
def rgb(stores):
    return Rgb(stores["rgb"], resize_px=12, size_px=8)


@pytest.fixture
def flow(stores):
    return Flow(stores["flow"], resize_px=12, size_px=8)


def outputs(branch, view, names, **changes):
    how = {"frames": FRAMES, "batch_size": 3, "device": CPU, **changes}
    return prediction.outputs(branch, view, [f"d/{name}" for name in names], **how)


def shown(features: np.ndarray, scale: int) -> np.ndarray:
    """Mean value of each frame, in levels or px: a feature is its fifth part over the scale."""
    return features * FRAMES * scale


def test_frames_are_uniform_from_the_first_to_the_last_and_the_border_is_cut_off(branch, rgb):
    _, features = outputs(branch, rgb, LENGTHS)
    # JPEG at quality 100 rounds the corners of the crop's blocks: less than half a level in the mean of 64 pixels.
    np.testing.assert_allclose(shown(features, 255), list(UNIFORM.values()), rtol=0, atol=0.5)


def test_flow_is_that_of_the_same_frames_and_the_last_has_the_one_before(branch, flow):
    _, features = outputs(branch, flow, LENGTHS)
    expected = np.array([np.minimum(UNIFORM[name], max(LENGTHS[name] - 2, 0)) for name in LENGTHS])
    np.testing.assert_allclose(shown(features, 127), expected, rtol=0, atol=1e-4)  # float32


def test_the_size_of_the_crop_is_that_of_the_view(branch, stores):
    # A crop of 10 px takes one of the two border px on each side: 64 of 100 px count, 36 move by 100 px.
    _, features = outputs(branch, Flow(stores["flow"], resize_px=12, size_px=10), "b")
    expected = 0.64 * np.array([0, 2, 4, 6, 7]) + 36
    np.testing.assert_allclose(shown(features, 127), expected[None], rtol=0, atol=1e-3)  # float32


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_the_number_of_frames_is_the_callers(branch, flow, frames, monkeypatch):
    monkeypatch.setattr(branch.model, "steps", lambda clip: clip[:, :, 0].mean(dim=(2, 3))[..., None].repeat(1, 1, 5))
    _, features = outputs(branch, flow, "a", frames=frames)
    # The mean over frames 0; 0 and 39; 0, 20 and 39 (the last flow): 0, 19.5, 19.667 px.
    assert features[0, 0] * 127 == pytest.approx([0, 19.5, 59 / 3][frames - 1], abs=1e-4)  # float32


def test_probabilities_are_the_softmax_of_the_mean_logits(branch, rgb):
    probabilities, features = outputs(branch, rgb, LENGTHS)
    assert (probabilities.shape, features.shape) == ((4, 3), (4, FRAMES))
    assert (probabilities.dtype, features.dtype) == (np.float64, np.float32)
    # The classifier is linear: the mean of its logits is its logit of the mean feature. Dropout is off.
    logits = (
        features @ branch.model.classifier.weight.detach().numpy().T + branch.model.classifier.bias.detach().numpy()
    )
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(probabilities, expected, rtol=1e-5)  # float32


@pytest.mark.parametrize("names", ["abcd", "dcba", "bdca", "cc"])
def test_rows_are_in_the_order_of_the_keys(branch, flow, names):
    single = {name: outputs(branch, flow, name) for name in LENGTHS}
    for kind, found in enumerate(outputs(branch, flow, names)):
        expected = np.concatenate([single[name][kind] for name in names])
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)  # float32, other batches


@pytest.mark.parametrize("changes", [{"batch_size": 1}, {"batch_size": 64}, {"workers": 2}])
def test_neither_batches_nor_loader_processes_change_a_row(branch, rgb, changes):
    for found, expected in zip(outputs(branch, rgb, LENGTHS, **changes), outputs(branch, rgb, LENGTHS), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-7)  # float32, other batches


def test_a_branch_in_training_is_asked_without_chance_and_learns_nothing(branch, rgb):
    branch.train()
    first = outputs(branch, rgb, LENGTHS)
    branch.train()
    for found, expected in zip(outputs(branch, rgb, LENGTHS), first, strict=True):
        assert np.array_equal(found, expected)
    assert all(parameter.grad is None for parameter in branch.parameters())


def test_an_unknown_video_is_named(branch, rgb):
    with pytest.raises(ValueError, match=r"item 'd/e' is in none of the frame stores"):
        outputs(branch, rgb, "ae")
