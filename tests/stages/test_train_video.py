"""Stages that learn from clip features: the baselines, their upper bound, and STCDA's three stages in a row."""

import inspect

import numpy as np
import pandas as pd
import pytest
import torch

from i2v_core import probabilities, storage
from i2v_core.baselines import clips
from i2v_core.baselines.clips import building
from i2v_core.media import feature_store
from i2v_core.media.feature_store import ClipFeatures
from i2v_core.models import saved
from i2v_core.stages import train_clip_baseline, train_clip_supervised, train_stcda
from tests import toy

WIDTHS = {"rgb": 5, "flow": 4}
MODEL = {"dim": 6, "dropout": 0.1}
BASELINE = {"model": MODEL, "method": {}, "view": None, "training": toy.training(lr=0.02, momentum=0.0)}
METHOD = {"alpha": 2.0, "beta": 0.5, "negatives": 8}
SAMPLES = {"corruptions": ["spatial", "temporal"], "per_class": 2, "most_classes": 12}
FILES = {"model.pt", "train_log.csv", "run.json", "probabilities_test.h5", "predictions_test.csv"}


def stcda(stage: int, **changes: object) -> dict:
    method = {**METHOD, "stage": stage, **changes}
    return {"model": {"dim": 6, "aggregator": "gru"}, "method": method, **SAMPLES, "training": toy.training(lr=0.01)}


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    """The toy world's tables, its source as if of videos, and features in which a class has its own direction."""
    root = tmp_path_factory.mktemp("world")
    made = toy.world(root)
    storage.write_csv(storage.read_csv(made["source"]).assign(kind="video"), made["source"])
    labels = {f"toy-images/{row.id}": int(row.label) for row in storage.read_csv(made["source"]).itertuples()}
    labels |= {f"toy-videos/{row.id}": int(row.label) for row in storage.read_csv(made["target_labels"]).itertuples()}
    stores = []
    for view, width in WIDTHS.items():
        random = np.random.default_rng(width)
        centres = random.normal(size=(3, width))
        for dataset in ("toy-images", "toy-videos"):
            keys = [key for key in labels if key.startswith(dataset)]
            items = [(key.partition("/")[2], features(centres[labels[key]], random)) for key in keys]
            stores.append(root / f"{dataset}-{view}.h5")
            feature_store.write_features(items, stores[-1], dataset=dataset, view=view)
    return {**made, "features": stores}


def features(centre: np.ndarray, random: np.random.Generator) -> ClipFeatures:
    shapes = [(3, len(centre)), *[(2, 3, len(centre))] * 3]
    return ClipFeatures(*((centre + random.normal(0, 0.3, shape)).astype(np.float32) for shape in shapes))


def train(stage, paths, folder, settings, *, seed=0, views=("rgb", "flow"), **changes):
    known = inspect.signature(stage.run).parameters
    given = {name: paths[name] for name in ("source", "target_train", "target_test", "target_labels", "classes")}
    outputs = {"out": "model.pt", "log": "train_log.csv", "record": "run.json", "pseudo_labels": "pseudo_labels.csv"}
    outputs |= {"test_probabilities": "probabilities_test.h5", "predictions": "predictions_test.csv"}
    given |= {name: folder / file for name, file in outputs.items()}
    given |= {"stores": [path for path in paths["features"] if path.stem.endswith(views)]}
    stage.run(**{name: value for name, value in given.items() if name in known} | changes, settings=settings, seed=seed)
    return folder


def baseline(paths, folder, method, settings=BASELINE, **changes):
    return train(train_clip_baseline, paths, folder, settings, method=method, **changes)


@pytest.mark.parametrize("method", clips.METHODS)
def test_a_baseline_leaves_its_files_and_the_same_bytes_for_the_same_seed(paths, tmp_path, method):
    first, again = (baseline(paths, tmp_path / name, method) for name in ("a", "b"))
    assert {path.name for path in first.iterdir()} == FILES
    assert (first / "model.pt").read_bytes() == (again / "model.pt").read_bytes()
    other = baseline(paths, tmp_path / "c", method, seed=1)
    assert (first / "model.pt").read_bytes() != (other / "model.pt").read_bytes()
    found = probabilities.read(first / "probabilities_test.h5")
    assert found.ids == storage.read_csv(paths["target_test"])["id"].tolist()
    assert found.classes == ["red", "green", "blue"]
    np.testing.assert_allclose(found.values.sum(axis=1), 1, atol=1e-6)  # float32


