import cv2
import numpy as np
import pytest
import torch

from i2v_core.media.tvl1 import Settings, batched
from tests.media.tvl1.known_motion import batch, texture

SETTINGS = Settings(scales=2, warps=2)


@pytest.fixture(scope="module")
def pairs():
    """Pairs that converge after different numbers of iterations: three motions, one at rest, one with a cut."""
    first, second, _ = batch(32, 40)
    first = np.concatenate([first, first[:1], first[:1]])
    return first, np.concatenate([second, first[:1], 255 - first[:1]])


@pytest.fixture(scope="module")
def together(pairs):
    return batched.flow_of_pairs(*pairs, SETTINGS)


def test_a_pair_alone_gives_the_same_bits(pairs, together):
    for k in range(len(together)):
        alone = batched.flow_of_pairs(*(side[k : k + 1] for side in pairs), SETTINGS)
        assert np.array_equal(alone[0], together[k])


def test_order_and_neighbours_change_no_bit(pairs, together):
    order = [4, 2, 2, 0]
    assert np.array_equal(batched.flow_of_pairs(*(side[order] for side in pairs), SETTINGS), together[order])


@pytest.mark.parametrize("pixels", [1, 2 * 32 * 40])
def test_the_size_of_a_part_changes_no_bit(monkeypatch, pairs, together, pixels):
    monkeypatch.setattr(batched, "PIXELS_AT_ONCE", {"cpu": pixels, "cuda": pixels})
    assert np.array_equal(batched.flow_of_pairs(*pairs, SETTINGS), together)
    video = batched.flow_of_video(pairs[1], SETTINGS)
    assert np.array_equal(video, batched.flow_of_pairs(pairs[1][:-1], pairs[1][1:], SETTINGS))


def test_rarer_looks_at_convergence_change_no_bit(monkeypatch, pairs, together):
    monkeypatch.setattr(batched, "ITERATIONS_BETWEEN_LOOKS", {"cpu": 5, "cuda": 5})
    assert np.array_equal(batched.flow_of_pairs(*pairs, SETTINGS), together)


def test_a_converged_pair_is_frozen():
    # no image pulls: the dual field of pair 0 is small enough to stop after one iteration, epsilon is 0.01 px
    flow, dual, zero = torch.zeros(2, 2, 8, 9), torch.zeros(2, 2, 2, 9, 10), torch.zeros(2, 8, 9)
    dual[0, :, :, 1:-1, 1:-1] = 1e-4
    dual[1, :, :, 1:-1, 1:-1] = torch.from_numpy(np.random.default_rng(0).normal(size=(2, 2, 7, 8)).astype(np.float32))
    data = [torch.zeros(2, 2, 8, 9), zero, zero]
    once, state = flow.clone(), dual.clone()
    active = batched._iterate(data, once, state, Settings(inner_iterations=1))
    assert active.tolist() == [False, True]
    batched._iterate(data, flow, dual, Settings(inner_iterations=4))
    assert torch.equal(flow[0], once[0])
    assert torch.equal(dual[0], state[0])
    assert not torch.equal(flow[1], once[1])


@pytest.mark.parametrize("size", [3, 5])
def test_medians_are_those_of_opencv_to_the_bit(size):
    values = np.random.default_rng(0).normal(size=(2, 2, 11, 14)).astype(np.float32)
    found = batched._median(torch.from_numpy(values), size).numpy()
    for plane, wanted in zip(found.reshape(4, 11, 14), values.reshape(4, 11, 14), strict=True):
        assert np.array_equal(plane, cv2.medianBlur(wanted, size))


def test_images_shrink_and_grow_as_in_opencv():
    image = texture(37, 52)
    small = batched._resized(torch.from_numpy(image), [30, 42], [1.25, 1.25]).numpy()
    assert np.abs(small - cv2.resize(image, None, fx=0.8, fy=0.8)).max() < 1e-3  # of 255, float32
    large = batched._resized(torch.from_numpy(small), [37, 52], [30 / 37, 42 / 52]).numpy()
    assert np.abs(large - cv2.resize(small, (52, 37))).max() < 1e-3


def test_samples_are_those_of_opencv():
    image = texture(20, 26)
    flow = np.random.default_rng(0).normal(size=(1, 2, 20, 26)).astype(np.float32) * 4
    flow[0, :, 0], flow[0, :, 1] = 1e6, -1e6
    planes = torch.from_numpy(image).expand(1, 3, -1, -1)
    padded = torch.nn.functional.pad(planes, (4, 4, 4, 4)).flatten(2)
    found = batched._sampled(padded, torch.from_numpy(flow)).numpy()
    column, row = np.meshgrid(np.arange(26, dtype=np.float32), np.arange(20, dtype=np.float32))
    wanted = cv2.remap(image, column + flow[0, 0], row + flow[0, 1], cv2.INTER_CUBIC)
    # OpenCV 4 rounds places to 1/32 px, at most 1/64 px off, and slopes, at the border of 0, reach 200 a pixel
    assert np.abs(found - wanted).max() < 4
    assert not found[:, :, :2].any()


def test_the_sum_that_stops_a_pair_worked_by_hand():
    # changes (0.5, 0.25) at one of six pixels: 0.25 + 0.0625 = 0.3125; (10, 0) counts as 16
    change = torch.zeros(2, 2, 2, 3)
    change[0, :, 1, 2] = torch.tensor([0.5, 0.25])
    change[1, 0, 0, 0] = 10
    assert (batched._sum_of_squares(change) / batched.UNITS).tolist() == [0.3125, 16.0]
