"""A sample of DIVAFN's protocol drawn from the toy world, and all methods on vectors of its items."""

import numpy as np
import pandas as pd
import pytest

from i2v_core import storage
from i2v_core.media.vector_store import write_vectors
from i2v_core.stages import draw_ratio_sample, run_divafn
from tests import toy

METHODS = ["svm", "divf", "divafn", "coral"]
DRAWN = {"ratio": 0.5, "per_class": None, "cut": "random", "image_ratio": "same"}
SETTINGS = {
    "semantics": {"kind": "hash", "width": 16},
    "objective": {"iterations": 2, "batch_size": 8},
    "dim": 8,
    "hidden_dim": 8,
    "images": "paired",
    "shallow": {},
    "transductive": False,
    "target_labels": False,
    "c": 1.0,
}


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    """The toy world's tables; vectors with a direction for each class; an index with groups of two videos."""
    root = tmp_path_factory.mktemp("world")
    made = toy.world(root)
    random = np.random.default_rng(0)
    tables = {"toy-images": storage.read_csv(made["source"]), "toy-videos": storage.read_csv(made["target_labels"])}
    for kind, dataset in (("image", "toy-images"), ("keyframe", "toy-videos"), ("video", "toy-videos")):
        rows = tables[dataset]
        vectors = np.eye(3)[rows["label"].astype(int)] + random.normal(0, 0.1, (len(rows), 3))
        made[kind] = root / f"{kind}.h5"
        write_vectors(zip(rows["id"], vectors, strict=True), made[kind], dataset=dataset)
    made["index"] = root / "index.csv"
    groups = [f"g{k // 2}" for k in range(14)]
    storage.write_csv(pd.DataFrame({"id": [f"v{k}" for k in range(14)], "group": groups}), made["index"])
    return made


def draw(paths, folder, seed=0, **changes):
    names = ("source", "target_train", "target_test", "target_labels")
    files = {"out": folder / "sample.csv", "out_test_labels": folder / "test_labels.csv"}
    given = {name: paths[name] for name in names}
    draw_ratio_sample.run(**given, target_index=paths["index"], settings={**DRAWN, **changes}, seed=seed, **files)
    return files["out"]


def predict(paths, folder, sample, seed=0, methods=METHODS):
    stores = {"images": [paths["image"]], "keyframes": [paths["keyframe"]], "videos": [paths["video"]]}
    how = {"device": "cpu", "threads": 1, "log": folder / "log.csv", "record": folder / "run.json"}
    given = {**stores, **how, "classes": paths["classes"], "methods": methods, "settings": SETTINGS, "seed": seed}
    run_divafn.run(**given, sample=sample, out=folder)
    return {name: (folder / name / "predictions_test.csv").read_bytes() for name in methods}


def test_a_sample_hides_the_labels_of_its_test(paths, tmp_path):
    table = storage.read_csv(draw(paths, tmp_path))
    assert table.groupby("role").size().to_dict() == {"image": 6, "test": 6, "train": 6}  # four a class, half trains
    is_test = table["role"] == "test"
    assert table.loc[is_test, ["class", "label"]].isin(["", None]).to_numpy().all() or (
        table.loc[is_test, ["class", "label"]].isna().to_numpy().all()
    )
    hidden = storage.read_csv(tmp_path / "test_labels.csv")
    assert hidden["id"].tolist() == table.loc[is_test, "id"].tolist()
    truth = storage.read_csv(paths["target_labels"]).set_index("id")["class"]
    assert hidden["class"].tolist() == truth[hidden["id"]].tolist()


def test_official_lists_and_groups_can_be_kept(paths, tmp_path):
    table = storage.read_csv(draw(paths, tmp_path, cut="official", ratio=1.0))
    for role, name in (("train", "target_train"), ("test", "target_test")):
        assert set(table.loc[table["role"] == role, "id"]) == set(storage.read_csv(paths[name])["id"])
    by_group = storage.read_csv(draw(paths, tmp_path, cut="group", ratio=0.25))
    assert len(by_group[by_group["role"] == "train"]) >= 3


def test_methods_predict_the_test_and_repeat_to_the_byte(paths, tmp_path):
    sample = draw(paths, tmp_path)
    first, again = (predict(paths, tmp_path / name, sample) for name in ("a", "b"))
    assert first == again
    truth = storage.read_csv(tmp_path / "test_labels.csv")
    for method in METHODS:
        found = storage.read_csv(tmp_path / "a" / method / "predictions_test.csv")
        assert found["id"].tolist() == truth["id"].tolist()
        assert (found["class"] == truth["class"]).mean() > 0.8, method
    assert len(storage.read_csv(tmp_path / "a/log.csv")) == 3
    predict(paths, tmp_path / "c", sample, methods=["svm"])
    assert len(storage.read_csv(tmp_path / "c/log.csv")) == 0


def test_an_unknown_method_is_refused(paths, tmp_path):
    with pytest.raises(ValueError, match=r"method: 'svd' found, one of svm,"):
        predict(paths, tmp_path, draw(paths, tmp_path), methods=["svd"])
