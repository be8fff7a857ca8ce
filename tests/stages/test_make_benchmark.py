import logging

import pytest

from i2v_core import cli, storage
from i2v_core.stages import make_benchmark, make_catalog
from tests.datasets import trees

OUTPUTS = ("classes", "source", "target_train", "target_test", "target_labels")


def catalog(tmp_path, layout, root):
    out = tmp_path / f"{layout}.csv"
    make_catalog.run(layout=layout, root=root, options={}, out=out, problems=tmp_path / "problems.csv")
    return out


@pytest.fixture
def b2u(tmp_path):
    """Arguments of a run from BU101 in its free spelling to UCF101, three classes of the map."""
    photos = {"archery": ["1.jpg", "2.jpg"], "handstand_pushups": ["1.jpg"], "YoYo": ["1.png"], "Typing": ["1.jpg"]}
    return {
        "class_map": ["b2u_101"],
        "classes": ["YoYo", "HandstandPushups", "Archery"],
        "source_names": ["mini-bu101"],
        "source_layouts": ["bu101"],
        "source_indexes": [catalog(tmp_path, "bu101", trees.images(tmp_path / "bu101", photos))],
        "target_name": "mini-ucf101",
        "target_layout": "ucf101",
        "target_index": catalog(tmp_path, "ucf101", trees.ucf101(tmp_path / "ucf101")),
        "split": 1,
        "protocol": "official_splits",
        "transductive": False,
        **{f"out_{name}": tmp_path / f"b2u/split1/{name}.csv" for name in OUTPUTS},
    }


def read(arguments):
    return {name: storage.read_csv(arguments[f"out_{name}"]) for name in OUTPUTS}


def test_names_of_params_stand_in_the_tables_and_layouts_find_the_class_map(b2u):
    make_benchmark.run(**b2u)
    made = read(b2u)
    assert made["classes"].values.tolist() == [[0, "Archery"], [1, "HandstandPushups"], [2, "YoYo"]]
    assert made["source"].values.tolist() == [
        ["Archery/1", "mini-bu101", "Archery", "0", "image"],
        ["Archery/2", "mini-bu101", "Archery", "0", "image"],
        ["HandstandPushups/1", "mini-bu101", "HandstandPushups", "1", "image"],
        ["YoYo/1", "mini-bu101", "YoYo", "2", "image"],
    ]
    assert (len(made["target_train"]), len(made["target_test"])) == (24, 12)
    assert set(made["target_train"]["dataset"]) == {"mini-ucf101"}


def test_target_lists_have_no_label_column_and_labels_cover_both(b2u):
    make_benchmark.run(**b2u)
    assert b2u["out_target_train"].read_text().splitlines()[0] == "id,dataset"
    assert b2u["out_target_test"].read_text().splitlines()[0] == "id,dataset"
    made = read(b2u)
    ids = set(made["target_train"]["id"]) | set(made["target_test"]["id"])
    assert list(made["target_labels"]["id"]) == sorted(ids)
    assert list(made["target_labels"].columns) == ["id", "class", "label"]


def test_a_repeat_gives_the_same_bytes(b2u):
    make_benchmark.run(**b2u)
    first = [b2u[f"out_{name}"].read_bytes() for name in OUTPUTS]
    make_benchmark.run(**b2u)
    assert first == [b2u[f"out_{name}"].read_bytes() for name in OUTPUTS]


def test_transductive_and_protocol_and_split_change_the_lists(b2u):
    sizes = {}
    for name, change in {
        "plain": {},
        "transductive": {"transductive": True},
        "all": {"protocol": "all_videos"},
        "split2": {"split": 2},
    }.items():
        make_benchmark.run(**{**b2u, **change})
        made = read(b2u)
        sizes[name] = (len(made["target_train"]), len(made["target_test"]), made["target_test"]["id"].iloc[0])
    assert sizes == {
        "plain": (24, 12, "v_Archery_g01_c01"),
        "transductive": (36, 12, "v_Archery_g01_c01"),
        "all": (36, 36, "v_Archery_g01_c01"),
        "split2": (24, 12, "v_Archery_g02_c01"),
    }


