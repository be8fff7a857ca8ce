import h5py
import numpy as np
import pytest
import torch

from i2v_core import storage
from i2v_core.media import sampling
from i2v_core.media.flow_store import FlowStore
from i2v_core.media.frames import FrameStore
from i2v_core.media.views import Flow, Rgb
from i2v_core.models import saved
from i2v_core.models.i3d_steps import I3DSteps
from i2v_core.models.image import ImageModel
from i2v_core.stages import extract_cfb_features
from tests import toy

CLASSES = ["red", "green", "blue"]
CHANNELS = {"rgb": 3, "flow": 2}
# The branches differ in all that a model's file says of its inputs, and in width.
INPUTS = {
    "rgb": {"frames": 4, "test_frames": 6, "resize_px": 36, "size_px": 32},
    "flow": {"frames": 3, "test_frames": 5, "resize_px": 35, "size_px": 30},
}
ARGUMENTS = {
    "rgb": {"width": 0.05, "freeze_until": None},
    "flow": {"width": 0.1, "freeze_until": None, "in_channels": 2},
}


def branch(kind: str, path) -> None:
    """An untrained model whose normalisations have the statistics of random clips, so that inputs reach its end."""
    torch.manual_seed(0)
    model = I3DSteps(classes=3, **ARGUMENTS[kind], statistics_momentum=1.0)
    with torch.no_grad():
        model(torch.rand(8, 4, CHANNELS[kind], 32, 32))
    saved.save(model, path, kind="i3d-steps", arguments=ARGUMENTS[kind], classes=CLASSES, inputs=INPUTS[kind])


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    root = tmp_path_factory.mktemp("world")
    paths = toy.two_streams(root)
    for kind in CHANNELS:
        paths[kind] = root / f"{kind}.pt"
        branch(kind, paths[kind])
    return paths


def extracted(world, out, **changes):
    given = {
        "rgb": world["rgb"],
        "flow": world["flow"],
        "source": world["source"],
        "target": world["target_test"],
        "frames": [world["generated"], world["videos0"], world["videos1"]],
        "flows": [world["generated_flow"], world["flow0"], world["flow1"]],
        "batch_size": 5,
        "device": "cpu",
        "threads": 1,
        "out": out,
        **changes,
    }
    extract_cfb_features.run(**given)
    with h5py.File(out) as file:
        return {name: file[name][:] for name in ("source/features", "source/labels", "target/features")} | {
            "target/ids": file["target/ids"].asstr()[:].tolist()
        }


@pytest.fixture(scope="module")
def features(world, tmp_path_factory):
    return extracted(world, tmp_path_factory.mktemp("made") / "features.h5")


def by_hand(world, domain: str) -> np.ndarray:
    """Pooled features of each branch for uniform frames and centre crops, video by video, RGB's before flow's."""
    table = storage.read_csv(world["source" if domain == "source" else "target_test"])
    found = []
    for kind, view, store in (
        ("rgb", Rgb, FrameStore([world["generated"], world["videos0"], world["videos1"]])),
        ("flow", Flow, FlowStore([world["generated_flow"], world["flow0"], world["flow1"]])),
    ):
        inputs, model = INPUTS[kind], saved.load(world[kind], I3DSteps, kind="i3d-steps").model
        given, margin = view(store, inputs["resize_px"], inputs["size_px"]), 2  # (36 - 32) / 2, (35 - 30) // 2
        count, size = inputs["frames" if domain == "source" else "test_frames"], inputs["size_px"]
        rows = []
        for name, dataset in zip(table["id"], table["dataset"], strict=True):
            key = f"{dataset}/{name}"
            clip = given.read(key, sampling.spread(store.length(key), frames=count))
            clip = torch.from_numpy(clip[:, margin : margin + size, margin : margin + size].copy())
            with torch.no_grad():
                steps = model.steps(clip.movedim(-1, 1)[None].float() / (255 if kind == "rgb" else 1))[0]
            rows.append(sum(steps) / len(steps))
        found.append(torch.stack(rows).numpy())
    return np.concatenate(found, axis=1)


