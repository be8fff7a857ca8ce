import numpy as np
import pytest

from i2v_core.media import augmentation


def ramp(length: int = 3, height: int = 40, width: int = 60) -> np.ndarray:
    """Red is the row, green the column, blue the frame's number."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([np.dstack([rows, columns, np.full_like(rows, t)]) for t in range(length)]).astype(np.uint8)


def random(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("crop", [augmentation.random_resized_crop, augmentation.multi_scale_crop])
def test_crops_give_the_size_and_the_same_window_for_all_frames(crop):
    found = crop(ramp(), random(), size_px=24)
    assert (found.shape, found.dtype) == ((3, 24, 24, 3), np.uint8)
    assert np.array_equal(found[0, ..., :2], found[2, ..., :2])
    assert found[:, 0, 0, 2].tolist() == [0, 1, 2]


@pytest.mark.parametrize("crop", [augmentation.random_resized_crop, augmentation.multi_scale_crop])
def test_crops_repeat_with_the_seed_and_differ_without(crop):
    assert np.array_equal(crop(ramp(), random(1), size_px=24), crop(ramp(), random(1), size_px=24))
    assert not np.array_equal(crop(ramp(), random(1), size_px=24), crop(ramp(), random(2), size_px=24))


def extent(frame: np.ndarray) -> tuple[int, int]:
    """Height and width of the window that a crop of `ramp` shows, in px of the original."""
    return int(np.ptp(frame[..., 0])) + 1, int(np.ptp(frame[..., 1])) + 1


def test_a_full_crop_of_a_square_is_the_image():
    frames = ramp(1, 32, 32)
    assert np.array_equal(
        augmentation.random_resized_crop(frames, random(), size_px=32, scale=(1, 1), ratio=(1, 1)), frames
    )


def test_scale_bounds_the_area_and_ratio_the_shape():
    for seed in range(50):
        frames = ramp(1, 100, 100)
        height, width = extent(augmentation.random_resized_crop(frames, random(seed), size_px=200, scale=(0.2, 0.3))[0])
        # enlarged, so both ends of the window are seen; sides are rounded to whole px
        assert 0.19 < height * width / 100**2 < 0.31
        assert 0.72 < width / height < 1.38


def test_a_narrower_ratio_is_kept():
    for seed in range(20):
        height, width = extent(
            augmentation.random_resized_crop(ramp(1, 100, 100), random(seed), size_px=200, ratio=(2, 2))[0]
        )
        assert width == pytest.approx(2 * height, abs=1.5)  # both sides rounded


@pytest.mark.parametrize(("height", "width", "window"), [(10, 200, (10, 13)), (200, 10, (13, 10))])
def test_where_no_crop_fits_the_centre_of_an_allowed_shape_is_taken(height, width, window):
    found = augmentation.random_resized_crop(ramp(1, height, width), random(), size_px=40, scale=(1, 1))[0]
    assert extent(found) == window
    assert int(found[..., 0].min()) == (height - window[0]) // 2
    assert int(found[..., 1].min()) == (width - window[1]) // 2


def test_multi_scale_sides_are_parts_of_the_short_side():
    windows = {extent(augmentation.multi_scale_crop(ramp(), random(seed), size_px=80)[0]) for seed in range(60)}
    assert windows == {(40, 40), (40, 32), (32, 40), (32, 32)}


def test_multi_scale_takes_other_scales():
    windows = {extent(augmentation.multi_scale_crop(ramp(), random(s), size_px=80, scales=(0.5,))[0]) for s in range(9)}
    assert windows == {(20, 20)}


def test_multi_scale_goes_everywhere():
    found = [augmentation.multi_scale_crop(ramp(), random(seed), size_px=80, scales=(0.5,))[0] for seed in range(300)]
    assert {int(frame[..., 0].min()) for frame in found} == set(range(21))
    assert {int(frame[..., 1].min()) for frame in found} == set(range(41))


def test_a_flip_mirrors_all_frames():
    frames = ramp()
    assert np.array_equal(augmentation.random_flip(frames, random(), probability=1.0), frames[:, :, ::-1])
    assert np.array_equal(augmentation.random_flip(frames, random(), probability=0.0), frames)


def test_half_of_the_flips_happen():
    generator = random()
    flips = sum(augmentation.random_flip(ramp(1, 2, 2), generator)[0, 0, 0, 1] == 1 for _ in range(1000))
    assert 440 < flips < 560  # 500 +- 4 standard deviations of 15.8


def test_the_centre_is_cut_without_resizing_where_sizes_agree():
    found = augmentation.centre_crop(ramp(), size_px=20, short_side_px=40)
    assert np.array_equal(found, ramp()[:, 10:30, 20:40])


def test_without_a_short_side_the_crop_has_the_height_of_the_image():
    found = augmentation.centre_crop(ramp(), size_px=40)
    assert np.array_equal(found, ramp()[:, :, 10:50])


def test_the_short_side_is_resized_before_the_cut():
    # 40 x 60 to 20 x 30 (areas of 2 x 2 px averaged), then the middle 10 x 10: rows 5 to 14, of the original 10 to 29
    found = augmentation.centre_crop(ramp(), size_px=10, short_side_px=20)
    assert found.shape == (3, 10, 10, 3)
    assert found[0, 0, 0, :2].tolist() == pytest.approx([10.5, 20.5], abs=0.5)  # rounded to whole values
    assert found[0, -1, -1, :2].tolist() == pytest.approx([28.5, 38.5], abs=0.5)


def test_a_small_image_is_enlarged():
    assert augmentation.centre_crop(ramp(1, 10, 15), size_px=32, short_side_px=40).shape == (1, 32, 32, 3)


def test_nothing_is_changed_in_place():
    frames = ramp()
    augmentation.random_resized_crop(frames, random(), size_px=8)
    augmentation.random_flip(frames, random(), probability=1.0)
    augmentation.centre_crop(frames, size_px=8)
    assert np.array_equal(frames, ramp())
