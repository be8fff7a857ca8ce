"""The stage writes each real data set's layout, which importers read without a problem, the same bytes each time."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from PIL import Image

from i2v_core import storage
from i2v_core.datasets import epic_pickle
from i2v_core.datasets.importers import bu101, epic_kitchens, hmdb51, olympic_sports, ucf101
from i2v_core.datasets.mini_world import a2u_classes
from i2v_core.datasets.mini_world.epic_layout import DOMAINS, VIDEO_NUMBERS
from i2v_core.datasets.mini_world.kitchen_verbs import VERBS
from i2v_core.datasets.mini_world.video_classes import (
    BU101_CLASSES,
    HMDB51_CLASSES,
    OLYMPIC_SPORTS_CLASSES,
    UCF101_CLASSES,
)
from i2v_core.media.decoding import read_video
from i2v_core.stages import make_mini_video_world

FEW = {
    "groups_per_class": 3,
    "clips_per_group": 1,
    "olympic_train_videos": 2,
    "olympic_test_videos": 1,
    "photos_per_class": 3,
    "kitchen_train_segments": 3,
    "kitchen_test_segments": 1,
    "segments_per_video": 6,
    "frames_min": 6,
    "frames_max": 8,
    "segment_sec_min": 0.5,
    "segment_sec_max": 0.75,
}
IMPORTERS = {
    "ucf101": ucf101,
    "hmdb51": hmdb51,
    "olympic_sports": olympic_sports,
    "epic_kitchens": epic_kitchens,
    "bu101": bu101,
    "ucf101_a2u": ucf101,
}


def made(folder: Path, dataset: str, **settings) -> Path:
    out, listing = folder / dataset, folder / f"{dataset}.csv"
    make_mini_video_world.run(dataset=dataset, out=out, listing=listing, seed=3, settings=FEW | settings)
    return out


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("video_world")
    return {dataset: made(folder, dataset) for dataset in make_mini_video_world.WRITERS}


def annotations(world):
    folder = world["epic_kitchens"] / "annotations"
    tables = {path.stem: epic_pickle.read_table(path) for path in sorted(folder.glob("*.pkl"))}
    return pd.read_csv(folder / "EPIC_train_action_labels.csv"), tables


@pytest.mark.parametrize(
    ("dataset", "items", "classes", "parts"),
    [
        ("ucf101", 39, set(UCF101_CLASSES), {"train": 26, "test": 13}),
        ("hmdb51", 27, set(HMDB51_CLASSES), {"train": 18, "test": 9}),
        ("olympic_sports", 12, set(OLYMPIC_SPORTS_CLASSES), {"train": 8, "test": 4}),
        ("epic_kitchens", 60, set(VERBS), {"train": 45, "test": 15}),
        ("bu101", 30, None, {"train": 30}),
        ("ucf101_a2u", 30, set(a2u_classes.UCF101_CLASSES), {"train": 20, "test": 10}),
    ],
)
def test_the_importer_reads_it_without_a_problem(world, dataset, items, classes, parts):
    catalog, problems = IMPORTERS[dataset].index(world[dataset])
    assert problems.empty, problems.to_string()
    assert len(catalog) == items
    assert set(catalog["label"]) == (classes or set(catalog["label"]))
    assert Counter(catalog["split1"]) == parts
    assert catalog["label"].value_counts().nunique() == 1  # classes are equally large


def test_bu101_has_the_classes_of_its_table_in_any_spelling_and_two_formats(tmp_path):
    root = made(tmp_path, "bu101", photos_per_class=20)
    assert {path.name for path in root.iterdir()} == set(BU101_CLASSES)
    catalog, _ = bu101.index(root)
    assert set(catalog["label"]) <= set(UCF101_CLASSES)
    assert Counter(path.suffix for path in (root / "PushUps").iterdir()) == {".jpg": 18, ".png": 2}
    assert Image.open(root / "PushUps" / "PushUps_0020.png").mode == "RGBA"


def test_same_seed_same_bytes(world, tmp_path):
    for dataset in ("olympic_sports", "epic_kitchens"):
        made(tmp_path, dataset)
        first, again = ((folder / f"{dataset}.csv").read_bytes() for folder in (world[dataset].parent, tmp_path))
        assert first == again
        files = storage.read_csv(tmp_path / f"{dataset}.csv")
        assert files["bytes"].sum() == sum((tmp_path / dataset / path).stat().st_size for path in files["path"])


def test_a_clip_does_not_depend_on_how_many_there_are(world, tmp_path):
    more = made(tmp_path, "hmdb51", groups_per_class=5, clips_per_group=2)
    files = [path for path in sorted(world["hmdb51"].rglob("*.avi")) if "punch" in path.parent.name]
    assert len(files) == 3
    for path in files:
        assert path.read_bytes() == (more / path.relative_to(world["hmdb51"])).read_bytes()


def test_videos_have_the_size_and_length_asked_for(world):
    for dataset, size in (
        ("ucf101", (72, 96, 3)),
        ("ucf101_a2u", (72, 96, 3)),
        ("hmdb51", (72, 116, 3)),
        ("olympic_sports", (72, 96, 3)),
    ):
        frames, fps = read_video(sorted(world[dataset].rglob("*.avi"))[1])
        assert frames.shape[1:] == size
        assert 6 <= len(frames) <= 8
        assert fps == 12


def test_lists_of_olympic_sports_are_spelled_as_the_real_ones(world):
    folder = world["olympic_sports"] / "train_test_split"
    names = {"basketball layup.txt", "discus throw.txt", "springboard 3m.txt", "tennis serve.txt"}
    for part, count in (("train", 2), ("test", 1)):
        assert {path.name for path in (folder / part).iterdir()} == names
        lines = (folder / part / "springboard 3m.txt").read_text().splitlines()
        assert len(lines) == count
        assert all((world["olympic_sports"] / "diving_springboard_3m" / f"{line}.avi").is_file() for line in lines)


def test_hmdb51_names_two_people_where_one_hits_the_other(world):
    assert all("_np2_" in path.name for path in (world["hmdb51"] / "punch").iterdir())
    assert all("_np1_" in path.name for path in (world["hmdb51"] / "walk").iterdir())


def test_segments_follow_one_another_and_fill_their_video(world):
    table, pickles = annotations(world)
    segments = pd.concat([table, *(pickles[f"{domain}_test"] for domain in DOMAINS)]).astype(
        {"start_frame": int, "stop_frame": int}
    )
    for video, rows in segments.groupby("video_id"):
        frames, fps = read_video(world["epic_kitchens"] / "videos" / video[:3] / f"{video}.MP4")
        assert frames.shape[1:] == (64, 112, 3)
        rows = rows.sort_values("start_frame")
        starts, stops = rows["start_frame"].to_numpy(), rows["stop_frame"].to_numpy()
        assert (starts[1:] > stops[:-1]).all()
        assert stops[-1] < len(frames)
        times = [Decimal(time.rpartition(":")[2]) for time in rows["start_timestamp"]]
        assert [float(time) * fps for time in times] == starts.tolist()  # quarters of a second are exact at 12 a second
        assert set(stops - starts) <= {6, 9}


def test_the_table_has_the_train_videos_of_all_verbs_and_the_real_columns(world):
    table, _ = annotations(world)
    assert ",".join(table.columns) == (
        "uid,participant_id,video_id,narration,start_timestamp,stop_timestamp,start_frame,stop_frame,verb,verb_class,"
        "noun,noun_class,all_nouns,all_noun_classes"
    )
    assert Counter(table["participant_id"]) == dict.fromkeys(("P01", "P08", "P22"), 17)  # 15, and 2 of another verb
    assert Counter(table["verb_class"]) == {0: 9, 1: 9, 2: 9, 3: 9, 4: 9, 9: 6}
    numbers = table["video_id"].str.split("_").str[1].astype(int)
    for participant, number in zip(table["participant_id"], numbers, strict=True):
        assert number in VIDEO_NUMBERS[participant]["train"]
    row = table.iloc[0]
    assert row["narration"] == f"{row['verb'].replace('-', ' ')} {row['noun']}"
    assert row["all_nouns"] == f"['{row['noun']}']"


@pytest.mark.parametrize(("domain", "participant"), [("D1", "P08"), ("D2", "P01"), ("D3", "P22")])
def test_pickles_hold_the_benchmark_of_one_kitchen(world, domain, participant):
    table, pickles = annotations(world)
    train, test = (pickles[f"{domain}_{part}"].astype({"uid": int, "verb_class": int}) for part in ("train", "test"))
    assert list(train.columns) == list(table.columns[:10])
    mine = table[(table["participant_id"] == participant) & (table["verb_class"] <= 7)]
    assert train["uid"].tolist() == mine["uid"].tolist()
    assert train["video_id"].tolist() == mine["video_id"].tolist()
    assert sorted(test["verb_class"]) == [0, 1, 2, 3, 4]
    assert set(test["participant_id"]) == {participant}
    assert set(test["uid"]).isdisjoint(table["uid"])  # no table but this one has the labels of test segments
    assert set(test["video_id"]).isdisjoint(table["video_id"])


def test_pandas_reads_its_own_format(world):
    for path in (world["epic_kitchens"] / "annotations").glob("*.pkl"):
        again = pd.read_pickle(path)
        safe = epic_pickle.read_table(path)
        assert again.astype(str).to_numpy().tolist() == safe.astype(str).to_numpy().tolist()
        assert {str(kind) for kind in again.dtypes} == {"object", "int64"}


@pytest.mark.parametrize(
    ("dataset", "change"),
    [
        ("olympic_sports", {"fps": 10}),
        ("olympic_sports", {"gap": 0.0}),
        ("hmdb51", {"speed_jitter": 0.5}),
        ("olympic_sports", {"codec_quantiser": 20}),
        ("olympic_sports", {"styles": {"olympic_sports": {"grain": 0.0}}}),
        ("epic_kitchens", {"segments_per_video": 4}),
        ("epic_kitchens", {"pause_sec_max": 3.0}),
        ("epic_kitchens", {"segment_sec_max": 2.0}),
    ],
)
def test_each_setting_changes_something(world, tmp_path, dataset, change):
    made(tmp_path, dataset, **change)
    assert (tmp_path / f"{dataset}.csv").read_bytes() != (world[dataset].parent / f"{dataset}.csv").read_bytes()


def test_an_unknown_data_set_or_setting_leaves_nothing_behind(tmp_path):
    with pytest.raises(ValueError, match=r"data set 'kinetics' found, one of \['action_db'.*wanted; see params.yaml"):
        made(tmp_path, "kinetics")
    with pytest.raises(ValueError, match=r"\['photo_per_class'\] found"):
        made(tmp_path, "bu101", photo_per_class=3)
    assert list(tmp_path.iterdir()) == []