@pytest.mark.parametrize("stage", [train_clip_baseline, train_stcda])
def test_no_target_label_is_an_input(stage):
    assert "target_labels" not in inspect.signature(stage.run).parameters


def test_a_saved_baseline_gives_the_probabilities_that_were_written(paths, tmp_path):
    folder = baseline(paths, tmp_path, "ta3n")
    loaded = saved.load(folder / "model.pt", building.build, kind=building.KIND)
    stores = feature_store.FeatureStore([path for path in paths["features"] if "rgb" in path.stem])
    others = feature_store.FeatureStore([path for path in paths["features"] if "flow" in path.stem])
    found = probabilities.read(folder / "probabilities_test.h5")
    keys = [f"toy-videos/{name}" for name in found.ids]
    clip = np.stack([np.concatenate([s.features(key).test for s in (stores, others)], axis=1) for key in keys])
    with torch.no_grad():
        values = loaded.model.probabilities(torch.from_numpy(clip)).numpy()
    np.testing.assert_allclose(found.values, values, atol=1e-6)  # stored as float32


def test_features_are_standardised_by_the_labelled_videos(paths, tmp_path):
    store = feature_store.FeatureStore([path for path in paths["features"] if path.stem.endswith("-flow")])
    chosen = [
        (train_clip_baseline, "model", "source", {"settings": BASELINE, "method": "dann"}),
        (train_stcda, "model.", "source", {"settings": stcda(1)}),
        (train_clip_supervised, "model", "target_train", {"settings": BASELINE}),
    ]
    for place, (stage, prefix, name, options) in enumerate(chosen):
        folder = train(stage, paths, tmp_path / str(place), **options)
        table = storage.read_csv(paths[name])
        rows = np.concatenate([store.features(f"{row.dataset}/{row.id}").test for row in table.itertuples()])
        state = storage.load_weights(folder / "model.pt")["state"]
        key = f"{prefix if prefix.endswith('.') else ''}streams.flow.standardisation."
        np.testing.assert_allclose(state[key + "mean"], rows.mean(axis=0), atol=1e-5)
        np.testing.assert_allclose(state[key + "deviation"], rows.std(axis=0), atol=1e-5)


def test_one_view_alone_trains_a_narrower_model(paths, tmp_path):
    folder = baseline(paths, tmp_path, "source_only", views=("flow",))
    assert storage.load_weights(folder / "model.pt")["arguments"]["widths"] == {"flow": 4}


