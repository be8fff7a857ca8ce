import numpy as np
import pytest

from i2v_core.media.synthesis import camera, warp
from tests.media.synthesis import per_pixel

SIDES = (40, 52)
MATRIX = camera.intrinsics(*SIDES, has_square_pixels=False)


def pose(*, turn_deg=(0, 0, 0), move=(0, 0, 0)):
    found = np.eye(4)
    found[:3, :3], found[:3, 3] = camera.rotation(np.deg2rad(turn_deg)), move
    return found


def landed(depth, at, supersampling=1):
    return warp.landing(*warp.grid(*depth.shape), depth, warp.projection(at, MATRIX), supersampling)


def sources(owner):
    """Row and column of the pixel seen at each pixel, and where there is one."""
    return owner // SIDES[1], owner % SIDES[1], owner >= 0


def rough(seed):
    random = np.random.default_rng(seed)
    depth = np.full(SIDES, 8.0)
    depth[10:30, 12:30] = 1.5
    return depth + random.uniform(0, 0.3, SIDES)


@pytest.mark.parametrize("supersampling", [1, 2])
def test_without_motion_every_pixel_stays(supersampling):
    for seed in range(3):
        found = landed(rough(seed), np.eye(4), supersampling)
        assert np.array_equal(found.owner.ravel(), np.arange(SIDES[0] * SIDES[1]))
        assert not found.has_jump.any()


def test_equation_1_in_one_product_per_pixel_is_the_long_way():
    at, depth = pose(turn_deg=(3, -5, 8), move=(0.1, 0.2, -0.3)), rough(0)
    x, y = warp.grid(*SIDES)
    rays = np.linalg.inv(MATRIX) @ np.stack([x, y, np.ones(SIDES)]).reshape(3, -1)
    moved = at[:3, :3] @ (depth.ravel() * rays) + at[:3, 3:]
    wanted = MATRIX @ moved
    found = warp.project(x, y, depth, *warp.projection(at, MATRIX))
    assert found[0].ravel() == pytest.approx(wanted[0] / wanted[2])
    assert found[1].ravel() == pytest.approx(wanted[1] / wanted[2])
    assert found[2].ravel() == pytest.approx(moved[2])


def test_a_sideways_move_shifts_a_plane_by_focal_length_times_move_over_depth():
    # fx t / D = 0.58 * 52 * 0.3 / 2 = 4.524 px, fy t / D = 0.58 * 40 * -0.2 / 2 = -2.32 px: 5 right, 2 up.
    x, y, z = warp.project(*warp.grid(*SIDES), np.full(SIDES, 2.0), *warp.projection(pose(move=(0.3, -0.2, 0)), MATRIX))
    assert x - warp.grid(*SIDES)[0] == pytest.approx(4.524)
    assert y - warp.grid(*SIDES)[1] == pytest.approx(-2.32)
    assert z == pytest.approx(2.0)
    found = landed(np.full(SIDES, 2.0), pose(move=(0.3, -0.2, 0)))
    row, column, seen = sources(found.owner)
    assert np.array_equal(seen[:-2, 5:], np.ones((38, 47), bool))
    assert seen.sum() == 38 * 47
    wanted_row, wanted_column = np.mgrid[2:40, 0:47]
    assert np.array_equal(row[:-2, 5:], wanted_row)
    assert np.array_equal(column[:-2, 5:], wanted_column)


@pytest.mark.parametrize(("supersampling", "error_px"), [(1, 0.5), (2, 0.8)])
@pytest.mark.parametrize(
    "at", [pose(move=(0.1, -0.2, 0.1)), pose(turn_deg=(2, -3, 7)), pose(turn_deg=(1, 2, -3), move=(-0.1, 0.1, -0.1))]
)
def test_a_plane_moves_by_its_homography(at, supersampling, error_px):
    # H = M (R + t n^T / D) M^-1 with n = (0, 0, 1). Rounding is half a pixel; a quarter more with four points a pixel.
    plane = at[:3, :3] + np.outer(at[:3, 3], [0, 0, 1]) / 2.0
    homography = MATRIX @ plane @ np.linalg.inv(MATRIX)
    row, column, seen = sources(landed(np.full(SIDES, 2.0), at, supersampling).owner)
    u, v, w = homography @ np.stack([column[seen], row[seen], np.ones(seen.sum())])
    rows, columns = np.nonzero(seen)
    assert np.abs(u / w - columns).max() <= error_px
    assert np.abs(v / w - rows).max() <= error_px
    assert seen.mean() > 0.7


