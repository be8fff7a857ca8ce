import pytest
import timm
import torch
from safetensors.torch import save_file
from torch.nn import functional

from i2v_core.models.image import ImageModel

CHANNELS = [8, 8, 16, 24]


def small(**options):
    return ImageModel(**{"classes": 3, "backbone_options": {"channels": CHANNELS}, "feature_dim": 10} | options)


def images(n=2, size=32, seed=0):
    return torch.rand(n, 3, size, size, generator=torch.Generator().manual_seed(seed))


def count(parameters):
    return sum(p.numel() for p in parameters)


def backbone_state(classes=5, seed=7):
    torch.manual_seed(seed)
    return timm.create_model("resnet18", num_classes=classes, channels=CHANNELS).state_dict()


def test_parameter_count_of_the_published_setting():
    with torch.device("meta"):
        model = ImageModel(classes=13)
    # ResNet-18 has 11,689,512 parameters with 1000 classes, of which 512 * 1000 + 1000 in its classifier.
    assert count(model.backbone_parameters()) == 11_689_512 - 513_000
    # 512 -> 64; 64 -> 64 -> 13; 64 -> 64 -> 2
    assert count(model.new_parameters()) == (512 * 64 + 64) + (64 * 64 + 64 + 64 * 13 + 13) + (
        64 * 64 + 64 + 64 * 2 + 2
    )


def test_the_two_groups_hold_every_parameter_once():
    model = small()
    groups = [*model.backbone_parameters(), *model.new_parameters()]
    assert sorted(map(id, groups)) == sorted(map(id, model.parameters()))
    assert {id(p) for p in model.backbone_parameters()} == {id(p) for p in model.backbone.parameters()}