def test_one_head_of_a_joint_model_predicts_alone(paths, tmp_path):
    both = baseline(paths, tmp_path / "both", "mm_sada")
    one = baseline(paths, tmp_path / "one", "mm_sada", {**BASELINE, "view": "rgb"})
    states = [storage.load_weights(folder / "model.pt")["state"] for folder in (both, one)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    values = [probabilities.read(folder / "probabilities_test.h5").values for folder in (both, one)]
    assert not np.allclose(values[0], values[1], atol=1e-3)


def test_adabn_and_its_source_only_share_weights_and_differ_in_statistics_and_predictions(paths, tmp_path):
    folders = [baseline(paths, tmp_path / name, name) for name in ("source_bn", "adabn")]
    plain, adapted = (storage.load_weights(folder / "model.pt")["state"] for folder in folders)
    changed = {name for name in plain if not torch.equal(plain[name], adapted[name])}
    assert changed == {f"streams.{view}.encoder.1.running_{of}" for view in WIDTHS for of in ("mean", "var")}
    values = [probabilities.read(folder / "probabilities_test.h5").values for folder in folders]
    assert not np.allclose(values[0], values[1], atol=1e-3)


def test_statistics_of_adabn_are_those_of_the_target(paths, tmp_path):
    """The source's mean is the running one of training; the target's clips have another."""
    folder = baseline(paths, tmp_path, "adabn")
    model = saved.load(folder / "model.pt", building.build, kind=building.KIND).model
    store = feature_store.FeatureStore([path for path in paths["features"] if path.stem == "toy-videos-rgb"])
    keys = [f"toy-videos/{name}" for name in storage.read_csv(paths["target_train"])["id"]]
    rows = torch.from_numpy(np.concatenate([store.features(key).test for key in keys]))
    encoder = model.streams["rgb"].encoder
    with torch.no_grad():
        expected = encoder[0](model.streams["rgb"].standardisation(rows)).mean(dim=0)
    torch.testing.assert_close(encoder[1].running_mean, expected, atol=1e-5, rtol=1e-5)


def test_the_upper_bound_follows_the_target_s_labels(paths, tmp_path):
    first = train(train_clip_supervised, paths, tmp_path / "a", BASELINE)
    assert {path.name for path in first.iterdir()} == FILES
    labels = storage.read_csv(paths["target_labels"])
    labels["label"] = labels["label"].to_numpy()[::-1]
    storage.write_csv(labels, tmp_path / "labels.csv")
    other = train(train_clip_supervised, paths, tmp_path / "b", BASELINE, target_labels=tmp_path / "labels.csv")
    assert (first / "model.pt").read_bytes() != (other / "model.pt").read_bytes()


@pytest.fixture(scope="module")
def chain(paths, tmp_path_factory):
    """The three stages of the full model."""
    root, before = tmp_path_factory.mktemp("chain"), None
    for stage in (1, 2, 3):
        folder = train(train_stcda, paths, root / str(stage), stcda(stage), before=before)
        before = folder / "model.pt"
    return root


def test_each_stage_logs_its_terms(chain):
    terms = [set(pd.read_csv(chain / str(stage) / "train_log.csv").columns) for stage in (1, 2, 3)]
    common = {"epoch", "total", "gradient_norm", "clip_contrast", "video_contrast"}
    assert terms == [common, common | {"classification"}, common | {"classification", "alignment"}]


def test_pseudo_labels_are_of_stage_3_alone(paths, chain):
    tables = [storage.read_csv(chain / str(stage) / "pseudo_labels.csv") for stage in (1, 2, 3)]
    ids = storage.read_csv(paths["target_train"])["id"].tolist()
    assert all(table["id"].tolist() == ids for table in tables)
    assert [table.columns.tolist() == ["id"] for table in tables] == [True, True, False]
    assert set(tables[2]["label_rgb"]) <= {0, 1, 2}
    assert tables[2]["label_rgb"].tolist() == tables[2]["label_flow"].tolist()  # both views decide together
    assert set(tables[2]["class_rgb"]) <= {"red", "green", "blue"}


def test_the_last_stage_repeats_to_the_byte_and_depends_on_the_one_before(paths, chain, tmp_path):
    again = train(train_stcda, paths, tmp_path / "a", stcda(3), before=chain / "2/model.pt")
    assert (again / "model.pt").read_bytes() == (chain / "3/model.pt").read_bytes()
    other = train(train_stcda, paths, tmp_path / "b", stcda(3), before=chain / "1/model.pt")
    assert (other / "model.pt").read_bytes() != (chain / "3/model.pt").read_bytes()


def test_discriminators_begin_in_stage_3(paths, chain, tmp_path):
    changed = stcda(3, alignment="adversarial")
    folder = train(train_stcda, paths, tmp_path, changed, before=chain / "2/model.pt")
    assert "adversarial" in pd.read_csv(folder / "train_log.csv").columns


def test_without_contrast_and_alignment_the_target_changes_nothing(paths, tmp_path):
    settings = stcda(3, alpha=0.0, beta=0.0)
    first = train(train_stcda, paths, tmp_path / "a", settings)
    some = tmp_path / "some.csv"
    storage.write_csv(storage.read_csv(paths["target_train"]).iloc[:8], some)
    second = train(train_stcda, paths, tmp_path / "b", settings, target_train=some)
    states = [storage.load_weights(folder / "model.pt")["state"] for folder in (first, second)]
    names = [name for name in states[0] if name.startswith("model.")]
    assert len(names) > 10
    assert all(torch.equal(states[0][name], states[1][name]) for name in names)


def test_a_stage_of_another_network_is_refused_in_one_line(paths, chain, tmp_path):
    settings = stcda(2)
    settings["model"]["aggregator"] = "mean"
    with pytest.raises(
        ValueError, match=r"model\.pt: .* keys missing .* the stage before of the same row with"
    ) as error:
        train(train_stcda, paths, tmp_path, settings, before=chain / "1/model.pt")
    assert "\n" not in str(error.value)


def test_a_source_of_images_is_refused(paths, tmp_path):
    bad = tmp_path / "source.csv"
    storage.write_csv(storage.read_csv(paths["source"]).assign(kind="image"), bad)
    with pytest.raises(ValueError, match=r"source\.csv: still images found, videos alone wanted; name another"):
        baseline(paths, tmp_path, "dann", source=bad)


def test_an_unknown_method_is_refused(paths, tmp_path):
    with pytest.raises(ValueError, match=r"method: 'abg' found, one of source_only, source_bn, .* wanted"):
        baseline(paths, tmp_path, "abg")
