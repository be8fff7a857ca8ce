"""The data sets of A->U on disk: importers read them without a problem, and groups stay whole."""

from collections import Counter

import pytest
from PIL import Image

from i2v_core.datasets.importers import action_db, ppmi, still_db, ucf101, willow_actions
from i2v_core.datasets.mini_world import a2u_classes, a2u_layouts
from i2v_core.datasets.mini_world.video_settings import VideoSettings

FEW = VideoSettings(photos_per_class=10, groups_per_class=3, clips_per_group=2, frames_min=4, frames_max=5)
PLAYING = [f"playing_{name}" for name in a2u_classes.PPMI_CLASSES]


def written(root, writer, settings=FEW, seed=3):
    root.mkdir()
    writer(root, seed, settings)
    return root


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    base = tmp_path_factory.mktemp("a2u")
    names = ("willow_actions", "action_db", "ppmi", "still_db", "ucf101_a2u")
    return {name: written(base / name, getattr(a2u_layouts, f"write_{name}")) for name in names}


def contents(root):
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("name", "importer", "labels"),
    [
        ("willow_actions", willow_actions, list(a2u_classes.WILLOW_CLASSES)),
        ("action_db", action_db, list(a2u_classes.ACTION_DB_CLASSES)),
        ("ppmi", ppmi, PLAYING),
        ("still_db", still_db, list(a2u_classes.STILL_DB_CLASSES)),
    ],
)
def test_the_importer_finds_the_classes_with_equally_many_photos(folders, name, importer, labels):
    catalog, problems = importer.index(folders[name], classes=labels)
    assert problems.empty, problems.to_string()
    assert Counter(catalog["label"]) == dict.fromkeys(labels, 10)
    assert (catalog[["split1", "split2", "split3"]] == "train").all(axis=None)


def test_the_videos_have_ten_classes_and_no_group_on_both_sides_of_a_split(folders):
    catalog, problems = ucf101.index(folders["ucf101_a2u"])
    assert problems.empty
    assert Counter(catalog["label"]) == dict.fromkeys(a2u_classes.UCF101_CLASSES, 6)
    for split in ("split1", "split2", "split3"):
        parts = {part: set(rows["group"]) for part, rows in catalog.groupby(split)}
        assert {part: len(groups) for part, groups in parts.items()} == {"train": 20, "test": 10}
        assert parts["train"].isdisjoint(parts["test"])


def test_willow_lists_name_all_images_of_their_part_and_trainval_is_train_and_val(folders):
    lists = folders["willow_actions"] / "ImageSets/Action"
    stems = {
        part: [line.split()[0] for line in (lists / f"RidingBike_{part}.txt").read_text().splitlines()]
        for part in ("train", "val", "trainval", "test")
    }
    assert {part: len(names) for part, names in stems.items()} == {"train": 12, "val": 12, "trainval": 24, "test": 16}
    assert set(stems["train"]) | set(stems["val"]) == set(stems["trainval"])
    assert set(stems["trainval"]).isdisjoint(stems["test"])
    assert sum(line.endswith(" 1 1") for line in (lists / "RidingBike_test.txt").read_text().splitlines()) == 4


def test_action_db_counts_both_parts_from_one_in_png(folders):
    for part, count in (("train", 6), ("test", 4)):
        names = sorted(path.name for path in (folders["action_db"] / "volleyball_smash" / part).iterdir())
        assert names == [f"image{number:02d}.png" for number in range(1, count + 1)]


def test_ppmi_has_squares_and_a_few_who_only_hold(folders):
    root = folders["ppmi"] / "norm_image"
    assert len(list((root / "with_instrument/cello").rglob("*.jpg"))) == 2
    assert {Image.open(path).size for path in root.rglob("*.jpg")} == {(128, 128)}


@pytest.mark.parametrize("name", ["ppmi", "ucf101_a2u"])
def test_same_seed_same_bytes_and_another_seed_others(folders, tmp_path, name):
    writer = getattr(a2u_layouts, f"write_{name}")
    assert contents(written(tmp_path / "again", writer)) == contents(folders[name])
    other = contents(written(tmp_path / "other", writer, seed=4))
    media = [path for path in other if path.endswith((".jpg", ".avi"))]
    assert all(other[path] != contents(folders[name])[path] for path in media)


def test_a_photo_does_not_depend_on_how_many_there_are(folders, tmp_path):
    more = written(tmp_path / "more", a2u_layouts.write_still_db, VideoSettings(photos_per_class=12))
    few = contents(folders["still_db"])
    assert few.items() <= contents(more).items()
    assert len(contents(more)) == len(few) + 6
