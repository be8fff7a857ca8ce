"""Benchmarks whose source holds videos: maps in both directions, sources joined and sampled, and what must not leak."""

import itertools

import pandas as pd
import pytest

from i2v_core.datasets import benchmarks, listing, mapping

UCF = {"RockClimbingIndoor": 12, "RopeClimbing": 8, "PullUps": 10}  # groups of two clips by class
HMDB = {"climb": 10, "pullup": 10}


def domain(name, dataset, classes, *, kind="video"):
    """Two items a group; of four groups the first is for testing in all splits. Images have no groups."""
    rows = []
    for label, groups in classes.items():
        for group in range(groups):
            part = "test" if group % 4 == 0 and kind == "video" else "train"
            for clip in range(2):
                stem = f"{dataset}_{label}_{group:02d}_{clip}"
                mark = f"{label}/{group}" if kind == "video" else ""
                rows.append((stem, f"{stem}.avi", kind, label, mark, part, part, part))
    index = pd.DataFrame(rows, columns=listing.CATALOG_COLUMNS)
    return benchmarks.Domain(name, dataset, index, groups_official=dataset in ("UCF101", "UCF50"))


def ucf101():
    return domain("mini-ucf101", "UCF101", UCF)


def hmdb51():
    return domain("mini-hmdb51", "HMDB51", HMDB)


def bu101():
    return domain("mini-bu101", "BU101", UCF, kind="image")


def tables(sources, target, *, maps=("ucf_hmdb_full_12",), **options):
    fixed = {"split": 1, "protocol": "official_splits", "transductive": False, "classes": ["climb", "pullup"]}
    return benchmarks.tables(mapping.joint(maps), sources, target, **{**fixed, **options})


def counts(made):
    return made.source.groupby(["dataset", "class"]).size().to_dict()


def test_ucf101_to_hmdb51_merges_the_classes_of_the_source():
    made = tables([ucf101()], hmdb51())
    assert made.classes.values.tolist() == [[0, "climb"], [1, "pullup"]]
    assert counts(made) == {("mini-ucf101", "climb"): 2 * (9 + 6), ("mini-ucf101", "pullup"): 2 * 7}
    assert set(made.source["kind"]) == {"video"}
    assert made.target_labels["class"].value_counts().to_dict() == {"climb": 20, "pullup": 20}


def test_hmdb51_to_ucf101_merges_the_classes_of_the_target():
    made = tables([hmdb51()], ucf101())
    assert made.classes.values.tolist() == [[0, "climb"], [1, "pullup"]]
    assert counts(made) == {("mini-hmdb51", "climb"): 14, ("mini-hmdb51", "pullup"): 14}
    assert (len(made.target_train), len(made.target_test)) == (2 * (9 + 6 + 7), 2 * (3 + 2 + 3))
    labels = made.target_labels.set_index("id")
    assert labels.loc["UCF101_RopeClimbing_00_0"].tolist() == ["climb", 0]
    assert labels.loc["UCF101_RockClimbingIndoor_00_0"].tolist() == ["climb", 0]
    assert labels.loc["UCF101_PullUps_00_0"].tolist() == ["pullup", 1]


def test_both_directions_number_the_classes_alike():
    assert tables([hmdb51()], ucf101()).classes.equals(tables([ucf101()], hmdb51()).classes)


def test_web_images_and_videos_are_one_source():
    made = tables([bu101(), hmdb51()], ucf101(), maps=["ucf_hmdb_full_12", "bu_to_ucf_hmdb_12"])
    assert counts(made) == {
        ("mini-bu101", "climb"): 40,
        ("mini-bu101", "pullup"): 20,
        ("mini-hmdb51", "climb"): 14,
        ("mini-hmdb51", "pullup"): 14,
    }
    assert made.source.groupby("dataset")["kind"].unique().map(list).to_dict() == {
        "mini-bu101": ["image"],
        "mini-hmdb51": ["video"],
    }


def test_the_whole_of_joined_maps_wants_every_class_of_the_sources_given_and_of_no_other():
    maps = ["ucf_hmdb_full_12", "bu_to_ucf_hmdb_12"]
    rows = mapping.joint(maps)
    classes = {name: dict.fromkeys(part["dataset_class"], 4) for name, part in rows.groupby("dataset")}
    source, target = (domain(name, name, classes[name]) for name in ("UCF101", "HMDB51"))
    assert len(tables([source], target, maps=maps, classes=[]).classes) == 12
    photos = domain("mini-bu101", "BU101", {"PullUps": 3}, kind="image")
    with pytest.raises(ValueError, match=r"no source item of class climb \(from BU101 RockClimbingIndoor\), climb"):
        tables([source, photos], target, maps=maps, classes=[])


def sampled(sampling, **options):
    maps = ["ucf_hmdb_full_12", "bu_to_ucf_hmdb_12"]
    return tables([bu101(), ucf101()], hmdb51(), maps=maps, sampling=sampling, **options)


