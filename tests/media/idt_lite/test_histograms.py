import math

import cv2
import numpy as np
import pytest

from i2v_core.media.idt_lite import histograms
from tests.media.idt_lite.textures import texture


def test_directions_by_hand():
    x = np.array([[2.0, 0.0, -3.0, 1.0, 0.0]])
    y = np.array([[0.0, 1.0, 0.0, -1.0, 0.0]])
    # 0, 90 and 180 degrees: bins 0, 2 and 4; -45 = 315 degrees: bin 7; no length, no bin.
    expected = np.zeros((1, 5, 8))
    expected[0, [0, 1, 2, 3], [0, 2, 4, 7]] = [2, 1, 3, math.sqrt(2)]
    np.testing.assert_allclose(histograms.directions(x, y), expected, atol=1e-6)  # float32


def test_a_direction_between_two_bins_is_shared():
    angle = math.radians(54)  # bin 1 is 45 degrees, bin 2 is 90: 9 / 45 = 0.2 of the way
    found = histograms.directions(np.array([[5 * math.cos(angle)]]), np.array([[5 * math.sin(angle)]]))
    np.testing.assert_allclose(found[0, 0], [0, 4, 1, 0, 0, 0, 0, 0], atol=1e-6)
    last = histograms.directions(np.array([[math.cos(-0.3)]]), np.array([[math.sin(-0.3)]]))[0, 0]
    share = 0.3 / (math.pi / 4)  # from bin 0 back to bin 7
    np.testing.assert_allclose(last, [1 - share, *[0] * 6, share], atol=1e-6)


def test_short_flow_counts_as_one_in_a_bin_of_its_own():
    found = histograms.directions(np.array([[0.3, 0.4, 0.5]]), np.array([[0.2, 0.0, 0.0]]), smallest=0.4)
    assert found.shape == (1, 3, 9)
    np.testing.assert_allclose(found[0], [[0] * 8 + [1], [0] * 8 + [1], [0.5, *[0] * 8]], atol=1e-6)


def slow_patch(gray, flow, point):
    """The four histograms around a point, pixel by pixel, from the definitions."""
    height, width = gray.shape
    left = min(max(round(point[0]) - 16, 0), width - 32)
    top = min(max(round(point[1]) - 16, 0), height - 32)

    def gradient(image):
        # Neighbours' difference; the pixel outside is a copy of the second one inside, so that edges have 0.
        padded = cv2.copyMakeBorder(image.astype(np.float64), 1, 1, 1, 1, cv2.BORDER_REFLECT_101)
        return padded[1:-1, 2:] - padded[1:-1, :-2], padded[2:, 1:-1] - padded[:-2, 1:-1]

    kinds = {
        "hog": (*gradient(gray), None),
        "hof": (flow[..., 0], flow[..., 1], 0.4),
        "mbh_x": (*gradient(flow[..., 0]), None),
        "mbh_y": (*gradient(flow[..., 1]), None),
    }
    found = []
    for x, y, smallest in kinds.values():
        cells = np.zeros((2, 2, 8 if smallest is None else 9))
        for i in range(32):
            for j in range(32):
                a, b = float(x[top + i, left + j]), float(y[top + i, left + j])
                length, cell = math.hypot(a, b), cells[j // 16, i // 16]
                if smallest is not None and length <= smallest:
                    cell[8] += 1
                    continue
                place = math.atan2(b, a) % (2 * math.pi) / (math.pi / 4)
                cell[math.floor(place) % 8] += length * (1 - place % 1)
                cell[(math.floor(place) + 1) % 8] += length * (place % 1)
        cells += 0.05
        found.append(np.sqrt(cells / cells.sum()).ravel())
    return np.concatenate(found)


@pytest.mark.parametrize("point", [(30.4, 25.6), (0.0, 0.0), (59.0, 44.0), (16.5, 3.0)])
def test_patch_equals_slow_reference(point):
    gray = texture(45, 60)
    flow = np.random.default_rng(0).normal(0, 0.7, (45, 60, 2)).astype(np.float32)
    found = histograms.around(np.array([point, point], np.float32), histograms.integral(gray, flow))
    assert found.shape == (2, 132)
    # sums of 256 float32 values of a size of up to 255
    np.testing.assert_allclose(found[0], slow_patch(gray, flow, point), atol=1e-5)
    assert np.array_equal(found[0], found[1])


def test_each_kind_has_length_one():
    gray = texture(40, 40)
    flow = np.random.default_rng(0).normal(0, 1, (40, 40, 2)).astype(np.float32)
    found = histograms.around(np.array([[20.0, 20.0]]), histograms.integral(gray, flow))[0]
    parts = np.split(found, np.cumsum([32, 36, 32]))
    assert [len(part) for part in parts] == [32, 36, 32, 32]
    np.testing.assert_allclose([np.linalg.norm(part) for part in parts], 1, atol=1e-6)  # float32


def test_plain_patch_without_motion():
    found = histograms.around(
        np.array([[20.0, 20.0]]), histograms.integral(np.full((40, 40), 7, np.uint8), np.zeros((40, 40, 2), np.float32))
    )[0]
    # No gradient: 32 equal bins. No flow: 4 bins of 256.05 and 32 of 0.05.
    np.testing.assert_allclose(found[:32], math.sqrt(1 / 32), atol=1e-6)
    np.testing.assert_allclose(found[32 + 8 : 68 : 9], math.sqrt(256.05 / (4 * 256.05 + 32 * 0.05)), atol=1e-6)
    np.testing.assert_allclose(found[32], math.sqrt(0.05 / (4 * 256.05 + 32 * 0.05)), atol=1e-6)


def test_motion_boundaries_do_not_see_constant_motion():
    gray = texture(40, 40)
    random = np.random.default_rng(0).normal(0, 1, (40, 40, 2)).astype(np.float32)
    point = np.array([[20.0, 20.0]])
    found, moved = (
        histograms.around(point, histograms.integral(gray, flow))[0] for flow in (random, random + np.float32([4, -2]))
    )
    np.testing.assert_allclose(moved[68:], found[68:], atol=1e-5)
    assert np.abs(moved[32:68] - found[32:68]).max() > 0.1  # HOF does
