"""TV-L1 flow of many pairs at once in PyTorch, on a GPU if there is one.

A pair that has converged is frozen, and leaves the batch at the next median filter. All operations are elementwise,
or choose values, or add integers, so a pair's flow is the same to the bit whatever the batch.
"""

from functools import cache

import numpy as np
import torch
import torch.nn.functional as F

from i2v_core.media.tvl1 import SMALLEST_SIDE_PX, Settings

MARGIN_PX = 4  # zeros around an image: what lies outside counts as 0, as in OpenCV's remap
PIXELS_AT_ONCE = {"cpu": 1 << 17, "cuda": 1 << 23}  # about 500 bytes each, most in the median filter
TINY = 1e-30  # keeps 1 / |g|^2 finite where the image is flat; there the step is 0 because g is
LARGEST_CHANGE, UNITS = 16.0, 2.0**38  # squared px, and integer steps of one, so that 2^20 pixels add up in 63 bits
ITERATIONS_BETWEEN_LOOKS = {"cpu": 1, "cuda": 5}  # to ask whether all have converged stops a GPU's queue


def flow_of_pairs(first: np.ndarray, second: np.ndarray, settings: Settings) -> np.ndarray:
    """Gray images (n, h, w) uint8 -> flow from `first` to `second` (n, h, w, 2) float32 px."""
    device = _device()
    found = [
        _solve(_pyramid(first[part], settings, device), _pyramid(second[part], settings, device), settings)
        for part in _parts(first, len(first), device)
    ]
    return np.concatenate(found)


