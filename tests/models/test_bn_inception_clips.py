"""Clips through BN-Inception: stacks of frames and means over frames; the network is in test_bn_inception."""

import pytest
import torch

from tests.models.small_bn_inception import clips, saved, settled, small


@pytest.mark.parametrize(
    ("options", "wide"), [({}, 12), ({"in_channels": 2}, 8), ({"in_channels": 2, "mode": "frame_mean"}, 2)]
)
def test_first_convolution_of_a_file_is_widened(options, wide, tmp_path):
    state = small().state_dict()
    model = clips(**options, weights=saved(state, tmp_path))
    found = model.backbone.conv1_7x7_s2.weight
    assert found.shape[1] == wide
    assert torch.equal(found, state["conv1_7x7_s2.weight"].sum(dim=1, keepdim=True).expand_as(found) / wide)
    assert torch.equal(model.backbone.conv1_7x7_s2.bias, state["conv1_7x7_s2.bias"])
    # A file that is wide already, and one of three channels for three, stay as they are.
    again = clips(**options, weights=saved(model.backbone.state_dict(), tmp_path))
    assert torch.equal(again.backbone.conv1_7x7_s2.weight, found)
    colours = clips(mode="frame_mean", weights=saved(state, tmp_path)).backbone.conv1_7x7_s2.weight
    assert torch.equal(colours, state["conv1_7x7_s2.weight"])


def moved(model, clip, other):
    """Largest change of a feature from one clip to the other, over the largest feature."""
    with torch.no_grad():
        found = model.features(clip)
        return ((found - model.features(other)).abs().max() / found.abs().max()).item()


def test_stack_starts_as_its_grey_mean_frame_in_any_order_and_notices_the_order_after_one_update(tmp_path):
    torch.manual_seed(0)
    giver = settled(small(), (4, 3, 40, 40))
    model = clips(weights=saved(giver.state_dict(), tmp_path)).double().eval()
    clip = torch.rand(2, 4, 3, 40, 40, dtype=torch.float64)
    wrong = clip[:, [2, 0, 3, 1]]
    grey = clip.mean(dim=(1, 2))[:, None] * 255 - (104 + 117 + 128) / 3
    picture = (grey + torch.tensor([128.0, 117, 104]).reshape(3, 1, 1)) / 255  # grey in each channel once it is inside
    with torch.no_grad():
        # The model took its weights in float32.
        torch.testing.assert_close(model.features(clip), giver.features(picture), atol=1e-5, rtol=1e-5)
    assert moved(model, clip, wrong) < 1e-12  # rounding of float64 sums
    model.features(clip).square().mean().backward()
    weight = model.backbone.conv1_7x7_s2.weight
    with torch.no_grad():
        weight -= 0.01 * weight.abs().mean() * weight.grad / weight.grad.abs().mean()  # one step of 1 %
    assert moved(model, clip, wrong) > 1e-3
    assert moved(settled(clips(), clip.shape), clip, wrong) > 1e-2  # random weights notice it at once
    assert model.sees_order


def test_frame_mean_is_the_mean_of_its_frames_and_never_sees_their_order(tmp_path):
    torch.manual_seed(0)
    clip = torch.rand(2, 5, 3, 40, 40, dtype=torch.float64)
    model = settled(clips(mode="frame_mean"), clip.shape)
    with torch.no_grad():
        frames = torch.stack([model.backbone.features(clip[:, i]) for i in range(5)])
    assert moved(model, clip, clip[:, [2, 0, 4, 3, 1]]) < 1e-12  # float64 rounding
    torch.testing.assert_close(model.features(clip), frames.mean(dim=0), atol=1e-12, rtol=1e-9)
    assert frames.std(dim=0).max() > 1e-2
    assert not model.sees_order
    assert not clips(frames=1).sees_order


@pytest.mark.parametrize(("mode", "channels"), [("frame_stack", 3), ("frame_stack", 2), ("frame_mean", 3)])
def test_gradients_reach_every_parameter(mode, channels):
    # Evaluating, for the statistics of the batch take a convolution's bias away again.
    torch.manual_seed(0)
    clip = torch.rand(2, 4, channels, 64, 64, dtype=torch.float64)
    model = settled(clips(mode=mode, in_channels=channels, width=0.1), clip.shape)
    features = model.features(clip)
    assert features.shape == (2, model.feature_dim)
    features.square().mean().backward()
    assert [name for name, p in model.named_parameters() if p.grad is None or p.grad.abs().max() == 0] == []
    assert [id(p) for p in model.backbone_parameters()] == [id(p) for p in model.parameters()]
