import numpy as np
import pytest

from i2v_core.media.idt_lite import histograms
from i2v_core.media.idt_lite.settings import Settings
from i2v_core.media.idt_lite.tracks import Tracks, is_lively
from tests.media.idt_lite.textures import texture

IMAGE = texture(40, 50)


def started(settings=None, *, factor=1.0, image=IMAGE):
    tracks = Tracks(settings or Settings(), factor=factor)
    tracks.start(image)
    return tracks


def constant(x, y, *, shape=IMAGE.shape):
    return np.full((*shape, 2), (x, y), np.float32)


def advance(tracks, flow, motion=None):
    motion = flow if motion is None else motion
    return tracks.advance(flow, motion, histograms.integral(IMAGE, motion))


def test_points_begin_in_the_middle_of_each_square():
    tracks = started()
    assert len(tracks.age) == 8 * 10
    assert tracks.points[:3, 0].tolist() == [[2, 2], [7, 2], [12, 2]]
    assert tracks.points[-1, 0].tolist() == [47, 37]
    assert len(started(Settings(grid_px=10)).age) == 4 * 5


def test_squares_with_a_track_are_left_alone():
    tracks = started()
    tracks.start(IMAGE)
    assert len(tracks.age) == 80
    advance(tracks, constant(5, 0))  # the last column of 8 leaves, the first is free
    assert len(tracks.age) == 72
    tracks.start(IMAGE)
    assert len(tracks.age) == 80
    assert tracks.points[72:, 0].tolist() == [[2, 2 + 5 * row] for row in range(8)]
    assert np.bincount(tracks.age).tolist() == [8, 72]


def test_a_plain_image_has_no_points():
    assert len(started(image=np.full((40, 50), 9, np.uint8)).age) == 0


def test_points_without_a_corner_are_left_out():
    image = np.full((40, 50), 9, np.uint8)
    image[:, 25:] = texture(40, 25)
    found = started(image=image).points[:, 0, 0]
    assert found.min() >= 22  # the corner's window of 3 px and the gradient's reach 2 px beyond the edge
    assert len(found) == 8 * 5
    assert len(started(Settings(quality=0.3)).age) < 80


def test_tracks_follow_the_flow_at_the_rounded_place():
    tracks = started()
    flow = constant(0, 0)
    flow[:, 10:] = (2, 1)
    advance(tracks, flow)
    places = {tuple(point[0]): tuple(point[1]) for point in tracks.points[:, :2].tolist()}
    assert places[7, 7] == (7, 7)
    assert places[12, 7] == (14, 8)


def test_a_place_between_pixels_has_the_flow_of_the_nearest():
    tracks = started()
    advance(tracks, constant(2.6, -0.3))  # from (7, 7) to (9.6, 6.7)
    flow = constant(0, 0)
    flow[7, 10] = (1, 1)
    advance(tracks, flow)
    row = int(np.flatnonzero((tracks.points[:, 0] == (7, 7)).all(axis=1))[0])
    np.testing.assert_allclose(tracks.points[row, 2], (10.6, 7.7), atol=1e-5)  # float32


def test_tracks_that_leave_are_lost():
    tracks = started()
    advance(tracks, constant(-3, 0))
    # x = 2 goes to -1 and is lost, x = 7 goes to 4 and stays; the rows are all there.
    assert sorted(set(tracks.points[:, 1, 0].tolist())) == [4, 9, 14, 19, 24, 29, 34, 39, 44]
    assert len(tracks.age) == 9 * 8
    # A place on the edge is outside: x = 47 goes to 50, y = 37 to 40 and x = 2 to 0.
    for flow, left in ((constant(3, 0), 9 * 8), (constant(0, 3), 10 * 7), (constant(-2, 0), 9 * 8)):
        tracks = started()
        advance(tracks, flow)
        assert len(tracks.age) == left