def flow_of_video(frames: np.ndarray, settings: Settings) -> np.ndarray:
    """Gray frames (t, h, w) uint8, t >= 2 -> flow of each frame to the next (t - 1, h, w, 2) float32 px."""
    device, found = _device(), []
    for part in _parts(frames, len(frames) - 1, device):
        levels = _pyramid(frames[part.start : part.stop + 1], settings, device)
        found.append(_solve([level[:-1] for level in levels], [level[1:] for level in levels], settings))
    return np.concatenate(found)


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _parts(images: np.ndarray, pairs: int, device: torch.device) -> list[slice]:
    size = max(1, PIXELS_AT_ONCE[device.type] // images[0].size)
    return [slice(start, min(start + size, pairs)) for start in range(0, pairs, size)]


def _pyramid(gray: np.ndarray, settings: Settings, device: torch.device) -> list[torch.Tensor]:
    """Scales, finest first: each (n, 3, h, w) of value, x and y gradient (centred; one-sided halves at the border)."""
    levels, image = [], torch.from_numpy(gray).to(device).float()
    while len(levels) < settings.scales and min(image.shape[1:]) >= SMALLEST_SIDE_PX:
        wide, high = F.pad(image, (1, 1), mode="replicate"), F.pad(image, (0, 0, 1, 1), mode="replicate")
        gradients = [0.5 * (wide[:, :, 2:] - wide[:, :, :-2]), 0.5 * (high[:, 2:] - high[:, :-2])]
        levels.append(torch.stack([image, *gradients], dim=1))
        size = [round(side * settings.scale_step) for side in image.shape[1:]]
        image = _resized(image, size, [1 / settings.scale_step] * 2)
    return levels


def _resized(image: torch.Tensor, size: list[int], strides: list[float]) -> torch.Tensor:
    """(..., h, w) sampled bilinearly at (k + 1/2) stride - 1/2, as OpenCV resizes; torch's own rounds sizes down."""
    for axis, side, stride in ((-1, size[1], strides[1]), (-2, size[0], strides[0])):
        at = ((np.arange(side) + 0.5) * stride - 0.5).clip(0, image.shape[axis] - 1)
        low = at.astype(np.int64)
        share = torch.from_numpy((at - low).astype(np.float32)).to(image.device)
        share = share if axis == -1 else share[:, None]
        near, far = torch.from_numpy(low), torch.from_numpy((low + 1).clip(max=image.shape[axis] - 1))
        near, far = (image.index_select(axis, index.to(image.device)) for index in (near, far))
        image = near * (1 - share) + far * share
    return image


def _solve(first: list[torch.Tensor], second: list[torch.Tensor], settings: Settings) -> np.ndarray:
    flow = torch.zeros_like(first[-1][:, :2])
    for scale in range(len(first) - 1, -1, -1):
        if scale < len(first) - 1:
            size = first[scale].shape[2:]
            strides = [coarse / fine for coarse, fine in zip(flow.shape[2:], size, strict=True)]
            flow = _resized(flow, size, strides) * (1 / settings.scale_step)
        _solve_scale(first[scale][:, 0], second[scale], flow, settings)
    return flow.movedim(1, -1).cpu().numpy()


def _solve_scale(still: torch.Tensor, moving: torch.Tensor, flow: torch.Tensor, settings: Settings) -> None:
    """Improves `flow` (n, 2, h, w) in place; the dual field has a zero row above and a zero column to the left."""
    pairs, _, height, width = flow.shape
    dual = flow.new_zeros(pairs, 2, 2, height + 1, width + 1)
    padded = F.pad(moving, (MARGIN_PX,) * 4).flatten(2)
    for _ in range(settings.warps):
        data = _linearised(still, padded, flow)
        running = torch.arange(pairs, device=flow.device)
        for _ in range(settings.outer_iterations):
            part = flow[running]
            if settings.median_px > 1:
                part = _median(part, settings.median_px)
            inner = dual[running]
            active = _iterate([plane[running] for plane in data], part, inner, settings)
            flow[running], dual[running] = part, inner
            running = running[active]
            if len(running) == 0:
                break


def _linearised(still: torch.Tensor, padded: torch.Tensor, flow: torch.Tensor) -> list[torch.Tensor]:
    """Gradient (n, 2, h, w) at x + u0, constant part of rho and 1 / |gradient|^2 (n, h, w)."""
    sampled = _sampled(padded, flow)
    gradient = sampled[:, 1:]
    product = gradient * flow
    constant = sampled[:, 0] - product[:, 0] - product[:, 1] - still
    square = gradient * gradient
    return [gradient, constant, 1 / (square[:, 0] + square[:, 1]).clamp(min=TINY)]


def _sampled(padded: torch.Tensor, flow: torch.Tensor) -> torch.Tensor:
    """Bicubic samples (n, 3, h, w) at x + u of planes (n, 3, pixels with margin); far outside is all margin.

    Choice: exact coordinates, as OpenCV 5 has them; OpenCV 4 rounds them to 1/32 px.
    """
    pairs, _, height, width = flow.shape
    at_x = (flow[:, 0] + torch.arange(width, device=flow.device, dtype=torch.float32)).clamp(-3, width + 1)
    rows = torch.arange(height, device=flow.device, dtype=torch.float32)
    at_y = (flow[:, 1] + rows[:, None]).clamp(-3, height + 1)
    left, top = at_x.floor(), at_y.floor()
    weights_x, weights_y = _cubic(at_x - left), _cubic(at_y - top)
    stride = width + 2 * MARGIN_PX
    corner = ((top.long() + MARGIN_PX - 1) * stride + left.long() + MARGIN_PX - 1).view(pairs, 1, -1)
    total = torch.zeros(pairs, 3, height, width, device=flow.device)
    for row, weight_y in enumerate(weights_y):
        line = torch.zeros_like(total)
        for column, weight_x in enumerate(weights_x):
            place = (corner + (row * stride + column)).expand(-1, 3, -1)
            line += weight_x[:, None] * padded.gather(2, place).view_as(total)
        total += weight_y[:, None] * line
    return total


def _cubic(t: torch.Tensor) -> list[torch.Tensor]:
    """Weights of the four pixels about a point, `t` past the second; Keys 1981 with a = -0.75, as in OpenCV."""
    a, s = -0.75, 1 - t
    return [a * t * s * s, ((a + 2) * t - (a + 3)) * t * t + 1, ((a + 2) * s - (a + 3)) * s * s + 1, a * s * t * t]


def _iterate(data: list[torch.Tensor], flow: torch.Tensor, dual: torch.Tensor, settings: Settings) -> torch.Tensor:
    """At most `inner_iterations` steps in place -> which pairs still change; a frozen one moves by 0 times its step."""
    gradient, constant, inverse = data
    threshold, height, width = settings.lambda_ * settings.theta, *flow.shape[2:]
    limit = int(min(settings.epsilon**2, LARGEST_CHANGE) * height * width * UNITS)
    active = torch.ones(len(flow), dtype=torch.bool, device=flow.device)
    slope = flow.new_zeros(*flow.shape[:2], 2, height, width)
    for iteration in range(1, settings.inner_iterations + 1):
        moving = active.view(-1, 1, 1, 1).float()
        product = gradient * flow
        pull = ((constant + (product[:, 0] + product[:, 1])) * inverse).clamp(-threshold, threshold)
        p_x, p_y = dual[:, :, 0], dual[:, :, 1]
        spread = (p_x[..., 1:, 1:] - p_x[..., 1:, :-1]) + (p_y[..., 1:, 1:] - p_y[..., :-1, 1:])
        change = moving * (settings.theta * spread - pull[:, None] * gradient)
        flow += change
        torch.sub(flow[..., 1:], flow[..., :-1], out=slope[:, :, 0, :, :-1])
        torch.sub(flow[..., 1:, :], flow[..., :-1, :], out=slope[:, :, 1, :-1])
        step = slope * (settings.tau / settings.theta * moving)[:, None]
        square = step * step
        dual[..., 1:, 1:].add_(step).div_(1 + (square[:, :, 0] + square[:, :, 1]).sqrt()[:, :, None])
        active &= _sum_of_squares(change) > limit
        if iteration % ITERATIONS_BETWEEN_LOOKS[flow.device.type] == 0 and not active.any():
            break
    return active


def _sum_of_squares(change: torch.Tensor) -> torch.Tensor:
    """(n, 2, h, w) -> (n,) in integer units, so that no order of adding matters."""
    square = change * change
    return ((square[:, 0] + square[:, 1]).clamp(max=LARGEST_CHANGE) * UNITS).long().sum(dim=(1, 2))


def _median(planes: torch.Tensor, size: int) -> torch.Tensor:
    """Median of size x size neighbours, border repeated, by a network of minima and maxima."""
    height, width = planes.shape[2:]
    padded = F.pad(planes, (size // 2,) * 4, mode="replicate")
    values = [padded[..., y : y + height, x : x + width] for y in range(size) for x in range(size)]
    for low, high, keep_low, keep_high in _median_network(size * size):
        one, other = values[low], values[high]
        if keep_low:
            values[low] = torch.minimum(one, other)
        if keep_high:
            values[high] = torch.maximum(one, other)
    return values[size * size // 2]


@cache
def _median_network(count: int) -> list[tuple[int, int, bool, bool]]:
    """Batcher's odd-even merge sort of `count` values, cut down to what the middle one depends on.

    Each step: two places to put in order, and whether the lower and the higher value are needed later.
    """
    steps = []
    for merged in (1 << k for k in range((count - 1).bit_length())):
        for apart in (merged >> k for k in range(merged.bit_length())):
            for start in range(apart % merged, count - apart, 2 * apart):
                for low in range(start, min(start + apart, count - apart)):
                    if low // (2 * merged) == (low + apart) // (2 * merged):
                        steps.append((low, low + apart))
    needed, kept = {count // 2}, []
    for low, high in reversed(steps):
        if low in needed or high in needed:
            kept.append((low, high, low in needed, high in needed))
            needed |= {low, high}
    return kept[::-1]
