import numpy as np
import pytest
import torch
from torch.nn import functional

from i2v_core.models.c3d import C3D, video_feature

# Parameters by hand, from figure 3 of the paper: weights and biases.
COUNTS = {
    "conv1": 3 * 64 * 27 + 64,
    "conv2": 64 * 128 * 27 + 128,
    "conv3a": 128 * 256 * 27 + 256,
    "conv3b": 256 * 256 * 27 + 256,
    "conv4a": 256 * 512 * 27 + 512,
    "conv4b": 512 * 512 * 27 + 512,
    "conv5a": 512 * 512 * 27 + 512,
    "conv5b": 512 * 512 * 27 + 512,
    "fc6": 8192 * 4096 + 4096,
    "fc7": 4096 * 4096 + 4096,
    "fc8": 4096 * 487 + 487,
}


def small(seed=0, **options):
    torch.manual_seed(seed)
    return C3D(**{"classes": 5, "width": 1 / 16, **options}).eval()


def clips(count=1, seed=0):
    return torch.rand(count, 16, 3, 112, 112, generator=torch.Generator().manual_seed(seed))


def reference(model, clip, *, mean=(90.25, 97.66, 101.41), left=0, colours=(2, 1, 0)):
    """fc6 of a clip as one reads it in the authors' prototxt: left is the padding of the last pool before its axes."""
    state = model.state_dict()
    x = clip.transpose(1, 2)[:, list(colours)] * 255 - torch.tensor(mean).view(3, 1, 1, 1)
    names = ("conv1", "conv2", "conv3a", "conv3b", "conv4a", "conv4b", "conv5a", "conv5b")
    for name in names:
        x = functional.conv3d(x, state[f"{name}.weight"], state[f"{name}.bias"], padding=1).clamp(min=0)
        if name in ("conv1", "conv2", "conv3b", "conv4b", "conv5b"):
            if name == "conv5b":  # 7 cells: one more before or behind makes 8 of which each two are one
                assert x.shape[-2:] == (7, 7)
                x = functional.pad(x, (left, 1 - left, left, 1 - left))
            for axis in (2, 3, 4) if name != "conv1" else (3, 4):
                x = x.unfold(axis, 2, 2).amax(dim=-1)
    x = x.flatten(1)
    return (x @ state["fc6.weight"].T + state["fc6.bias"]).clamp(min=0)


def test_parameter_count_of_every_layer():
    with torch.device("meta"):
        model = C3D()
    found = {name: sum(p.numel() for p in module.parameters()) for name, module in model.named_children()}
    assert {name: found[name] for name in COUNTS} == COUNTS
    assert sum(found.values()) == sum(COUNTS.values()) == 79_991_015


def test_shapes_of_the_published_network():
    with torch.device("meta"):
        model = C3D()
        clip = torch.zeros(2, 16, 3, 112, 112)
        assert model.maps(clip).shape == (2, 512, 1, 4, 4)
        assert model.features(clip).shape == (2, 4096)
        assert model(clip).shape == (2, 487)
    assert model.feature_dim == 4096


def test_features_equal_the_reference():
    model, clip = small(), clips(2)
    with torch.no_grad():
        found, expected = model.features(clip), reference(model, clip)
    assert (expected > 0).any()
    # float32 through nine layers
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_symmetric_padding_sees_other_windows():
    clip = clips()
    caffe, symmetric = small(), small(pool5="symmetric")
    with torch.no_grad():
        expected = reference(symmetric, clip, left=1)
        # Windows (pad 0), (1 2), (3 4), (5 6) instead of (0 1), (2 3), (4 5), (6 pad).
        torch.testing.assert_close(symmetric.features(clip), expected, atol=1e-4, rtol=1e-4)
        assert (caffe.features(clip) - symmetric.features(clip)).abs().max() > 1e-2


def test_colours_are_turned_for_bgr_alone():
    clip = clips()
    bgr, rgb = small(), small(channel_order="rgb")
    with torch.no_grad():
        found = rgb.features(clip)
        expected = reference(rgb, clip, mean=(101.41, 97.66, 90.25), colours=(0, 1, 2))
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)
        assert (bgr.features(clip) - found).abs().max() > 1e-2


