"""Features for t-SNE, Grad-CAM and gains by class, from models of STCDA's stages on the toy world."""

import numpy as np
import pytest
import torch
from matplotlib import image

from i2v_core import storage
from i2v_core.baselines.clips import building as baseline_building
from i2v_core.evaluation import feature_files
from i2v_core.media import feature_store
from i2v_core.media.feature_store import ClipFeatures
from i2v_core.methods.stcda import building
from i2v_core.models.clip_encoders import clip_encoder
from i2v_core.stages import draw_grad_cam, extract_video_features, plot_class_gain
from tests import toy
from tests.toy_clips import BACKBONE

MODEL = {"dim": 6, "aggregator": "gru", "segments": 2}
FEATURE_DIM = clip_encoder(BACKBONE, "rgb", None).feature_dim


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    """The toy world of two streams, random clip features, and the names of its classes as a source of videos."""
    paths = toy.two_streams(tmp_path_factory.mktemp("world"))
    random, root = np.random.default_rng(0), paths["source"].parent
    shapes = [(2, FEATURE_DIM), *[(1, 2, FEATURE_DIM)] * 3]
    paths["features"] = []
    for dataset, table in (("toy-images", "source"), ("toy-videos", "target_labels")):
        items = [
            (name, ClipFeatures(*(random.normal(size=shape).astype(np.float32) for shape in shapes)))
            for name in storage.read_csv(paths[table])["id"]
        ]
        paths["features"].append(root / f"{dataset}-rgb.h5")
        feature_store.write_features(items, paths["features"][-1], dataset=dataset, view="rgb")
    return paths


def model_of(path, widths, *, backbone=None, seed=0):
    torch.manual_seed(seed)
    arguments = {**MODEL, "widths": widths, "backbone": backbone}
    model = building.build(classes=3, weights={}, **arguments)
    state = {f"model.{name}": value for name, value in model.state_dict().items()}
    content = {"kind": building.KIND, "arguments": arguments, "classes": list(toy.COLOURS), "state": state}
    storage.save_weights(content, path)
    return model.eval()


def extract(paths, model, out, **media):
    tables = {"source": paths["source"], "target": paths["target_test"]}
    extract_video_features.run(model=model, **tables, **media, device="cpu", threads=1, out=out)
    return feature_files.read(out, classes=3)


def test_features_of_stored_clips_are_those_of_the_classifier_s_input(paths, tmp_path):
    model = model_of(tmp_path / "model.pt", {"rgb": FEATURE_DIM})
    found = extract(paths, tmp_path / "model.pt", tmp_path / "features.h5", stores=paths["features"])
    store = feature_store.FeatureStore(paths["features"])
    clips = np.stack([store.features(f"toy-videos/{name}").test for name in found.target_ids])
    with torch.no_grad():
        wanted = model.features(torch.from_numpy(clips))["rgb"].videos
    np.testing.assert_allclose(found.target, wanted, atol=1e-6)
    assert found.target_ids == storage.read_csv(paths["target_test"])["id"].tolist()
    assert found.source_labels.tolist() == storage.read_csv(paths["source"])["label"].astype(int).tolist()


def test_features_of_a_trained_backbone_need_frames_and_flow(paths, tmp_path):
    model_of(tmp_path / "model.pt", {"rgb": 3, "flow": 2}, backbone=BACKBONE)
    frames = [paths[name] for name in ("generated", "videos0", "videos1")]
    flows = [paths[name] for name in ("generated_flow", "flow0", "flow1")]
    found = extract(paths, tmp_path / "model.pt", tmp_path / "features.h5", frames=frames, flows=flows)
    assert found.source.shape == (12, 12)  # two views of six
    assert found.target.shape == (4, 12)


def test_features_of_the_upper_bound_are_its_pooled_clips(paths, tmp_path):
    torch.manual_seed(0)
    options = {"dim": 5, "dropout": 0.5}
    arguments = {"method": "source_only", "widths": {"rgb": FEATURE_DIM}, "segments": 2, "options": options}
    model = baseline_building.build(classes=3, **arguments)
    content = {"kind": baseline_building.KIND, "arguments": arguments, "classes": list(toy.COLOURS), "inputs": {}}
    storage.save_weights({**content, "state": model.state_dict()}, tmp_path / "model.pt")
    found = extract(paths, tmp_path / "model.pt", tmp_path / "features.h5", stores=paths["features"])
    assert found.target.shape == (4, 5)
    assert (found.target >= 0).all()  # behind a ReLU


def test_another_model_is_refused(paths, tmp_path):
    storage.save_weights({"kind": "image"}, tmp_path / "model.pt")
    with pytest.raises(ValueError, match=r"model\.pt: no model of STCDA or of the upper bound found, one of these"):
        extract(paths, tmp_path / "model.pt", tmp_path / "features.h5", stores=paths["features"])


def grad_cam(paths, out, models, **changes):
    frames = [paths[name] for name in ("generated", "videos0", "videos1")]
    names = ("source", "target_labels", "classes")
    given = {**{name: paths[name] for name in names}, "target": paths["target_train"], "frames": frames, "weights": []}
    given |= {"settings": BACKBONE, "shown": 2, "title": "toy", "titles": ["a", "b"], "device": "cpu", "threads": 1}
    draw_grad_cam.run(**{**given, **changes}, models=models, out=out)
    return out.read_bytes()


def test_grad_cam_is_drawn_over_features_and_over_a_trained_backbone(paths, tmp_path):
    model_of(tmp_path / "frozen.pt", {"rgb": FEATURE_DIM})
    model_of(tmp_path / "trained.pt", {"rgb": 3, "flow": 2}, backbone=BACKBONE)
    models = [tmp_path / "frozen.pt", tmp_path / "trained.pt"]
    first = grad_cam(paths, tmp_path / "a.png", models)
    assert image.imread(tmp_path / "a.png").std() > 0.05
    assert grad_cam(paths, tmp_path / "b.png", models[::-1]) != first
    grad_cam(paths, tmp_path / "c.png", models, shown=1)
    heights = [image.imread(tmp_path / f"{name}.png").shape[0] for name in "ac"]
    assert heights[0] > heights[1]


def test_titles_must_be_as_many_as_models(paths, tmp_path):
    with pytest.raises(ValueError, match=r"1 models and titles \['a', 'b'\] found, a title for each wanted"):
        grad_cam(paths, tmp_path / "a.png", [tmp_path / "model.pt"])


def test_gains_by_class_are_written_and_drawn(tmp_path):
    for name, share in (("before", 0.5), ("after", 0.75)):
        classes = {"red": {"n": 4, "accuracy": share}, "blue": {"n": 4, "accuracy": 0.5}}
        storage.write_json({"classes": list(classes), "per_class": classes}, tmp_path / f"{name}.json")
    files = {name: [tmp_path / f"{name}.json"] for name in ("before", "after")}
    places = {"out": tmp_path / "gain.png", "table": tmp_path / "gain.csv"}
    plot_class_gain.run(**files, titles=["source only", "STCDA"], data="toy", **places)
    assert storage.read_csv(places["table"])["gain"].astype(float).tolist() == [25.0, 0.0]
    assert image.imread(places["out"]).std() > 0
    with pytest.raises(ValueError, match=r"titles: \['a'\] found, two wanted, of the method before and of the method"):
        plot_class_gain.run(**files, titles=["a"], data="toy", **places)
