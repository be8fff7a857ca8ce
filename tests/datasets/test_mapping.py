import pandas as pd
import pytest
from torchvision.models.video import S3D_Weights

from i2v_core.datasets import mapping
from i2v_core.datasets.importers import (
    action_db,
    bu101,
    epic_kitchens,
    hii,
    olympic_sports,
    ppmi,
    still_db,
    ucf50,
    willow_actions,
)

HMDB51 = """
brush_hair cartwheel catch chew clap climb climb_stairs dive draw_sword dribble drink eat fall_floor fencing
flic_flac golf handstand hit hug jump kick kick_ball kiss laugh pick pour pullup punch push pushup ride_bike
ride_horse run shake_hands shoot_ball shoot_bow shoot_gun sit situp smile smoke somersault stand swing_baseball
sword sword_exercise talk throw turn walk wave
"""
STANFORD40 = """
applauding blowing_bubbles brushing_teeth cleaning_the_floor climbing cooking cutting_trees cutting_vegetables
drinking feeding_a_horse fishing fixing_a_bike fixing_a_car gardening holding_an_umbrella jumping
looking_through_a_microscope looking_through_a_telescope phoning playing_guitar playing_violin pouring_liquid
pushing_a_cart reading riding_a_bike riding_a_horse rowing_a_boat running shooting_an_arrow smoking taking_photos
texting_message throwing_frisby using_a_computer walking_the_dog washing_dishes watching_TV waving_hands
writing_on_a_board writing_on_a_book
"""
OFFICIAL = {
    "UCF101": set(pd.read_csv(bu101.UCF101_CLASSES)["class"]),
    "HII": set(hii.CLASSES),
    "HMDB51": set(HMDB51.split()),
    "Stanford40": set(STANFORD40.split()),
    "UCF50": set(ucf50.CLASSES),
    "OlympicSports": set(olympic_sports.CLASSES),
    "EPIC-Kitchens": set(epic_kitchens.VERBS.values()),
    "WillowActions": set(willow_actions.CLASSES),
    "ActionDB": set(action_db.CLASSES),
    "PPMI": set(ppmi.CLASSES),
    "StillDB": set(still_db.CLASSES),
    "Kinetics": set(S3D_Weights.DEFAULT.meta["categories"]),
}
OFFICIAL["BU101"] = OFFICIAL["UCF101"]
OFFICIAL["web images"] = OFFICIAL["web videos"] = OFFICIAL["UCF101"] | OFFICIAL["Kinetics"]  # queried by name
SIZES = {  # rows, target classes
    "a2u_10": (10, 10),
    "b2u_101": (101, 101),
    "bu_to_ucf_hmdb_12": (15, 12),
    "e2h_13": (13, 13),
    "e2h_15": (15, 15),
    "epic_8": (8, 8),
    "s2u_10": (10, 10),
    "s2u_12": (12, 12),
    "ucf_hmdb_full_12": (15, 12),
    "ucf_hmdb_small_5": (5, 5),
    "ucf_olympic_6": (6, 6),
    "ucf50_olympic_6": (6, 6),
    "web_kinetics400": (800, 400),
    "web_ucf101": (202, 101),
}


def test_every_map_is_in_the_list_of_sizes():
    assert mapping.names() == sorted(SIZES)
    assert len(OFFICIAL["UCF101"]) == 101
    assert len(OFFICIAL["HMDB51"]) == 51
    assert len(OFFICIAL["Stanford40"]) == 40
    assert len(OFFICIAL["UCF50"]) == 50
    assert len(OFFICIAL["OlympicSports"]) == 16
    assert len(OFFICIAL["Kinetics"]) == 400


@pytest.mark.parametrize("name", SIZES)
def test_map_has_its_rows_and_target_classes(name):
    table = mapping.read(name)
    assert (len(table), table["target_class"].nunique()) == SIZES[name]


@pytest.mark.parametrize("name", SIZES)
def test_map_names_official_classes_only(name):
    table = mapping.read(name)
    for side in ("source", "target"):
        for dataset, rows in table.groupby(f"{side}_dataset"):
            assert set(rows[f"{side}_class"]) <= OFFICIAL[dataset]


def test_bu101_is_one_to_one_by_name():
    table = mapping.read("b2u_101")
    assert (table["source_class"] == table["target_class"]).all()
    assert set(table["target_class"]) == OFFICIAL["UCF101"]


