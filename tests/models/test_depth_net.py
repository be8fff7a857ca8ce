import numpy as np
import pytest
import torch

from i2v_core import storage
from i2v_core.losses.scale_shift_invariant import scale_shift_invariant
from i2v_core.models import depth_net
from i2v_core.models.depth_net import DepthNet


def net(width=2, seed=0):
    torch.manual_seed(seed)
    return DepthNet(width=width).eval()


def images(*shapes):
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (*shape, 3), np.uint8) for shape in shapes]


@pytest.mark.parametrize("size", [(64, 64), (8, 40), (61, 37), (1, 1)])
def test_any_size_gives_a_map_of_that_size_that_is_not_negative(size):
    maps = net()(torch.rand(2, 3, *size))
    assert maps.shape == (2, *size)
    assert maps.min() >= 0
    assert torch.isfinite(maps).all()


def test_width_decides_the_number_of_parameters():
    counts = [sum(p.numel() for p in DepthNet(width=width).parameters()) for width in (6, 12)]
    assert counts[1] == 168_553
    assert 3.9 < counts[1] / counts[0] < 4.1  # nearly all weights are width by width


def test_depth_can_depend_on_the_place_alone():
    flat = torch.full((1, 3, 64, 64), 0.5)
    made = net(width=8)
    with torch.no_grad():
        inner = made(flat)[0, 24:40, 24:40]  # out of reach of the zeros around the image for most layers
    assert inner.std(dim=0).mean() > 1e-4


def test_every_layer_learns():
    made = DepthNet(width=2)
    made(torch.rand(2, 3, 16, 16)).square().sum().backward()
    assert all(p.grad.abs().sum() > 0 for name, p in made.named_parameters())


def test_a_toy_scene_is_learnt_in_seconds():
    torch.manual_seed(0)
    made = DepthNet(width=4)
    optimiser = torch.optim.AdamW(made.parameters(), lr=0.01)
    for _ in range(60):
        near = torch.rand(8, 1, 16, 16).gt(0.5).float().repeat_interleave(2, 2).repeat_interleave(2, 3)
        pictures = near * torch.tensor([0.9, 0.2, 0.1]).view(1, 3, 1, 1) + 0.1 * torch.rand(8, 3, 32, 32)
        loss = scale_shift_invariant(made(pictures), near[:, 0], near[:, 0] > -1, gradient_weight=0.0)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    # a flat map leaves 0.25: |R| = 0.5 everywhere, halved
    assert loss.item() < 0.05


@pytest.mark.parametrize("shape", [(3, 8, 8), (1, 1, 8, 8), (1, 8, 8, 3)])
def test_an_unfit_shape_is_named(shape):
    with pytest.raises(ValueError, match=r"images: shape \(.*\) found, \(n, 3, h, w\) wanted"):
        net()(torch.zeros(shape))


def test_a_file_gives_the_same_net(tmp_path):
    made = net(width=3)
    storage.save_weights(depth_net.content(made, arguments={"width": 3}, short_side_px=32), tmp_path / "d.pt")
    found, side = depth_net.load(tmp_path / "d.pt")
    assert side == 32
    assert not found.training
    state = found.state_dict()
    assert all(torch.equal(value, state[name]) for name, value in made.state_dict().items())


def test_a_file_of_something_else_is_an_error(tmp_path):
    storage.save_weights({"kind": "image"}, tmp_path / "d.pt")
    with pytest.raises(ValueError, match=r"d\.pt: not a depth network of this project; a file written by pretrain_dep"):
        depth_net.load(tmp_path / "d.pt")
    with pytest.raises(FileNotFoundError, match=r"none\.pt: no such checkpoint"):
        depth_net.load(tmp_path / "none.pt")


def test_weights_of_another_width_are_an_error(tmp_path):
    storage.save_weights(depth_net.content(net(width=3), arguments={"width": 2}, short_side_px=32), tmp_path / "d.pt")
    with pytest.raises(ValueError, match=r"d\.pt: 0 keys missing .* weights of the depth network that the file descri"):
        depth_net.load(tmp_path / "d.pt")


def test_images_of_any_shapes_give_maps_of_theirs():
    maps = depth_net.inverse_depth(net(), images((40, 56), (90, 33), (40, 56), (16, 16)), short_side_px=32)
    assert [one.shape for one in maps] == [(40, 56), (90, 33), (40, 56), (16, 16)]
    assert all(one.dtype == np.float32 and one.min() >= 0 for one in maps)


def test_an_image_of_the_nets_own_size_is_only_scaled_to_one():
    (image,) = images((32, 48))
    with torch.no_grad():
        wanted = net()(torch.from_numpy(image).permute(2, 0, 1)[None].float() / 255)[0].numpy()
    (found,) = depth_net.inverse_depth(net(), [image], short_side_px=32)
    assert np.abs(found - wanted).max() < 1e-6  # float32, values below 2


def test_a_larger_image_is_seen_at_the_nets_size():
    (image,) = images((32, 48))
    (small,) = depth_net.inverse_depth(net(), [image], short_side_px=32)
    (large,) = depth_net.inverse_depth(net(), [image.repeat(2, axis=0).repeat(2, axis=1)], short_side_px=32)
    # each map pixel becomes 2 x 2 by bicubic interpolation, which smooths; unlike maps have a gap of 1.1 deviations
    assert np.abs(large.reshape(32, 2, 48, 2).mean(axis=(1, 3)) - small).mean() < 0.25 * small.std()
    (unlike,) = depth_net.inverse_depth(net(), [image.repeat(2, axis=0).repeat(2, axis=1)], short_side_px=64)
    assert not np.array_equal(unlike, large)


def test_images_run_together_as_alone():
    given = images((40, 56), (30, 30), (40, 56))
    together = depth_net.inverse_depth(net(), given, short_side_px=32)
    alone = [depth_net.inverse_depth(net(), [one], short_side_px=32)[0] for one in given]
    assert max(np.abs(a - b).max() for a, b in zip(together, alone, strict=True)) < 1e-5  # float32, values below 2