def test_two_image_datasets_feed_hmdb51_and_its_inferred_groups_may_straddle_and_are_counted(tmp_path, b2u, caplog):
    hii = trees.images(tmp_path / "hii", {"Kicking": ["001.jpg"]})
    stanford40 = trees.stanford40(tmp_path / "stanford40")
    root = tmp_path / "hmdb51"
    for label in ("kick", "climb"):
        for number in (0, 1):
            trees.put(root / label / f"Film_{label}_f_nm_np1_fr_med_{number}.avi")
        text = "".join(f"Film_{label}_f_nm_np1_fr_med_{number}.avi {number + 1} \n" for number in (0, 1))
        for split in (1, 2, 3):
            trees.put(root / "testTrainMulti_7030_splits" / f"{label}_test_split{split}.txt", text)
    sources = {"stanford40": stanford40, "hii": hii}
    e2h = {
        "class_map": ["e2h_13"],
        "classes": ["climb", "kick"],
        "source_names": ["mini-stanford40", "mini-hii"],
        "source_layouts": list(sources),
        "source_indexes": [catalog(tmp_path, layout, folder) for layout, folder in sources.items()],
        "target_name": "mini-hmdb51",
        "target_layout": "hmdb51",
        "target_index": catalog(tmp_path, "hmdb51", root),
    }
    with caplog.at_level(logging.INFO):
        make_benchmark.run(**{**b2u, **e2h})
    assert caplog.messages == ["mini-hmdb51: 1 of 1 inferred groups in train and test of split 1"]
    made = read(b2u)
    assert made["source"].groupby(["dataset", "class"]).size().to_dict() == {
        ("mini-hii", "kick"): 1,
        ("mini-stanford40", "climb"): 4,
    }
    assert list(made["target_train"]["id"]) == ["Film_climb_f_nm_np1_fr_med_0", "Film_kick_f_nm_np1_fr_med_0"]


def test_a_ucf101_group_in_both_parts_is_an_error_and_nothing_is_written(tmp_path, b2u):
    index = storage.read_csv(b2u["target_index"])
    index.loc[index["id"] == "v_YoYo_g01_c02", "split1"] = "train"
    storage.write_csv(index, b2u["target_index"])
    with pytest.raises(ValueError, match="mini-ucf101: group YoYo/g01 found in train and test of split 1"):
        make_benchmark.run(**b2u)
    assert not (tmp_path / "b2u").exists()


@pytest.fixture
def kitchens(tmp_path, b2u):
    """Arguments of a run from D2 to D1, all segments one class; a segment of video P08_01 is in either part."""
    root, indexes = trees.epic_kitchens(tmp_path / "epic"), {}
    for domain in ("D1", "D2"):
        indexes[domain] = tmp_path / f"{domain}.csv"
        options = {"layout": "epic_kitchens", "root": root, "options": {"domain": domain}}
        make_catalog.run(**options, out=indexes[domain], problems=tmp_path / "problems.csv")
        index = storage.read_csv(indexes[domain]).assign(label="take")
        index.loc[index["id"] == "P08_01_12917", "split1"] = "test"
        storage.write_csv(index, indexes[domain])
    return {
        **b2u,
        "class_map": ["epic_8"],
        "classes": ["take"],
        "source_names": ["d2"],
        "source_layouts": ["epic_kitchens"],
        "source_indexes": [indexes["D2"]],
        "target_name": "d1",
        "target_layout": "epic_kitchens",
        "target_index": indexes["D1"],
    }


