"""Clip features of the toy world's videos by small random backbones."""

import numpy as np
import pytest
import torch

from i2v_core import batches, storage
from i2v_core.media import sampling
from i2v_core.media.feature_store import FeatureStore, view_of
from i2v_core.media.flow_store import FlowStore
from i2v_core.media.frames import FrameStore
from i2v_core.media.views import Flow, Rgb, centred
from i2v_core.models.i3d import I3D
from i2v_core.stages import extract_clip_features
from tests import toy

SETTINGS = {
    "backbone": "i3d",
    "model": {"width": 0.05},
    "frames": 4,
    "stride": 1,
    "segments": 2,
    "windows": 2,
    "resize_px": 34,
    "size_px": 32,
}


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return toy.two_streams(tmp_path_factory.mktemp("world"))


def extract(paths, folder, *, view="rgb", store=None, seed=0, weights="", **changes):
    name = {"rgb": "videos0", "flow": "flow0"}.get(view, "videos0")
    folder.mkdir(exist_ok=True)
    extract_clip_features.run(
        store=paths[store or name],
        view=view,
        weights=weights,
        settings={**SETTINGS, **changes},
        batch_size=5,
        device="cpu",
        threads=1,
        seed=seed,
        out=folder / "shard0.h5",
    )
    return folder / "shard0.h5"


def network(channels=3):
    torch.manual_seed(0)
    normalisation = "kinetics" if channels == 3 else "none"
    return I3D(classes=None, width=0.05, in_channels=channels, normalisation=normalisation).eval()


@pytest.mark.parametrize(("view", "channels"), [("rgb", 3), ("flow", 2)])
def test_test_features_are_those_of_the_centred_middle_windows(paths, tmp_path, view, channels):
    path = extract(paths, tmp_path, view=view)
    store = FeatureStore([path])
    assert view_of(path) == view
    assert (store.windows, store.segments) == (2, 2)
    sizes = {"resize_px": 34, "size_px": 32}
    videos = (
        Rgb(FrameStore([paths["videos0"]]), **sizes) if view == "rgb" else Flow(FlowStore([paths["flow0"]]), **sizes)
    )
    key = "toy-videos/v3"
    windows = sampling.segment_windows(videos.length(key), None, segments=2, frames=4)
    clips = np.stack([centred(videos, key, indices) for indices in windows])
    with torch.no_grad():
        inputs = batches.as_input(torch.from_numpy(clips).movedim(-1, -3), torch.device("cpu"))
        expected = network(channels).features(inputs)
    np.testing.assert_allclose(store.features(key).test, expected, atol=1e-9, rtol=1e-3)  # about 1e-6


def test_all_items_of_the_shard_are_there_in_their_order(paths, tmp_path):
    assert list(FeatureStore([extract(paths, tmp_path)])) == list(FrameStore([paths["videos0"]]))


def test_clips_of_an_item_are_test_then_of_each_window_clean_spatial_temporal(paths):
    videos = Rgb(FrameStore([paths["videos0"]]), resize_px=34, size_px=32)
    found = extract_clip_features.clips_of(videos, SETTINGS, 0, "toy-videos/v0")
    assert found.shape == (2 * (1 + 3 * 2), 4, 32, 32, 3)
    clean, spatial, temporal = (found[place : place + 2] for place in (2, 4, 6))
    for part in range(2):
        turned = [not np.array_equal(*pair) for pair in zip(clean[part], spatial[part], strict=True)]
        assert 0 < sum(turned) < 4  # some frames, not all
        frames = [frame.tobytes() for frame in clean[part]]
        moved = [frame.tobytes() for frame in temporal[part]]
        assert sorted(frames) == sorted(moved)
        assert frames != moved


def test_both_views_share_windows_crops_and_flips(paths):
    """A flow that is the frame's own red and green channel must be cut like the frame."""

    class Twin(Rgb):
        def read(self, key, indices):
            return super().read(key, indices)[..., :2]

    store = FrameStore([paths["videos0"]])
    rgb, twin = (kind(store, resize_px=34, size_px=32) for kind in (Rgb, Twin))
    found = [extract_clip_features.clips_of(view, SETTINGS, 0, "toy-videos/v1") for view in (rgb, twin)]
    np.testing.assert_array_equal(found[0][..., :2], found[1])


def test_the_same_seed_gives_the_same_bytes_and_another_other_windows(paths, tmp_path):
    first, again, other = (extract(paths, tmp_path / name, seed=seed) for name, seed in (("a", 0), ("b", 0), ("c", 1)))
    assert first.read_bytes() == again.read_bytes()
    assert first.read_bytes() != other.read_bytes()


def test_weights_of_a_file_are_used(paths, tmp_path):
    torch.manual_seed(7)
    model = I3D(classes=3, width=0.05)
    storage.save_weights(model.state_dict(), tmp_path / "i3d.pt")
    found = FeatureStore([extract(paths, tmp_path / "a", weights=str(tmp_path / "i3d.pt"))])
    plain = FeatureStore([extract(paths, tmp_path / "b")])
    pair = [store.features("toy-videos/v0").test for store in (found, plain)]
    assert np.abs(pair[0] - pair[1]).max() > 0.1 * np.abs(pair[1]).max()


def test_bn_inception_sees_the_stack_of_frames(paths, tmp_path):
    path = extract(paths, tmp_path, backbone="bn_inception", resize_px=60, size_px=56)
    features = FeatureStore([path]).features("toy-videos/v0")
    gap = np.abs(features.clean - features.temporal).max()
    assert gap > 1e-6  # random weights notice the order; rounding alone is 1e-8


def test_no_windows_or_views_that_do_not_exist(paths, tmp_path):
    with pytest.raises(ValueError, match="view: 'depth' found, one of rgb, flow wanted"):
        extract(paths, tmp_path, view="depth")
    with pytest.raises(ValueError, match="backbone: 'c3d' found, i3d or bn_inception wanted"):
        extract(paths, tmp_path, backbone="c3d")
