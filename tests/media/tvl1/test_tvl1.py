import cv2
import numba
import numpy as np
import pytest
import torch

from i2v_core.media import tvl1
from i2v_core.media.tvl1 import Settings
from tests.media.tvl1.known_motion import MOTIONS, batch, end_point_error, moved

cv2.setNumThreads(1)
OURS = ("numba", "torch")
ALL = (*OURS, "opencv")
# Forms that stop at the same iteration differ by 0.0002 px; one iteration more, from sums rounded otherwise, and with
# it perhaps one median filter more, makes up to 0.023 px (72 pairs of 64 to 96 px); these three are below 0.017.
TO_OPENCV_PX = 0.02
# Of the textures here, mostly along the border, where a point can leave the image; OpenCV's own is as large.
TO_TRUTH_PX = {"shift": 0.04, "rotation": 0.1, "zoom": 0.1}


@pytest.fixture(scope="module")
def known():
    first, second, truth = batch(64, 80)
    return truth, {backend: tvl1.flow(first, second, Settings(), backend=backend) for backend in ALL}


@pytest.mark.parametrize("backend", OURS)
def test_known_motions_agree_with_opencv(known, backend):
    _, found = known
    assert end_point_error(found[backend], found["opencv"]).max() < TO_OPENCV_PX


@pytest.mark.parametrize("backend", ALL)
def test_known_motions_are_found(known, backend):
    truth, found = known
    assert found[backend].dtype == np.float32
    errors = dict(zip(MOTIONS, end_point_error(found[backend], truth), strict=True))
    assert all(errors[name] < TO_TRUTH_PX[name] for name in MOTIONS), errors


@pytest.mark.parametrize("backend", OURS)
def test_no_form_is_nearer_to_the_truth(known, backend):
    truth, found = known
    gap = end_point_error(found[backend], truth) - end_point_error(found["opencv"], truth)
    assert np.abs(gap).max() < 0.005  # a quarter of what they may differ by: differences have no direction


@pytest.mark.parametrize("backend", ALL)
def test_a_shift_by_one_pixel_to_the_right_reads_plus_one_in_x(backend):
    first, second, _ = moved(48, 48, np.eye(2), (1.0, 0.0))
    found = tvl1.flow(first[None], second[None], Settings(), backend=backend)[0]
    assert found[..., 0].mean() == pytest.approx(1, abs=0.1)
    assert found[..., 1].mean() == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("backend", ALL)
@pytest.mark.parametrize("gray", [0, 90, 255])
def test_a_plain_wall_is_at_rest_to_the_bit(backend, gray):
    wall = np.full((2, 32, 40, 3), gray, np.uint8)
    assert not tvl1.video_flow(wall, Settings(), backend=backend).any()


@pytest.mark.parametrize("backend", ALL)
def test_a_video_is_its_neighbouring_pairs(backend):
    frames = np.stack([moved(32, 40, np.eye(2), (step, 0.5 * step))[1] for step in range(3)])
    found = tvl1.video_flow(frames, Settings(), backend=backend)
    assert found.shape == (2, 32, 40, 2)
    assert np.array_equal(found, tvl1.flow(frames[:-1], frames[1:], Settings(), backend=backend))


@pytest.mark.parametrize("backend", ALL)
def test_rgb_is_taken_as_gray(backend):
    first, second, _ = moved(32, 32, np.eye(2), (1.0, 0.0))
    # 0.299 R + 0.587 G + 0.114 B: red alone is 0.3 of gray, so its contrast is lower; three equal channels are gray.
    rgb = [np.repeat(image[None, ..., None], 3, axis=3) for image in (first, second)]
    gray = tvl1.flow(first[None], second[None], Settings(), backend=backend)
    assert np.array_equal(tvl1.flow(*rgb, Settings(), backend=backend), gray)
    red = [image * np.array([1, 0, 0], np.uint8) for image in rgb]
    dim = [np.rint(image * 0.299).astype(np.uint8)[None] for image in (first, second)]
    found = tvl1.flow(*red, Settings(), backend=backend)
    assert end_point_error(found, tvl1.flow(*dim, Settings(), backend=backend)) < 0.05  # 0.299 to 14 bits in OpenCV


@pytest.mark.parametrize("backend", OURS)
def test_threads_change_no_bit(backend):
    first, second, _ = batch(40, 64)
    settings = Settings(scales=2, warps=2)
    before = cv2.getNumThreads(), numba.get_num_threads(), torch.get_num_threads()
    found = []
    try:
        for threads in (1, 2):
            cv2.setNumThreads(threads)
            numba.set_num_threads(min(threads, numba.config.NUMBA_NUM_THREADS))
            torch.set_num_threads(threads)
            found.append(tvl1.flow(first, second, settings, backend=backend))
    finally:
        cv2.setNumThreads(before[0])
        numba.set_num_threads(before[1])
        torch.set_num_threads(before[2])
    assert np.array_equal(*found)


# Few iterations and none left out, so that nothing hangs on where rounding stops them.
FEW = {"scales": 3, "warps": 2, "epsilon": 1e-5, "inner_iterations": 5, "outer_iterations": 2}


