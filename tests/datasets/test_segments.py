from i2v_core.datasets import segments


def test_a_segment_is_told_by_its_times_a_whole_file_by_its_path():
    assert segments.place("a.mp4", "7.29", "8.95") == "a.mp4#t=7.29,8.95"
    assert segments.place("a.mp4", 0.0, 8.95) == "a.mp4#t=0.0,8.95"
    assert segments.place("a.mp4") == segments.place("a.mp4", "", "") == "a.mp4"