def test_each_dataset_is_sampled_by_its_own_rule():
    made = sampled({"mini-bu101": {"per_class": 5}, "mini-ucf101": {"share": 0.1}})
    assert counts(made) == {
        ("mini-bu101", "climb"): 5,
        ("mini-bu101", "pullup"): 5,
        ("mini-ucf101", "climb"): 3,  # of 30
        ("mini-ucf101", "pullup"): 1,  # 1.4 of 14
    }


def test_a_dataset_without_a_rule_is_used_whole_and_the_target_never_changes():
    whole, made = sampled({}), sampled({"mini-bu101": {"per_class": 5}})
    assert counts(made)[("mini-ucf101", "climb")] == 30
    for name in ("classes", "target_train", "target_test", "target_labels"):
        assert getattr(made, name).equals(getattr(whole, name))


def test_samples_are_nested_and_seeded():
    ids = [set(sampled({"mini-ucf101": {"share": share}}).source["id"]) for share in (0.05, 0.1, 0.5, 1.0)]
    assert all(small < large for small, large in itertools.pairwise(ids))
    again = set(sampled({"mini-ucf101": {"share": 0.5}}, sampling_seed=1).source["id"])
    assert len(again) == len(ids[2])
    assert again != ids[2]


@pytest.mark.parametrize("rule", [{"share": 0}, {"per_class": 0}])
def test_zero_leaves_a_dataset_out(rule):
    made = sampled({"mini-ucf101": rule})
    assert set(made.source["dataset"]) == {"mini-bu101"}
    with pytest.raises(ValueError, match="sources: none found, at least one wanted"):
        sampled({"mini-ucf101": rule, "mini-bu101": rule})


def test_a_class_that_only_the_left_out_dataset_has_is_named():
    photos = domain("mini-bu101", "BU101", {"PullUps": 3}, kind="image")
    maps = ["ucf_hmdb_full_12", "bu_to_ucf_hmdb_12"]
    with pytest.raises(ValueError, match=r"no source item of class climb \(from .*BU101 RockClimbingIndoor\)"):
        tables([photos, ucf101()], hmdb51(), maps=maps, sampling={"mini-ucf101": {"share": 0}})


def test_a_wrong_sampling_is_an_error():
    with pytest.raises(ValueError, match=r"sampling of \['mini-hmdb51'\] found, some of the sources \['mini-bu101',"):
        sampled({"mini-hmdb51": {"share": 0.5}})


def moved(given, stem, part="train"):
    """The domain with one clip in another part of split 1 than its group."""
    index = given.index.copy()
    index.loc[index["id"] == stem, "split1"] = part
    return given._replace(index=index)


def test_a_group_that_straddles_is_refused_in_a_source_as_in_a_target():
    planted = moved(ucf101(), "UCF101_PullUps_00_1")
    message = r"mini-ucf101: group PullUps/0 found in train and test of split 1 \(1 such groups\)"
    with pytest.raises(ValueError, match=message):
        tables([planted], hmdb51())
    with pytest.raises(ValueError, match=message):
        tables([hmdb51()], planted)
    with pytest.raises(ValueError, match=message):
        tables([planted, bu101()], hmdb51(), maps=["ucf_hmdb_full_12", "bu_to_ucf_hmdb_12"])


def test_a_straddling_group_elsewhere_is_no_matter():
    planted = moved(ucf101(), "UCF101_PullUps_00_1")
    tables([planted], hmdb51(), split=2)
    tables([planted], hmdb51(), protocol="all_videos")
    assert tables([planted], hmdb51(), classes=["climb"]).source["class"].unique().tolist() == ["climb"]


def test_a_video_of_the_target_in_the_source_is_refused():
    whole = {"classes": [], "maps": ["epic_8"]}
    verbs = dict.fromkeys(mapping.joint(["epic_8"])["class"], 4)
    kitchens = [domain(name, "EPIC-Kitchens", verbs) for name in ("d1", "d2")]
    message = r"source d1 and target d2 share 64 videos \(first: EPIC-Kitchens_close_00_0\), none wanted"
    with pytest.raises(ValueError, match=message):
        tables(kitchens[:1], kitchens[1], **whole)
    apart = kitchens[1]._replace(index=kitchens[1].index.assign(id=lambda rows: "other_" + rows["id"]))
    assert len(tables(kitchens[:1], apart, **whole).source) == 8 * 2 * 3


def test_ucf50_is_no_source_for_ucf101_as_their_videos_are_the_same():
    ucf50 = ucf101()._replace(name="mini-ucf50", dataset="UCF50")
    pairs = mapping.joint(["ucf_hmdb_full_12"])
    pairs = pd.concat([pairs, pairs[pairs["dataset"] == "UCF101"].assign(dataset="UCF50")])
    options = {"split": 1, "protocol": "official_splits", "transductive": False, "classes": ["climb", "pullup"]}
    with pytest.raises(ValueError, match="source mini-ucf50 and target mini-ucf101 share 60 videos"):
        benchmarks.tables(pairs, [ucf50], ucf101(), **options)