@pytest.fixture(scope="module")
def turned():
    """A pair and its flow by few iterations."""
    first, second, _ = (side[1:2] for side in batch(40, 48))
    return (first, second), {form: tvl1.flow(first, second, Settings(**FEW), backend=form) for form in OURS}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tau", 0.1),
        ("lambda_", 0.05),
        ("theta", 0.5),
        ("scales", 2),
        ("scale_step", 0.5),
        ("warps", 1),
        ("epsilon", 0.05),
        ("inner_iterations", 7),
        ("outer_iterations", 1),
        ("median_px", 3),
        ("median_px", 1),
    ],
)
def test_every_setting_matters_and_means_what_it_means_to_opencv(turned, name, value):
    pair, usual = turned
    settings = Settings(**{**FEW, name: value})
    reference = tvl1.flow(*pair, settings, backend="opencv")
    for backend in OURS:
        found = tvl1.flow(*pair, settings, backend=backend)
        assert end_point_error(found, usual[backend]) > 0.005  # five times what the forms may differ by
        assert end_point_error(found, reference) < 0.001  # float32, and what warping makes of it


def test_auto_is_torch_on_a_gpu_and_numba_without():
    first, second, _ = batch(32, 32)
    wanted = "torch" if torch.cuda.is_available() else "numba"
    found = tvl1.flow(first, second, Settings(), backend="auto")
    assert np.array_equal(found, tvl1.flow(first, second, Settings(), backend=wanted))


def test_a_small_pair_does_not_change_a_large_one_that_follows():
    # OpenCV's object would go on with the two scales of the small pair
    small, large = ([image[None] for image in moved(side, side, np.eye(2), (3.0, 0.0))[:2]] for side in (20, 64))
    alone = tvl1.flow(*large, Settings(), backend="opencv")
    tvl1.flow(*small, Settings(), backend="opencv")
    assert np.array_equal(tvl1.flow(*large, Settings(), backend="opencv"), alone)


@pytest.mark.parametrize("backend", ALL)
def test_nothing_in_nothing_out(backend):
    assert tvl1.flow(*np.zeros((2, 0, 16, 20), np.uint8), Settings(), backend=backend).shape == (0, 16, 20, 2)
    assert tvl1.flow(*np.zeros((2, 0, 16, 20, 3), np.uint8), Settings(), backend=backend).shape == (0, 16, 20, 2)
    assert tvl1.video_flow(np.zeros((1, 16, 20, 3), np.uint8), Settings(), backend=backend).shape == (0, 16, 20, 2)


def test_an_unknown_backend_is_an_error():
    images = np.zeros((2, 16, 16), np.uint8)
    message = r"TV-L1 backend: 'gpu' found, one of \('auto', 'numba', 'torch', 'opencv'\) wanted"
    with pytest.raises(ValueError, match=message):
        tvl1.flow(images, images, Settings(), backend="gpu")
    with pytest.raises(ValueError, match=message):
        tvl1.video_flow(images, Settings(), backend="gpu")


def test_unequal_shapes_are_an_error():
    with pytest.raises(
        ValueError, match=r"first images \(2, 16, 16\), second \(1, 16, 16\) found, equal shapes wanted"
    ):
        tvl1.flow(np.zeros((2, 16, 16), np.uint8), np.zeros((1, 16, 16), np.uint8), Settings(), backend="numba")


@pytest.mark.parametrize(("height", "width"), [(15, 40), (40, 15)])
def test_images_too_small_are_an_error(height, width):
    with pytest.raises(ValueError, match=f"images of {width} x {height} px found, at least 16 px a side wanted"):
        tvl1.video_flow(np.zeros((2, height, width, 3), np.uint8), Settings(), backend="numba")


@pytest.mark.parametrize(
    ("frames", "what"),
    [
        (np.zeros((2, 16, 16), np.float32), r"float32 \(2, 16, 16\)"),
        (np.zeros((16, 16), np.uint8), r"uint8 \(16, 16\)"),
        (np.zeros((2, 16, 16, 4), np.uint8), r"uint8 \(2, 16, 16, 4\)"),
    ],
)
def test_other_arrays_are_an_error(frames, what):
    with pytest.raises(ValueError, match=rf"TV-L1: {what} found, uint8 \(n, h, w\) or \(n, h, w, 3\) wanted"):
        tvl1.video_flow(frames, Settings(), backend="numba")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"tau": 0}, "TV-L1 tau: 0 found, more than 0 wanted"),
        ({"warps": -1}, "TV-L1 warps: -1 found, more than 0 wanted"),
        ({"epsilon": float("nan")}, "TV-L1 epsilon: nan found, more than 0 wanted"),
        ({"scale_step": 1.0}, "TV-L1 scale_step: 1.0 found, a number between 0 and 1 wanted"),
        ({"median_px": 7}, r"TV-L1 median_px: 7 found, one of \(1, 3, 5\) wanted"),
    ],
)
def test_a_setting_out_of_range_is_an_error(wrong, message):
    with pytest.raises(ValueError, match=message):
        Settings(**wrong)