def test_forward_is_reduction_then_classifier_on_the_normalised_image():
    torch.manual_seed(0)
    model = small().eval()
    x = images()
    mean, deviation = (torch.tensor(v).reshape(3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
    with torch.no_grad():
        z = functional.linear(model.backbone((x - mean) / deviation), model.reduction.weight, model.reduction.bias)
        first, second = model.classifier[0], model.classifier[2]
        hidden = functional.linear(z, first.weight, first.bias).clamp(min=0)
        logits = functional.linear(hidden, second.weight, second.bias)
        # float32 through 20 layers: memory order changes the order of summation
        torch.testing.assert_close(model.features(x), z, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(model(x), logits, atol=1e-5, rtol=1e-4)
        assert torch.equal(model.classify(model.features(x)), model(x))


def test_shapes_follow_the_options():
    model = small(classes=7, feature_dim=12, hidden_dim=20).eval()
    z = model.features(images(4))
    assert (z.shape, model.classify(z).shape, model.discriminate(z, 1.0).shape) == ((4, 12), (4, 7), (4, 2))
    assert model.feature_dim == 12
    assert [head[0].out_features for head in (model.classifier, model.discriminator)] == [20, 20]


def test_without_reduction_z_is_the_backbones_feature():
    model = small(feature_dim=None).eval()
    assert model.feature_dim == CHANNELS[-1]
    with torch.no_grad():
        x = images()
        expected = model.backbone(model.normalisation(x))
        torch.testing.assert_close(model.features(x), expected, atol=1e-5, rtol=1e-4)  # memory order, as above
    assert count(model.reduction.parameters()) == 0


def test_discriminator_learns_as_usual_and_features_the_opposite():
    torch.manual_seed(0)
    model = small()
    gradients = []
    for coefficient in (-1.0, 0.3):  # -1 undoes the reversal
        z = torch.ones(2, 10, requires_grad=True)
        model.discriminator.zero_grad()
        functional.cross_entropy(model.discriminate(z, coefficient), torch.tensor([0, 1])).backward()
        gradients.append((z.grad, model.discriminator[0].weight.grad.clone()))
    torch.testing.assert_close(gradients[1][0], -0.3 * gradients[0][0], atol=1e-9, rtol=1e-6)  # one multiplication
    assert gradients[0][0].abs().max() > 1e-4
    assert torch.equal(gradients[0][1], gradients[1][1])


def test_backbone_option_chooses_the_net():
    with torch.device("meta"):
        model = ImageModel(classes=3, backbone="resnet50")
    assert model.reduction.in_features == 2048
    assert count(model.backbone_parameters()) == 25_557_032 - 2_049_000  # ResNet-50 less its 1000-class classifier


def test_normalisation_option_changes_the_input():
    outputs = {}
    for name in ("imagenet", "none"):
        torch.manual_seed(0)
        outputs[name] = small(normalisation=name)(images())
    assert (outputs["imagenet"] - outputs["none"]).abs().max() > 1e-4


def test_freeze_holds_parameters_up_to_the_child_but_not_statistics():
    torch.manual_seed(0)
    model = small(freeze_until="layer3")
    before = {name: x.clone() for name, x in model.state_dict().items()}
    optimiser = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=0.1)
    for _ in range(2):  # the last scale of a fresh residual block is zero, so its convolutions learn from step two on
        optimiser.zero_grad()
        z = model.features(images(4, size=64))
        loss = functional.cross_entropy(model.classify(z), torch.tensor([0, 1, 2, 0]))
        (loss + functional.cross_entropy(model.discriminate(z, 0.5), torch.tensor([0, 0, 1, 1]))).backward()
        optimiser.step()
    moved = {name for name, x in model.state_dict().items() if not torch.equal(x, before[name])}
    parameters = {name for name, _ in model.named_parameters()}
    frozen = tuple(f"backbone.{child}." for child in ("conv1", "bn1", "layer1", "layer2", "layer3"))
    assert {name for name in moved & parameters if name.startswith(frozen)} == set()
    assert moved & parameters == {name for name in parameters if not name.startswith(frozen)}
    assert {"backbone.bn1.running_mean", "backbone.layer3.0.bn1.running_var"} <= moved


def test_freeze_at_an_earlier_child_leaves_the_later_ones():
    model = small(freeze_until="layer1")
    assert {name.split(".")[1] for name, p in model.named_parameters() if not p.requires_grad} == {
        "conv1",
        "bn1",
        "layer1",
    }


def test_unknown_child_lists_the_children():
    with pytest.raises(
        ValueError, match=r"freeze_until: the backbone has no child 'layer9'; one of conv1, bn1, .*layer4"
    ):
        small(freeze_until="layer9")


def test_unknown_backbone_is_named_in_one_line():
    with pytest.raises(ValueError, match=r"backbone 'resnet1' with .*: timm cannot make it \(Unknown model") as error:
        ImageModel(classes=3, backbone="resnet1")
    assert "\n" not in str(error.value)


def test_unknown_backbone_option_is_named():
    with pytest.raises(ValueError, match=r"backbone 'resnet18' with \{'colour': 1\}: timm cannot make it \(.*colour"):
        ImageModel(classes=3, backbone_options={"colour": 1})


@pytest.mark.parametrize("classes", [5, 0])
@pytest.mark.parametrize("counters", [True, False])
def test_weight_file_fills_the_backbone(classes, counters, tmp_path):
    state = {key: x for key, x in backbone_state(classes).items() if counters or "num_batches" not in key}
    torch.save(state, tmp_path / "backbone.pth")
    model = small(weights=tmp_path / "backbone.pth")
    own = model.backbone.state_dict()
    assert all(torch.equal(own[key], x) for key, x in state.items() if not key.startswith("fc."))
    assert not torch.equal(own["conv1.weight"], small().backbone.state_dict()["conv1.weight"])


def test_weight_file_of_safetensors_fills_the_backbone(tmp_path):
    state = backbone_state()
    save_file(state, tmp_path / "model.safetensors")
    own = small(weights=tmp_path / "model.safetensors").backbone.state_dict()
    assert all(torch.equal(own[key], x) for key, x in state.items() if not key.startswith("fc."))


def test_damaged_safetensors_are_an_error(tmp_path):
    (tmp_path / "model.safetensors").write_bytes(b"no tensors")
    with pytest.raises(ValueError, match=r"model.safetensors: not a checkpoint that loads safely") as error:
        small(weights=tmp_path / "model.safetensors")
    assert "\n" not in str(error.value)


def test_weight_file_of_other_width_is_an_error(tmp_path):
    path = tmp_path / "backbone.pth"
    torch.save(timm.create_model("resnet18", channels=[8, 8, 16, 16]).state_dict(), path)
    with pytest.raises(
        ValueError, match=r"backbone.pth: 0 keys missing \[\], 0 surplus \[\], \d+ of another shape"
    ) as error:
        small(weights=path)
    assert "layer4.0.conv1.weight (16, 16, 3, 3) instead of (24, 16, 3, 3)" in str(error.value)


def test_weight_file_with_missing_and_surplus_keys_is_an_error(tmp_path):
    state = backbone_state()
    state["extra.weight"] = state.pop("bn1.bias")  # 126 keys: 21 convolutions, 21 normalisations of five
    torch.save(state, tmp_path / "backbone.pth")
    message = (
        r"1 keys missing \['bn1.bias'\], 1 surplus \['extra.weight'\], .*weights of timm's 'resnet18' with 126 keys"
    )
    with pytest.raises(ValueError, match=message):
        small(weights=str(tmp_path / "backbone.pth"))


def test_truncated_weight_file_is_an_error(tmp_path):
    path = tmp_path / "backbone.pth"
    torch.save(backbone_state(), path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ValueError, match=r"backbone.pth: not a checkpoint that loads safely"):
        small(weights=path)


def test_absent_weight_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere.pth: no such checkpoint"):
        small(weights=tmp_path / "nowhere.pth")


def test_failed_download_says_to_give_a_file(monkeypatch):
    create = timm.create_model

    def offline(name, pretrained=False, **options):
        if pretrained:
            raise ConnectionError("cannot reach the hub\nTraceback of many lines")
        return create(name, **options)

    monkeypatch.setattr(timm, "create_model", offline)
    with pytest.raises(OSError) as error:
        small(weights="timm")
    assert str(error.value) == (
        "weights of 'resnet18' from timm: no download (cannot reach the hub); give a local file as weights"
    )


def test_downloaded_weights_are_used(monkeypatch):
    create = timm.create_model

    def stored(name, pretrained=False, **options):
        net = create(name, **options)
        if pretrained:
            net.conv1.weight.data.fill_(0.25)
        return net

    monkeypatch.setattr(timm, "create_model", stored)
    assert small(weights="timm").backbone.conv1.weight.unique().tolist() == [0.25]


@pytest.mark.parametrize("shape", [(3, 32, 32), (2, 1, 32, 32), (2, 8, 3, 32, 32)])
def test_images_of_another_shape_are_named(shape):
    with pytest.raises(ValueError, match=r"images: shape \(.*\) found, \(n, 3, h, w\) wanted"):
        small().features(torch.rand(shape))


def test_same_seed_gives_the_same_weights():
    states = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        states.append(small().state_dict())
    assert all(torch.equal(x, states[1][key]) for key, x in states[0].items())
    assert not torch.equal(states[0]["classifier.0.weight"], states[2]["classifier.0.weight"])
