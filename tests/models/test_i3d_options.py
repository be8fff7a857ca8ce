"""What I3D's arguments change: width, normalisation, dropout, statistics, frozen units; layers are in test_i3d."""

import pytest
import torch
from torch.nn import functional

from i2v_core.models import i3d
from i2v_core.models.i3d import I3D, UNITS, scaled


def count(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize(
    ("channels", "width", "expected"),
    [(64, 1.0, 64), (24, 1.0, 24), (64, 0.25, 16), (24, 0.25, 8), (16, 0.125, 4), (16, 0.01, 4), (48, 1.5, 72)],
)
def test_scaled_channels(channels, width, expected):
    assert scaled(channels, width) == expected


def test_width_one_leaves_every_published_count():
    published = [n for n, _, _ in i3d.CONVOLUTIONS.values()] + [n for six in i3d.MIXED.values() for n in six]
    assert [scaled(n, 1.0) for n in published] == published


def test_width_scales_features_and_parameters():
    sizes = {width: I3D(classes=None, width=width) for width in (0.125, 0.25, 0.5)}
    assert {width: model.feature_dim for width, model in sizes.items()} == {0.125: 128, 0.25: 256, 0.5: 512}
    # Most parameters lie between two scaled layers: half the width, about a quarter of them.
    assert 3.5 < count(sizes[0.5]) / count(sizes[0.25]) < 4.5


def test_normalisation_option_scales_the_input():
    torch.manual_seed(0)
    plain, scaled_in = (I3D(classes=3, width=0.125, normalisation=name).eval() for name in ("none", "kinetics"))
    scaled_in.load_state_dict(plain.state_dict())
    clip = torch.rand(1, 8, 3, 32, 32)
    with torch.no_grad():
        found, expected, other = (
            model.endpoints(x)["Conv3d_1a_7x7"]
            for model, x in ((scaled_in, clip), (plain, clip * 2 - 1), (plain, clip))
        )
    torch.testing.assert_close(found, expected, atol=1e-5, rtol=1e-5)  # float32 rounding
    assert (found - other).abs().max() > 0.1


def test_dropout_acts_in_training_only():
    torch.manual_seed(0)
    clip = torch.rand(2, 8, 3, 32, 32)
    for dropout, same in ((0.0, True), (0.5, False)):
        model = I3D(classes=3, width=0.125, dropout=dropout)
        assert torch.equal(model(clip), model(clip)) is same
        model.eval()
        assert torch.equal(model(clip), model(clip))


def test_batch_normalisation_keeps_the_published_constants():
    found = {(m.eps, m.momentum) for m in I3D(width=0.125).modules() if isinstance(m, torch.nn.BatchNorm3d)}
    assert found == {(1e-3, 0.01)}


def test_statistics_momentum_is_the_share_of_the_latest_batch():
    torch.manual_seed(0)
    slow, fast = (I3D(classes=None, width=0.125, statistics_momentum=share) for share in (0.01, 0.5))
    fast.load_state_dict(slow.state_dict())
    clip = torch.rand(2, 8, 3, 32, 32)
    with torch.no_grad():
        slow.features(clip), fast.features(clip)
    for name in ("Conv3d_1a_7x7", "Mixed_5c.b3b"):
        means = [model.get_submodule(name).bn.running_mean for model in (slow, fast)]
        # From zero, one batch of mean m gives 0.01 m and 0.5 m. float32 rounding, means smaller than one.
        torch.testing.assert_close(means[0] * 50, means[1], atol=1e-6, rtol=1e-4)


def test_freeze_holds_parameters_up_to_the_unit_but_not_statistics():
    torch.manual_seed(0)
    model = I3D(classes=3, width=0.125)
    model.freeze("Mixed_4b")
    before = {name: x.clone() for name, x in model.state_dict().items()}
    optimiser = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    functional.cross_entropy(model(torch.rand(3, 8, 3, 48, 48)), torch.tensor([0, 1, 2])).backward()
    optimiser.step()
    moved = {name for name, x in model.state_dict().items() if not torch.equal(x, before[name])}
    frozen = UNITS[: UNITS.index("Mixed_4b") + 1]
    parameters = {name for name, _ in model.named_parameters()}
    units = {name.split(".")[0] for name in parameters}
    assert {name for name in moved & parameters if name.split(".")[0] in frozen} == set()
    assert {name.split(".")[0] for name in moved & parameters} == units - {*frozen}
    assert "Conv3d_1a_7x7.bn.running_mean" in moved


def test_freeze_at_a_pool_freezes_what_lies_before():
    model = I3D(width=0.125)
    model.freeze("MaxPool3d_3a_3x3")
    assert {name.split(".")[0] for name, p in model.named_parameters() if not p.requires_grad} == {
        "Conv3d_1a_7x7",
        "Conv3d_2b_1x1",
        "Conv3d_2c_3x3",
    }


def test_freeze_lists_the_units():
    with pytest.raises(
        ValueError, match=r"I3D has no unit 'layer3'; one of Conv3d_1a_7x7, MaxPool3d_2a_3x3, .* wanted$"
    ):
        I3D(width=0.125).freeze("layer3")


def test_without_classifier_there_are_features_but_no_logits():
    model = I3D(classes=None, width=0.125)
    assert [name for name in model.state_dict() if name.startswith("logits")] == []
    assert model.features(torch.rand(2, 8, 3, 32, 32)).shape == (2, 128)
    with pytest.raises(ValueError, match=r"built without a classifier \(classes=None\), no logits to give"):
        model(torch.rand(2, 8, 3, 32, 32))


@pytest.mark.parametrize("width", [0, -1.0, float("nan")])
def test_width_must_be_positive(width):
    with pytest.raises(ValueError, match=rf"width: {width} found, a number above 0 wanted"):
        I3D(width=width)


def test_flow_with_rgb_statistics_is_refused():
    with pytest.raises(ValueError, match=r"'kinetics' is for 3 channels, 2 found"):
        I3D(in_channels=2, width=0.125)
