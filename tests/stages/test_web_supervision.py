"""The stages of web supervision on a toy world: shots, embeddings, duplicates, training, prediction, weights."""

import json
from functools import partial

import h5py
import numpy as np
import pandas as pd
import pytest
import torch

from i2v_core import storage
from i2v_core.media.vector_store import VectorStore
from i2v_core.stages import (
    embed_keyframes,
    extract_domain_embeddings,
    find_duplicates,
    predict_web,
    train_web_image,
    train_web_video,
    weigh_web_sources,
)
from tests import toy, toy_web
from tests.toy_web import BASE, IMAGE, NET, VIDEO

COMPUTE = {"batch_size": 4, "device": "cpu", "threads": 1}


@pytest.fixture(scope="module")
def paths(tmp_path_factory):
    return toy_web.world(tmp_path_factory.mktemp("web"))


def trained(stage, settings, paths, folder, *, target=True, seed=0, **more):
    folder.mkdir(parents=True, exist_ok=True)
    given = {"target_train": paths["target_train"]} if target else {}
    stage.run(
        source=paths["web_source"],
        classes=paths["classes"],
        shots=paths["shots"],
        stores=paths["stores"],
        settings=settings,
        seed=seed,
        out=folder / "model.pt",
        log=folder / "train_log.csv",
        record=folder / "run.json",
        held_out=folder / "held_out.json",
        **given,
        **more,
    )
    return folder / "model.pt"


image = partial(trained, train_web_image)
video = partial(trained, train_web_video)


@pytest.fixture(scope="module")
def first(paths, tmp_path_factory):
    return image(IMAGE, paths, tmp_path_factory.mktemp("image"))


@pytest.fixture(scope="module")
def second(paths, first, tmp_path_factory):
    return video(VIDEO, paths, tmp_path_factory.mktemp("video"), before=first)


def without(settings, **method):
    return {**settings, "method": {**settings["method"], **method}}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(paths, first, tmp_path):
    assert {path.name for path in first.parent.iterdir()} == {"model.pt", "train_log.csv", "run.json", "held_out.json"}
    assert image(IMAGE, paths, tmp_path / "a").read_bytes() == first.read_bytes()
    assert image(IMAGE, paths, tmp_path / "b", seed=1).read_bytes() != first.read_bytes()


def test_the_log_has_each_term_of_the_row(paths, first, second, tmp_path):
    pairs = ["target_image", "target_video", "image_video"]
    columns = list(pd.read_csv(first.with_name("train_log.csv")))
    assert columns[1:-2] == ["image", "video", *(f"domain_{pair}" for pair in pairs)]
    assert list(pd.read_csv(second.with_name("train_log.csv")))[1:-2] == ["video", "domain_target_video"]
    plain = image(without(IMAGE, attend=False, adapt=False), paths, tmp_path, target=False)
    assert list(pd.read_csv(plain.with_name("train_log.csv")))[1:-2] == ["image", "video"]


def test_held_out_items_are_scored_and_do_not_train(paths, first, tmp_path):
    held_out = json.loads(first.with_name("held_out.json").read_text())
    assert {name: part["n"] for name, part in held_out.items()} == {"image": 1, "video": 1}
    source = storage.read_csv(paths["web_source"])
    is_held = source["part"] == "held_out"
    for name, rows in (
        ("without", source[~is_held]),
        ("relabelled", source.assign(label=source["label"].where(~is_held, 1))),
    ):
        other = {**paths, "web_source": tmp_path / f"{name}.csv"}
        storage.write_csv(rows, other["web_source"])
        state = storage.load_weights(image(IMAGE, other, tmp_path / name))["state"]
        wanted = storage.load_weights(first)["state"]
        assert all(torch.equal(state[key], wanted[key]) for key in wanted)


@pytest.mark.parametrize(
    "changes",
    [
        {"method": {**BASE["method"], "attend": False}},
        {"method": {**BASE["method"], "adapt": False}},
        {"method": {**BASE["method"], "beta": 1.0}},
        {"temperature": {"deviations": 1.0, "batches": 2}},
        {"temperature": {"deviations": 2.0, "batches": 1}},
        {"inputs": {"size_px": 24, "short_side_px": 24}},
        {"sources": ["video"]},
    ],
)
def test_every_setting_matters(paths, first, tmp_path, changes):
    assert image({**IMAGE, **changes}, paths, tmp_path).read_bytes() != first.read_bytes()


