import itertools

import pandas as pd
import pytest

from i2v_core.datasets import source_samples

# Items of each class of the dataset, by merged class: climb of 30 and 10, punch of 7.
SIZES = {"climb": {"Rock": 30, "Rope": 10}, "punch": {"Punch": 7}}


def items(sizes=SIZES):
    return pd.DataFrame(
        [
            (f"{own}{k:02d}", "mini-ucf101", name, own, "UCF101")
            for name, classes in sizes.items()
            for own, count in classes.items()
            for k in range(count)
        ],
        columns=["id", "dataset", "class", "source_class", "source_dataset"],
    )


def ids(rule, *, seed=0, table=None):
    return set(source_samples.sample(items() if table is None else table, rule, seed)["id"])


def sizes(kept):
    return {name: sum(item.startswith(name) for item in kept) for name in ("Rock", "Rope", "Punch")}


def test_so_many_items_of_each_merged_class_in_proportion_to_the_classes_it_is_made_of():
    assert sizes(ids({"per_class": 4})) == {"Rock": 3, "Rope": 1, "Punch": 4}


@pytest.mark.parametrize("amount", range(1, 41))
def test_any_amount_is_in_proportion_to_one_item(amount):
    kept = sizes(ids({"per_class": amount}, table=items({"climb": SIZES["climb"]})))
    assert kept["Rock"] + kept["Rope"] == amount
    assert abs(kept["Rock"] - amount * 30 / 40) <= 1


@pytest.mark.parametrize(
    ("share", "climb", "punch"),
    [
        (1.0, 40, 7),
        (0.5, 20, 4),  # 3.5 is rounded up
        (0.1, 4, 1),  # 0.7
        (0.05, 2, 1),  # 0.35: at least one
        (0.0125, 1, 1),  # 0.5 of 40
        (1, 40, 7),
    ],
)
def test_a_share_of_each_class_is_rounded_half_up_and_at_least_one(share, climb, punch):
    kept = sizes(ids({"share": share}))
    assert (kept["Rock"] + kept["Rope"], kept["Punch"]) == (climb, punch)


def test_halves_are_those_of_decimal_numbers():
    table = items({"climb": {"Rock": 100}})
    assert 0.145 * 100 < 14.5  # as floats
    assert len(ids({"share": 0.145}, table=table)) == 15


def test_a_smaller_sample_is_part_of_a_larger_one():
    shares = [ids({"share": share}) for share in (0.05, 0.1, 0.5, 1.0)]
    assert all(small < large for small, large in itertools.pairwise(shares))
    assert ids({"per_class": 2}) < ids({"per_class": 7})


def test_another_seed_gives_another_sample_the_same_seed_the_same():
    assert ids({"share": 0.5}) == ids({"share": 0.5})
    assert ids({"share": 0.5}) != ids({"share": 0.5}, seed=1)


def test_row_order_does_not_matter_and_stays():
    table = items()
    turned = table[::-1]
    assert ids({"share": 0.5}) == ids({"share": 0.5}, table=turned)
    kept = source_samples.sample(turned, {"share": 0.5}, 0)
    assert kept["id"].tolist() == [name for name in turned["id"] if name in set(kept["id"])]


def test_a_lost_file_exchanges_one_item_of_its_class():
    table = items({"punch": {"Punch": 30}})
    kept = ids({"per_class": 10}, table=table)
    lost = sorted(kept)[0]
    after = ids({"per_class": 10}, table=table[table["id"] != lost])
    assert len(kept & after) == 9


def test_a_class_of_too_few_items_is_an_error():
    with pytest.raises(
        ValueError, match="sampling: 7 items of class punch in mini-ucf101 found, 8 wanted; lower per_class"
    ):
        ids({"per_class": 8})


@pytest.mark.parametrize(("rule", "out"), [({"share": 0}, True), ({"per_class": 0}, True), ({"share": 0.05}, False)])
def test_an_amount_of_zero_leaves_the_dataset_out(rule, out):
    assert source_samples.leaves_out({"a": rule}, "a") is out
    assert not source_samples.leaves_out({"a": rule}, "b")


@pytest.mark.parametrize(
    ("sampling", "message"),
    [
        ({"c": {"share": 0.1}}, r"sampling of \['c'\] found, some of the sources \['a', 'b'\] wanted"),
        ({"a": {}}, r"sampling of a: \{\} found, \{per_class: 50\} or \{share: 0.05\} wanted"),
        ({"a": 50}, "sampling of a: 50 found, {per_class: 50} or"),
        ({"a": {"part": 1}}, "sampling of a: {'part': 1} found, {per_class: 50} or"),
        ({"a": {"share": 0.1, "per_class": 3}}, "sampling of a: {'share': 0.1, 'per_class': 3} found"),
        ({"a": {"per_class": 2.5}}, "sampling of a: per_class 2.5 found, a number wanted as in"),
        ({"a": {"share": "5 %"}}, "sampling of a: share '5 %' found, a number wanted as in"),
        ({"a": {"per_class": True}}, "sampling of a: per_class True found, a number wanted as in"),
        ({"a": {"per_class": -1}}, "sampling of a: per_class -1 found, 0 or more wanted"),
        ({"a": {"share": 1.5}}, "sampling of a: share 1.5 found, 0 to 1 wanted"),
        ({"a": {"share": float("nan")}}, "sampling of a: share nan found, 0 to 1 wanted"),
    ],
)
def test_a_wrong_rule_is_an_error(sampling, message):
    with pytest.raises(ValueError, match=message):
        source_samples.check(sampling, ["a", "b"])


def test_right_rules_pass():
    source_samples.check({"a": {"share": 0.05}, "b": {"per_class": 0}}, ["a", "b"])
