import itertools

import pytest
import torch
from torch.nn import functional

from i2v_core.models.i3d import I3D, Pool, same_padding

# Parameters of each unit by hand, from figure 3 of the paper: weights + 2 per channel (batch normalisation).
COUNTS = {
    "Conv3d_1a_7x7": 3 * 64 * 343 + 128,
    "Conv3d_2b_1x1": 64 * 64 + 128,
    "Conv3d_2c_3x3": 64 * 192 * 27 + 384,
    # in * (the four 1x1x1) + the two 3x3x3 + normalisation
    "Mixed_3b": 39_936 + 331_776 + 13_824 + 736,  # in 192
    "Mixed_3c": 90_112 + 663_552 + 82_944 + 1_280,  # in 256
    "Mixed_4b": 176_640 + 539_136 + 20_736 + 1_248,  # in 480
    "Mixed_4c": 184_320 + 677_376 + 41_472 + 1_296,  # in 512
    "Mixed_4d": 176_128 + 884_736 + 41_472 + 1_328,  # in 512
    "Mixed_4e": 180_224 + 1_119_744 + 55_296 + 1_408,  # in 512
    "Mixed_4f": 304_128 + 1_382_400 + 110_592 + 2_048,  # in 528
    "Mixed_5b": 479_232 + 1_382_400 + 110_592 + 2_048,  # in 832
    "Mixed_5c": 625_664 + 1_990_656 + 165_888 + 2_528,  # in 832
    "logits": 1024 * 400 + 400,
}

# The network once more, as one reads it in the paper: name, kernel, stride (the same in both spatial directions).
TABLE = [
    ("Conv3d_1a_7x7", (7, 7), (2, 2)),
    ("pool", (1, 3), (1, 2)),
    ("Conv3d_2b_1x1", (1, 1), (1, 1)),
    ("Conv3d_2c_3x3", (3, 3), (1, 1)),
    ("pool", (1, 3), (1, 2)),
    *[(f"Mixed_3{letter}", None, None) for letter in "bc"],
    ("pool", (3, 3), (2, 2)),
    *[(f"Mixed_4{letter}", None, None) for letter in "bcdef"],
    ("pool", (2, 2), (2, 2)),
    *[(f"Mixed_5{letter}", None, None) for letter in "bc"],
]


def count(module):
    return sum(p.numel() for p in module.parameters())


def shaken(model, seed=0):
    """`model` in float64 with random statistics and scales of its batch normalisation, so that each of them matters."""
    generator = torch.Generator().manual_seed(seed)
    model.double()
    for name, values in [*model.named_parameters(), *model.named_buffers()]:
        if ".bn." in name and values.is_floating_point():
            low = -0.5 if name.endswith(("bias", "mean")) else 0.5
            values.data.copy_(torch.rand(values.shape, generator=generator, dtype=torch.float64) + low)
    return model


