import pandas as pd
import pytest

from i2v_core.datasets import benchmarks, listing, mapping

CLASS_MAP = pd.DataFrame(
    [
        ("Photos", "climbing", "Videos", "climb", "high", "-"),
        ("Photos", "scaling", "Videos", "climb", "high", "-"),
        ("People", "kissing", "Videos", "Kiss", "high", "-"),
    ],
    columns=mapping.COLUMNS,
)
PAIRS = mapping.without_roles({"m": CLASS_MAP})


def index(*rows, kind="video"):
    """Rows (id, label, group, split1, split2)."""
    return pd.DataFrame(
        [(name, f"{name}.x", kind, label, group, one, two, "") for name, label, group, one, two in rows],
        columns=listing.CATALOG_COLUMNS,
    )


def image(name, label):
    return (name, label, "", "train", "train")


def photos(*more):
    rows = (image("s2", "climbing"), image("s1", "scaling"), image("s3", "reading"), *more)
    return benchmarks.Domain("mini-photos", "Photos", index(*rows, kind="image"))


def people(*rows):
    return benchmarks.Domain("mini-people", "People", index(*(rows or [image("p1", "kissing")]), kind="image"))


VIDEOS = (
    ("v4", "climb", "g4", "test", "train"),
    ("v1", "climb", "g1", "train", "test"),
    ("v3", "Kiss", "g3", "test", "train"),
    ("v2", "Kiss", "g2", "train", "test"),
    ("v5", "Kiss", "g5", "", "train"),
    ("v6", "wave", "g6", "train", "test"),
)


def videos(*rows, groups_official=True):
    return benchmarks.Domain("mini-videos", "Videos", index(*(rows or VIDEOS)), groups_official)


def tables(sources=None, target=None, **options):
    defaults = {"classes": [], "split": 1, "protocol": "official_splits", "transductive": False}
    return benchmarks.tables(PAIRS, sources or [photos(), people()], target or videos(), **{**defaults, **options})


def test_classes_are_numbered_by_code_point_and_source_rows_carry_the_number():
    made = tables()
    assert made.classes.values.tolist() == [[0, "Kiss"], [1, "climb"]]
    assert list(made.source.columns) == ["id", "dataset", "class", "label", "kind"]
    assert made.source.values.tolist() == [
        ["p1", "mini-people", "Kiss", 0, "image"],
        ["s1", "mini-photos", "climb", 1, "image"],
        ["s2", "mini-photos", "climb", 1, "image"],
    ]


def test_target_lists_hold_ids_without_labels_and_the_labels_stand_apart():
    made = tables()
    assert list(made.target_train.columns) == list(made.target_test.columns) == ["id", "dataset"]
    assert made.target_train.values.tolist() == [["v1", "mini-videos"], ["v2", "mini-videos"]]
    assert made.target_test.values.tolist() == [["v3", "mini-videos"], ["v4", "mini-videos"]]
    assert made.target_labels.values.tolist() == [
        ["v1", "climb", 1],
        ["v2", "Kiss", 0],
        ["v3", "Kiss", 0],
        ["v4", "climb", 1],
    ]


def test_another_split_takes_its_own_column():
    made = tables(split=2)
    assert list(made.target_train["id"]) == ["v3", "v4", "v5"]
    assert list(made.target_test["id"]) == ["v1", "v2"]


def test_all_videos_trains_and_tests_on_every_video_of_the_classes_also_the_unused():
    made = tables(protocol="all_videos")
    assert list(made.target_train["id"]) == list(made.target_test["id"]) == ["v1", "v2", "v3", "v4", "v5"]
    assert list(made.target_labels["id"]) == ["v1", "v2", "v3", "v4", "v5"]


def test_transductive_adds_the_test_videos_to_the_train_list_only():
    plain, made = tables(), tables(transductive=True)
    assert list(made.target_train["id"]) == ["v1", "v2", "v3", "v4"]
    assert made.target_test.equals(plain.target_test)
    assert made.target_labels.equals(plain.target_labels)


def test_named_classes_restrict_source_and_target():
    made = tables(classes=["climb"])
    assert made.classes.values.tolist() == [[0, "climb"]]
    assert set(made.source["class"]) == {"climb"}
    assert list(made.target_labels["id"]) == ["v1", "v4"]


def test_train_and_test_are_disjoint():
    made = tables()
    assert not set(made.target_train["id"]) & set(made.target_test["id"])


def test_row_order_of_the_indexes_does_not_matter():
    made = tables()
    turned = tables(
        [people(), benchmarks.Domain("mini-photos", "Photos", photos().index[::-1])], videos(*reversed(VIDEOS))
    )
    for first, second in zip(made, turned, strict=True):
        assert first.to_csv(index=False) == second.to_csv(index=False)


def test_a_source_of_videos_gives_its_training_videos_of_the_split():
    source = photos(("t1", "climbing", "", "test", "train"))
    assert "t1" not in set(tables([source, people()]).source["id"])
    assert "t1" in set(tables([source, people()], split=2).source["id"])
    assert "t1" in set(tables([source, people()], protocol="all_videos").source["id"])


def test_the_whole_map_wants_every_source_class_named_classes_want_one_each():
    source = benchmarks.Domain("mini-photos", "Photos", index(image("s2", "climbing")))
    message = (
        r"no source item of class climb \(from Photos scaling\); sources with items: \['mini-people', 'mini-photos'\]"
    )
    with pytest.raises(ValueError, match=message):
        tables([source, people()])
    assert set(tables([source, people()], classes=["climb", "Kiss"]).source["id"]) == {"s2", "p1"}


