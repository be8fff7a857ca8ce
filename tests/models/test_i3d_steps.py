import pytest
import torch

from i2v_core.models.i3d import I3D
from i2v_core.models.i3d_steps import I3DSteps

CLIP = torch.rand(2, 16, 3, 32, 32, generator=torch.Generator().manual_seed(0))


def model(**options):
    torch.manual_seed(0)
    return I3DSteps(classes=5, **{"width": 0.05, "dropout": 0.0, "freeze_until": None, **options})


@pytest.mark.parametrize(("frames", "steps"), [(16, 8), (32, 16), (8, 4)])
def test_one_step_in_time_for_two_frames(frames, steps):
    net = model()
    found = net.steps(torch.rand(1, frames, 3, 32, 32))
    assert found.shape == (1, steps, net.feature_dim)
    assert net.classify(found).shape == (1, steps, 5)


def test_the_original_strides_leave_an_eighth():
    assert model(temporal_stride="original").steps(CLIP).shape[1] == 2


def test_strides_have_no_weights():
    torch.manual_seed(0)
    published = I3D(classes=None, width=0.05).state_dict()
    assert published.keys() == model().backbone.state_dict().keys()


def test_the_clips_logits_are_the_mean_over_its_steps():
    net = model().eval()
    # Only the order of summing differs.
    torch.testing.assert_close(net(CLIP), net.classify(net.steps(CLIP)).mean(dim=1))


def test_an_unknown_stride_is_named():
    with pytest.raises(ValueError, match=r"^temporal_stride: 'half' found, 'original' or 'st_i2v' wanted$"):
        model(temporal_stride="half")


@pytest.mark.parametrize(
    ("until", "modules"),
    [
        ("Conv3d_2c_3x3", {"Conv3d_1a_7x7", "Conv3d_2b_1x1", "Conv3d_2c_3x3"}),
        ("MaxPool3d_4a_3x3", {"Conv3d_1a_7x7", "Conv3d_2b_1x1", "Conv3d_2c_3x3", "Mixed_3b", "Mixed_3c"}),
    ],
)
def test_both_readings_of_the_frozen_blocks(until, modules):
    backbone = model(freeze_until=until).backbone
    frozen = {name.split(".")[0] for name, p in backbone.named_parameters() if not p.requires_grad}
    assert frozen == modules


def test_frozen_parameters_of_the_full_network_are_as_many_as_counted():
    # Conv3d_1a, 2b and 2c of the published table have 65,984 + 4,224 + 332,160, Mixed_3b and 3c 386,272 + 837,888 more.
    counts = {"Conv3d_2c_3x3": 402_368, "MaxPool3d_4a_3x3": 1_626_528}
    for until, count in counts.items():
        backbone = I3DSteps(classes=2, freeze_until=until).backbone
        assert sum(p.numel() for p in backbone.parameters() if not p.requires_grad) == count


@pytest.mark.parametrize(("statistics", "moves"), [("batch", True), ("running", False)])
def test_frozen_statistics_move_or_not(statistics, moves):
    net = model(freeze_until="Conv3d_2c_3x3", frozen_statistics=statistics)
    before = {name: value.clone() for name, value in net.backbone.state_dict().items() if "running_mean" in name}
    net.train()
    net(CLIP)
    after = net.backbone.state_dict()
    assert (not torch.equal(after["Conv3d_1a_7x7.bn.running_mean"], before["Conv3d_1a_7x7.bn.running_mean"])) == moves
    assert not torch.equal(after["Mixed_4b.b0.bn.running_mean"], before["Mixed_4b.b0.bn.running_mean"])


def test_unknown_frozen_statistics_are_named():
    with pytest.raises(ValueError, match=r"^frozen_statistics: 'none' found, 'batch' or 'running' wanted$"):
        model(freeze_until="Conv3d_2c_3x3", frozen_statistics="none")


def test_dropout_acts_on_the_classifier_in_training():
    net = model(dropout=0.5)
    steps = torch.ones(1, 4, net.feature_dim)
    net.train()
    assert not torch.equal(net.classify(steps), net.classify(steps))
    net.eval()
    assert torch.equal(net.classify(steps), net.classify(steps))


def test_flow_enters_as_it_is_and_rgb_is_scaled():
    flow = model(in_channels=2)
    assert flow.backbone.normalisation(torch.full((1, 1, 2, 1, 1), 0.25)).unique().tolist() == [0.25]
    assert model().backbone.normalisation(torch.full((1, 1, 3, 1, 1), 0.25)).unique().tolist() == [-0.5]  # 2 x - 1
