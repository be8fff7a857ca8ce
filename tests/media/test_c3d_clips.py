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


def ramps(frames=16):
    """Frames of the right size whose pixels say their row, their column and their frame."""
    rows, columns = np.mgrid[:128, :171]
    return np.stack([np.stack([rows, columns, np.full_like(rows, k)], axis=2) for k in range(frames)]).astype(np.uint8)


def test_a_training_clip_is_one_crop_of_all_its_frames():
    for seed in range(8):
        clip = c3d_clips.drawn(ramps(), np.random.default_rng(seed)).astype(int)
        assert clip.shape == (16, 112, 112, 3)
        assert (clip[..., 2] == np.arange(16)[:, None, None]).all()
        assert (clip[..., :2] == clip[:1, ..., :2]).all()
        assert (np.diff(clip[0, :, 0, 0]) == 1).all()
        assert abs(np.unique(np.diff(clip[0, 0, :, 1]))).tolist() == [1]


def test_training_crops_reach_all_sides_and_half_are_mirrored():
    random = np.random.default_rng(0)
    clips = [c3d_clips.drawn(ramps(1), random)[0].astype(int) for _ in range(400)]
    tops, lefts = ([int(clip[..., axis].min()) for clip in clips] for axis in (0, 1))
    assert (min(tops), max(tops)) == (0, 128 - 112)
    assert (min(lefts), max(lefts)) == (0, 171 - 112)  # each of 60 is missed by 400 draws with chance exp(-6.7)
    mirrored = np.mean([clip[0, 0, 1] > clip[0, -1, 1] for clip in clips])
    assert abs(mirrored - 0.5) < 0.1  # four standard deviations of 400 draws


def test_a_training_clip_is_squashed_as_a_test_clip_is():
    frames = np.random.default_rng(0).integers(0, 256, (16, 64, 85, 3), np.uint8)
    whole = c3d_clips.squashed(frames)
    assert whole.shape == (16, 128, 171, 3)
    assert np.array_equal(c3d_clips.cut(frames)[0], whole[:, 8:120, 29:141])
    clip = c3d_clips.drawn(frames, np.random.default_rng(1))
    random = np.random.default_rng(1)
    top, left = random.integers(17), random.integers(60)
    crop = whole[:, top : top + 112, left : left + 112]
    assert np.array_equal(clip, crop) or np.array_equal(clip, crop[:, :, ::-1])
    with pytest.raises(ValueError, match=r"C3D clips: float64 \(16, 8, 8, 3\) found, uint8 RGB"):
        c3d_clips.drawn(np.zeros((16, 8, 8, 3)), random)
