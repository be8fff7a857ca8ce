"""A sample of DIVAFN's protocol drawn from the toy world; rows on vectors of its items, their scores and run times."""

import numpy as np
import pandas as pd
import pytest

from i2v_core import storage
from i2v_core.media.vector_store import write_vectors
from i2v_core.stages import draw_ratio_sample, make_run_time_table, run_divafn, score_sample, time_divafn
from tests import toy

METHODS = ["svm", "divf", "diva", "divafn", "coral"]
DRAWN = {"ratio": 0.5, "per_class": None, "cut": "random", "image_ratio": "same"}
ROW = {
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


def stores(paths) -> dict:
    return {"images": [paths["image"]], "keyframes": [paths["keyframe"]], "videos": [paths["video"]]}


def predict(paths, folder, sample, seed=0, methods=METHODS, **changes):
    """Predictions of the methods, by rows of their names."""
    settings = {name: {**ROW, "method": name, **changes} for name in methods}
    how = {"device": "cpu", "threads": 1, "log": folder / "log.csv", "record": folder / "run.json"}
    given = {**stores(paths), **how, "classes": paths["classes"], "settings": settings, "seed": seed}
    run_divafn.run(**given, sample=sample, out=folder / "predictions.csv")
    return storage.read_csv(folder / "predictions.csv", ("row", "id", "class"))


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


def test_rows_predict_the_test_and_repeat_to_the_byte(paths, tmp_path):
    sample = draw(paths, tmp_path)
    found = predict(paths, tmp_path / "a", sample)
    predict(paths, tmp_path / "b", sample)
    for name in ("predictions.csv", "log.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    truth = storage.read_csv(tmp_path / "test_labels.csv")
    assert list(dict.fromkeys(found["row"])) == METHODS
    for method, table in found.groupby("row"):
        assert table["id"].tolist() == truth["id"].tolist()
        assert (table["class"].to_numpy() == truth["class"].to_numpy()).mean() > 0.8, method


def test_the_log_has_all_rows_that_train_networks(paths, tmp_path):
    sample = draw(paths, tmp_path)
    predict(paths, tmp_path / "a", sample)
    log = pd.read_csv(tmp_path / "a/log.csv")
    assert log.groupby("row")["iteration"].apply(list).to_dict() == {"diva": [0, 1, 2], "divafn": [0, 1, 2]}
    assert log["encoder_fused"].notna().tolist() == (log["row"] == "divafn").tolist()
    predict(paths, tmp_path / "b", sample, methods=["svm"])
    assert (tmp_path / "b/log.csv").read_text() == "row,iteration\n"


def test_a_rows_settings_matter(paths, tmp_path):
    sample = draw(paths, tmp_path)
    logs = []
    for name, changes in {
        "a": {},
        "b": {"dim": 4},
        "c": {"semantics": {"kind": "onehot"}},
        "d": {"objective": {"iterations": 2, "batch_size": 8, "decoder": 1.0}},
    }.items():
        predict(paths, tmp_path / name, sample, methods=["divafn"], **changes)
        logs.append((tmp_path / name / "log.csv").read_bytes())
    assert len(set(logs)) == 4


def test_unknown_methods_and_no_row_are_refused(paths, tmp_path):
    sample = draw(paths, tmp_path)
    with pytest.raises(ValueError, match=r"method: 'svd' found, one of svm,"):
        predict(paths, tmp_path, sample, methods=["svd"])
    with pytest.raises(ValueError, match=r"^settings: no row found, one at least wanted; see tables.divafn"):
        predict(paths, tmp_path, sample, methods=[])
    assert not (tmp_path / "predictions.csv").exists()


def test_scores_are_by_row(paths, tmp_path):
    found = predict(paths, tmp_path, draw(paths, tmp_path), methods=["svm", "coral"])
    given = {"test_labels": tmp_path / "test_labels.csv", "classes": paths["classes"]}
    score_sample.run(predictions=tmp_path / "predictions.csv", **given, out=tmp_path / "scores.json")
    scores = storage.read_json(tmp_path / "scores.json")
    truth = storage.read_csv(tmp_path / "test_labels.csv")["class"]
    for row, table in found.groupby("row"):
        assert scores[row]["top1"] == pytest.approx((table["class"].to_numpy() == truth.to_numpy()).mean(), abs=1e-12)
        assert scores[row]["n"] == len(truth)
    storage.write_csv(found.drop(index=len(found) - 1), tmp_path / "short.csv")
    with pytest.raises(ValueError, match=r"short.csv row coral: ids 1 missing"):
        score_sample.run(predictions=tmp_path / "short.csv", **given, out=tmp_path / "none.json")
    assert not (tmp_path / "none.json").exists()


def test_run_times_are_per_test_video_and_stand_beside_published_ones(paths, tmp_path):
    samples = [draw(paths, tmp_path / str(share), ratio=share / 100) for share in (30, 50)]
    settings = {name: {**ROW, "method": name} for name in ("divafn", "svm")}
    given = {**stores(paths), "classes": paths["classes"], "settings": settings, "seed": 0, "device": "cpu"}
    given["rows"] = ["svm", "divafn"]
    times = tmp_path / "times.csv"
    time_divafn.run(samples=samples, shares=[30, 50], **given, threads=1, out=times)
    found = storage.read_csv(times)
    assert found[["share", "row"]].to_numpy().tolist() == [[30, "svm"], [30, "divafn"], [50, "svm"], [50, "divafn"]]
    counts = [storage.read_csv(path)["role"].value_counts() for path in samples for _ in settings]
    assert found["n_test_videos"].tolist() == [part["test"] for part in counts]
    assert found["n_train_videos"].tolist() == [part["train"] for part in counts]
    assert (found["seconds"] > 0).all()
    assert (found["seconds_per_video"] * found["n_test_videos"]).tolist() == pytest.approx(
        found["seconds"].tolist(),
        abs=1e-5,  # six decimals are written
    )
    with pytest.raises(ValueError, match=r"^shares: 1 found for 2 samples, one each wanted"):
        time_divafn.run(samples=samples, shares=[30], **given, threads=1, out=tmp_path / "none.csv")

    out, text = tmp_path / "table.csv", tmp_path / "table.md"
    make_run_time_table.run(times=[times], benchmarks=["toy"], published_as=["s2u10"], out=out, markdown=text)
    printed = pd.read_csv(out).set_index(["share", "row"])["published_seconds_per_video"]
    assert printed[30, "divafn"] == 0.93
    assert printed.drop([(30, "divafn"), (50, "divafn")]).isna().all()
    assert "| toy | 50 % |" in text.read_text()
    assert "| 1210 |" in text.read_text()
    make_run_time_table.run(times=[times], benchmarks=["toy"], published_as=["-"], out=out, markdown=text)
    assert "Published: nothing" in text.read_text()
    with pytest.raises(ValueError, match=r"^1 times, 2 benchmarks, 1 published names found, as many of each wanted"):
        make_run_time_table.run(times=[times], benchmarks=["a", "b"], published_as=["-"], out=out, markdown=text)