def test_a_cube_is_subtracted_cell_by_cell():
    clip = clips()
    cube = 200 * torch.rand(3, 16, 112, 112, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        found = small(mean=cube).features(clip)
        # The same clip less the cube, for a network without a mean: the cube is in B, G, R.
        less = clip - cube.flip(0).transpose(0, 1) / 255
        expected = small(mean=torch.zeros(3)).features(less)
    torch.testing.assert_close(found, expected, atol=1e-4, rtol=1e-4)


def test_a_cube_of_equal_numbers_is_the_mean_of_the_channels():
    clip = clips()
    cube = torch.tensor([90.25, 97.66, 101.41]).view(3, 1, 1, 1).expand(3, 16, 112, 112)
    with torch.no_grad():
        assert torch.equal(small(mean=cube).features(clip), small().features(clip))


def test_mean_is_no_part_of_the_state():
    assert all(key.startswith(("conv", "fc")) for key in small().state_dict())


def test_logits_follow_from_fc6():
    model, clip = small(), clips(2)
    with torch.no_grad():
        hidden = (model.features(clip) @ model.fc7.weight.T + model.fc7.bias).clamp(min=0)
        expected = hidden @ model.fc8.weight.T + model.fc8.bias
        torch.testing.assert_close(model(clip), expected, atol=1e-5, rtol=1e-5)  # float32
        model.train()
        assert not torch.equal(model(clip), model(clip))  # dropout
        assert torch.equal(model.features(clip), model.features(clip))


def test_every_parameter_learns():
    model = small()
    functional.cross_entropy(model(clips(2)), torch.tensor([0, 1])).backward()
    assert [name for name, p in model.named_parameters() if p.grad is None] == []


def test_video_feature_is_the_mean_of_its_clips():
    model = small()
    video = np.random.default_rng(0).integers(0, 256, (3, 16, 112, 112, 3), np.uint8)
    with torch.no_grad():
        rows = [model.features(torch.from_numpy(clip[None]).permute(0, 1, 4, 2, 3) / 255)[0].numpy() for clip in video]
    for batch in (1, 2, 8):
        found = video_feature(model, video, batch=batch)
        assert (found.shape, found.dtype) == ((model.feature_dim,), np.float32)
        # Batches of other sizes sum in another order.
        np.testing.assert_allclose(found, np.mean(rows, axis=0), atol=1e-4)
    normed = video_feature(model, video, l2_norm=True)
    np.testing.assert_allclose(normed, found / np.linalg.norm(found), atol=1e-5)
    assert not np.allclose(normed, found, atol=1e-3)


def test_length_of_a_zero_feature_stays_zero():
    model = small()
    with torch.no_grad():
        model.fc6.bias.fill_(-1e9)
    assert not video_feature(model, np.zeros((1, 16, 112, 112, 3), np.uint8), l2_norm=True).any()


@pytest.mark.parametrize("shape", [(1, 8, 3, 112, 112), (1, 16, 3, 128, 128), (16, 3, 112, 112), (1, 3, 16, 112, 112)])
def test_other_clips_are_refused(shape):
    with pytest.raises(ValueError, match=r"C3D clip: shape \(.*\) found, \(n, 16, 3, 112, 112\) wanted"):
        small().features(torch.zeros(shape))


@pytest.mark.parametrize(
    "video",
    [np.zeros((0, 16, 112, 112, 3), np.uint8), np.zeros((1, 16, 112, 112, 3)), np.zeros((16, 2, 2, 3), np.uint8)],
)
def test_video_feature_of_other_clips_is_refused(video):
    with pytest.raises(
        ValueError, match=r"C3D clips: .* found, uint8 \(m, 16, 112, 112, 3\) wanted with m of at least"
    ):
        video_feature(small(), video)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"channel_order": "gbr"}, r"channel_order: 'gbr' found, one of \('bgr', 'rgb'\) wanted"),
        ({"pool5": "same"}, r"pool5: 'same' found, one of \('caffe', 'symmetric'\) wanted"),
        ({"width": 0}, "width: 0 found, a number above 0 wanted"),
        ({"mean": torch.zeros(3, 16, 128, 171)}, r"C3D mean: shape \(3, 16, 128, 171\) found, \(3,\) or \(3, 16, 112"),
    ],
)
def test_bad_options_are_refused(options, message):
    with pytest.raises(ValueError, match=message):
        small(**options)


def test_without_classifier_there_are_features_alone():
    model = small(classes=None)
    assert model.features(clips()).shape == (1, model.feature_dim)
    with pytest.raises(ValueError, match=r"C3D: built without a classifier \(classes=None\)"):
        model(clips())