def test_a_source_dataset_left_out_is_named_by_the_class_it_should_feed():
    with pytest.raises(ValueError, match=r"no source item of class Kiss \(from People kissing\); sources"):
        tables([photos()], classes=["Kiss", "climb"])


@pytest.mark.parametrize(("part", "kept"), [("train", ("v3", "v4", "v1")), ("test", ("v1", "v2", "v3"))])
@pytest.mark.parametrize("classes", [[], ["Kiss", "climb"]])
def test_a_class_without_target_videos_is_named(part, kept, classes):
    name = "Kiss" if part == "train" else "climb"
    target = videos(*[row for row in VIDEOS if row[0] in kept])
    with pytest.raises(
        ValueError, match=f"mini-videos: no {part} video in split 1 of class {name}; videos of each class"
    ):
        tables(target=target, classes=classes)


def test_an_official_group_in_both_parts_is_an_error_an_inferred_one_is_not():
    target = videos(*VIDEOS, ("v7", "climb", "g1", "test", ""))
    message = (
        r"mini-videos: group g1 found in train and test of split 1 \(1 such groups\), each group in one part wanted"
    )
    with pytest.raises(ValueError, match=message):
        tables(target=target)
    assert "v7" in set(tables(target=target._replace(groups_official=False)).target_test["id"])
    assert "v7" in set(tables(target=target, protocol="all_videos").target_test["id"])


def test_videos_without_group_share_none():
    target = videos(*[(name, label, "", one, two) for name, label, _, one, two in VIDEOS])
    assert len(tables(target=target).target_test) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"classes": ["climb", "swim"]}, r"class swim found, some of \['Kiss', 'climb'\] wanted"),
        ({"classes": ["climb", "climb"]}, "each class once wanted"),
        ({"split": 4}, "split 4 found, 1, 2 or 3 wanted"),
        (
            {"protocol": "random"},
            r"protocol 'random' found, one of \['official_splits', 'all_videos', 'unlabelled'\] wanted",
        ),
        ({"sources": [photos(), photos()]}, "each dataset once wanted"),
        (
            {"sources": [benchmarks.Domain("x", "BU101", index())]},
            r"source x: BU101 found, one of \['People', 'Photos', 'Videos'\] wanted by the class map",
        ),
        (
            {"target": benchmarks.Domain("x", "HMDB51", index())},
            r"target x: HMDB51 found, one of \['People', 'Photos', 'Videos'\] wanted by the class map",
        ),
        ({"target": videos(*VIDEOS, VIDEOS[0])}, "index of mini-videos: id v4 found twice"),
        ({"sources": [photos(image("s1", "climbing")), people()]}, "index of mini-photos: id s1 found twice"),
    ],
)
def test_what_does_not_fit_is_an_error(options, message):
    with pytest.raises(ValueError, match=message):
        tables(**options)


OWN = ("v/1", "", "", "train", "train"), ("v/2", "climb", "", "train", "train"), ("v/3", "", "", "train", "train")


def unlabelled(*rows, **options):
    target = benchmarks.Domain("own-videos", "own videos", index(*(rows or OWN)))
    sources = [
        benchmarks.Domain("own-images", "folders", index(image("v/1", "swim"), image("b", "climb"), kind="image"))
    ]
    pairs = mapping.own({"folders": ["swim", "climb"]}, "own videos")
    how = {"classes": [], "split": 1, "protocol": "unlabelled", "transductive": False, **options}
    return benchmarks.tables(pairs, sources, target, **how)


def test_unlabelled_videos_are_all_trained_on_and_predicted_and_labels_of_some_stand_apart():
    made = unlabelled()
    assert made.classes["class"].tolist() == ["climb", "swim"]
    for part in (made.target_train, made.target_test):
        assert part["id"].tolist() == ["v/1", "v/2", "v/3"]
        assert list(part.columns) == ["id", "dataset"]
    assert made.target_labels.values.tolist() == [["v/2", "climb", 0]]
    assert unlabelled(OWN[0]).target_labels.empty


def test_a_label_that_is_no_class_of_the_sources_is_an_error():
    with pytest.raises(ValueError, match=r"own-videos: label run found, one of \['climb', 'swim'\] wanted"):
        unlabelled(("v", "run", "", "train", "train"))


def test_own_classes_are_the_folders_of_all_sources_and_two_at_least():
    table = mapping.own({"folders": ["b", "a", "a"], "web videos": ["c"]}, "own videos")
    assert table[table["dataset"] == "own videos"]["class"].tolist() == ["a", "b", "c"]
    assert table[table["dataset"] == "folders"]["class"].tolist() == ["a", "b"]
    with pytest.raises(ValueError, match="at least two wanted; one folder a class"):
        mapping.own({"folders": ["a"]}, "own videos")


def test_no_source_is_an_error():
    with pytest.raises(ValueError, match="sources: none found, at least one wanted"):
        benchmarks.tables(PAIRS, [], videos(), classes=[], split=1, protocol="all_videos", transductive=False)


def test_a_target_of_images_is_an_error():
    target = videos()._replace(index=videos().index.assign(kind="image"))
    with pytest.raises(ValueError, match="target mini-videos: images found, videos wanted; take it as a source"):
        tables(target=target)