def test_the_temperature_is_set_from_scores_and_stays_1_without_attention(paths, first, tmp_path):
    name = "heads.attention.all.temperature"
    assert storage.load_weights(first)["state"][name].item() not in (0.0, 1.0)
    plain = image(without(IMAGE, attend=False), paths, tmp_path)
    assert storage.load_weights(plain)["state"][name].item() == 1.0


def test_the_video_model_keeps_the_filters_and_statistics_of_the_image_model(first, second):
    before, after = (storage.load_weights(path)["state"] for path in (first, second))
    spatial = {key.removeprefix("backbone."): value for key, value in before.items() if key.startswith("backbone.")}
    assert all(torch.equal(value, after[f"lifted.spatial.{key}"]) for key, value in spatial.items())
    assert any(value.any() for key, value in after.items() if key.startswith("lifted.temporal"))


def test_without_an_image_model_it_starts_from_weights_alone_and_other_classes_are_refused(
    paths, first, second, tmp_path
):
    assert video(VIDEO, paths, tmp_path / "a").read_bytes() != second.read_bytes()
    other = {**paths, "classes": tmp_path / "classes.csv"}
    storage.write_csv(pd.DataFrame({"index": range(3), "class": ["x", "y", "z"]}), other["classes"])
    with pytest.raises(
        ValueError, match=r"model\.pt: classes \['red', 'green', 'blue'\] found, \['x', 'y', 'z'\] wanted"
    ):
        video(VIDEO, other, tmp_path / "b", before=first)


@pytest.mark.parametrize("kind", ["image", "video"])
def test_a_video_is_predicted_by_the_mean_over_its_parts(paths, first, second, tmp_path, kind):
    how = {"videos": paths["target_test"], "shots": paths["target_shots"], "stores": paths["target_stores"], **COMPUTE}
    model = {"image": first, "video": second}[kind]
    predict_web.run(model=model, kind=kind, out=tmp_path / "p.h5", predictions=tmp_path / "p.csv", **how)
    ids = storage.read_csv(paths["target_test"])["id"].tolist()
    table = storage.read_csv(tmp_path / "p.csv")
    assert table["id"].tolist() == ids
    shots = pd.concat([storage.read_csv(path) for path in paths["target_shots"]])
    column = ["id", "keyframe"] if kind == "image" else ["id", "shot"]
    with h5py.File(tmp_path / "p.h5") as file:
        counts, values = file["counts"][:], file["values"][:]
    assert counts.tolist() == [len(shots[shots["id"] == name].drop_duplicates(column)) for name in ids]
    means = [part.mean(axis=0, dtype=np.float64) for part in np.split(values, np.cumsum(counts)[:-1])]
    assert table["confidence"].tolist() == pytest.approx([mean.max() for mean in means], abs=1e-6)


def weighed(paths, model, folder, **changes):
    settings = {
        "kind": "image",
        "sources": ["image", "video"],
        "batch_size": 4,
        "top_share": 0.9,
        "passes": 2,
        **changes,
    }
    folder.mkdir(exist_ok=True)
    weigh_web_sources.run(
        model=model,
        source=paths["web_source"],
        target_train=paths["target_train"],
        shots=paths["shots"],
        stores=paths["stores"],
        settings=settings,
        seed=0,
        out=folder / "a.csv",
        report=folder / "r.json",
        **COMPUTE,
    )
    return storage.read_csv(folder / "a.csv"), json.loads((folder / "r.json").read_text())


def test_weights_sum_to_1_over_each_batch_and_have_the_mean_1(paths, first, tmp_path):
    table, report = weighed(paths, first, tmp_path)
    sums = table.groupby(["kind", "first_batch"])["first_alpha"].agg(["sum", "size"])
    assert sums["sum"].tolist() == pytest.approx([1.0] * len(sums), abs=1e-5)
    assert sums["size"].max() <= 4
    assert table.groupby("kind")["weight"].mean().tolist() == pytest.approx([1.0, 1.0], abs=1e-4)
    assert set(table["id"]).isdisjoint({"i0", "w/0"})
    assert set(report) == {"image", "video"}
    assert all(0 < part["effective_share"] <= 1 for part in report.values())


