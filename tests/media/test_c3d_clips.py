import numpy as np
import pytest

from i2v_core.media import c3d_clips


def test_clips_begin_eight_frames_apart():
    found = c3d_clips.clip_frames(33)
    # Starts 0, 8 and 16: a clip from 17 would end with frame 32, but 17 is no multiple of 8.
    assert found[:, 0].tolist() == [0, 8, 16]
    assert np.array_equal(found, found[:, :1] + np.arange(16))


@pytest.mark.parametrize(("length", "count"), [(16, 1), (23, 1), (24, 2), (31, 2), (32, 3)])
def test_number_of_clips(length, count):
    assert c3d_clips.clip_frames(length).shape == (count, 16)


def test_short_video_is_one_clip_that_wraps():
    assert c3d_clips.clip_frames(6).tolist() == [[*range(6), *range(6), 0, 1, 2, 3]]


def test_crop_is_the_middle_of_171_by_128_px():
    rows, columns = np.mgrid[:128, :171]
    frame = np.stack([rows, columns, np.zeros_like(rows)], axis=2).astype(np.uint8)
    clip = c3d_clips.cut(np.repeat(frame[None], 16, axis=0))
    assert (clip.shape, clip.dtype) == ((1, 16, 112, 112, 3), np.uint8)
    # The size is already right, so pixels are copied: 8 rows above and below, 29 columns before and 30 behind.
    assert clip[0, 5, 0, 0].tolist() == [8, 29, 0]
    assert clip[0, 5, -1, -1].tolist() == [119, 140, 0]


def test_frames_are_squashed_whatever_their_ratio():
    frames = np.full((16, 40, 300, 3), 90, np.uint8)
    frames[:, :, 150:] = 200
    clip = c3d_clips.cut(frames)[0, 0, :, :, 0]
    # The edge lies in the middle of the frame: column 85 of 171, 56 of the crop; one column of its mixture.
    assert np.unique(clip[:, :55]).tolist() == [90]
    assert np.unique(clip[:, 58:]).tolist() == [200]


def test_frames_of_a_clip_are_in_order():
    frames = np.arange(24, dtype=np.uint8)[:, None, None, None] * np.ones((1, 16, 16, 3), np.uint8)
    assert c3d_clips.cut(frames)[1, :, 0, 0, 0].tolist() == list(range(8, 24))


@pytest.mark.parametrize("frames", [np.zeros((16, 8, 8), np.uint8), np.zeros((16, 8, 8, 3), np.float32)])
def test_other_frames_are_refused(frames):
    with pytest.raises(ValueError, match=r"C3D clips: .* found, uint8 RGB \(t, h, w, 3\) wanted"):
        c3d_clips.cut(frames)


def test_video_without_frames_is_refused():
    with pytest.raises(ValueError, match="a video of 0 frames found, at least 1 wanted"):
        c3d_clips.cut(np.zeros((0, 8, 8, 3), np.uint8))
