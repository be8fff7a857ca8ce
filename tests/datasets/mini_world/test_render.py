"""Rendering: depth is true, nearer surfaces cover farther ones."""

import numpy as np
import pytest

from i2v_core.datasets.mini_world.figure import capsule, patch, vec
from i2v_core.datasets.mini_world.render import Backdrop, Camera, Solids, placed, render, stacked, together

RED, BLUE = (250.0, 0, 0), (0, 0, 250.0)
BACKDROP = Backdrop(np.full((40, 80, 3), 128, np.uint8), np.full((40, 80, 3), 60, np.uint8), 2.0, 8.0)


def camera(frames=1, **changes):
    values = {"focal": 100.0, "centre": (40.0, 30.0), "position": (0.0, 1.2, 4.0)} | changes
    arrays = {name: np.repeat(np.array(value, dtype=float)[None], frames, axis=0) for name, value in values.items()}
    return Camera(80, 60, **arrays)


def ball(x, y, z, radius, colour):
    return capsule(vec(x, y, z), vec(x, y, z), radius, radius, colour)


def drawn(*pieces, **changes):
    frames, depths = render(BACKDROP, stacked(list(pieces), 1), camera(**changes))
    return frames[0], depths[0]


def test_wall_is_at_its_distance_and_floor_follows_the_ray():
    _, depth = drawn()
    assert (depth[:49] == 6.0).all()  # the wall's foot: 30 + 100 * 1.2 / 6 = row 50
    # A row v of the floor, sampled at 2 v of the picture of twice the size: 200 * 1.2 / (2 v - 60).
    np.testing.assert_allclose(depth[55], 240 / (110 - 60), rtol=1e-6)
    assert (np.diff(depth[51:, 0]) < 0).all()


def test_a_ball_is_where_the_pinhole_puts_it():
    frame, depth = drawn(ball(0.4, 1.6, 0.0, 0.2, RED))
    is_ball = depth != drawn()[1]
    rows, columns = np.nonzero(is_ball)
    # Centre 40 + 100 * 0.4 / 4 = 50, 30 - 100 * 0.4 / 4 = 20, radius 100 * 0.2 / 4 = 5 pixels; nearest surface 3.8 m.
    assert (columns.mean(), rows.mean()) == pytest.approx((50, 20), abs=0.6)
    assert np.ptp(columns) + 1 == pytest.approx(10, abs=1)
    assert np.unique(depth[is_ball]) == pytest.approx([3.8])
    assert frame[20, 50].tolist() == pytest.approx([250, 0, 0], abs=2)


@pytest.mark.parametrize("is_swapped", [False, True])
def test_the_nearer_piece_wins_whatever_the_order(is_swapped):
    near, far = ball(0, 1.2, 0.5, 0.2, RED), ball(0, 1.2, -0.5, 0.3, BLUE)
    frame, depth = drawn(*((far, near) if is_swapped else (near, far)))
    assert depth[30, 40] == pytest.approx(4 - 0.5 - 0.2)
    assert frame[30, 40, 0] > 200
    assert frame[30, 40, 2] < 50


def test_a_near_patch_covers_a_capsule():
    sheet = patch(vec(-1, 0, 1.0), vec(1, 0, 1.0), vec(1, 2, 1.0), vec(-1, 2, 1.0), colour=BLUE)
    frame, depth = drawn(ball(0, 1.2, 0.0, 0.3, RED), sheet)
    assert depth[30, 40] == pytest.approx(3.0)
    assert frame[30, 40, 2] > 200


def test_what_is_behind_the_camera_is_not_drawn():
    assert drawn(ball(0, 1.2, 4.5, 0.3, RED))[1][30, 40] == 6.0


def test_pieces_and_their_colours_stay_together_when_joined():
    first = stacked([ball(0, 0, 0, 1, RED), patch(*(vec(0, n, 0) for n in range(4)), colour=BLUE)], 2)
    both = together(first, stacked([ball(1, 1, 1, 2, (1, 2, 3))], 2))
    assert both.radii[:, 0].tolist() == [1, 2]
    assert both.colours.tolist() == [[250, 0, 0], [1, 2, 3], [0, 0, 250]]


def test_front_view_turns_ahead_to_the_camera_and_mirroring_swaps_sides():
    solids = stacked([capsule(vec(1, 0, 0), vec(0, 0, 1), 0.1, 0.1, RED)], 1)

    def points(**options) -> np.ndarray:
        values = {"view_deg": 0.0, "scale": 1.0, "is_mirrored": False, "travel_x": np.zeros(1)} | options
        moved: Solids = placed(solids, **values)
        return moved.capsules[0, 0].round(9)

    assert points().tolist() == [[1, 0, 0], [0, 0, 1]]  # ahead is to the right, the right side is to the camera
    assert points(view_deg=90.0).tolist() == [[0, 0, 1], [-1, 0, 0]]  # ahead is to the camera
    assert points(is_mirrored=True)[0].tolist() == [-1, 0, 0]
    assert points(scale=2.0, travel_x=np.array([0.5]))[0].tolist() == [2.5, 0, 0]


def test_without_depth_the_colours_are_the_same():
    solids = stacked([ball(0, 1.2, 0, 0.3, RED)], 3)
    frames, _ = render(BACKDROP, solids, camera(3))
    others, none = render(BACKDROP, solids, camera(3), with_depth=False)
    np.testing.assert_array_equal(frames, others)
    assert none is None