def test_a_long_video_with_segments_in_both_parts_is_an_error_in_target_and_source(tmp_path, kitchens):
    message = r"d1: group P08_01 found in train and test of split 1 \(1 such groups\), each group in one part wanted"
    with pytest.raises(ValueError, match=message):
        make_benchmark.run(**kitchens)
    target, (source,) = kitchens["target_index"], kitchens["source_indexes"]
    exchanged = {"source_names": ["d1"], "source_indexes": [target], "target_name": "d2", "target_index": source}
    with pytest.raises(ValueError, match=message):
        make_benchmark.run(**{**kitchens, **exchanged})
    make_benchmark.run(**{**kitchens, "split": 2})  # where nothing was planted


def test_the_whole_map_wants_all_its_classes(b2u):
    with pytest.raises(
        ValueError, match=r"no source item of class ApplyEyeMakeup \(from BU101 ApplyEyeMakeup\), ApplyLip"
    ):
        make_benchmark.run(**{**b2u, "classes": []})


def test_source_lists_of_different_length_are_an_error(b2u):
    message = r"source names, layouts and indexes: \(1, 2, 1\) found, as many of each wanted"
    with pytest.raises(ValueError, match=message):
        make_benchmark.run(**{**b2u, "source_layouts": ["bu101", "hii"]})


@pytest.fixture
def u2o(tmp_path, b2u):
    """Arguments of a run from UCF50 to Olympic Sports, two classes of the map."""
    root = trees.ucf50(tmp_path / "ucf50", ("Basketball", "PoleVault"))
    olympic = trees.olympic_sports(tmp_path / "olympic")
    return {
        **b2u,
        "class_map": ["ucf50_olympic_6"],
        "classes": ["basketball_layup", "pole_vault"],
        "source_names": ["mini-ucf50"],
        "source_layouts": ["ucf50"],
        "source_indexes": [catalog(tmp_path, "ucf50", root)],
        "target_name": "mini-olympic",
        "target_layout": "olympic_sports",
        "target_index": catalog(tmp_path, "olympic_sports", olympic),
    }


def test_videos_are_a_source_with_their_kind(u2o):
    make_benchmark.run(**u2o)
    made = read(u2o)
    assert len(made["source"]) == 2 * 2 * (25 - 7)
    assert set(made["source"]["kind"]) == {"video"}
    assert list(made["classes"]["class"]) == ["basketball_layup", "pole_vault"]


def test_a_sample_is_drawn_by_name_and_seed(u2o):
    ids = {}
    for name, change in {
        "0": {},
        "1": {"sampling_seed": 1},
        "10": {"sampling": {"mini-ucf50": {"share": 0.5}}},
    }.items():
        make_benchmark.run(**{**u2o, "sampling": {"mini-ucf50": {"per_class": 5}}, **change})
        ids[name] = set(read(u2o)["source"]["id"])
    assert [len(ids[name]) for name in ("0", "1", "10")] == [10, 10, 36]
    assert ids["0"] != ids["1"]
    assert ids["0"] < ids["10"]


def test_a_planted_group_of_a_source_is_an_error_and_nothing_is_written(tmp_path, u2o):
    index = storage.read_csv(u2o["source_indexes"][0])
    index.loc[index["id"] == "v_PoleVault_g01_c02", "split1"] = "train"
    storage.write_csv(index, u2o["source_indexes"][0])
    with pytest.raises(ValueError, match="mini-ucf50: group PoleVault/g01 found in train and test of split 1"):
        make_benchmark.run(**u2o)
    assert not (tmp_path / "b2u").exists()


def test_the_command_line_takes_several_maps_and_a_sampling(u2o):
    words = []
    for name, value in {**u2o, "class_map": ["ucf_olympic_6", "ucf50_olympic_6"]}.items():
        words += [f"--{name.replace('_', '-')}", *map(str, value if isinstance(value, list) else [value])]
    cli.entry(make_benchmark.run, [*words, "--sampling", '{"mini-ucf50": {"per_class": 3}}', "--sampling-seed", "4"])
    assert len(read(u2o)["source"]) == 6
