"""Key frames and vectors of the toy world's photos and videos by small random networks."""

import numpy as np
import pytest
import scipy.io
import torch

from i2v_core import storage
from i2v_core.media import c3d_clips, sampling
from i2v_core.media.frames import FrameStore
from i2v_core.media.histogram_keyframes import keyframe
from i2v_core.media.vector_store import VectorStore
from i2v_core.media.views import Rgb, centred
from i2v_core.models.c3d import C3D, video_feature
from i2v_core.models.i3d import I3D
from i2v_core.models.still_encoders import StillEncoder
from i2v_core.stages import choose_keyframes, extract_still_vectors, extract_video_vectors
from tests import toy

STILL = {
    "backbone": "resnet18",
    "backbone_options": {"channels": [8, 8, 16, 16]},
    "normalisation": "imagenet",
    "size_px": 32,
    "short_side_px": 32,
}
I3D_SETTINGS = {
    "network": "i3d",
    "options": {"width": 0.05},
    "clips": 2,
    "frames": 4,
    "stride": 1,
    "resize_px": 34,
    "size_px": 32,
}
HOW = {"weights": "", "batch_size": 5, "device": "cpu", "threads": 1, "seed": 0}


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return toy.world(tmp_path_factory.mktemp("world"))


def keyframes(paths, out, rule="medoid"):
    choose_keyframes.run(store=paths["videos0"], rule=rule, deviations=3.0, out=out)
    return storage.read_csv(out)


def still(paths, out, store="videos0", **changes):
    given = {**HOW, "store": paths[store], "settings": STILL, **changes}
    extract_still_vectors.run(**given, out=out)
    return VectorStore([out])


def video(paths, out, **changes):
    extract_video_vectors.run(**{**HOW, "store": paths["videos0"], "settings": I3D_SETTINGS, **changes}, out=out)
    return VectorStore([out])


def test_each_video_has_one_key_frame_with_its_reason(paths, tmp_path):
    table = keyframes(paths, tmp_path / "keyframes.csv")
    frames = FrameStore([paths["videos0"]])
    assert [f"toy-videos/{name}" for name in table["id"]] == list(frames)
    for row in table.to_dict("records"):
        key = f"toy-videos/{row['id']}"
        wanted = keyframe(frames.frames(key, range(frames.length(key))))
        assert (int(row["frame"]), int(row["frames"])) == (wanted.index, frames.length(key))
        assert len(row["differences"].split()) == frames.length(key) - 1
        assert (row["rule"], int(row["version"])) == ("medoid", wanted.version)
    middle = keyframes(paths, tmp_path / "middle.csv", rule="middle")
    assert middle["frame"].astype(int).tolist() == [(int(count) - 1) // 2 for count in middle["frames"]]


def test_a_vector_is_the_network_s_output_for_the_key_frame(paths, tmp_path):
    table = storage.read_csv(paths["target_labels"])[["id"]].iloc[:7].assign(frame=2)
    storage.write_csv(table, tmp_path / "keyframes.csv")
    store = still(paths, tmp_path / "a.h5", keyframes=tmp_path / "keyframes.csv")
    torch.manual_seed(0)
    encoder = StillEncoder(STILL, None).eval()
    frame = encoder.fitted(FrameStore([paths["videos0"]]).frames("toy-videos/v3", [2]))
    with torch.no_grad():
        wanted = encoder(torch.from_numpy(frame).movedim(-1, 1) / 255)
    np.testing.assert_allclose(store.matrix(["toy-videos/v3"]), wanted, atol=1e-5)
    first = still(paths, tmp_path / "b.h5")
    assert not np.allclose(first.matrix(["toy-videos/v3"]), wanted, atol=1e-5)


def test_photos_need_no_key_frames(paths, tmp_path):
    store = still(paths, tmp_path / "a.h5", store="images")
    assert (len(store), store.width) == (12, 16)


def test_cnn_f_sees_the_whole_squashed_frame(paths, tmp_path):
    settings = {"backbone": "cnn_f", "backbone_options": {"width": 0.01}, "size_px": 0, "short_side_px": 0}
    store = still(paths, tmp_path / "a.h5", store="images", settings=settings)
    assert store.width == 41
    assert StillEncoder(settings, None).fitted(np.zeros((1, 32, 40, 3), np.uint8)).shape == (1, 224, 224, 3)
    scipy.io.savemat(tmp_path / "other.mat", {"x": np.zeros(1)})
    with pytest.raises(ValueError, match=r"other\.mat"):
        still(paths, tmp_path / "b.h5", store="images", settings=settings, weights=str(tmp_path / "other.mat"))


def test_a_video_without_a_key_frame_is_named(paths, tmp_path):
    storage.write_csv(storage.read_csv(paths["target_labels"])[["id"]].iloc[:3].assign(frame=0), tmp_path / "k.csv")
    with pytest.raises(ValueError, match=r"k\.csv: no key frame of 4 videos \(toy-videos/v3\), one of each wanted"):
        still(paths, tmp_path / "a.h5", keyframes=tmp_path / "k.csv")


def test_i3d_vectors_are_means_over_uniform_clips(paths, tmp_path):
    store = video(paths, tmp_path / "a.h5")
    torch.manual_seed(0)
    network = I3D(classes=None, width=0.05).eval()
    view = Rgb(FrameStore([paths["videos0"]]), resize_px=34, size_px=32)
    key = "toy-videos/v4"
    indices = sampling.uniform_clips(view.length(key), clips=2, frames=4)
    clips = np.stack([centred(view, key, clip) for clip in indices])
    with torch.no_grad():
        wanted = network.features(torch.from_numpy(clips).movedim(-1, -3) / 255).mean(dim=0)
    np.testing.assert_allclose(store.matrix([key])[0], wanted, rtol=1e-3, atol=1e-9)  # about 1e-6


def test_c3d_vectors_are_its_fc6(paths, tmp_path):
    settings = {"network": "c3d", "options": {"width": 0.02}, "l2_norm": True}
    store = video(paths, tmp_path / "a.h5", settings=settings)
    torch.manual_seed(0)
    network = C3D(classes=None, width=0.02).eval()
    frames = FrameStore([paths["videos0"]])
    clips = c3d_clips.cut(frames.frames("toy-videos/v0", range(frames.length("toy-videos/v0"))))
    wanted = video_feature(network, clips, l2_norm=True)
    np.testing.assert_allclose(store.matrix(["toy-videos/v0"])[0], wanted, atol=1e-5)


def test_equal_runs_give_equal_bytes_and_another_network_is_refused(paths, tmp_path):
    video(paths, tmp_path / "a.h5")
    video(paths, tmp_path / "b.h5")
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()
    with pytest.raises(ValueError, match=r"network: 'slow' found, one of c3d, i3d wanted"):
        video(paths, tmp_path / "c.h5", settings={**I3D_SETTINGS, "network": "slow"})
