import numpy as np
import pytest

from i2v_core.datasets.mini_world.classes import PHOTO_CLASSES, PRETRAINING_CLASSES, VIDEO_CLASSES
from i2v_core.datasets.mini_world.depth_photos import depth_photo


def photo(part="train", number=0, *, seed=0, short_side_px=40, is_square=True):
    return depth_photo(part, number, seed=seed, short_side_px=short_side_px, is_square=is_square)


def test_picture_and_inverse_depth_fit_and_are_stretched():
    picture, inverse = photo()
    assert (picture.shape, picture.dtype) == ((40, 40, 3), np.uint8)
    assert (inverse.shape, inverse.dtype) == ((40, 40), np.float32)
    assert (inverse.min(), inverse.max()) == (0, 1)


def test_the_floor_gets_nearer_downwards():
    maps = np.stack([photo(number=number)[1] for number in range(12)])
    assert maps[:, -4:].mean() > maps[:, :4].mean() + 0.3


def test_not_square_photos_have_sides_of_their_own_and_the_short_side_asked_for():
    shapes = [photo(number=number, is_square=False)[0].shape[:2] for number in range(6)]
    assert {min(shape) for shape in shapes} == {40}
    assert len(set(shapes)) > 2


@pytest.mark.parametrize("change", [{"part": "held_out"}, {"number": 1}, {"seed": 1}])
def test_part_number_and_seed_each_give_another_photo(change):
    first, again, other = photo(), photo(), photo(**change)
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


def test_no_benchmark_shows_these_actions():
    shown = {action for table in (*PHOTO_CLASSES.values(), *VIDEO_CLASSES.values()) for action in table.values()}
    assert not shown & set(PRETRAINING_CLASSES.values())