def padded(x, kernel, stride):
    """Zeros around (n, c, t, h, w) until each axis has ceil(size / stride) windows, fewer before than after."""
    pads = []
    for size, width, step in zip(x.shape[:1:-1], kernel[::-1], stride[::-1], strict=True):
        total = max((-(-size // step) - 1) * step + width - size, 0)
        pads += [total // 2, total - total // 2]
    return functional.pad(x, pads)


def reference(state, clip, table=TABLE):
    """Mixed_5c of a clip, slowly: explicit padding, normalisation by its equation, maximum over each window."""

    def unit(x, name, kernel=(1, 1), stride=(1, 1)):
        kernel, stride = (*kernel, kernel[1]), (*stride, stride[1])
        x = functional.conv3d(padded(x, kernel, stride), state[f"{name}.conv3d.weight"], stride=stride)
        mean, variance, scale, shift = (
            state[f"{name}.bn.{key}"].reshape(-1, 1, 1, 1) for key in ("running_mean", "running_var", "weight", "bias")
        )
        return ((x - mean) / (variance + 1e-3).sqrt() * scale + shift).clamp(min=0)

    def pool(x, kernel, stride):
        kernel, stride = (*kernel, kernel[1]), (*stride, stride[1])
        x = padded(x, kernel, stride)
        for axis in range(3):
            x = x.unfold(2 + axis, kernel[axis], stride[axis]).amax(dim=-1)
        return x

    x = clip.transpose(1, 2) * 2 - 1
    for name, kernel, stride in table:
        if name == "pool":
            x = pool(x, kernel, stride)
        elif kernel:
            x = unit(x, name, kernel, stride)
        else:
            second = unit(unit(x, f"{name}.b1a"), f"{name}.b1b", (3, 3))
            third = unit(unit(x, f"{name}.b2a"), f"{name}.b2b", (3, 3))
            fourth = unit(pool(x, (3, 3), (1, 1)), f"{name}.b3b")
            x = torch.cat([unit(x, f"{name}.b0"), second, third, fourth], dim=1)
    return x


def test_parameter_count_of_every_unit():
    with torch.device("meta"):
        model = I3D()
    for name, expected in COUNTS.items():
        assert count(model.get_submodule(name)) == expected, name
    assert count(model) == 12_697_264


def test_parameter_count_for_flow():
    with torch.device("meta"):
        model = I3D(in_channels=2, normalisation="none")
    assert count(model) == 12_697_264 - 64 * 343


def test_endpoint_shapes_of_a_full_clip():
    with torch.device("meta"):
        model = I3D()
        clip = torch.zeros(1, 64, 3, 224, 224)
        found = {name: tuple(x.shape[1:]) for name, x in model.endpoints(clip).items()}
        logits, features = model(clip), model.features(clip)
    assert found == {
        "Conv3d_1a_7x7": (64, 32, 112, 112),
        "MaxPool3d_2a_3x3": (64, 32, 56, 56),
        "Conv3d_2b_1x1": (64, 32, 56, 56),
        "Conv3d_2c_3x3": (192, 32, 56, 56),
        "MaxPool3d_3a_3x3": (192, 32, 28, 28),
        "Mixed_3b": (256, 32, 28, 28),
        "Mixed_3c": (480, 32, 28, 28),
        "MaxPool3d_4a_3x3": (480, 16, 14, 14),
        "Mixed_4b": (512, 16, 14, 14),
        "Mixed_4c": (512, 16, 14, 14),
        "Mixed_4d": (512, 16, 14, 14),
        "Mixed_4e": (528, 16, 14, 14),
        "Mixed_4f": (832, 16, 14, 14),
        "MaxPool3d_5a_2x2": (832, 8, 7, 7),
        "Mixed_5b": (832, 8, 7, 7),
        "Mixed_5c": (1024, 8, 7, 7),
    }
    assert (logits.shape, features.shape) == ((1, 400), (1, 1024))


# Even, odd and tiny axes, each of which pads another way; two clips of the mini world's size.


@pytest.mark.parametrize(
    ("frames", "height", "width"), [(8, 48, 48), (16, 56, 40), (9, 50, 47), (7, 33, 31), (17, 65, 64), (2, 3, 5)]
)
def test_equals_slow_reference(frames, height, width):
    torch.manual_seed(0)
    model = shaken(I3D(classes=3, width=0.125)).eval()
    clip = torch.rand(2, frames, 3, height, width, dtype=torch.float64)
    with torch.no_grad():
        maps = reference(model.state_dict(), clip)
        # float64 through 21 layers of normalised activations: errors far below 1e-9
        torch.testing.assert_close(model.endpoints(clip)["Mixed_5c"], maps, atol=1e-9, rtol=1e-9)
        torch.testing.assert_close(model.features(clip), maps.mean(dim=(2, 3, 4)), atol=1e-9, rtol=1e-9)


# ST-I2V's strides: the two pools behind Mixed_3c and Mixed_4f halve space alone.
KEPT_TIME = [
    (name, kernel, (1, 2)) if name == "pool" and kernel in ((3, 3), (2, 2)) else (name, kernel, stride)
    for name, kernel, stride in TABLE
]


@pytest.mark.parametrize(("frames", "size"), [(8, 48), (9, 33), (2, 17), (1, 5)])
def test_kept_time_equals_the_slow_reference_and_leaves_half_the_frames(frames, size):
    torch.manual_seed(0)
    model = shaken(I3D(classes=None, width=0.05, temporal_stride="st_i2v")).eval()
    clip = torch.rand(2, frames, 3, size, size, dtype=torch.float64)
    with torch.no_grad():
        maps = reference(model.state_dict(), clip, KEPT_TIME)
        assert maps.shape[2] == (frames + 1) // 2
        # float64 through 21 layers of normalised activations: errors far below 1e-9
        torch.testing.assert_close(model.endpoints(clip)["Mixed_5c"], maps, atol=1e-9, rtol=1e-9)
        torch.testing.assert_close(model.steps(clip), maps.mean(dim=(3, 4)).transpose(1, 2), atol=1e-9, rtol=1e-9)


def test_eight_frames_give_four_steps_in_time_where_the_published_strides_give_one():
    clip = torch.rand(1, 8, 3, 32, 32)
    found = {}
    for name in ("st_i2v", "original"):
        model = I3D(classes=None, width=0.05, temporal_stride=name).eval()
        with torch.no_grad():
            found[name] = tuple(model.steps(clip).shape[1:])
    assert found == {"st_i2v": (4, model.feature_dim), "original": (1, model.feature_dim)}


def pooled(x, kernel, stride, *, outside=0.0):
    """Maximum with SAME padding by `outside`, cell by cell: output o of an axis sees cells o stride - before, and on.

    before = floor(max((ceil(size / stride) - 1) stride + kernel - size, 0) / 2), TensorFlow's rule.
    """
    shape = [-(-size // step) for size, step in zip(x.shape[2:], stride, strict=True)]
    before = [
        max((count - 1) * step + width - size, 0) // 2
        for size, width, step, count in zip(x.shape[2:], kernel, stride, shape, strict=True)
    ]
    found = x.new_full((*x.shape[:2], *shape), -torch.inf)
    for place in itertools.product(*map(range, shape)):
        for offset in itertools.product(*map(range, kernel)):
            cell = [o * s - b + k for o, s, b, k in zip(place, stride, before, offset, strict=True)]
            inside = all(0 <= c < size for c, size in zip(cell, x.shape[2:], strict=True))
            value = x[:, :, *cell] if inside else x.new_full(x.shape[:2], outside)
            found[:, :, *place] = torch.maximum(found[:, :, *place], value)
    return found


@pytest.mark.parametrize("size", [(4, 5, 6), (1, 2, 3), (5, 4, 1)])
@pytest.mark.parametrize(
    ("kernel", "stride"),
    [
        ((2, 2, 2), (1, 2, 2)),  # MaxPool3d_5a_2x2 of ST-I2V
        ((2, 2, 2), (1, 1, 1)),
        ((4, 2, 3), (1, 1, 1)),
        ((2, 4, 2), (1, 2, 1)),
        ((3, 3, 3), (1, 2, 2)),  # MaxPool3d_4a_3x3 of ST-I2V
        ((2, 2, 2), (2, 2, 2)),
    ],
)
def test_pool_gives_same_output_at_stride_1_with_an_even_kernel_too(kernel, stride, size):
    torch.manual_seed(0)
    x = torch.rand(2, 3, *size)  # like the output of a ReLU, for which padding with zeros changes nothing
    found = Pool(kernel, stride)(x)
    assert found.shape[2:] == tuple(-(-length // step) for length, step in zip(size, stride, strict=True))
    assert torch.equal(found, pooled(x, kernel, stride))
    assert torch.equal(Pool(kernel, stride)(x - 1), pooled(x - 1, kernel, stride, outside=-torch.inf))


def test_pool_of_two_cells_at_stride_1_is_worked_by_hand():
    x = torch.tensor([3.0, 1.0, 2.0, 5.0, 4.0]).reshape(1, 1, 5, 1, 1)
    # Each cell and the next; the one cell of padding lies behind the last.
    assert Pool((2, 1, 1), (1, 1, 1))(x).flatten().tolist() == [3, 2, 5, 5, 4]


def test_logits_of_a_full_clip_are_the_published_average_pool_and_mean():
    torch.manual_seed(0)
    model = shaken(I3D(classes=5, width=1 / 16)).float().eval()
    clip = torch.rand(1, 64, 3, 224, 224)
    with torch.no_grad():
        maps = model.endpoints(clip)["Mixed_5c"]
        pooled = functional.avg_pool3d(maps, (2, 7, 7), stride=1)
        classifier = model.logits["conv3d"]
        expected = functional.conv3d(pooled, classifier.weight, classifier.bias)
        assert expected.shape == (1, 5, 7, 1, 1)
        # float32 sums of about 100 terms of size one
        torch.testing.assert_close(model(clip), expected.mean(dim=(2, 3, 4)), atol=1e-5, rtol=1e-5)


def test_logits_weigh_the_first_and_last_step_half_as_much_as_those_between():
    torch.manual_seed(0)
    model = shaken(I3D(classes=5, width=0.125)).eval()
    clip = torch.rand(2, 32, 3, 32, 32, dtype=torch.float64)
    with torch.no_grad():
        steps = model.endpoints(clip)["Mixed_5c"].mean(dim=(3, 4))
        assert steps.shape[2] == 4
        pooled = (
            steps @ torch.tensor([1.0, 2.0, 2.0, 1.0], dtype=torch.float64) / 6
        )  # means of 3 pairs, then their mean
        classifier = model.logits["conv3d"]
        expected = functional.linear(pooled, classifier.weight.flatten(1), classifier.bias)
        plain = functional.linear(steps.mean(dim=2), classifier.weight.flatten(1), classifier.bias)
        torch.testing.assert_close(model(clip), expected, atol=1e-12, rtol=1e-9)  # float64 rounding
        assert (expected - plain).abs().max() > 1e-6


def test_logits_of_one_time_step_are_those_of_the_features():
    model = I3D(classes=5, width=0.125).eval()
    clip = torch.rand(2, 8, 3, 48, 48)  # 8 frames leave one step
    with torch.no_grad():
        expected = functional.linear(
            model.features(clip), model.logits["conv3d"].weight.flatten(1), model.logits["conv3d"].bias
        )
        torch.testing.assert_close(model(clip), expected, atol=1e-5, rtol=1e-5)  # float32 rounding


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "expected"),
    [
        (224, 7, 2, (2, 3)),
        (225, 7, 2, (3, 3)),
        (8, 3, 2, (0, 1)),
        (7, 3, 2, (1, 1)),
        (8, 2, 2, (0, 0)),
        (7, 2, 2, (0, 1)),
        (5, 3, 1, (1, 1)),
        (5, 1, 2, (0, 0)),
        (1, 7, 2, (3, 3)),
    ],
)
def test_same_padding(size, kernel, stride, expected):
    assert same_padding(size, kernel, stride) == expected
    assert (size + sum(expected) - kernel) // stride + 1 == -(-size // stride)


@pytest.mark.parametrize("shape", [(1, 1, 1), (1, 48, 48), (3, 2, 9), (64, 16, 16)])
def test_any_clip_size_gives_logits(shape):
    model = I3D(classes=4, width=0.125).eval()
    with torch.no_grad():
        assert model(torch.rand(2, shape[0], 3, *shape[1:])).shape == (2, 4)


def test_flow_enters_as_it_is():
    model = I3D(classes=4, in_channels=2, width=0.125, normalisation="none").eval()
    flow = torch.rand(1, 8, 2, 32, 32) * 2 - 1
    with torch.no_grad():
        first = model.endpoints(flow)["Conv3d_1a_7x7"]
        state = model.state_dict()
        x = padded(flow.transpose(1, 2), (7, 7, 7), (2, 2, 2))
        expected = functional.conv3d(x, state["Conv3d_1a_7x7.conv3d.weight"], stride=2).clamp(min=0)
    # Fresh statistics are 0 and 1; batch normalisation divides by sqrt(1 + 0.001). float32 rounding.
    torch.testing.assert_close(first, expected / 1.001**0.5, atol=1e-5, rtol=1e-5)


def test_every_parameter_learns():
    torch.manual_seed(0)
    model = I3D(classes=3, width=0.125)
    functional.cross_entropy(model(torch.rand(3, 16, 3, 64, 64)), torch.tensor([0, 1, 2])).backward()
    assert [name for name, p in model.named_parameters() if p.grad is None or p.grad.abs().sum() == 0] == []


@pytest.mark.parametrize("shape", [(2, 3, 8, 32, 32), (8, 3, 32, 32), (2, 8, 2, 32, 32)])
def test_clip_of_another_shape_is_named(shape):
    with pytest.raises(ValueError, match=r"clip: shape \(.*\) found, \(n, t, 3, h, w\) wanted"):
        I3D(width=0.125).features(torch.rand(shape))