def test_shapes_are_those_of_both_branches_side_by_side(features):
    # Mixed_5c's four branches, rounded to fours: 20 + 20 + 8 + 8 at width 0.05, 40 + 40 + 12 + 12 at width 0.1.
    assert features["source/features"].shape == (12, 56 + 104)
    assert features["target/features"].shape == (4, 56 + 104)
    assert {features[f"{domain}/features"].dtype for domain in ("source", "target")} == {np.dtype(np.float32)}


@pytest.mark.parametrize("domain", ["source", "target"])
def test_features_are_those_computed_by_hand(world, features, domain):
    expected = by_hand(world, domain)
    # float32 through 21 layers, in batches of another size; videos differ by far more
    np.testing.assert_allclose(features[f"{domain}/features"], expected, rtol=1e-3, atol=1e-4)
    assert np.ptp(expected, axis=0).max() > 0.1


def test_labels_and_ids_are_in_the_order_of_the_tables(world, features):
    source = storage.read_csv(world["source"])
    assert features["source/labels"].tolist() == source["label"].astype(int).tolist()
    assert features["target/ids"] == ["v10", "v11", "v12", "v13"]


def test_another_order_of_the_tables_is_another_order_of_rows(world, features, tmp_path):
    given = {}
    for name in ("source", "target_test"):
        given[name] = tmp_path / f"{name}.csv"
        storage.write_csv(storage.read_csv(world[name]).iloc[::-1], given[name])
    found = extracted(world, tmp_path / "f.h5", source=given["source"], target=given["target_test"])
    assert found["target/ids"] == features["target/ids"][::-1]
    assert found["source/labels"].tolist() == features["source/labels"].tolist()[::-1]
    for domain in ("source", "target"):
        # other videos share a batch: float32 rounding
        name = f"{domain}/features"
        np.testing.assert_allclose(found[name][::-1], features[name], rtol=1e-3, atol=1e-4)


def test_a_second_run_gives_the_same_bytes(world, tmp_path):
    for name in "ab":
        extracted(world, tmp_path / f"{name}.h5")
    assert (tmp_path / "a.h5").read_bytes() == (tmp_path / "b.h5").read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"a.h5", "b.h5"}


def test_target_labels_are_neither_read_nor_written(world, features, tmp_path):
    assert list(storage.read_csv(world["target_test"])) == ["id", "dataset"]
    extracted(world, tmp_path / "f.h5")
    with h5py.File(tmp_path / "f.h5") as file:
        assert set(file["target"]) == {"features", "ids"}


@pytest.mark.parametrize("place", ["rgb", "flow"])
def test_a_model_of_another_kind_is_an_error_and_leaves_nothing(world, tmp_path, place):
    settings = toy.image_settings()
    model = ImageModel(classes=3, **settings["model"])
    how = {"kind": "image", "arguments": settings["model"], "classes": CLASSES, "inputs": settings["inputs"]}
    saved.save(model, tmp_path / "image.pt", **how)
    with pytest.raises(ValueError, match=r"image\.pt: a model of kind 'image' found, 'i3d-steps' wanted"):
        extracted(world, tmp_path / "made/f.h5", **{place: tmp_path / "image.pt"})
    assert not (tmp_path / "made").exists()


def test_branches_in_the_wrong_order_are_an_error_and_leave_nothing(world, tmp_path):
    with pytest.raises(ValueError, match=r"clip: shape \(5, 3, 3, 30, 30\) found, \(n, t, 2, h, w\) wanted"):
        extracted(world, tmp_path / "f.h5", rgb=world["flow"], flow=world["rgb"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("stores", "kind"), [("frames", "frame store"), ("flows", "flow store")])
def test_a_missing_video_is_an_error_and_leaves_nothing(world, tmp_path, stores, kind):
    first = world["generated" if stores == "frames" else "generated_flow"]
    with pytest.raises(ValueError, match=rf"item 'toy-videos/v10' is in none of the {kind}s"):
        extracted(world, tmp_path / "f.h5", **{stores: [first]})
    assert list(tmp_path.iterdir()) == []


def test_a_source_without_labels_is_an_error_before_any_network_runs(world, tmp_path):
    source = tmp_path / "source.csv"
    storage.write_csv(storage.read_csv(world["source"])[["id", "dataset"]], source)
    with pytest.raises(ValueError, match=r"source\.csv: columns .* found, \['label'\] wanted besides"):
        extracted(world, tmp_path / "features.h5", source=source)
