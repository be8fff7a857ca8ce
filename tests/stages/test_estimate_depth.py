import numpy as np
import pytest
import torch
import transformers

from i2v_core import storage
from i2v_core.media import frames
from i2v_core.media.depth_store import DepthStore
from i2v_core.models import depth_net
from i2v_core.stages import estimate_depth
from tests import toy


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture
def store(tmp_path):
    """Four photos in two shapes and a video."""
    items = [(f"p/{k}", toy.clip("red", domain="images", length=1, seed=k), 0.0) for k in range(3)]
    items.append(("wide", toy.clip("blue", domain="images", length=1, seed=9, width=60), 0.0))
    items.append(("video", toy.clip("green", domain="videos", length=5, seed=1), 25.0))
    frames.write_store(items, tmp_path / "frames.h5", dataset="toy")
    return tmp_path / "frames.h5"


@pytest.fixture
def mini(tmp_path):
    torch.manual_seed(0)
    net = depth_net.DepthNet(width=4).eval()
    storage.save_weights(depth_net.content(net, arguments={"width": 4}, short_side_px=32), tmp_path / "depth.pt")
    return tmp_path / "depth.pt"


def estimated(store, out, *, backend="mini", model, batch_size=2):
    how = {"backend": backend, "model": str(model), "batch_size": batch_size, "device": "cpu", "threads": 1}
    estimate_depth.run(store=store, out=out, **how)
    return DepthStore([out])


def test_every_item_gets_the_map_of_its_first_frame(store, mini, tmp_path):
    found, images = estimated(store, tmp_path / "out.h5", model=mini), frames.FrameStore([store])
    assert list(found) == list(images) == ["toy/p/0", "toy/p/1", "toy/p/2", "toy/wide", "toy/video"]
    net, side = depth_net.load(mini)
    for key in images:
        (wanted,) = depth_net.inverse_depth(net, [images.frames(key, [0])[0]], short_side_px=side)
        wanted = (wanted - wanted.min()) / (wanted.max() - wanted.min())
        # 16-bit steps, and sums of float32 in another order, stretched by the map's small range
        assert np.abs(found.inverse_depth(key) - wanted).max() < 1e-3


def test_the_same_inputs_give_the_same_bytes_and_batches_hardly_matter(store, mini, tmp_path):
    first = estimated(store, tmp_path / "a.h5", model=mini)
    estimated(store, tmp_path / "b.h5", model=mini)
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()
    alone = estimated(store, tmp_path / "c.h5", model=mini, batch_size=1)
    assert max(np.abs(first.inverse_depth(key) - alone.inverse_depth(key)).max() for key in first) < 1e-3


def test_a_folder_of_transformers_is_used_by_the_other_backend(store, tmp_path):
    torch.manual_seed(0)
    config = transformers.DPTConfig(
        hidden_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=16,
        image_size=32,
        patch_size=16,
        backbone_out_indices=[0, 1, 2, 3],
        neck_hidden_sizes=[8, 8, 8, 8],
        fusion_hidden_size=8,
    )
    network = transformers.DPTForDepthEstimation(config)
    torch.nn.init.normal_(network.head.head[4].weight, 0, 1)
    torch.nn.init.constant_(network.head.head[4].bias, 1.0)
    network.save_pretrained(tmp_path / "dpt")
    transformers.DPTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(tmp_path / "dpt")
    found = estimated(store, tmp_path / "out.h5", backend="dpt", model=tmp_path / "dpt")
    assert [found.inverse_depth(key).shape for key in found] == [(32, 40)] * 3 + [(32, 60), (32, 40)]
    assert all(found.inverse_depth(key).max() == 1 for key in found)


def test_an_unknown_backend_is_an_error_and_leaves_no_file(store, tmp_path):
    with pytest.raises(ValueError, match=r"depth backend: 'zoe' found, 'mini' or 'dpt' wanted"):
        estimated(store, tmp_path / "out.h5", backend="zoe", model="x")
    assert not (tmp_path / "out.h5").exists()


def test_a_missing_model_is_an_error(store, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"none\.pt: no such checkpoint"):
        estimated(store, tmp_path / "out.h5", model=tmp_path / "none.pt")
