import numpy as np
import pytest

from i2v_core.clip_views import ClipViews
from i2v_core.media.frames import FrameStore
from i2v_core.media.views import Rgb
from i2v_core.methods.stcda.segment_clips import Windows
from i2v_core.seeding import generator
from tests import toy

SETTINGS = {"resize_px": 34, "size_px": 32, "segments": 2, "frames": 4, "stride": 1}
KEYS = ["toy-videos/v1", "toy-videos/v4"]
BOTH = ("spatial", "temporal")


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return toy.two_streams(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def views(paths):
    return ClipViews.open([paths["videos0"]], [paths["flow0"]], SETTINGS)


def test_test_clips_are_the_middle_windows_rgb_before_flow(views):
    assert (views.widths, views.segments) == ({"rgb": 3, "flow": 2}, 2)
    found = views.test_clips(KEYS)
    assert found.shape == (2, 2, 4, 5, 32, 32)
    assert found.dtype == np.float32
    rgb, flow = (views.windows.middle(views.videos[name], KEYS[1]) for name in ("rgb", "flow"))
    np.testing.assert_allclose(found[1, :, :, :3], np.moveaxis(rgb, -1, -3) / 255, atol=1e-6)
    np.testing.assert_array_equal(found[1, :, :, 3:], np.moveaxis(flow, -1, -3))


def test_a_sample_has_the_parts_that_were_asked_for(views):
    parts = ("clean", "corrupted", "second")
    sample = views.draw(KEYS[0], generator(0, "x"), parts, BOTH)
    assert sample.shape == (3, 2, 4, 32, 32, 5)
    clean, corrupted, second = sample
    assert not np.array_equal(clean, corrupted)
    assert not np.array_equal(clean, second)
    alone = views.draw(KEYS[0], generator(0, "x"), ("clean",), BOTH)
    np.testing.assert_array_equal(alone[0], clean)


def test_corruptions_are_of_the_kinds_allowed(views):
    """Temporal ones keep the frames of each clip and change their order."""
    for draw in range(5):
        clean, corrupted = views.draw(KEYS[0], generator(draw, "x"), ("clean", "corrupted"), ("temporal",))
        for pair in zip(clean, corrupted, strict=True):
            frames = [[frame.tobytes() for frame in clip] for clip in pair]
            assert sorted(frames[0]) == sorted(frames[1])
            assert frames[0] != frames[1]


def test_views_share_windows_crops_flips_and_corruptions(paths):
    """A second view that is the frames' own first two channels is cut, mirrored and corrupted like the frames."""

    class Twin(Rgb):
        def read(self, key, indices):
            return super().read(key, indices)[..., :2]

    store = FrameStore([paths["videos0"]])
    videos = {name: kind(store, resize_px=34, size_px=32) for name, kind in (("rgb", Rgb), ("flow", Twin))}
    views = ClipViews(videos, Windows(segments=2, frames=4, stride=1))
    for draw in range(6):
        sample = views.draw(KEYS[0], generator(draw, "x"), ("clean", "corrupted", "second"), BOTH)
        np.testing.assert_array_equal(sample[..., :2], sample[..., 3:])


def test_the_same_generator_draws_the_same_sample(views):
    found = [views.draw(KEYS[0], generator(seed, "x"), ("clean",), BOTH) for seed in (0, 0, 1)]
    np.testing.assert_array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])


def test_one_view_alone_is_possible_and_none_is_refused(paths):
    alone = ClipViews.open([], [paths["flow0"]], SETTINGS)
    assert alone.widths == {"flow": 2}
    assert alone.test_clips(KEYS[:1]).shape == (1, 2, 4, 2, 32, 32)
    with pytest.raises(ValueError, match=r"^clips: no store of frames or flow found, one of a view at least wanted"):
        ClipViews.open([], [], SETTINGS)
