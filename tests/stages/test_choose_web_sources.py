"""Which web items train."""

import pandas as pd
import pytest

from i2v_core.stages import choose_web_sources


@pytest.fixture
def source(tmp_path):
    rows = [
        (f"{name}/{number:02d}", dataset, name, label, kind)
        for dataset, kind in (("images", "image"), ("videos", "video"))
        for label, name in enumerate(("run", "walk"))
        for number in range(20)
    ]
    pd.DataFrame(rows, columns=["id", "dataset", "class", "label", "kind"]).to_csv(tmp_path / "source.csv", index=False)
    return tmp_path / "source.csv"


def removed(path, *keys):
    pd.DataFrame([key[::-1] for key in keys], columns=["id", "dataset"]).to_csv(path, index=False)
    return path


def chosen(source, *files, held_out=0.1, seed=0):
    out = source.with_name("out.csv")
    choose_web_sources.run(source=source, removed=list(files), held_out=held_out, seed=seed, out=out)
    return pd.read_csv(out)


def test_near_duplicates_are_left_out_of_their_own_dataset_only(source, tmp_path):
    table = chosen(source, removed(tmp_path / "r.csv", ("images", "run/03")), removed(tmp_path / "s.csv"))
    assert len(table) == 79
    assert set(table.loc[table["id"] == "run/03", "dataset"]) == {"videos"}


def test_the_held_out_share_is_of_each_kind_and_class_and_none_at_0(source, tmp_path):
    table = chosen(source, removed(tmp_path / "r.csv"), held_out=0.25)
    counts = table[table["part"] == "held_out"].groupby(["kind", "class"]).size()
    assert counts.tolist() == [5, 5, 5, 5]
    assert set(chosen(source, held_out=0.0)["part"]) == {"train"}


def test_the_seed_draws_others_and_a_removed_item_does_not_move_those_that_stay(source, tmp_path):
    first = chosen(source)
    assert not first.equals(chosen(source, seed=1))
    kept = first[first["part"] == "train"].iloc[0]
    again = chosen(source, removed(tmp_path / "r.csv", (kept["dataset"], kept["id"])))
    rest = first[(first["id"] != kept["id"]) | (first["dataset"] != kept["dataset"])].reset_index(drop=True)
    assert rest.equals(again)


def test_a_class_without_any_item_left_and_a_wrong_share_are_refused(source, tmp_path):
    keys = [(dataset, f"walk/{number:02d}") for dataset in ("images", "videos") for number in range(20)]
    with pytest.raises(ValueError, match=r"all there is of class walk.*raise websup.duplicates.threshold"):
        chosen(source, removed(tmp_path / "r.csv", *keys))
    with pytest.raises(ValueError, match=r"websup.held_out: 1 found"):
        chosen(source, held_out=1)
