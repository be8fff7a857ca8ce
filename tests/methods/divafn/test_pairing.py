import numpy as np
import pytest

from i2v_core.methods.divafn.pairing import paired_images

IMAGES = np.array([0, 1, 0, 2, 1, 0, 2, 1, 1, 3])
VIDEOS = np.array([1, 0, 1, 2, 2, 2, 2, 2, 0])


def test_each_video_gets_an_image_of_its_class():
    for seed in range(5):
        found = paired_images(IMAGES, VIDEOS, seed=seed)
        assert np.array_equal(IMAGES[found], VIDEOS)


def test_no_image_is_used_twice_while_others_last():
    """Class 2 has 2 images for 5 videos: twice each, then one of them a third time; classes 0 and 1 have enough."""
    for seed in range(20):
        counts = np.bincount(paired_images(IMAGES, VIDEOS, seed=seed), minlength=len(IMAGES))
        assert counts[IMAGES < 2].max() == 1
        assert sorted(counts[IMAGES == 2]) == [2, 3]


def test_draw_depends_on_the_seed_alone():
    draws = [paired_images(IMAGES, VIDEOS, seed=seed) for seed in (0, 0, 1, 2, 3)]
    assert np.array_equal(draws[0], draws[1])
    assert len({tuple(draw) for draw in draws}) > 2


def test_class_without_image_is_named():
    with pytest.raises(ValueError, match=r"labels_image: class 2 has 5 videos and no image, at least one wanted"):
        paired_images(IMAGES[IMAGES != 2], VIDEOS, seed=0)
