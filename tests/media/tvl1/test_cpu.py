import cv2
import numpy as np
import pytest

from i2v_core.media.tvl1 import Settings, cpu
from tests.media.tvl1.known_motion import batch, texture

HEIGHT, WIDTH = 21, 30


def planes(seed: int = 0) -> cpu.Planes:
    """Memory of one scale with random data and flow and a dual field as iterations leave it: 0 where it has to be."""
    random = np.random.default_rng(seed)
    made = cpu._memory((HEIGHT, WIDTH), Settings(scales=1))[0]
    made.data[:] = random.normal(size=made.data.shape)
    made.data[3] = 1 / (made.data[0] ** 2 + made.data[1] ** 2)
    state = made.state.reshape(6, HEIGHT + 2, WIDTH)
    state[:, 1:-1] = random.normal(size=(6, HEIGHT, WIDTH)) * 0.3
    state[[2, 4], :, -1] = 0
    state[[3, 5], -2] = 0
    return made


def one_iteration(data: np.ndarray, state: np.ndarray, settings: Settings) -> tuple[np.ndarray, float]:
    """The three equations of the package's docstring on images (k, h, w), in float64 -> new state, squared change."""
    gx, gy, constant, inverse = data.astype(np.float64)
    u, p = state[:2].astype(np.float64), state[2:].astype(np.float64).reshape(2, 2, *state.shape[1:])
    bound = settings.lambda_ * settings.theta
    v = u - np.clip((constant + gx * u[0] + gy * u[1]) * inverse, -bound, bound) * np.stack([gx, gy])
    divergence = np.diff(p[:, 0], axis=2, prepend=0) + np.diff(p[:, 1], axis=1, prepend=0)
    new = v + settings.theta * divergence
    slope = np.stack([np.diff(new, axis=2, append=new[:, :, -1:]), np.diff(new, axis=1, append=new[:, -1:])], axis=1)
    slope *= settings.tau / settings.theta
    p = (p + slope) / (1 + np.linalg.norm(slope, axis=1, keepdims=True))
    return np.concatenate([new, p.reshape(4, *state.shape[1:])]), float(((new - u) ** 2).sum())


@pytest.mark.parametrize("block", [1, 100, 10_000], ids=["a row", "three rows", "all rows"])
@pytest.mark.parametrize("iterations", [1, 2, 5])
def test_iterations_follow_the_equations_downwards_and_upwards(monkeypatch, block, iterations):
    monkeypatch.setattr(cpu, "BLOCK_PIXELS", block)
    memory, settings = planes(), Settings()
    data, state = (part.reshape(-1, HEIGHT + 2, WIDTH)[:, 1:-1] for part in (memory.data, memory.state))
    wanted, data = state.copy(), data.copy()
    for _ in range(iterations):
        wanted, change = one_iteration(data, wanted, settings)
    numbers = (np.float32(settings.lambda_ * settings.theta), np.float32(settings.theta), 0.0, WIDTH)
    found = cpu._iterate(memory.data, memory.state, memory.steps, numbers, iterations)
    assert np.abs(state - wanted).max() < 1e-5  # float32, values of the order of 1
    assert found == pytest.approx(change, rel=1e-4)
    border = memory.state.reshape(6, HEIGHT + 2, WIDTH)[:, [0, -1]]
    assert not border.any()


def test_iterations_stop_once_the_change_is_small():
    memory, again, changes = planes(), planes(), []
    data, state = (part.reshape(-1, HEIGHT + 2, WIDTH)[:, 1:-1] for part in (again.data, again.state))
    for _ in range(6):
        state, change = one_iteration(data, state, Settings())
        changes.append(change)
    wanted = next(k for k in range(1, 6) if changes[k] < min(changes[:k]))  # the first smaller than all before
    numbers, limit = (np.float32(0.045), np.float32(0.3)), changes[wanted] * 1.001
    assert cpu._iterate(memory.data, memory.state, memory.steps, (*numbers, limit, WIDTH), 30) <= limit
    cpu._iterate(again.data, again.state, again.steps, (*numbers, 0.0, WIDTH), wanted + 1)
    assert np.array_equal(memory.state, again.state)


def test_warping_is_that_of_opencv():
    image, still = texture(HEIGHT, WIDTH), texture(HEIGHT, WIDTH, seed=1)
    level, first = (np.zeros((HEIGHT + 8, WIDTH + 8, 3), np.float32) for _ in range(2))
    cpu._fill_level(image, level)
    cpu._fill_level(still, first)
    memory = planes()
    flow = memory.flow
    flow *= 10  # 3 px on average
    flow[:, :2] = 100  # far outside: all zero
    flow[:, 2:4] = -1e6
    cpu._warp(first, level, memory.state, memory.data)
    column, row = np.meshgrid(np.arange(WIDTH, dtype=np.float32), np.arange(HEIGHT, dtype=np.float32))
    value, gx, gy = (
        cv2.remap(np.ascontiguousarray(level[4:-4, 4:-4, k]), column + flow[0], row + flow[1], cv2.INTER_CUBIC)
        for k in range(3)
    )
    data = memory.data.reshape(4, HEIGHT + 2, WIDTH)[:, 1:-1]
    # OpenCV 4 rounds places to 1/32 px, at most 1/64 px off, and slopes reach 40 grey values a pixel
    assert np.abs(data[0] - gx).max() < 0.6
    assert np.abs(data[1] - gy).max() < 0.6
    assert np.abs(data[2] + gx * flow[0] + gy * flow[1] + still - value)[4:].max() < 4
    assert not data[:2, :4].any()
    inside = data[0] ** 2 + data[1] ** 2 > 1e-3
    assert np.abs(data[3] * (data[0] ** 2 + data[1] ** 2) - 1)[inside].max() < 1e-5  # float32
    assert np.isfinite(data).all()


def test_gradients_worked_by_hand():
    # rows 1 2 4 / 1 5 4 / 0 0 0: in x (2 - 1) / 2, (4 - 1) / 2, (4 - 2) / 2; in y of the middle row (0 - 1) / 2 ...
    image = np.array([[1, 2, 4], [1, 5, 4], [0, 0, 0]], np.float32)
    level = np.zeros((11, 11, 3), np.float32)
    cpu._fill_level(image, level)
    assert np.array_equal(level[4:7, 4:7, 0], image)
    assert level[4, 4:7, 1].tolist() == [0.5, 1.5, 1.0]
    assert level[5, 4:7, 2].tolist() == [-0.5, -1.0, -2.0]
    assert level[4, 4:7, 2].tolist() == [0.0, 1.5, 0.0]
    level[4:7, 4:7] = 0
    assert not level.any()


def test_scales_have_the_sizes_of_opencv_and_end_at_sixteen_pixels():
    # 28, 22.4, 17.6, 14.4 px: three scales; 41 x 0.8 = 32.8 is 33
    sizes = [level.shape for level in cpu._pyramid(np.zeros((28, 41), np.uint8), Settings())]
    assert sizes == [(36, 49, 3), (30, 41, 3), (26, 34, 3)]
    assert len(cpu._pyramid(np.zeros((28, 41), np.uint8), Settings(scales=2))) == 2


def test_a_pair_does_not_depend_on_those_before_it():
    first, second, _ = batch(40, 48)
    together = cpu.flow_of_pairs(first, second, Settings())
    for k in range(len(first)):
        assert np.array_equal(cpu.flow_of_pairs(first[k : k + 1], second[k : k + 1], Settings())[0], together[k])
