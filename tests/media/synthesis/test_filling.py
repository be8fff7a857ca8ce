import numpy as np
import pytest

from i2v_core.media.synthesis import filling
from i2v_core.media.synthesis.warp import Landing


def landing(empty=(), collisions=(), jumps=()):
    owner, collided, jumped = np.zeros((7, 9), np.int32), np.zeros((7, 9), bool), np.zeros((7, 9), bool)
    for places, array, value in ((empty, owner, -1), (collisions, collided, True), (jumps, jumped, True)):
        for place in places:
            array[place] = value
    return Landing(owner, collided, jumped)


def ring_of(row, column):
    wanted = np.zeros((7, 9), bool)
    wanted[row - 1 : row + 2, column - 1 : column + 2] = True
    wanted[row, column] = False
    return wanted


def test_holes_are_what_nothing_landed_on():
    found = filling.holes(landing(empty=[(2, 3), (0, 0)], collisions=[(5, 5)], jumps=[(5, 5)]), "none")
    assert np.argwhere(found).tolist() == [[0, 0], [2, 3]]


def test_the_ring_lies_around_collisions_or_jumps_and_leaves_them():
    given = landing(empty=[(0, 0)], collisions=[(5, 2), (3, 6)], jumps=[(3, 6)])
    corner = np.zeros((7, 9), bool)
    corner[0, 0] = True
    assert np.array_equal(filling.holes(given, "depth_jumps"), ring_of(3, 6) | corner)
    assert np.array_equal(filling.holes(given, "collisions"), ring_of(3, 6) | ring_of(5, 2) | corner)


def test_the_ring_of_the_released_code_by_its_own_arithmetic():
    random = np.random.default_rng(0)
    collided, empty = random.random((7, 9)) < 0.15, random.random((7, 9)) < 0.1
    found = filling.holes(Landing(np.where(empty, -1, 0), collided, collided), "collisions")
    padded = np.pad(collided, 1)
    for row in range(7):
        for column in range(9):
            dilated = padded[row : row + 3, column : column + 3].any()
            valid = not empty[row, column] and dilated == collided[row, column]
            assert found[row, column] == (not valid)


@pytest.mark.parametrize("method", filling.FILLS)
def test_holes_are_filled_from_around_and_the_rest_stays(method):
    image = np.random.default_rng(0).integers(0, 256, (20, 30, 3)).astype(np.uint8)
    image[4:16, 5:25] = (200, 100, 50)
    holes = np.zeros((20, 30), bool)
    holes[8:12, 10:18] = True
    ruined = np.where(holes[..., None], np.uint8(7), image)
    found = filling.filled(ruined, holes, method)
    assert np.array_equal(found[~holes], image[~holes])
    # Telea adds gradients of what it has just rounded, which gives a few levels of noise.
    assert np.abs(found[holes] - np.array([200, 100, 50])).max() <= (4 if method == "telea" else 0)
    assert (ruined[holes] == 7).all()  # the input stays


@pytest.mark.parametrize("method", filling.FILLS)
def test_what_stood_in_a_hole_does_not_matter(method):
    random = np.random.default_rng(1)
    image, other = random.integers(0, 256, (2, 20, 30, 3)).astype(np.uint8)
    holes = random.random((20, 30)) < 0.4
    other[~holes] = image[~holes]
    assert np.array_equal(filling.filled(image, holes, method), filling.filled(other, holes, method))


def test_nearest_copies_the_nearest_pixel():
    image = np.random.default_rng(2).integers(0, 256, (12, 15, 3)).astype(np.uint8)
    holes = np.random.default_rng(3).random((12, 15)) < 0.7
    found = filling.filled(image, holes, "nearest")
    known = np.argwhere(~holes)
    for place in np.argwhere(holes):
        distances = np.hypot(*(known - place).T)
        # The 5x5 distance of OpenCV is within 2 % of the Euclidean one, so near ties may go the other way.
        candidates = known[distances <= distances.min() * 1.03]
        assert any(np.array_equal(found[tuple(place)], image[tuple(candidate)]) for candidate in candidates)


def test_methods_differ():
    image = np.random.default_rng(4).integers(0, 256, (20, 20, 3)).astype(np.uint8)
    holes = np.random.default_rng(5).random((20, 20)) < 0.3
    assert not np.array_equal(filling.filled(image, holes, "telea"), filling.filled(image, holes, "nearest"))


def test_without_holes_the_image_is_untouched():
    image = np.random.default_rng(4).integers(0, 256, (20, 20, 3)).astype(np.uint8)
    assert np.array_equal(filling.filled(image, np.zeros((20, 20), bool), "telea"), image)


def test_depth_is_filled_by_the_far_neighbour():
    depth = np.full((5, 8), 9.0)
    depth[:, 5:] = 2.0
    holes = np.zeros((5, 8), bool)
    holes[:, 3:6] = True  # between a far left and a near right side
    depth[holes] = 77
    found = filling.filled_depth(depth, holes)
    assert (found[:, :6] == 9.0).all()
    assert (found[:, 6:] == 2.0).all()


def test_far_neighbour_by_hand():
    # The middle sees 3 to the left, 4 to the right over another hole, 1 above and 2 below; the far one is 4.
    depth = np.array([[5, 1, 5, 5], [3, 0, 0, 4], [5, 2, 5, 5.0]])
    holes = depth == 0
    assert filling.filled_depth(depth, holes)[1].tolist() == [3, 4, 5, 4]  # the second hole has 5 above


def test_a_corner_without_a_known_row_or_column_is_filled_too():
    depth, holes = np.full((6, 6), 3.0), np.ones((6, 6), bool)
    depth[2, 4], holes[2, 4] = 8.0, False
    assert (filling.filled_depth(depth, holes) == 8.0).all()


def test_errors():
    image, every = np.zeros((4, 4, 3), np.uint8), np.ones((4, 4), bool)
    with pytest.raises(ValueError, match=r"ring 'wide' found, one of \['none', 'collisions', 'depth_jumps'\] wanted"):
        filling.holes(landing(), "wide")
    with pytest.raises(ValueError, match=r"fill 'grey' found, one of \['telea', 'nearest'\] wanted"):
        filling.filled(image, ~every, "grey")
    with pytest.raises(ValueError, match=r"nothing of the photo is in view; lower the camera's translation"):
        filling.filled(image, every, "telea")
    with pytest.raises(ValueError, match=r"no depth is known in the view; lower the camera's"):
        filling.filled_depth(np.ones((4, 4)), every)
