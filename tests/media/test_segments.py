"""Segments of longer videos, cut by time stamps."""

import itertools
import tracemalloc
from fractions import Fraction

import av
import numpy as np
import pytest
from PIL import Image

from i2v_core.media import decoding
from tests import toy

CLIP = toy.clip("red", domain="videos", length=120, seed=0, height=48, width=64)


def write(path, *, codec="libx264", rate=25, first=0, clip=CLIP, **options):
    """A video with pictures that depend on each other over many frames; first: number of its first time stamp."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, options={name: str(value) for name, value in options.items()})
        stream.height, stream.width = clip.shape[1:3]
        stream.pix_fmt, stream.bit_rate = "yuv420p", 400_000
        for index, array in enumerate(clip):
            frame = av.VideoFrame.from_ndarray(array, format="rgb24")
            frame.pts, frame.time_base = index + first, 1 / Fraction(rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


KINDS = {
    "a.mp4": {"g": 30, "bf": 3},
    "one_key.mkv": {"g": 1000, "keyint_min": 1000, "bf": 3},
    "open_groups.mp4": {"g": 20, "x264-params": "open-gop=1:bframes=3"},
    "a.avi": {"codec": "mpeg4", "g": 50},
    "later_start.mpg": {"codec": "mpeg2video", "g": 15, "bf": 2},
}


@pytest.mark.parametrize("name", KINDS)
def test_any_segment_is_that_part_of_the_whole_video_to_the_bit(tmp_path, name):
    path = write(tmp_path / name, **KINDS[name])
    whole, rate = decoding.read_video(path)
    for start, stop in itertools.combinations((0, 1, 29, 30, 31, 77, 119, 120), 2):
        frames, segment_rate = decoding.read_segment(path, start / 25, stop / 25)
        assert segment_rate == rate
        assert np.array_equal(np.stack(frames), whole[start:stop])


def test_a_frame_at_the_start_is_in_and_one_at_the_stop_is_out(tmp_path):
    path = write(tmp_path / "a.mp4", g=30)
    whole, _ = decoding.read_video(path)
    assert Fraction(0.04) > Fraction(1, 25)  # the bound as a float is a little after the frame it means
    assert np.array_equal(np.stack(decoding.read_segment(path, 0.04, 0.08)[0]), whole[1:2])
    assert len(decoding.read_segment(path, 3.639, 3.641)[0]) == 1
    with pytest.raises(ValueError, match=r"0 frames, the last decoded at 3\.680 s"):
        decoding.read_segment(path, 3.641, 3.68)


def test_times_count_at_the_true_rate_not_at_a_round_one(tmp_path):
    """At 60000/1001 frames a second frame 60 is at 1.001 s: one of 60 a second would be at 1 s."""
    path = write(tmp_path / "a.mp4", rate=Fraction(60000, 1001), g=60)
    whole, _ = decoding.read_video(path)
    frames, rate = decoding.read_segment(path, 1.0, 1.01)
    assert rate == pytest.approx(60000 / 1001, abs=1e-9)
    assert len(frames) == 1
    assert np.array_equal(frames[0], whole[60])


def test_time_is_counted_from_the_streams_start(tmp_path):
    path = write(tmp_path / "a.mkv", first=50, g=30)
    whole, _ = decoding.read_video(path)
    with av.open(str(path)) as container:
        assert container.streams.video[0].start_time == 2000  # ms
    assert np.array_equal(np.stack(decoding.read_segment(path, 0.0, 1.0)[0]), whole[:25])
    assert np.array_equal(np.stack(decoding.read_segment(path, 2.0, 3.0)[0]), whole[50:75])


def test_frames_are_shrunk_like_those_of_whole_videos(tmp_path):
    path = write(tmp_path / "a.mp4", g=30)
    whole, _ = decoding.read_video(path, short_side_px=24)
    assert np.array_equal(np.stack(decoding.read_segment(path, 1.0, 2.0, short_side_px=24)[0]), whole[25:50])


def test_memory_holds_the_segment_alone(tmp_path):
    """A late segment of five frames of a long video: less than twelve frames at any time, of 120."""
    path = write(tmp_path / "a.mp4", g=1000, clip=np.repeat(np.repeat(CLIP, 4, axis=1), 4, axis=2))
    size = 192 * 256 * 3
    tracemalloc.start()
    frames, _ = decoding.read_segment(path, 4.0, 4.2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(frames) == 5
    assert peak < 12 * size


def test_decoding_begins_shortly_before_the_segment_and_ends_with_it(tmp_path, monkeypatch):
    converted, decoded = [], []
    upright, segment = decoding._upright, decoding._segment
    monkeypatch.setattr(
        decoding, "_upright", lambda frame, *given: converted.append(frame.time) or upright(frame, *given)
    )
    monkeypatch.setattr(decoding, "_segment", lambda *given: decoded.append(segment(*given)) or decoded[-1])
    frames, _ = decoding.read_segment(write(tmp_path / "a.mp4", g=5), 3.0, 3.4)
    [(_, first, last, _)] = decoded
    assert Fraction("1.8") <= first <= 2  # the start, a second, a group of five frames
    assert last == Fraction("3.4")
    assert len(frames) == 10
    assert converted == pytest.approx([3 + k / 25 for k in range(10)], abs=1e-6)  # no other frame is


def test_a_container_that_seeks_too_far_is_decoded_from_its_beginning(tmp_path):
    path = write(tmp_path / "a.ts", g=1000, bf=3)
    whole, _ = decoding.read_video(path)
    first = decoding._segment(path, Fraction(2), Fraction("2.4"), Fraction(1), None)[1]
    assert first is None or first > 2  # so it does
    assert np.array_equal(np.stack(decoding.read_segment(path, 2.0, 2.4)[0]), whole[50:60])


@pytest.mark.parametrize(
    ("start", "stop", "message"),
    [
        (5.0, 6.0, "a.mp4 from 5.0 to 6.0 s: 0 frames, the last decoded at 4.760 s, frames up to the end wanted"),
        (100.0, 101.0, "a.mp4 from 100.0 to 101.0 s: 0 frames, the last decoded at 4.760 s"),
        (
            4.0,
            5.0,
            "a.mp4 from 4.0 to 5.0 s: 20 frames, the last decoded at 4.760 s, frames up to the end wanted; replace",
        ),
        (2.0, 2.0, "0 frames"),
    ],
)
def test_a_segment_that_the_video_lacks_is_an_error(tmp_path, start, stop, message):
    path = write(tmp_path / "a.mp4", g=30)  # 4.8 s
    with pytest.raises(ValueError, match=message):
        decoding.read_segment(path, start, stop)


def test_an_end_two_frames_past_the_videos_is_no_error(tmp_path):
    path = write(tmp_path / "a.mp4", g=30)
    assert len(decoding.read_segment(path, 4.0, 4.88)[0]) == 20


def test_a_cut_video_still_has_its_earlier_segments(tmp_path):
    path = write(tmp_path / "a.mkv", g=10)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert len(decoding.read_segment(path, 0.0, 1.0)[0]) == 25
    with pytest.raises(ValueError, match=r"a\.mkv from 4\.0 to 4\.8 s: "):
        decoding.read_segment(path, 4.0, 4.8)


def test_a_file_that_is_no_video_is_an_error(tmp_path):
    (tmp_path / "a.mp4").write_text("no video")
    for name in ("a.mp4", "none.mp4"):
        with pytest.raises(
            ValueError, match=rf"{name} from 0\.0 to 1\.0 s: not readable \(.+\); replace the video"
        ) as error:
            decoding.read_segment(tmp_path / name, 0.0, 1.0)
        assert "\n" not in str(error.value)


def test_an_item_is_read_as_its_kind_and_its_times_say(tmp_path):
    path = write(tmp_path / "a.mp4", g=30)
    Image.fromarray(CLIP[0]).save(tmp_path / "a.png")
    whole, rate = decoding.read_video(path)
    frames, fps = decoding.read_item(path, "video")
    assert fps == rate
    assert np.array_equal(np.stack(list(frames)), whole)
    frames, fps = decoding.read_item(path, "video", "0.4", "0.8")  # as a catalog has them
    assert fps == rate
    assert np.array_equal(np.stack(list(frames)), whole[10:20])
    frames, fps = decoding.read_item(tmp_path / "a.png", "image", short_side_px=24)
    assert fps == 0
    assert np.array_equal(np.stack(list(frames)), decoding.read_image(tmp_path / "a.png", short_side_px=24)[None])