@pytest.mark.parametrize("factor", [1.0, 2.0])
def test_finished_tracks_give_centres_motion_and_histograms(factor):
    settings = Settings(track_length=6)
    tracks = started(settings, factor=factor)
    flow, motion = constant(2, 1), constant(3, 4)
    for _ in range(5):
        assert len(advance(tracks, flow, motion).centres) == 0
    found = advance(tracks, flow, motion)
    assert len(tracks.age) == 0
    # x from 2 to 14, ..., 37 to 49 of 50; y from 2 to 8, ..., 32 to 38 of 40: 8 x 7 points are inside.
    assert found.centres.shape == (8 * 7, 2)
    assert found.centres[0].tolist() == [8 * factor, 5 * factor]
    assert found.descriptors.shape == (56, 12 + 396)
    # Steps (3, 4) of length 5, six of them: (3, 4) / 30.
    np.testing.assert_allclose(found.descriptors[:, :12], np.tile([0.1, 4 / 30], (56, 6)), atol=1e-6)
    # HOF of constant motion: all in two bins of each cell; the same in all three cells in time.
    hof = found.descriptors[0, 12 + 96 : 12 + 96 + 108].reshape(3, 36)
    assert np.array_equal(hof[0], hof[2])


def test_cells_in_time_are_means_of_their_steps():
    settings = Settings(track_length=6)
    tracks = started(settings)
    sums = [histograms.integral(IMAGE, constant(*motion)) for motion in ((3, 0), (0, 3), (-3, 0))]
    place = np.array([[22.0, 22.0]])
    for step in range(6):
        finished = tracks.advance(constant(1.5, 1.5), constant(3, 0), sums[[0, 1, 1, 2, 0, 0][step]])
    index = int(np.argmin(np.abs(finished.centres - (22 + 4.5, 22 + 4.5)).sum(axis=1)))
    cells = finished.descriptors[index, 12 + 96 : 12 + 96 + 108].reshape(3, 36)
    east, north, west = (histograms.around(place, part)[0, 32:68] for part in sums)
    # Constant flow: HOF does not depend on the place. Steps 0-1, 2-3 and 4-5 are the cells.
    np.testing.assert_allclose(cells, [(east + north) / 2, (north + west) / 2, east], atol=1e-6)


def test_tracks_that_only_the_camera_moves_are_left_out():
    found = {}
    for camera in ("homography", "none"):
        tracks = started(Settings(track_length=6, camera=camera))
        for _ in range(6):
            finished = advance(tracks, constant(2, 1), constant(0.9, 0))
        found[camera] = len(finished.centres)
    assert found == {"homography": 0, "none": 56}


def line(*x, y=0.0):
    return np.stack([np.array(x, float), np.full(len(x), y)], axis=1)


def test_lively_tracks():
    places = np.stack(
        [
            line(0, 2, 4, 6, 8),  # deviation sqrt(8) = 2.83
            line(0, 1, 2, 3, 4),  # sqrt(2) = 1.41: static
            line(0, 1.23, 2.46, 3.69, 4.92),  # 1.7395, just above sqrt(3) = 1.7321
            line(0, 35, 70, 105, 142),  # 50.1: erratic
            line(0, 35, 70, 105, 140),  # 49.5
            line(0, 1, 2, 24, 25),  # a jump of 22 px, 0.88 of 25
            line(0, 8, 16, 38, 46),  # of 22 px, 0.48 of 46
            line(0, 1, 2, 21, 22),  # of 19 px
        ]
    )
    assert is_lively(places).tolist() == [True, False, True, False, True, False, True, True]
    assert is_lively(places[..., ::-1]).tolist() == is_lively(places).tolist()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"track_length": 14}, "idt_lite track_length: 14 found, a multiple of 3 wanted"),
        ({"track_length": 0}, "idt_lite track_length: 0 found, more than 0 wanted"),
        ({"grid_px": -1}, "idt_lite grid_px: -1 found, more than 0 wanted"),
        ({"scales": 0}, "idt_lite scales: 0 found"),
        ({"quality": 0.0}, "idt_lite quality: 0.0 found"),
        ({"keypoints": 0}, "idt_lite keypoints: 0 found"),
        ({"camera": "affine"}, "idt_lite camera: 'affine' found, 'homography' or 'none' wanted"),
    ],
)
def test_settings_out_of_range(options, message):
    with pytest.raises(ValueError, match=message):
        Settings(**options)
