import pytest
import torch
from torch import nn
from torch.nn import functional

from i2v_core.models.bn_inception import BNInception, CaffeInput, load_bn_inception, read, widened
from tests.models.small_bn_inception import clips, saved, settled, small

# As the public code lists them: block, channels in, then 1x1 | reduce, 3x3 | reduce, 3x3, 3x3 | pool, projection.
# Then parameters by hand: channels in * all 1x1, 3x3, two 3x3, 3 per output (bias, scale, shift); the map at 224 px.
TABLE = [
    ("3a", 192, (64, 64, 64, 64, 96, 96, "avg", 32), 43_008 + 36_864 + 138_240 + 1_440, (256, 28)),
    ("3b", 256, (64, 64, 96, 64, 96, 96, "avg", 64), 65_536 + 55_296 + 138_240 + 1_632, (320, 28)),
    ("3c", 320, (0, 128, 160, 64, 96, 96, "max", 0), 61_440 + 184_320 + 138_240 + 1_632, (576, 14)),
    ("4a", 576, (224, 64, 96, 96, 128, 128, "avg", 128), 294_912 + 55_296 + 258_048 + 2_592, (576, 14)),
    ("4b", 576, (192, 96, 128, 96, 128, 128, "avg", 128), 294_912 + 110_592 + 258_048 + 2_688, (576, 14)),
    ("4c", 576, (160, 128, 160, 128, 160, 160, "avg", 128), 313_344 + 184_320 + 414_720 + 3_072, (608, 14)),
    ("4d", 608, (96, 128, 192, 160, 192, 192, "avg", 128), 311_296 + 221_184 + 608_256 + 3_264, (608, 14)),
    ("4e", 608, (0, 128, 192, 192, 256, 256, "max", 0), 194_560 + 221_184 + 1_032_192 + 3_072, (1056, 7)),
    ("5a", 1056, (352, 192, 320, 160, 224, 224, "avg", 128), 878_592 + 552_960 + 774_144 + 4_800, (1024, 7)),
    ("5b", 1024, (352, 192, 320, 192, 224, 224, "max", 128), 884_736 + 552_960 + 838_656 + 4_896, (1024, 7)),
]


def public_layout():
    """Keys and shapes of the public file: name -> shape."""
    layers = [("conv1_7x7_s2", 3, 64, 7), ("conv2_3x3_reduce", 64, 64, 1), ("conv2_3x3", 64, 192, 3)]
    for block, channels, (single, reduce, triple, double_reduce, first, second, _, proj), *_ in TABLE:
        name = f"inception_{block}"
        layers += [(f"{name}_1x1", channels, single, 1)] if single else []
        layers += [(f"{name}_3x3_reduce", channels, reduce, 1), (f"{name}_3x3", reduce, triple, 3)]
        layers += [(f"{name}_double_3x3_reduce", channels, double_reduce, 1)]
        layers += [(f"{name}_double_3x3_1", double_reduce, first, 3), (f"{name}_double_3x3_2", first, second, 3)]
        layers += [(f"{name}_pool_proj", channels, proj, 1)] if proj else []
    shapes = {}
    for name, before, after, kernel in layers:
        shapes |= {f"{name}.weight": (after, before, kernel, kernel), f"{name}.bias": (after,)}
        shapes |= {f"{name}_bn.{key}": (after,) for key in ("weight", "bias", "running_mean", "running_var")}
    return shapes | {"last_linear.weight": (1000, 1024), "last_linear.bias": (1000,)}