def test_passes_and_the_share_of_the_target_matter_and_a_video_model_weighs_chunks(paths, first, second, tmp_path):
    plain, _ = weighed(paths, first, tmp_path / "a")
    for name, change in (("b", {"passes": 1}), ("c", {"top_share": 0.3})):
        assert not np.allclose(weighed(paths, first, tmp_path / name, **change)[0]["weight"], plain["weight"])
    chunks, report = weighed(paths, second, tmp_path / "d", kind="video", sources=["video"])
    assert (set(chunks["kind"]), set(report)) == ({"video"}, {"video"})


def test_embeddings_of_three_domains_before_and_after(paths, first, tmp_path):
    how = {
        "source": paths["web_source"],
        "shots": paths["shots"],
        "stores": paths["stores"],
        "settings": IMAGE,
        "seed": 0,
    }
    how |= {"target_train": paths["target_train"], "target_labels": paths["target_labels"], **COMPUTE}
    found = {}
    for name, model in (("before", {}), ("after", {"model": first})):
        extract_domain_embeddings.run(out=tmp_path / f"{name}.h5", **how, **model)
        with h5py.File(tmp_path / f"{name}.h5") as file:
            found[name] = file["vectors"][:]
            domains, classes = file["domains"].asstr()[:], file["classes"].asstr()[:]
        assert set(domains) == {"image", "video", "target"}
        assert set(classes[domains == "target"]) == set(toy.COLOURS)
        assert found[name].shape == (len(domains), 8)
    assert not np.allclose(found["before"], found["after"])


def embedded(paths, folder, store, shots):
    settings = {**NET, **BASE["inputs"]}
    out = folder / f"{store.stem}_embedded.h5"
    embed_keyframes.run(store=store, shots=shots, settings=settings, seed=0, out=out, **COMPUTE)
    return out


def test_a_web_video_with_a_key_frame_of_the_target_goes_as_a_whole_with_its_twin(paths, tmp_path):
    """The target's own videos are given as web videos: each is its own twin at a cosine of 1."""
    files = [embedded(paths, tmp_path, *pair) for pair in zip(paths["stores"][1:3], paths["shots"][1:3], strict=True)]
    web, target = files
    keys = list(VectorStore([web]))
    assert all(key.startswith("toy-web/w/") and "#" in key for key in keys)
    names = [f"out_{name}" for name in ("removed", "kept", "by_class", "histogram")]
    out = {name: tmp_path / f"{name}.csv" for name in names}
    index = tmp_path / "index.csv"
    ids = [f"v{k}" for k in range(7)]
    storage.write_csv(pd.DataFrame({"id": ids, "kind": "video", "label": ["a"] * 4 + ["b"] * 3}), index)
    settings = {"threshold": 0.999, "compared": "whitened", "block": 3}
    find_duplicates.run(
        name="x", index=index, web=[target], target=[target], settings=settings, device="cpu", threads=1, **out
    )
    removed = storage.read_csv(out["out_removed"])
    assert removed["id"].tolist() == removed["twin"].tolist() == ids
    assert removed["cosine"].tolist() == pytest.approx([1.0] * 7, abs=1e-5)
    assert (removed["dataset"] == "x").all()
    assert storage.read_csv(out["out_kept"]).empty
    assert storage.read_csv(out["out_by_class"])["share"].tolist() == [1.0, 1.0]
    assert storage.read_csv(out["out_histogram"])["items"].sum() == 7
    settings["threshold"] = 1.0
    find_duplicates.run(
        name="x", index=index, web=[target], target=[target], settings=settings, device="cpu", threads=1, **out
    )
    kept = storage.read_csv(out["out_kept"])
    assert len(kept) + len(storage.read_csv(out["out_removed"])) == 7


def test_shots_have_a_row_per_part_and_photos_are_one_shot(paths):
    photos, web = (storage.read_csv(path) for path in paths["shots"][:2])
    assert photos[["frames", "shot", "start", "stop", "keyframe"]].drop_duplicates().values.tolist() == [
        [1, 0, 0, 1, 0]
    ]
    assert set(web["id"]) == {f"w/{k}" for k in range(6)}
    assert (web["part_start"] <= web["keyframe"]).all()
    assert (web["keyframe"] < web["part_stop"]).all()
    assert web["fps"].tolist() == [12.0] * len(web)
