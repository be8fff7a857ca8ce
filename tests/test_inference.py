import pickle

import numpy as np
import pytest
import torch
from torch import nn

from i2v_core import inference
from i2v_core.media import augmentation, sampling
from i2v_core.media.frames import FrameStore
from i2v_core.models.image import ImageModel
from i2v_core.models.saved import Saved
from i2v_core.models.video import VideoModel
from tests import toy

CPU = torch.device("cpu")
KEYS = ["toy-videos/v3", "toy-videos/v0", "toy-videos/v9"]  # 8, 5 and 6 frames


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    paths = toy.world(tmp_path_factory.mktemp("world"))
    return FrameStore([paths["videos0"], paths["videos1"]])


def lively(model: nn.Module, inputs: torch.Tensor) -> nn.Module:
    """Batch statistics of `inputs` in each normalisation; without them a new, deep net says the same of everything."""
    norms = [module for module in model.modules() if isinstance(module, (nn.BatchNorm2d, nn.BatchNorm3d))]
    for norm in norms:
        norm.momentum = 1.0
    with torch.no_grad():
        model.train()(inputs)
    return model.eval()


def image_model() -> Saved:
    torch.manual_seed(0)
    settings = toy.image_settings()
    model = ImageModel(classes=3, **settings["model"])
    return Saved(lively(model, torch.rand(8, 3, 32, 32)), ["a", "b", "c"], settings["inputs"])


def video_model(**inputs) -> Saved:
    torch.manual_seed(0)
    settings = toy.video_settings()
    model = VideoModel(classes=3, **settings["model"])
    return Saved(lively(model, torch.rand(8, 4, 3, 32, 32)), ["a", "b", "c"], {**settings["inputs"], **inputs})


def test_every_frame_of_every_video_has_a_row(store):
    saved = image_model()
    values, counts = inference.frame_probabilities(saved, store, KEYS, batch_size=4, device=CPU)
    assert counts.tolist() == [8, 5, 6]
    assert (values.shape, values.dtype) == ((19, 3), np.float32)
    assert len(np.unique(values[:, 0])) == 19
    assert values.sum(axis=1) == pytest.approx(np.ones(19), abs=1e-6)  # float32
    # by hand: centre crops of v0 in one batch
    frames = augmentation.centre_crop(store.frames(KEYS[1], range(5)), size_px=32, short_side_px=32)
    with torch.no_grad():
        expected = saved.model.eval()(torch.from_numpy(frames).movedim(-1, 1).float() / 255).softmax(dim=1)
    assert values[8:13] == pytest.approx(expected.numpy(), abs=1e-5)  # other batches round otherwise


def test_a_videos_row_is_the_mean_over_its_clips(store):
    saved = video_model()
    values, counts = inference.video_probabilities(saved, store, KEYS, batch_size=4, device=CPU)
    assert (values.shape, counts.tolist()) == ((3, 3), [1, 1, 1])
    assert len(np.unique(values[:, 0])) == 3
    starts = sampling.uniform_clips(8, clips=2, frames=4)
    clips = np.stack([augmentation.centre_crop(store.frames(KEYS[0], c), size_px=32, short_side_px=32) for c in starts])
    with torch.no_grad():
        logits = saved.model.eval()(torch.from_numpy(clips).movedim(-1, 2).float() / 255)
    assert values[0] == pytest.approx(logits.softmax(dim=1).mean(dim=0).numpy(), abs=1e-5)  # batches round otherwise


@pytest.mark.parametrize("change", [{"clips": 1}, {"stride": 2}, {"frames": 6}, {"size_px": 16}, {"short_side_px": 48}])
def test_every_input_setting_matters(store, change):
    plain, changed = (
        inference.video_probabilities(video_model(**inputs), store, KEYS, batch_size=8, device=CPU)[0]
        for inputs in ({}, change)
    )
    assert not np.array_equal(plain, changed)


@pytest.mark.parametrize("size", [1, 3, 19, 64])
def test_the_batch_size_changes_no_value_beyond_rounding(store, size):
    wanted, _ = inference.frame_probabilities(image_model(), store, KEYS, batch_size=5, device=CPU)
    found, _ = inference.frame_probabilities(image_model(), store, KEYS, batch_size=size, device=CPU)
    assert found == pytest.approx(wanted, abs=1e-5)  # float32, other order of sums


@pytest.mark.parametrize("kind", ["frame", "video"])
def test_loader_processes_change_nothing(store, kind):
    predict = getattr(inference, f"{kind}_probabilities")
    saved = image_model() if kind == "frame" else video_model()
    found = [predict(saved, store, KEYS, batch_size=8, device=CPU, workers=workers)[0] for workers in (0, 2)]
    assert np.array_equal(*found)


def test_the_data_set_can_be_sent_to_a_process_that_is_no_fork(store, monkeypatch):
    seen = []

    class Loader:
        def __init__(self, dataset, **options):
            seen.append(pickle.loads(pickle.dumps((dataset, options["collate_fn"])))[0])

        def __iter__(self):
            return (seen[-1][k] for k in range(len(seen[-1])))

    monkeypatch.setattr(inference, "DataLoader", Loader)
    inference.frame_probabilities(image_model(), store, KEYS, batch_size=8, device=CPU)
    inference.video_probabilities(video_model(), store, KEYS, batch_size=8, device=CPU)
    assert [len(dataset) for dataset in seen] == [3, 3]


def test_prediction_neither_trains_nor_drops_anything(store):
    saved = video_model()
    saved.model.train()
    before = {name: value.clone() for name, value in saved.model.state_dict().items()}
    first, _ = inference.video_probabilities(saved, store, KEYS, batch_size=8, device=CPU)
    second, _ = inference.video_probabilities(saved, store, KEYS, batch_size=8, device=CPU)
    assert np.array_equal(first, second)
    assert all(torch.equal(before[name], value) for name, value in saved.model.state_dict().items())
    assert any(isinstance(module, nn.Dropout) for module in saved.model.modules())