def reference(state, x):
    """inception_5b, slowly: normalisation by its equation, windows of pools one by one, padding written out."""

    def layer(name, x, stride=1):
        pad = state[f"{name}.weight"].shape[2] // 2
        x = functional.conv2d(functional.pad(x, [pad] * 4), state[f"{name}.weight"], stride=stride)
        keys = [f"{name}.bias", *(f"{name}_bn.{key}" for key in ("weight", "bias", "running_mean", "running_var"))]
        bias, scale, shift, mean, variance = (state[key].reshape(-1, 1, 1) for key in keys)
        return ((x + bias - mean) / (variance + 1e-5).sqrt() * scale + shift).clamp(min=0)

    def windows(x, stride):
        return x.unfold(2, 3, stride).unfold(3, 3, stride)

    def halved(x, rows, columns):  # windows from every second cell on; the last ones end with the map
        behind = (0, 2 * columns + 1 - x.shape[3], 0, 2 * rows + 1 - x.shape[2])
        return windows(functional.pad(x, behind, value=-torch.inf), 2).amax(dim=(4, 5))

    def even(x, kind):  # around every cell; the cells outside are zeros, which count in the mean
        around = windows(functional.pad(x, [1] * 4), 1)
        return around.amax(dim=(4, 5)) if kind == "max" else around.sum(dim=(4, 5)) / 9

    x = layer("conv1_7x7_s2", x, stride=2)
    x = layer("conv2_3x3", layer("conv2_3x3_reduce", halved(x, x.shape[2] // 2, x.shape[3] // 2)))
    x = halved(x, x.shape[2] // 2, x.shape[3] // 2)
    for block, _, (single, *_, pool, _proj), *_ in TABLE:
        name, stride = f"inception_{block}", 1 if single else 2
        second = layer(f"{name}_3x3", layer(f"{name}_3x3_reduce", x), stride)
        third = layer(f"{name}_double_3x3_1", layer(f"{name}_double_3x3_reduce", x))
        branches = [second, layer(f"{name}_double_3x3_2", third, stride)]
        if single:
            branches = [layer(f"{name}_1x1", x), *branches, layer(f"{name}_pool_proj", even(x, pool))]
        else:
            branches.append(halved(x, *second.shape[2:]))
        x = torch.cat(branches, dim=1)
    return x


def test_parameter_counts_by_hand_and_keys_of_the_public_file():
    with torch.device("meta"):
        model = BNInception()
    expected = {f"inception_{block}_": count for block, _, _, count, _ in TABLE}
    expected |= {"conv1": 3 * 64 * 49 + 192, "conv2": 64 * 64 + 192 + 64 * 192 * 9 + 576, "last": 1024 * 1000 + 1000}
    for part, count in expected.items():
        assert sum(p.numel() for name, p in model.named_parameters() if name.startswith(part)) == count, part
    assert sum(p.numel() for p in model.parameters()) == sum(expected.values()) == 11_295_240
    found = {key: tuple(x.shape) for key, x in model.state_dict().items() if "num_batches" not in key}
    assert found == public_layout()
    assert {(m.eps, m.momentum) for m in model.modules() if isinstance(m, nn.BatchNorm2d)} == {(1e-5, 0.1)}


def test_endpoint_shapes_at_224_px():
    model, images = BNInception().eval(), torch.zeros(1, 3, 224, 224)
    with torch.no_grad():
        found = {name: tuple(x.shape[1:]) for name, x in model.endpoints(images).items()}
        assert (model(images).shape, model.features(images).shape) == ((1, 1000), (1, 1024))
    expected = {"conv1_7x7_s2": (64, 112), "pool1_3x3_s2": (64, 56), "conv2_3x3_reduce": (64, 56)}
    expected |= {"conv2_3x3": (192, 56), "pool2_3x3_s2": (192, 28)}
    expected |= {f"inception_{block}": shape for block, *_, shape in TABLE}
    assert found == {name: (channels, size, size) for name, (channels, size) in expected.items()}


# 64, 96: sizes of the public code. Maps are odd before 3c at 56 and 72, before 4e at 48, in the stem at 57 and 41 px.


@pytest.mark.parametrize(("height", "width"), [(64, 96), (56, 56), (48, 72), (57, 41), (7, 9)])
def test_equals_slow_reference(height, width):
    torch.manual_seed(0)
    model = settled(small(), (4, 3, height, width))
    images = torch.rand(2, 3, height, width, dtype=torch.float64)
    bgr = torch.stack([images[:, 2] * 255 - 104, images[:, 1] * 255 - 117, images[:, 0] * 255 - 128], dim=1)
    hooked = []
    model.inception_5b_output.register_forward_hook(lambda *found: hooked.append(found[-1]))
    with torch.no_grad():
        maps = reference(model.state_dict(), bgr)
        logits = maps.mean(dim=(2, 3)) @ model.last_linear.weight.T + model.last_linear.bias
        # float64 through 30 normalised layers: relative errors far below 1e-9
        torch.testing.assert_close(model.endpoints(images)["inception_5b"], maps, atol=1e-9, rtol=1e-9)
        torch.testing.assert_close(model(images), logits, atol=1e-9, rtol=1e-9)
    torch.testing.assert_close(hooked[0], maps, atol=1e-9, rtol=1e-9)


def test_input_by_hand():
    rgb = torch.tensor([1.0, 0.2, 0.0]).reshape(1, 3, 1, 1)  # 255, 51, 0
    assert CaffeInput()(rgb).flatten().tolist() == pytest.approx([0 - 104, 51 - 117, 255 - 128])
    assert CaffeInput()(torch.tensor([-1.0, 0.2]).reshape(2, 1, 1)).flatten().tolist() == pytest.approx([-127.5, 25.5])


@pytest.mark.parametrize(("old", "classifier"), [(False, True), (True, True), (False, False), (True, False)])
def test_public_file_loads(old, classifier, tmp_path):
    state = {key: torch.rand(shape) for key, shape in public_layout().items()}
    rows = {key.replace("last_linear", "fc"): x[None] if "_bn." in key else x for key, x in state.items()}
    model = BNInception(classes=1000 if classifier else 7)
    own = model.last_linear.weight.clone()
    load_bn_inception(model, saved(rows if old else state, tmp_path), classifier=classifier)
    found = model.state_dict()
    assert all(torch.equal(found[key], x) for key, x in state.items() if not key.startswith("last_linear"))
    assert torch.equal(found["last_linear.weight"], state["last_linear.weight"] if classifier else own)


def test_the_layout_is_told_and_values_are_those_of_the_model(tmp_path):
    state = small().state_dict()
    rows = {key.replace("last_linear", "fc"): x[None] if "_bn.w" in key else x for key, x in state.items()}
    assert read(saved(state, tmp_path)).layout == "pretrained-models.pytorch"
    found = read(saved(rows, tmp_path), channels=10)
    assert found.layout == "pretrained-models.pytorch, old dump"
    by_key = {entry.key: entry for entry in found.entries}
    assert list(by_key) == list(state)
    first, scale = by_key["conv1_7x7_s2.weight"], by_key["conv1_7x7_s2_bn.weight"]
    assert (first.shape, tuple(first.value.shape)) == ((4, 3, 7, 7), (4, 10, 7, 7))
    assert (scale.shape, tuple(scale.value.shape)) == ((1, 4), (4,))


def test_files_that_do_not_fit_are_refused_in_one_line(tmp_path):
    state = small().state_dict()
    missing = {key: x for key, x in state.items() if not key.startswith("inception_4c_1x1.")}
    surplus = missing | {"inception_6a_1x1.weight": torch.zeros(1)}
    for content, message in [
        (missing, r"2 keys missing \['inception_4c_1x1.weight', 'inception_4c_1x1.bias'\], 0 surplus"),
        (surplus, r"2 keys missing .*, 1 surplus \['inception_6a_1x1.weight'\], 0 of another shape"),
        (small(width=0.1).state_dict(), r"0 keys missing \[\], 0 surplus \[\], \d+ of another shape \['conv1_7x7_s2.w"),
        (small(classes=4).state_dict(), r"2 of another shape \['last_linear.weight \(4, 52\) instead of \(3, 52\)'"),
        (small(frames=2).state_dict(), r"1 of another shape \['conv1_7x7_s2.weight \(4, 6, 7, 7\) instead of \(4, 3"),
        ({"state_dict": state}, r"no dictionary of tensors \(\['state_dict'\]\); BN-Inception weights wanted"),
        ([1, 2], r"no dictionary of tensors \(list\)"),
    ]:
        with pytest.raises(ValueError, match=rf"public\.pth: .*{message}") as error:
            load_bn_inception(small(), saved(content, tmp_path))
        assert "\n" not in str(error.value)
    with pytest.raises(FileNotFoundError, match=r"nowhere\.pth: no such checkpoint"):
        clips(weights=tmp_path / "nowhere.pth")


def test_widened_by_hand():
    weight = torch.tensor([[1.0, 2.0, 6.0], [0.0, -3.0, 0.0]]).reshape(2, 3, 1, 1)
    # Two frames of flow: (1 + 2 + 6) / 4 and -3 / 4 in each of four channels.
    found = widened(weight, 4)
    assert found.flatten(1).tolist() == [[2.25] * 4, [-0.75] * 4]
    # A grey 10 has the response 10 (1 + 2 + 6) = 90 from three channels and from four.
    grey = torch.full((1, 4, 1, 1), 10.0)
    assert functional.conv2d(grey, found).flatten().tolist() == [90, -30]
    assert functional.conv2d(grey[:, :3], weight).flatten().tolist() == [90, -30]


@pytest.mark.parametrize(("statistics", "expected"), [("batch", 69), ("running", 1)])
def test_statistics_that_move_in_training(statistics, expected):
    model = clips(statistics=statistics).eval().train()
    before = {key: values.clone() for key, values in model.named_buffers() if "running_mean" in key}
    model.features(torch.rand(2, 4, 3, 40, 40)).sum().backward()
    changed = [key for key, values in model.named_buffers() if key in before and not torch.equal(values, before[key])]
    assert len(changed) == expected
    assert changed[0] == "backbone.conv1_7x7_s2_bn.running_mean"
    assert all(p.requires_grad for p in model.parameters())
    assert not any(module.training for module in model.eval().modules())


def test_arguments_and_shapes_are_named():
    for options, message in [
        ({"mode": "frame_gru"}, r"mode: 'frame_gru' found, 'frame_stack' or 'frame_mean' wanted"),
        ({"in_channels": 5}, r"in_channels: 5 found, 3 for RGB or 2 for flow wanted"),
        ({"frames": 0}, r"frames: 0 found, 1 or more wanted"),
        ({"width": 0.0}, r"width: 0.0 found, a number above 0 wanted"),
        ({"statistics": "fixed"}, r"statistics: 'fixed' found, 'batch' or 'running' wanted"),
    ]:
        with pytest.raises(ValueError, match=message):
            clips(**options)
    for mode, shape, wanted in [
        ("frame_stack", (2, 3, 3, 40, 40), "4, 3"),
        ("frame_stack", (2, 4, 2, 40, 40), "4, 3"),
        ("frame_mean", (2, 0, 3, 40, 40), "t, 3"),
        ("frame_mean", (2, 3, 40, 40), "t, 3"),
    ]:
        with pytest.raises(ValueError, match=rf"clip: shape \(.*\) found, \(n, {wanted}, h, w\) wanted"):
            clips(mode=mode).features(torch.rand(shape))
    with pytest.raises(ValueError, match=r"images: shape \(1, 3, 6, 40\) found, \(n, 3, h, w\) of 7 px or more wanted"):
        small()(torch.rand(1, 3, 6, 40))
    with pytest.raises(ValueError, match=r"built without a classifier"):
        small(classes=None)(torch.rand(1, 3, 40, 40))
