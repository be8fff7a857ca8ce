import pytest
import torch
from torch.nn import functional

from i2v_core.models.i3d import I3D
from i2v_core.models.video import VideoModel


def small(**options):
    return VideoModel(**{"classes": 3, "width": 0.125, "feature_dim": 10} | options)


def clips(n=2, frames=8, size=32, seed=0):
    return torch.rand(n, frames, 3, size, size, generator=torch.Generator().manual_seed(seed))


def count(parameters):
    return sum(p.numel() for p in parameters)


def test_parameter_count_of_the_published_setting():
    with torch.device("meta"):
        model = VideoModel(classes=13)
    assert count(model.backbone_parameters()) == 12_697_264 - 410_000  # I3D less 1024 * 400 + 400 of its classifier
    # 1024 -> 64; 64 -> 64 -> 13
    assert count(model.new_parameters()) == (1024 * 64 + 64) + (64 * 64 + 64 + 64 * 13 + 13)


def test_the_two_groups_hold_every_parameter_once():
    model = small()
    groups = [*model.backbone_parameters(), *model.new_parameters()]
    assert sorted(map(id, groups)) == sorted(map(id, model.parameters()))
    assert {id(p) for p in model.backbone_parameters()} == {id(p) for p in model.backbone.parameters()}


def test_forward_is_mean_reduction_then_classifier():
    torch.manual_seed(0)
    model = small().double().eval()
    x = clips(frames=32).double()  # four time steps at the end
    with torch.no_grad():
        pooled = model.backbone.endpoints(x)["Mixed_5c"].mean(dim=(3, 4)).mean(dim=2)
        z = functional.linear(pooled, model.reduction.weight, model.reduction.bias)
        first, second = model.classifier[0], model.classifier[2]
        logits = functional.linear(functional.linear(z, first.weight, first.bias).clamp(min=0), second.weight)
        # float64: only the order of summation differs
        torch.testing.assert_close(model.features(x), z, atol=1e-12, rtol=1e-9)
        torch.testing.assert_close(model(x), logits + second.bias, atol=1e-12, rtol=1e-9)


@pytest.mark.parametrize("shape", [(8, 48, 48), (16, 48, 64), (9, 33, 31)])
def test_shapes_follow_the_options(shape):
    model = small(classes=7, feature_dim=12).eval()
    x = torch.rand(2, shape[0], 3, *shape[1:])
    assert (model.features(x).shape, model(x).shape, model.feature_dim) == ((2, 12), (2, 7), 12)


def test_width_option_narrows_the_backbone():
    assert [small(width=width).reduction.in_features for width in (0.125, 0.25)] == [128, 256]


def test_dropout_acts_in_training_only():
    torch.manual_seed(0)
    x = clips()
    for dropout, same in ((0.0, True), (0.5, False)):
        model = small(dropout=dropout)
        assert torch.equal(model(x), model(x)) is same
        model.eval()
        assert torch.equal(model(x), model(x))


def test_normalisation_option_changes_the_input():
    outputs = {}
    for name in ("kinetics", "imagenet"):
        torch.manual_seed(0)
        outputs[name] = small(normalisation=name, dropout=0.0)(clips())
    assert (outputs["kinetics"] - outputs["imagenet"]).abs().max() > 1e-4


def test_flow_enters_with_two_channels():
    model = small(in_channels=2, normalisation="none").eval()
    assert model(torch.rand(2, 8, 2, 32, 32) * 2 - 1).shape == (2, 3)


def test_weight_file_fills_the_backbone_and_leaves_its_classifier(tmp_path):
    torch.manual_seed(1)
    public = I3D(classes=400, width=0.125)
    torch.save(public.state_dict(), tmp_path / "rgb.pt")
    model = small(weights=tmp_path / "rgb.pt")
    given = public.state_dict()
    assert all(torch.equal(x, given[key]) for key, x in model.backbone.state_dict().items())
    assert "backbone.logits.conv3d.weight" not in model.state_dict()


def test_weight_file_that_does_not_fit_is_named(tmp_path):
    torch.save(I3D(width=0.25).state_dict(), tmp_path / "rgb.pt")
    with pytest.raises(ValueError, match=r"rgb.pt: 0 keys missing \[\], 0 surplus \[\], \d+ of another shape"):
        small(weights=str(tmp_path / "rgb.pt"))


def test_freeze_until_stops_training_of_early_units():
    model = small(freeze_until="Mixed_4f")
    trained = {name.split(".")[1] for name, p in model.backbone.named_parameters(prefix="b") if p.requires_grad}
    assert trained == {"Mixed_5b", "Mixed_5c"}
    assert all(p.requires_grad for p in model.new_parameters())


def test_unknown_unit_is_an_error():
    with pytest.raises(ValueError, match=r"freeze_until: I3D has no unit 'layer3'"):
        small(freeze_until="layer3")


def test_statistics_momentum_reaches_every_normalisation():
    model = small(statistics_momentum=0.3)
    assert {m.momentum for m in model.modules() if isinstance(m, torch.nn.BatchNorm3d)} == {0.3}


def test_learns_the_direction_of_motion():
    # A bright bar that moves to the right or to the left over noise: no single frame tells the class.
    torch.manual_seed(0)
    labels = torch.arange(32) % 2
    x = 0.3 * clips(32, size=24)
    for clip, label in zip(x, labels.tolist(), strict=True):
        for time in range(8):
            at = 2 * (time if label else 7 - time)
            clip[time, ..., at : at + 8] += 0.6
    model = small(classes=2, statistics_momentum=0.5, dropout=0.0)
    optimiser = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
    for _ in range(40):
        optimiser.zero_grad()
        functional.cross_entropy(model(x), labels).backward()
        optimiser.step()
    model.eval()
    with torch.no_grad():
        assert (model(x).argmax(dim=1) == labels).float().mean().item() >= 0.95
        # The same clips backwards are the other class.
        assert (model(x.flip(1)).argmax(dim=1) != labels).float().mean().item() >= 0.95


def test_clip_of_another_shape_is_named():
    with pytest.raises(ValueError, match=r"clip: shape \(2, 3, 32, 32\) found, \(n, t, 3, h, w\) wanted"):
        small()(torch.rand(2, 3, 32, 32))