def test_a2u_takes_its_classes_from_four_datasets():
    sizes = mapping.read("a2u_10").groupby("source_dataset").size().to_dict()
    assert sizes == {"WillowActions": 2, "ActionDB": 4, "PPMI": 3, "StillDB": 1}  # DIVAFN, Table II


def test_several_sources_feed_climb_and_punch():
    table = mapping.read("ucf_hmdb_full_12")
    fed = table.groupby("target_class").size()
    assert dict(fed[fed > 1]) == {"climb": 2, "punch": 3}


def test_s2u_12_is_the_sourced_ten_with_biking_and_horse_riding():
    ten, twelve = (set(mapping.read(name)["target_class"]) for name in ("s2u_10", "s2u_12"))
    assert twelve - ten == {"Biking", "HorseRiding"}
    assert ten < twelve


def test_ucf50_and_ucf101_have_the_same_partners_in_olympic_sports():
    pairs = [mapping.read(name)[["source_class", "target_class"]] for name in ("ucf_olympic_6", "ucf50_olympic_6")]
    assert pairs[0].equals(pairs[1])


def classes_of(rows, dataset):
    rows = rows[rows["dataset"] == dataset]
    return dict(zip(rows["dataset_class"], rows["class"], strict=True))


def test_a_joint_map_has_no_roles_and_the_targets_names():
    rows = mapping.joint(["ucf_hmdb_full_12"])
    assert list(rows.columns) == ["dataset", "dataset_class", "class"]
    assert len(rows) == 15 + 12
    assert classes_of(rows, "HMDB51") == {name: name for name in classes_of(rows, "HMDB51")}
    ucf101 = classes_of(rows, "UCF101")
    assert {name for name, merged in ucf101.items() if merged == "punch"} == {
        "Punch", "BoxingPunchingBag", "BoxingSpeedBag",
    }  # fmt: skip
    assert set(ucf101.values()) == set(classes_of(rows, "HMDB51"))


def test_maps_of_one_target_are_joined_and_its_classes_stand_once():
    rows = mapping.joint(["ucf_hmdb_full_12", "bu_to_ucf_hmdb_12"])
    assert rows.groupby("dataset").size().to_dict() == {"BU101": 15, "HMDB51": 12, "UCF101": 15}
    assert classes_of(rows, "BU101") == classes_of(rows, "UCF101")


def test_a_map_of_a_dataset_to_itself_has_each_class_once():
    assert len(mapping.joint(["epic_8"])) == 8


def test_no_map_and_an_unknown_map_are_errors():
    with pytest.raises(ValueError, match="class_map: none found, at least one wanted"):
        mapping.joint([])
    with pytest.raises(ValueError, match="class map 's2u' found"):
        mapping.joint(["e2h_13", "s2u"])


def test_maps_of_different_targets_do_not_go_together():
    message = r"class maps of the targets \{'e2h_13': 'HMDB51', 's2u_10': 'UCF101'\} found, one target dataset wanted"
    with pytest.raises(ValueError, match=message):
        mapping.joint(["e2h_13", "s2u_10"])


def test_a_class_of_two_meanings_is_an_error():
    maps = {"m": table(("A", "x", "B", "y")), "n": table(("A", "x", "B", "z"), ("C", "x", "B", "w"))}
    message = r"class maps \['m', 'n'\]: A x stands for \['y', 'z'\], one class wanted"
    with pytest.raises(ValueError, match=message):
        mapping.without_roles(maps)


def test_an_unknown_map_is_an_error_that_lists_the_known():
    with pytest.raises(ValueError, match=r"class map 's2u' found, one of \['a2u_10', 'b2u_101', .* wanted"):
        mapping.read("s2u")


def table(*rows):
    return pd.DataFrame([(*row, "high", "a paper") for row in rows], columns=mapping.COLUMNS)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "class map m: no rows found"),
        ([("A", "x", "B", "y"), ("A", "", "B", "y")], "class map m: line 3 has no source_class"),
        (
            [("A", "x", "B", "y"), ("A", "x", "B", "z")],
            "class map m: A x found twice, one target class per source class",
        ),
        ([("A", "x", "B", "y"), ("A", "z", "C", "y")], r"class map m: target datasets \['B', 'C'\] found, one wanted"),
    ],
)
def test_a_broken_map_is_an_error(rows, message):
    with pytest.raises(ValueError, match=message):
        mapping.check(table(*rows), "m")