@pytest.mark.parametrize("seed", range(4))
def test_the_nearest_wins_at_every_collision(seed):
    random = np.random.default_rng(seed)
    at = pose(turn_deg=random.uniform(-10, 10, 3), move=random.uniform(-0.5, 0.5, 3))
    depth = rough(seed)
    x, y = (place + random.uniform(-0.4, 0.4, SIDES) for place in warp.grid(*SIDES))
    found = warp.landing(x, y, depth, warp.projection(at, MATRIX))
    assert np.array_equal(found.owner, per_pixel.owners(x, y, depth, at, MATRIX))
    u, v, z = warp.project(x, y, depth, *warp.projection(at, MATRIX))
    for row, column in np.argwhere(found.has_collision):
        here = (np.abs(u - column) <= 0.5) & (np.abs(v - row) <= 0.5) & (z > 0)
        assert z.ravel()[found.owner[row, column]] == z[here].min()
    assert found.has_collision.sum() > 50


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (0, 2, 1)])
@pytest.mark.parametrize("supersampling", [1, 2])
def test_the_nearest_of_three_wins_in_any_order(order, supersampling):
    # Three points of a row placed on pixel (5, 7) at depths 2, 3, 9; all others are outside the view.
    depth, x, y = np.full(SIDES, 5.0), np.full(SIDES, -99.0), np.full(SIDES, -99.0)
    for place, rank in enumerate(order):
        depth[20, 30 + place], x[20, 30 + place], y[20, 30 + place] = (2.0, 3.0, 9.0)[rank], 7, 5
    found = warp.landing(x, y, depth, warp.projection(np.eye(4), MATRIX), supersampling)
    assert found.owner[5, 7] == 20 * SIDES[1] + 30 + order.index(0)
    assert (found.owner >= 0).sum() == 1
    assert found.has_collision[5, 7]
    assert found.has_jump[5, 7]  # 1/2 - 1/9 > 0.04


def test_equal_depths_go_to_the_nearest_to_the_centre_then_to_the_first():
    depth, x, y = np.full(SIDES, 5.0), np.full(SIDES, -99.0), np.full(SIDES, -99.0)
    x[3, :3], y[3, :3] = (7.3, 6.9, 7.1), 5
    found = warp.landing(x, y, depth, warp.projection(np.eye(4), np.eye(3)))
    assert found.owner[5, 7] in (3 * SIDES[1] + 1, 3 * SIDES[1] + 2)  # 6.9 and 7.1 are equally far but for rounding
    x[3, :3] = (7.25, 6.75, 7.25)  # exact in binary
    assert warp.landing(x, y, depth, warp.projection(np.eye(4), np.eye(3))).owner[5, 7] == 3 * SIDES[1]
    assert not found.has_jump.any()


def test_points_outside_the_view_or_behind_the_camera_vanish():
    depth = np.full(SIDES, 2.0)
    depth[:20] = 4.0
    # Forward by 3: the half at depth 2 is behind the camera now, the other one at 1: 4 times wider.
    found = landed(depth, pose(move=(0, 0, -3)))
    row, column, seen = sources(found.owner)
    assert row[seen].max() < 20
    assert seen.sum() == 5 * 13  # of 20 x 52 points every fourth pixel: 40 / 4 / 2 rows, 52 / 4 columns
    assert (landed(depth, pose(move=(0, 0, -5))).owner == -1).all()
    assert (landed(depth, pose(turn_deg=(0, 180, 0))).owner == -1).all()
    # A shift of 0.58 * 52 * 2 / 2 = 30.16 px: the left 30 columns are empty, and no border pixel repeats.
    row, column, seen = sources(landed(np.full(SIDES, 2.0), pose(move=(2, 0, 0))).owner)
    assert not seen[:, :30].any()
    assert column[:, 30:].max() == 52 - 30 - 1


def test_a_point_exactly_at_the_camera_vanishes():
    assert (landed(np.full(SIDES, 2.0), pose(move=(0, 0, -2))).owner == -1).all()


def test_four_points_a_pixel_close_the_cracks_of_a_surface_that_comes_nearer():
    closer = pose(move=(0, 0, -0.4))  # 2 / 1.6 = 1.25 times as wide: every fifth row and column is a crack
    plain, fine = (landed(np.full(SIDES, 2.0), closer, supersampling) for supersampling in (1, 2))
    assert (plain.owner < 0).mean() == pytest.approx(1 - 0.8**2, abs=0.05)
    assert not (fine.owner < 0).any()


def test_a_background_does_not_show_through_a_near_surface_that_comes_nearer():
    depth = np.full(SIDES, 10.0)
    depth[10:30, 10:42] = 2.0
    fine, plain = (landed(depth, pose(move=(0, 0, -0.4)), supersampling).owner for supersampling in (2, 1))
    assert (depth.ravel()[fine][10:30, 10:42] == 2.0).all()
    assert (depth.ravel()[plain][10:30, 10:42] == 10.0).any()


def test_a_jump_is_a_collision_of_two_surfaces():
    depth = np.full(SIDES, 2.0)
    farther = landed(depth, pose(move=(0, 0, 0.5)))  # 2 / 2.5: the plane shrinks onto itself
    assert farther.has_collision.any()
    assert not farther.has_jump.any()
    depth[:, 26:] = 1.0
    across = landed(depth, pose(move=(-0.3, 0, 0)))
    # The near half moves 9 px left, the far one 5: it hides four columns of the other, 17 to 20.
    assert np.array_equal(np.unique(np.nonzero(across.has_jump)[1]), [17, 18, 19, 20])
