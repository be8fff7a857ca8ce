"""Attention weights beside what was planted, and as a picture."""

import numpy as np
import pandas as pd
import pytest

from i2v_core import storage
from i2v_core.stages import draw_attention_sheet, score_attention
from tests import toy


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return toy.world(tmp_path_factory.mktemp("world"))


def attention(path, weights, kind="image", **columns):
    rows = {"id": list(weights), "kind": kind, "weight": list(weights.values()), **columns}
    storage.write_csv(pd.DataFrame(rows), path)
    return path


@pytest.fixture
def planted(tmp_path):
    names = ["a", "b", "c", "d"]
    catalog = pd.DataFrame({"id": names, "path": [f"run/{name}.jpg" for name in names]})
    storage.write_csv(catalog, tmp_path / "catalog.csv")
    truth = pd.DataFrame({"path": catalog["path"], "fate": ["clean", "clean", "text", "off_topic"]})
    storage.write_csv(truth, tmp_path / "truth.csv")
    return {"catalog": tmp_path / "catalog.csv", "truth": tmp_path / "truth.csv"}


def scored(folder, files, seeds, planted, kind="image"):
    where = {"out": folder / "areas.csv", "runs": folder / "seeds.csv"}
    score_attention.run(attention=files, seeds=seeds, kind=kind, **planted, **where)
    return pd.read_csv(where["out"]).set_index("against"), pd.read_csv(where["runs"])


def test_areas_are_averaged_over_the_seeds(planted, tmp_path):
    files = [
        attention(tmp_path / "0.csv", {"a": 2.0, "b": 3.0, "c": 1.0, "d": 0.0}),
        attention(tmp_path / "1.csv", {"a": 2.0, "b": 3.0, "c": 2.5, "d": 4.0}),
    ]
    table, runs = scored(tmp_path, files, [0, 1], planted)
    assert table["auc_mean"].to_dict() == {"off_topic": 0.5, "text": 0.75, "any": 0.625}
    assert (table["seeds"] == 2).all()
    assert runs["seed"].tolist() == [0, 0, 0, 1, 1, 1]


def test_items_of_the_other_kind_do_not_count(planted, tmp_path):
    weights = {"a": 2.0, "b": 3.0, "c": 1.0, "d": 9.0}
    file = attention(tmp_path / "0.csv", weights, kind=["image", "image", "image", "video"])
    table, _ = scored(tmp_path, [file], [0], planted)
    assert list(table.index) == ["text", "any"]


def test_a_file_without_a_seed_is_refused(planted, tmp_path):
    with pytest.raises(ValueError, match=r"attention: 1 files and seeds \[0, 1\] found"):
        scored(tmp_path, [tmp_path / "0.csv"], [0, 1], planted)


def batch(paths, path, **changes):
    names = storage.read_csv(paths["source"])["id"].tolist()[:4]
    columns = {"dataset": "toy-images", "class": "a", "frame": 0, "first_batch": 0, "first_alpha": [0.4, 0.1, 0.2, 0.3]}
    return attention(path, dict.fromkeys(names, 1.0), **{**columns, **changes})


def test_the_first_batch_of_images_is_drawn(paths, tmp_path):
    how = {"stores": [paths["images"]], "title": "t"}
    for name, changes in (("all", {}), ("two", {"first_batch": [0, 0, 1, 1]}), ("again", {})):
        file = batch(paths, tmp_path / f"{name}.csv", **changes)
        draw_attention_sheet.run(attention=file, out=tmp_path / f"{name}.png", **how)
    pictures = {name: (tmp_path / f"{name}.png").read_bytes() for name in ("all", "two", "again")}
    assert pictures["all"] == pictures["again"] != pictures["two"]


def test_a_row_that_sees_no_image_has_no_sheet(paths, tmp_path):
    file = batch(paths, tmp_path / "a.csv", kind="video")
    with pytest.raises(ValueError, match=r"a\.csv: no weight of a web image found"):
        draw_attention_sheet.run(attention=file, stores=[paths["images"]], title="", out=tmp_path / "a.png")


def test_areas_do_not_depend_on_the_order_of_the_rows(planted, tmp_path):
    weights = dict(zip("abcd", np.random.default_rng(0).random(4).tolist(), strict=True))
    tables = []
    for name, order in (("x", "abcd"), ("y", "dcba")):
        file = attention(tmp_path / f"{name}.csv", {key: weights[key] for key in order})
        tables.append(scored(tmp_path, [file], [0], planted)[0].sort_index())
    assert tables[0].equals(tables[1])
