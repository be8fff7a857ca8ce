import cv2
import numpy as np
import pytest

from i2v_core.media.idt_lite import camera, flow
from tests.media.idt_lite.textures import texture

PLANTED = {
    "pan": np.array([[1, 0, 3.0], [0, 1, -2.0], [0, 0, 1]]),
    "turn": np.array([[0.9994, -0.0349, 2.0], [0.0349, 0.9994, -1.0], [0, 0, 1]]),  # 2 degrees
    "tilt": np.array([[1.01, 0.004, 1.0], [0.002, 0.99, 0.5], [0.00005, 0.00003, 1]]),
}


def seen(image, homography):
    """The image after a camera motion that takes places x to H x."""
    return cv2.warpPerspective(image, homography, image.shape[::-1], borderMode=cv2.BORDER_REFLECT)


def estimate(first, second):
    sizes = flow.sizes(*first.shape, scales=8)
    moved = flow.pyramid_flow(flow.pyramid(first, sizes), flow.pyramid(second, sizes))[0]
    points = [camera.key_points(image, most=1000) for image in (first, second)]
    return camera.homography(first, moved, *points)


def places_of(homography, places):
    return cv2.perspectiveTransform(places[None].astype(float), homography)[0]


@pytest.mark.parametrize("name", PLANTED)
def test_planted_homography_is_found(name):
    first = texture(160, 200, size_px=3)
    found = estimate(first, seen(first, PLANTED[name]))
    corners = np.array([[20, 20], [180, 20], [20, 140], [180, 140], [100, 80]])
    # RANSAC accepts pairs within 1 px; their least squares fit is much nearer.
    assert np.abs(places_of(found, corners) - places_of(PLANTED[name], corners)).max() < 0.3


def test_foreground_does_not_move_the_camera():
    first = texture(160, 200, size_px=3)
    second = seen(first, PLANTED["pan"])
    square = texture(60, 60, seed=5, size_px=3)
    first[50:110, 60:120] = square  # a ninth of the image
    second[50:110, 52:112] = square  # moves 8 px to the left, the background 3 px to the right
    corners = np.array([[20, 20], [180, 20], [20, 140], [180, 140]])
    moved = places_of(estimate(first, second), corners) - corners
    assert np.abs(moved - [3, -2]).max() < 0.5


def test_plain_wall_gives_the_identity():
    wall = np.full((64, 64), 90, np.uint8)
    assert np.array_equal(estimate(wall, wall), np.eye(3))


def test_few_pairs_give_the_identity():
    # One corner of a square: far fewer than 51 pairs.
    first = np.full((64, 64), 90, np.uint8)
    first[32:, 32:] = 200
    assert np.array_equal(estimate(first, np.roll(first, 2, axis=1)), np.eye(3))


def grid_points(shifts):
    """Key points on a grid, unlike each other, and the same ones moved by `shifts` (n, 2)."""
    places = np.array([(x, y) for y in range(20, 140, 15) for x in range(20, 180, 15)], np.float32)[: len(shifts)]
    descriptors = np.eye(128, dtype=np.float32)[: len(shifts)]
    return camera.KeyPoints(places, descriptors), camera.KeyPoints(places + np.float32(shifts), descriptors)


WALL, NO_FLOW = np.full((160, 200), 90, np.uint8), np.zeros((160, 200, 2), np.float32)  # without corners


@pytest.mark.parametrize(("pairs", "step"), [(51, 4), (50, 0)])
def test_key_points_alone_suffice_from_51_pairs_on(pairs, step):
    found = camera.homography(WALL, NO_FLOW, *grid_points([(4.0, -3.0)] * pairs))
    assert np.abs(found - [[1, 0, step], [0, 1, -3 * step / 4], [0, 0, 1]]).max() < 1e-3


@pytest.mark.parametrize(("agreeing", "is_found"), [(60, True), (12, False)])
def test_fewer_than_26_inliers_give_the_identity(agreeing, is_found):
    shifts = np.random.default_rng(0).uniform(-20, 20, (80, 2))
    shifts[:agreeing] = (4, -3)
    found = camera.homography(WALL, NO_FLOW, *grid_points(shifts))
    assert np.array_equal(found, np.eye(3)) != is_found
    if is_found:
        assert np.abs(places_of(found, np.array([[100, 80]])) - (104, 77)).max() < 0.1


def test_flow_alone_suffices():
    none = camera.KeyPoints(np.empty((0, 2), np.float32), np.empty((0, 128), np.float32))
    shift = np.full((160, 200, 2), (2, 5), np.float32)
    found = camera.homography(texture(160, 200), shift, none, none)
    assert np.abs(found - [[1, 0, 2], [0, 1, 5], [0, 0, 1]]).max() < 1e-3


def test_stabilised_frame_is_the_first_again():
    first = texture(160, 200, size_px=4)
    for homography in PLANTED.values():
        back = camera.stabilised(first, seen(first, homography), homography)
        assert back.dtype == np.uint8
        assert np.abs(back.astype(int) - first).mean() < 3  # of 255; twice interpolated


def test_what_the_second_frame_does_not_show_is_taken_from_the_first():
    first = np.zeros((40, 60), np.uint8)
    second = np.full((40, 60), 200, np.uint8)
    found = camera.stabilised(first, second, np.array([[1.0, 0, 20], [0, 1, 0], [0, 0, 1]]))
    # Column x is column x + 20 of the second, of which 0 .. 5 and 54 .. 59 are margin: x below 34.
    assert np.flatnonzero(found[20]).tolist() == list(range(34))
    assert np.flatnonzero(found[:, 10]).tolist() == list(range(6, 34))


def test_matches_lie_within_the_window():
    places = np.array([[10.0, 10.0], [80.0, 10.0]], np.float32)
    descriptors = np.eye(2, 128, dtype=np.float32)
    # Both key points look like the second of the other frame; it lies too far from the first.
    second = camera.KeyPoints(np.array([[12.0, 10.0], [84.0, 10.0], [50.0, 90.0]], np.float32), descriptors[[1, 1, 0]])
    before, after = camera._matches(camera.KeyPoints(places, descriptors), second)
    assert before.tolist() == [[10, 10], [80, 10]]
    assert after.tolist() == [[12, 10], [84, 10]]


def test_nearest_descriptor_of_the_window_matches():
    random = np.random.default_rng(0)
    points, others = (
        camera.KeyPoints(
            random.uniform(0, 60, (count, 2)).astype(np.float32), random.random((count, 128)).astype(np.float32)
        )
        for count in (30, 40)
    )
    expected = []
    for place, descriptor in zip(*others, strict=True):
        near = [i for i in range(30) if np.abs(points.places[i] - place).max() < 25]
        if near:
            best = min(near, key=lambda i: ((points.descriptors[i] - descriptor) ** 2).sum())
            expected.append((points.places[best], place))
    before, after = camera._matches(points, others)
    assert np.array_equal(before, [one for one, _ in expected])
    assert np.array_equal(after, [other for _, other in expected])
