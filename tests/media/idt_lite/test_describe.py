import numpy as np
import pytest

from i2v_core.media import idt_lite
from i2v_core.media.idt_lite import Settings
from tests.media.idt_lite.textures import panned, with_object


def test_parts_are_the_published_sizes():
    widths = {kind: part.stop - part.start for kind, part in idt_lite.parts().items()}
    assert widths == {"trajectory": 30, "hog": 96, "hof": 108, "mbh_x": 96, "mbh_y": 96}
    assert idt_lite.parts()["mbh_y"].stop == 426


def test_translation_gives_straight_trajectories_at_all_scales():
    found = idt_lite.describe(panned(18), Settings(camera="none"))
    assert found.descriptors.shape == (len(found.centres), 426)
    assert found.descriptors.dtype == np.float32
    assert len(found.centres) > 300
    np.testing.assert_allclose(np.unique(found.scales), [1, 2**0.5, 2, 8**0.5])
    # All motion is 2 px to the left: each step is (-1, 0) / 15 of the length.
    steps = found.descriptors[:, :30].reshape(-1, 15, 2)
    assert np.abs(steps - [-1 / 15, 0]).max() < 0.02
    assert np.abs(np.median(steps, axis=0) - [-1 / 15, 0]).max() < 1e-3
    # Tracks of 15 steps end at frames 15, 16 and 17.
    assert sorted(set(found.last_frame.tolist())) == [15, 16, 17]
    assert (np.diff(found.last_frame) >= 0).all()


def test_hof_of_motion_to_the_left_is_in_its_bin():
    found = idt_lite.describe(panned(17), Settings(camera="none", scales=1))
    hof = found.descriptors[:, idt_lite.parts()["hof"]].reshape(-1, 3, 4, 9)
    # Direction 180 degrees is bin 4; the roots of the shares, whose squares sum to nearly 1.
    assert (hof.mean(axis=(0, 1, 2)).argmax(), (hof[..., 4] ** 2).sum(axis=2).mean() > 0.8) == (4, True)


def test_centre_is_where_the_track_was():
    video = with_object(np.full((17, 64, 128), 90, np.uint8), step=3, top=20, left=10, size_px=24)
    found = idt_lite.describe(video, Settings(camera="none", scales=1))
    # The square's middle goes from (22, 32) to 48 px further; tracks from frame 0 or 1 have means of 22 or 25 px more.
    assert len(found.centres) > 0
    assert np.abs(np.median(found.centres, axis=0) - (22 + 24, 32)).max() < 6


def test_a_panned_scene_has_no_trajectories():
    assert len(idt_lite.describe(panned(18)).centres) == 0


def test_on_a_panned_scene_only_the_object_has_trajectories():
    video = with_object(panned(18, height=120, width=160), step=2, top=40, left=50, size_px=40)
    found = idt_lite.describe(video, Settings(scales=2))
    everything = idt_lite.describe(video, Settings(scales=2, camera="none"))
    assert 20 < len(found.centres) < len(everything.centres) / 2
    # Rows 40 to 80 are the object's; its windows reach a little further. Along its way some tracks of the background
    # are covered by it, and then carried with it.
    assert np.abs(found.centres[:, 1] - 60).max() < 30
    assert np.abs(everything.centres[:, 1] - 60).max() > 50
    is_on_object, was_on_object = (
        np.abs(tracks.centres - (70 + 17, 60)).max(axis=1) < 25 for tracks in (found, everything)
    )
    assert is_on_object.mean() > 0.5 > 2 * was_on_object.mean()
    # Seen from the background the object goes 4 px to the right each frame.
    steps = found.descriptors[is_on_object, :30].reshape(-1, 15, 2)
    assert np.abs(np.median(steps, axis=(0, 1)) - [1 / 15, 0]).max() < 0.01


def test_a_still_scene_has_no_trajectories():
    still = np.repeat(panned(1), 17, axis=0)
    for camera in ("homography", "none"):
        assert len(idt_lite.describe(still, Settings(camera=camera)).centres) == 0


@pytest.mark.parametrize("frames", [1, 2, 15])
def test_short_videos_have_none_of_the_right_width(frames):
    found = idt_lite.describe(panned(frames), Settings(camera="none"))
    assert found.descriptors.shape == (0, 426)
    assert (found.centres.shape, found.last_frame.shape, found.scales.shape) == ((0, 2), (0,), (0,))
    assert found.descriptors.dtype == np.float32


def test_rgb_of_gray_is_the_same_and_runs_repeat():
    video = with_object(panned(17, height=64, width=96), step=2, top=15, left=20, size_px=30)
    found = idt_lite.describe(video)
    again = idt_lite.describe(np.repeat(video[..., None], 3, axis=3))
    assert len(found.centres) > 0
    for one, other in zip(found, again, strict=True):
        assert np.array_equal(one, other)


def test_shorter_tracks_have_shorter_trajectories():
    found = idt_lite.describe(panned(8), Settings(track_length=6, camera="none", scales=1))
    assert found.descriptors.shape[1] == 12 + 396
    assert len(found.centres) > 0


@pytest.mark.parametrize("frames", [np.zeros((16, 64, 64), np.float32), np.zeros((64, 64), np.uint8)])
def test_other_frames_are_refused(frames):
    with pytest.raises(ValueError, match=r"idt_lite: .* found, uint8 \(t, h, w\) or \(t, h, w, 3\) wanted"):
        idt_lite.describe(frames)


def test_no_frames_are_refused():
    with pytest.raises(ValueError, match=r"idt_lite: uint8 \(0, 64, 64\) found"):
        idt_lite.describe(np.zeros((0, 64, 64), np.uint8))
