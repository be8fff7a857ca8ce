"""Every importer on its whole data set in small: all classes, true names, known quirks; then one fault at a time."""

import pytest

from i2v_core.datasets import catalog
from tests.datasets import trees
from tests.datasets.fakes import FAKES, FAULTS
from tests.datasets.fakes.parts import counts

CLASSES = {
    "stanford40": 40, "hii": 10, "bu101": 101, "ucf101": 101, "hmdb51": 51, "ucf50": 50, "olympic_sports": 16,
    "epic_kitchens_D1": 8, "epic_kitchens_D2": 8, "epic_kitchens_D3": 8, "willow_actions": 7, "action_db": 6,
    "ppmi": 12, "still_db": 6, "kinetics": 400, "web_images": 101, "web_videos": 101,
}  # fmt: skip


@pytest.mark.parametrize("name", FAKES)
def test_a_clean_tree_gives_its_catalog_to_the_letter_and_no_problem(tmp_path, name):
    fake = FAKES[name]
    rows = fake.write(tmp_path)
    assert len({row[3] for row in rows}) == CLASSES[name]
    items, problems = catalog.read(fake.layout, tmp_path, {**fake.options, "counts": counts(rows)})
    assert trees.rows(problems) == []
    assert list(items.itertuples(index=False, name=None)) == rows


@pytest.mark.parametrize(("name", "kind"), FAULTS)
def test_a_planted_fault_is_exactly_its_problems(tmp_path, name, kind):
    fake = FAKES[name]
    rows = fake.write(tmp_path)
    fault = fake.faults[kind]
    fault.plant(tmp_path)
    items, problems = catalog.read(fake.layout, tmp_path, fake.options)
    assert trees.rows(problems) == fault.problems
    assert {problem[1] for problem in fault.problems} == {kind}
    left = set(items.itertuples(index=False, name=None))
    assert left <= set(rows)
    if kind in ("surplus", "unknown-class", "undecodable"):
        assert left == set(rows)


def test_copies_of_ucf101_that_spell_handstand_push_ups_the_other_way_have_the_same_ids(tmp_path):
    rows = FAKES["ucf101"].write(tmp_path)
    folder = tmp_path / "UCF-101/HandstandPushups"
    for path in sorted(folder.glob("*.avi")):
        path.rename(path.with_name(path.name.replace("HandStand", "Handstand")))
    folder.rename(folder.with_name("HandStandPushups"))
    items, problems = catalog.read("ucf101", tmp_path, {})
    assert problems.empty
    assert list(items["id"]) == [row[0] for row in rows]
    assert set(items["label"]) == {row[3] for row in rows}
    assert "UCF-101/HandStandPushups/v_HandstandPushups_g01_c01.avi" in set(items["path"])


def test_files_that_differ_in_case_alone_are_never_taken_for_a_third(tmp_path):
    FAKES["hmdb51"].write(tmp_path)
    folder = tmp_path / "hmdb51_org/kick"
    name = "50_FIRST_DATES_kick_f_cm_np1_ba_med_19.avi"
    (folder / name).unlink()
    for other in (name.lower(), name.title()):
        trees.put(folder / other)
    _, problems = catalog.read("hmdb51", tmp_path, {})
    assert sorted(kind for _, kind in trees.kinds(problems)) == ["missing", "surplus", "surplus"]


@pytest.mark.parametrize(("name", "around"), [("hii", "HII/images"), ("bu101", "BU101/images")])
def test_class_folders_are_found_inside_the_folders_that_archives_leave(tmp_path, name, around):
    rows = FAKES[name].write(tmp_path / "whole")
    (tmp_path / "root" / around).mkdir(parents=True)
    inner = {"hii": "facial_descriptors_dataset", "bu101": "images"}[name]
    for folder in sorted((tmp_path / "whole" / inner).iterdir()):
        if folder.is_dir():
            folder.rename(tmp_path / "root" / around / folder.name)
    items, problems = catalog.read(name, tmp_path / "root", {})
    assert problems.empty
    assert list(items["id"]) == [row[0] for row in rows]
    assert items["path"].str.startswith(f"{around}/").all()


def test_an_olympic_video_that_was_not_converted_is_missing_and_its_seq_file_surplus(tmp_path):
    FAKES["olympic_sports"].write(tmp_path)
    (tmp_path / "vault/-15aB_x1_00001_00171.avi").unlink()
    _, problems = catalog.read("olympic_sports", tmp_path, {})
    assert trees.kinds(problems) == [
        ("vault/-15aB_x1_00001_00171.avi", "missing"),
        ("vault/-15aB_x1_00001_00171.seq", "surplus"),
    ]
