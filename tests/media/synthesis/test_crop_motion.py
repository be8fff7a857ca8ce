import numpy as np
import pytest

from i2v_core.media.synthesis import crop_motion
from tests.media.synthesis.scene import photo

HEIGHT, WIDTH = 48, 64
IMAGE = photo(HEIGHT, WIDTH)[0]


def activation(row=30, column=44, radius=5.0):
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    return np.exp(-((x - column) ** 2 + (y - row) ** 2) / (2 * radius**2)).astype(np.float32)


def windows(seed=0, *, frames=16, **settings):
    given = settings.pop("given", activation())
    return crop_motion.windows(given, frames=frames, random=np.random.default_rng(seed), **settings)


@pytest.mark.parametrize("seed", range(8))
def test_windows_lie_in_the_image_and_hold_the_action(seed):
    left, top, scale = windows(seed).T
    assert np.all((left >= 0) & (top >= 0))
    assert np.all((left + scale * WIDTH <= WIDTH + 1e-9) & (top + scale * HEIGHT <= HEIGHT + 1e-9))
    # Above half the peak: within 5 sqrt(2 ln 2) = 5.89 px, thus pixels 25..35 and 39..49.
    assert np.all((left <= 39) & (left + scale * WIDTH >= 50 - 1e-9))
    assert np.all((top <= 25) & (top + scale * HEIGHT >= 36 - 1e-9))


def test_an_action_larger_than_the_window_keeps_its_peak_inside():
    wide = activation(row=4, column=60, radius=40)
    for seed in range(8):
        left, top, scale = windows(seed, given=wide, scale=(0.3, 0.4)).T
        assert np.all((left <= 60.5) & (left + scale * WIDTH >= 60.5))
        assert np.all((top <= 4.5) & (top + scale * HEIGHT >= 4.5))


def test_the_first_window_is_the_whole_image_and_the_path_is_smooth():
    found = windows(3)
    assert found[0].tolist() == [0, 0, 1]
    assert len(np.unique(found, axis=0)) == 16  # it always moves
    # The smooth step over 5 frames is at most 1.5 / 5 of the way a frame; the way is at most 0.7 of the width.
    assert np.abs(np.diff(found[:, 0])).max() < 0.3 * 0.7 * WIDTH
    scales = found[5::5, 2]  # frames 5, 10, 15 are draws
    assert np.all((scales >= 0.6) & (scales <= 0.9))


def test_draws_differ_by_seed_and_settings_matter():
    assert np.array_equal(windows(1), windows(1))
    assert not np.array_equal(windows(1), windows(2))
    assert not np.array_equal(windows(1), windows(1, scale=(0.7, 0.8)))
    assert not np.array_equal(windows(1), windows(1, redraw_every=15))
    assert not np.array_equal(windows(1), windows(1, given=activation(10, 10)))


def test_without_activation_the_centre_stays_in_the_window():
    left, top, scale = windows(given=np.zeros((HEIGHT, WIDTH), np.float32)).T
    assert np.all((left <= 32) & (left + scale * WIDTH >= 32) & (top <= 24) & (top + scale * HEIGHT >= 24))


def test_frames_are_the_windows_resized():
    found = crop_motion.generate(IMAGE, activation(), frames=16, random=np.random.default_rng(0))
    assert (found.shape, found.dtype) == ((16, HEIGHT, WIDTH, 3), np.uint8)
    assert np.array_equal(found[0], IMAGE)
    # A ramp says where a pixel is from: column c of a frame shows left + (c + 0.5) scale - 0.5.
    ramp = np.repeat((2 * np.arange(WIDTH, dtype=np.uint8))[None], HEIGHT, axis=0)[..., None].repeat(3, axis=2)
    frames = crop_motion.generate(ramp, activation(), frames=16, random=np.random.default_rng(0))
    for frame, (left, _, scale) in zip(frames, windows(0), strict=True):
        wanted = 2 * np.clip(left + (np.arange(WIDTH) + 0.5) * scale - 0.5, 0, WIDTH - 1)
        assert np.abs(frame[7, :, 0] - wanted).max() <= 0.6  # half a level, and places in 1/32 px


@pytest.mark.parametrize("frames", [1, 2, 5, 6, 7])
def test_any_number_of_frames(frames):
    found = crop_motion.generate(IMAGE, activation(), frames=frames, random=np.random.default_rng(0))
    assert len(found) == frames
    assert np.array_equal(found[0], IMAGE)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"image": IMAGE / 255}, r"image float64 \(48, 64, 3\) found, uint8 \(h, w, 3\) wanted"),
        ({"image": IMAGE[..., 0]}, r"image uint8 \(48, 64\) found"),
        ({"activation": np.ones((7, 7))}, r"activation \(7, 7\) found, the image's \(48, 64\) wanted"),
        ({"activation": np.full((48, 64), np.nan)}, r"an activation is not a finite number; check the classifier"),
        ({"scale": (0.9, 0.6)}, r"scale \(0.9, 0.6\) found, 0 < low <= high <= 1 wanted"),
        ({"scale": (0, 0.6)}, r"scale \(0, 0.6\) found"),
        ({"frames": 0}, r"frames 0 and redraw_every 5 found, at least 1 each wanted"),
        ({"redraw_every": 0}, r"frames 16 and redraw_every 0 found"),
    ],
)
def test_wrong_arguments_are_errors(changes, message):
    given = {"image": IMAGE, "activation": activation(), "random": np.random.default_rng(0), **changes}
    with pytest.raises(ValueError, match=message):
        crop_motion.generate(**given)


def test_where_all_pixels_are_alike_windows_stay_about_the_middle():
    found = crop_motion.windows(np.ones((48, 64), np.float32), frames=16, random=np.random.default_rng(0))
    left, top, share = found.T
    assert (left <= 32).all()
    assert (left + 64 * share >= 32).all()
    assert (top <= 24).all()
    assert (top + 48 * share >= 24).all()
    assert len(set(left[[5, 10, 15]].round(6))) == 3  # and move
