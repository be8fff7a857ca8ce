"""TV-L1 flow on one CPU core: compiled kernels that pass over the image once per iteration.

The planes of a pair lie flat, rows without gaps between an empty row above and one below. So one loop runs over many
rows: the neighbour to the left of a row's first pixel is the last pixel of the row before, where the dual field is
always 0, and the difference to the right of a row's last pixel is taken times 0. Rows go in blocks that stay in the
processor's near memory; the dual field of a row follows as soon as the flow of the row below is known. Every other
iteration runs upwards, so that it begins with what is still near.
Nothing here runs on several threads and sums have a fixed order: the same machine gives the same bits, always.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numba import njit

from i2v_core.media.tvl1 import SMALLEST_SIDE_PX, Settings

MARGIN_PX = 4  # zeros around an image: what lies outside counts as 0, as in OpenCV's remap
BLOCK_PIXELS = 4096
TINY = np.float32(1e-30)  # keeps 1 / |g|^2 finite where the image is flat; there the step is 0 because g is
# Grey values lie in 0..255, so that nothing overflows; sums are reordered for speed, but always in the same way.
FAST = {"reassoc", "contract", "nsz", "arcp", "nnan", "ninf"}
compiled = njit(cache=True, nogil=True, error_model="numpy", fastmath=FAST)


class Planes(NamedTuple):
    """What the iterations at one scale work on; n = (h + 2) w.

    data (4, n): x and y gradient of the warped second image, constant part of rho, 1 / |gradient|^2
    state (6, n): flow x, y, dual field of x (p11, p12), of y (p21, p22); flow (2, h, w): a view of the first two
    steps (rows * w,): tau / theta, but 0 in the last column
    """

    data: np.ndarray
    state: np.ndarray
    steps: np.ndarray
    flow: np.ndarray


def flow_of_pairs(first: np.ndarray, second: np.ndarray, settings: Settings) -> np.ndarray:
    """Gray images (n, h, w) uint8, n >= 1 -> flow from `first` to `second` (n, h, w, 2) float32 px."""
    found = np.empty((*first.shape, 2), np.float32)
    memory = _memory(first.shape[1:], settings)
    for one, other, flow in zip(first, second, found, strict=True):
        _solve(_pyramid(one, settings), _pyramid(other, settings), settings, memory, flow)
    return found


def flow_of_video(frames: np.ndarray, settings: Settings) -> np.ndarray:
    """Gray frames (t, h, w) uint8, t >= 2 -> flow of each frame to the next (t - 1, h, w, 2) float32 px."""
    found = np.empty((len(frames) - 1, *frames.shape[1:], 2), np.float32)
    memory = _memory(frames.shape[1:], settings)
    last = _pyramid(frames[0], settings)
    for frame, flow in zip(frames[1:], found, strict=True):
        levels = _pyramid(frame, settings)
        _solve(last, levels, settings, memory, flow)
        last = levels
    return found


def _pyramid(gray: np.ndarray, settings: Settings) -> list[np.ndarray]:
    """Image (h, w) uint8 -> its scales, finest first: each (h + 8, w + 8, 3) float32 of value, x and y gradient."""
    levels, image = [], gray.astype(np.float32)
    while len(levels) < settings.scales and min(image.shape) >= SMALLEST_SIDE_PX:
        level = np.zeros((image.shape[0] + 2 * MARGIN_PX, image.shape[1] + 2 * MARGIN_PX, 3), np.float32)
        _fill_level(image, level)
        levels.append(level)
        image = cv2.resize(image, None, fx=settings.scale_step, fy=settings.scale_step)
    return levels


def _memory(size: tuple[int, int], settings: Settings) -> list[Planes]:
    """Planes of the scales of images of (h, w), to be used for one pair after another."""
    made = []
    for level in _pyramid(np.zeros(size, np.uint8), settings):
        height, width = level.shape[0] - 2 * MARGIN_PX, level.shape[1] - 2 * MARGIN_PX
        steps = np.full((min(height, -(-BLOCK_PIXELS // width)), width), settings.tau / settings.theta, np.float32)
        steps[:, -1] = 0
        state = np.zeros((6, (height + 2) * width), np.float32)
        flow = state[:2].reshape(2, height + 2, width)[:, 1:-1]
        made.append(Planes(np.zeros((4, state.shape[1]), np.float32), state, steps.ravel(), flow))
    return made


def _solve(first: list, second: list, settings: Settings, memory: list[Planes], out: np.ndarray) -> None:
    """Writes the flow from the image with pyramid `first` to that with pyramid `second` into `out` (h, w, 2)."""
    memory[-1].state[:2] = 0
    for scale in range(len(memory) - 1, -1, -1):
        flow = memory[scale].flow
        if scale < len(memory) - 1:
            for axis in range(2):
                cv2.resize(memory[scale + 1].flow[axis], flow.shape[:0:-1], dst=flow[axis])
            flow *= np.float32(1 / settings.scale_step)
        _solve_scale(first[scale], second[scale], memory[scale], settings)
    out[..., 0], out[..., 1] = memory[0].flow


def _solve_scale(first: np.ndarray, second: np.ndarray, planes: Planes, settings: Settings) -> None:
    height, width = planes.flow.shape[1:]
    limit = settings.epsilon**2 * height * width
    planes.state[2:] = 0
    numbers = (np.float32(settings.lambda_ * settings.theta), np.float32(settings.theta), limit, width)
    for _ in range(settings.warps):
        _warp(first, second, planes.state, planes.data)
        for _ in range(settings.outer_iterations):
            if settings.median_px > 1:
                for axis in planes.flow:
                    cv2.medianBlur(axis, settings.median_px, dst=axis)
            if _iterate(planes.data, planes.state, planes.steps, numbers, settings.inner_iterations) <= limit:
                break


@compiled
def _fill_level(image, level):
    """Writes an image and its centred differences, one-sided (halved too) at the border, inside the margin."""
    (height, width), half = image.shape, np.float32(0.5)
    for y in range(height):
        for x in range(width):
            inner = level[y + MARGIN_PX, x + MARGIN_PX]
            inner[0] = image[y, x]
            inner[1] = half * (image[y, min(x + 1, width - 1)] - image[y, max(x - 1, 0)])
            inner[2] = half * (image[min(y + 1, height - 1), x] - image[max(y - 1, 0), x])


@compiled
def _cubic(t):
    """Weights of the four pixels about a point, `t` past the second; Keys 1981 with a = -0.75, as in OpenCV."""
    a, b, c, one = np.float32(-0.75), np.float32(1.25), np.float32(2.25), np.float32(1)  # a, a + 2, a + 3
    s = one - t
    return a * t * s * s, (b * t - c) * t * t + one, (b * s - c) * s * s + one, a * s * t * t


@compiled
def _warp(first, second, state, data):
    """Samples `second` at x + u0 by bicubic interpolation and fills `data`: rho = data[2] + gradient . u."""
    height, width = second.shape[0] - 2 * MARGIN_PX, second.shape[1] - 2 * MARGIN_PX
    places, weights = np.empty(width, np.int64), np.empty((8, width), np.float32)
    sampled = np.empty((3, width), np.float32)
    for y in range(height):
        begin = (y + 1) * width
        u, v = state[0, begin : begin + width], state[1, begin : begin + width]
        _place_row(np.float32(y), u, v, second.shape, places, weights)
        _sample_row(second.reshape(-1), second.shape[1] * 3, places, weights, sampled)
        gradient_x, gradient_y = data[0, begin : begin + width], data[1, begin : begin + width]
        constant, inverse = data[2, begin : begin + width], data[3, begin : begin + width]
        value, value_x, value_y = sampled[0], sampled[1], sampled[2]
        still = first[y + MARGIN_PX, MARGIN_PX : MARGIN_PX + width, 0]
        for x in range(width):
            gradient_x[x], gradient_y[x] = value_x[x], value_y[x]
            constant[x] = value[x] - value_x[x] * u[x] - value_y[x] * v[x] - still[x]
            inverse[x] = np.float32(1) / max(value_x[x] * value_x[x] + value_y[x] * value_y[x], TINY)


@compiled
def _place_row(y, u, v, shape, places, weights):
    """Index of the first of 4 x 4 pixels and the weights (4 in x, 4 in y) for a row; far outside is all margin."""
    lowest = np.float32(-3)
    right, bottom = np.float32(shape[1] - 2 * MARGIN_PX + 1), np.float32(shape[0] - 2 * MARGIN_PX + 1)
    for x in range(u.size):
        at_x = min(max(np.float32(x) + u[x], lowest), right)
        at_y = min(max(y + v[x], lowest), bottom)
        left, top = np.floor(at_x), np.floor(at_y)
        places[x] = ((np.int64(top) + MARGIN_PX - 1) * shape[1] + np.int64(left) + MARGIN_PX - 1) * 3
        weights[0, x], weights[1, x], weights[2, x], weights[3, x] = _cubic(at_x - left)
        weights[4, x], weights[5, x], weights[6, x], weights[7, x] = _cubic(at_y - top)


@compiled
def _sample_row(image, stride, places, weights, sampled):
    stride = np.uint64(stride)  # unsigned: no test for an index counted from the end
    for x in range(places.size):
        a, b, c, d = weights[4, x], weights[5, x], weights[6, x], weights[7, x]
        value, value_x, value_y = np.float32(0), np.float32(0), np.float32(0)
        for column in range(4):
            k = np.uint64(places[x] + 3 * column)
            m, n, o = k + stride, k + stride + stride, k + stride + stride + stride
            i, j, w = np.uint64(1), np.uint64(2), weights[column, x]
            value += w * (a * image[k] + b * image[m] + c * image[n] + d * image[o])
            value_x += w * (a * image[k + i] + b * image[m + i] + c * image[n + i] + d * image[o + i])
            value_y += w * (a * image[k + j] + b * image[m + j] + c * image[n + j] + d * image[o + j])
        sampled[0, x], sampled[1, x], sampled[2, x] = value, value_x, value_y


@compiled
def _iterate(data, state, steps, numbers, iterations):
    """At most `iterations` steps of flow and dual field -> squared change of the flow in the last one, summed.

    numbers: lambda theta, theta, squared change at which to stop, width.
    """
    threshold, theta, limit, width = numbers
    end, last, error = state.shape[1] - width, state.shape[1] - 2 * width, 0.0
    rate, none = steps[0], np.float32(0)
    for iteration in range(iterations):
        error = 0.0
        if iteration % 2 == 0:
            done = width
            for begin in range(width, end, steps.size):
                stop = min(begin + steps.size, end)
                error += _step_flow(data, state, (begin, stop), width, (threshold, theta))
                _step_dual(state, (done, stop - width), width, steps, rate)
                done = stop - width
            _step_dual(state, (last, end), width, steps, none)
        else:
            for stop in range(end, width, -steps.size):
                begin = max(stop - steps.size, width)
                error += _step_flow(data, state, (begin, stop), width, (threshold, theta))
                if stop == end:
                    _step_dual(state, (last, end), width, steps, none)
                _step_dual(state, (begin, min(stop, last)), width, steps, rate)
        if error <= limit:
            break
    return error


@compiled
def _step_flow(data, state, block, width, numbers):
    """v = u + clamp(-rho / |g|^2, +- lambda theta) g, then u = v + theta div p, for the pixels of a block."""
    (begin, stop), (threshold, theta), change = block, numbers, np.float32(0)
    u, v = state[0, begin:stop], state[1, begin:stop]
    p11, p11_left = state[2, begin:stop], state[2, begin - 1 : stop - 1]
    p12, p12_above = state[3, begin:stop], state[3, begin - width : stop - width]
    p21, p21_left = state[4, begin:stop], state[4, begin - 1 : stop - 1]
    p22, p22_above = state[5, begin:stop], state[5, begin - width : stop - width]
    gradient_x, gradient_y = data[0, begin:stop], data[1, begin:stop]
    constant, inverse = data[2, begin:stop], data[3, begin:stop]
    for i in range(u.size):
        rho = constant[i] + (gradient_x[i] * u[i] + gradient_y[i] * v[i])
        pull = min(max(rho * inverse[i], -threshold), threshold)
        step_u = theta * ((p11[i] - p11_left[i]) + (p12[i] - p12_above[i])) - pull * gradient_x[i]
        step_v = theta * ((p21[i] - p21_left[i]) + (p22[i] - p22_above[i])) - pull * gradient_y[i]
        u[i] += step_u
        v[i] += step_v
        change += step_u * step_u + step_v * step_v
    return change


@compiled
def _step_dual(state, block, width, steps, step_down):
    """p = (p + tau/theta grad u) / (1 + tau/theta |grad u|) for a block of rows; `step_down` is 0 for the last row."""
    begin, stop = block
    for k in range(2):
        u, right = state[k, begin:stop], state[k, begin + 1 : stop + 1]
        below = state[k, begin + width : stop + width]
        p_x, p_y = state[2 + 2 * k, begin:stop], state[3 + 2 * k, begin:stop]
        for i in range(u.size):
            along, down = steps[i] * (right[i] - u[i]), step_down * (below[i] - u[i])
            shrink = np.float32(1) / (np.float32(1) + np.sqrt(along * along + down * down))
            p_x[i] = (p_x[i] + along) * shrink
            p_y[i] = (p_y[i] + down) * shrink
