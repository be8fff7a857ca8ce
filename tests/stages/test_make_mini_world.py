"""The stage writes each real data set's layout, the same bytes each time, and nothing on an error."""

import re
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from i2v_core import storage
from i2v_core.datasets.mini_world.classes import PRETRAINING_CLASSES
from i2v_core.datasets.mini_world.video_layouts import held_out_split
from i2v_core.media.decoding import read_image, read_video
from i2v_core.stages import make_mini_world

FEW = {
    "photos_per_class": 4,
    "groups_per_class": 6,
    "clips_per_group": 1,
    "pretrain_images_per_class": 2,
    "pretrain_videos_per_class": 1,
    "frames_min": 6,
    "frames_max": 8,
    "short_share": 0.0,
}


def made(folder: Path, dataset: str, **settings) -> Path:
    out = folder / dataset
    make_mini_world.run(dataset=dataset, out=out, listing=folder / f"{dataset}.csv", seed=3, settings=FEW | settings)
    return out


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("world")
    return {dataset: made(folder, dataset) for dataset in make_mini_world.WRITERS}


@pytest.mark.parametrize("dataset", ["hii", "hmdb51"])
def test_same_seed_same_bytes(world, tmp_path, dataset):
    made(tmp_path, dataset)
    first, again = (
        path.read_bytes() for path in (world[dataset].parent / f"{dataset}.csv", tmp_path / f"{dataset}.csv")
    )
    assert first == again


def test_the_listing_names_every_file_with_its_size(world):
    rows = storage.read_csv(world["hii"].parent / "hii.csv", ("path", "bytes", "sha256"))
    assert rows["path"].tolist() == sorted(
        f"{name}/{n:03d}.jpg" for name in ("hugging", "kicking", "talking") for n in range(1, 5)
    )
    assert rows["bytes"].tolist() == [(world["hii"] / path).stat().st_size for path in rows["path"]]


def test_stanford40_lists_agree_with_the_pictures(world):
    root = world["stanford40"]
    splits = root / "ImageSplits"
    pictures = {path.name for path in (root / "JPEGImages").iterdir()}
    train, test = ((splits / f"{part}.txt").read_text().split() for part in ("train", "test"))
    assert sorted(train + test) == sorted(pictures)
    assert (len(train), len(test)) == (13 * 2, 13 * 2)
    assert (
        splits / "writing_on_a_board_train.txt"
    ).read_text() == "writing_on_a_board_001.jpg\nwriting_on_a_board_002.jpg\n"
    header, *lines = (splits / "actions.txt").read_text().splitlines()
    assert header.split() == ["action_name", "number_of_images"]
    assert [line.split() for line in lines][:2] == [["applauding", "4"], ["brushing_teeth", "4"]]


def test_stanford40_boxes_lie_in_the_pictures(world):
    for path in sorted((world["stanford40"] / "XMLAnnotations").iterdir())[::7]:
        entry = ElementTree.parse(path).getroot()
        width, height = Image.open(world["stanford40"] / "JPEGImages" / entry.findtext("filename")).size
        assert (int(entry.findtext("size/width")), int(entry.findtext("size/height"))) == (width, height)
        left, right, top, bottom = (
            int(entry.findtext(f"object/bndbox/{key}")) for key in ("xmin", "xmax", "ymin", "ymax")
        )
        assert 0 <= left < right < width
        assert 0 <= top < bottom < height
        assert entry.findtext("object/action") == path.stem.rpartition("_")[0]


def test_bu101_has_mixed_spellings_and_formats(tmp_path):
    root = made(tmp_path, "bu101", photos_per_class=20)
    assert {path.name for path in root.iterdir()} >= {"Archery", "bodyweightsquats", "boxing_speed_bag", "pull-ups"}
    assert Counter(path.suffix for path in (root / "Archery").iterdir()) == {".jpg": 18, ".png": 2}
    assert Image.open(root / "Archery" / "Archery_0020.png").mode == "RGBA"


def test_grey_photos_are_stored_as_such(tmp_path):
    root = made(tmp_path, "hii", photo_gray_share=1.0)
    assert {Image.open(path).mode for path in root.rglob("*.jpg")} == {"L"}
    assert read_image(next(root.rglob("*.jpg"))).shape[2] == 3


def test_ucf101_lists_have_windows_line_ends_ids_from_one_and_one_odd_name(world):
    lists = world["ucf101"] / "ucfTrainTestlist"
    for path in lists.iterdir():
        content = path.read_bytes()
        assert content.count(b"\r\n") == content.count(b"\n") > 0
    assert (lists / "classInd.txt").read_text().split()[:2] == ["1", "Archery"]
    train, test = ((lists / f"{part}list01.txt").read_text().splitlines() for part in ("train", "test"))
    assert train[0] == "Archery/v_Archery_g03_c01.avi 1"
    assert test[0] == "Archery/v_Archery_g01_c01.avi"
    odd = {
        path.parent.name
        for path in (world["ucf101"] / "UCF-101").rglob("*.avi")
        if f"v_{path.parent.name}_" not in path.name
    }
    assert odd == {"HandstandPushups"}
    assert (world["ucf101"] / "UCF-101/HandstandPushups/v_HandStandPushups_g01_c01.avi").is_file()


def test_ucf101_splits_cover_all_videos_and_keep_groups_together(world):
    files = {path.relative_to(world["ucf101"] / "UCF-101").as_posix() for path in world["ucf101"].rglob("*.avi")}
    tested = []
    for split in (1, 2, 3):
        lists = [
            (world["ucf101"] / "ucfTrainTestlist" / f"{part}list0{split}.txt").read_text() for part in ("train", "test")
        ]
        train, test = ({line.split()[0] for line in text.splitlines()} for text in lists)
        assert train | test == files
        groups = [{re.sub(r"_c\d+", "", file) for file in part} for part in (train, test)]
        assert groups[0].isdisjoint(groups[1])
        tested += sorted(test)
    assert sorted(tested) == sorted(files)


def test_fifteen_groups_are_tested_by_fives():
    assert [held_out_split(group, 15) for group in range(1, 16)] == [1] * 5 + [2] * 5 + [3] * 5


def test_hmdb51_codes_blanks_and_groups(world):
    root = world["hmdb51"]
    folder = root / "testTrainMulti_7030_splits"
    assert len(list(folder.iterdir())) == 9 * 3
    for split in (1, 2, 3):
        lines = (folder / f"run_test_split{split}.txt").read_text().split("\n")[:-1]
        assert all(re.fullmatch(r"\S+\.avi [012] ", line) for line in lines)
        codes = dict(line.split() for line in lines)
        assert set(codes) == {path.name for path in (root / "run").iterdir()}
        assert Counter(codes.values()) == {"1": 3, "2": 2, "0": 1}


def test_hmdb51_groups_never_straddle_a_split(tmp_path):
    root = made(tmp_path, "hmdb51", clips_per_group=2)
    for path in (root / "testTrainMulti_7030_splits").iterdir():
        codes: dict[str, set] = {}
        for line in path.read_text().splitlines():
            file, code = line.split()
            codes.setdefault(re.sub(r"_\d\.avi$", "", file), set()).add(code)
        assert all(len(found) == 1 for found in codes.values())
        assert len(codes) == 6


def test_hmdb51_names_have_the_awkward_characters_and_endings(tmp_path):
    root = made(tmp_path, "hmdb51", groups_per_class=15)
    names = {path.name for path in (root / "clap").iterdir()}
    assert set("()!#[]&+;~@") <= set("".join(names))
    assert not set(" ,") & set("".join(names))
    assert any(one != other and one.endswith(other) for one in names for other in names)


def test_pretraining_layouts(world):
    assert {path.name for path in world["pretrain_images"].iterdir()} == set(PRETRAINING_CLASSES)
    names = [path.name for path in world["pretrain_videos"].glob("train/*/*")]
    assert len(names) == len(PRETRAINING_CLASSES)
    assert all(re.fullmatch(r"[\w-]{11}_\d{6}_\d{6}\.mp4", name) for name in names)


def test_videos_decode_to_the_length_and_size_asked_for(world):
    for path in [*sorted(world["ucf101"].rglob("*.avi"))[::20], *sorted(world["pretrain_videos"].rglob("*.mp4"))[::6]]:
        frames, fps = read_video(path)
        assert 6 <= len(frames) <= 8
        assert frames.shape[1:] == (72, 96, 3)
        assert fps == 12


def test_a_coarser_quantiser_makes_smaller_files(world, tmp_path):
    coarse = made(tmp_path, "hmdb51", codec_quantiser=31)
    sizes = [sum(path.stat().st_size for path in root.rglob("*.avi")) for root in (world["hmdb51"], coarse)]
    assert sizes[1] < 0.85 * sizes[0]


def test_wrong_and_missing_actions_appear_in_their_share(world, tmp_path):
    clean = made(tmp_path / "clean", "hii", photo_off_topic_share=0.0, photo_wrong_label_share=0.0)
    wrong = made(tmp_path / "wrong", "hii", photo_off_topic_share=0.0, photo_wrong_label_share=1.0)
    bare = made(tmp_path / "bare", "hii", photo_off_topic_share=1.0, photo_wrong_label_share=0.0)
    listings = [storage.read_csv(root.parent / "hii.csv")["sha256"].tolist() for root in (clean, wrong, bare)]
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert not set(listings[one]) & set(listings[other])


def test_pretraining_images_mix_both_looks(tmp_path):
    photos, frames = (
        made(tmp_path / name, "pretrain_images", pretrain_video_look_share=share)
        for name, share in (("p", 0.0), ("f", 1.0))
    )
    assert {Image.open(path).size for path in frames.rglob("*.jpg")} == {(96, 72)}
    assert len({Image.open(path).size for path in photos.rglob("*.jpg")}) > 10


def test_counts_follow_the_settings(world):
    counts = {
        name: len([path for path in root.rglob("*") if path.suffix in (".jpg", ".png", ".avi", ".mp4")])
        for name, root in world.items()
    }
    wanted = {
        "stanford40": 52,
        "hii": 12,
        "bu101": 32,
        "ucf101": 84,
        "hmdb51": 54,
        "pretrain_images": 24,
        "pretrain_videos": 12,
    }
    assert counts == wanted
    assert np.array([read_image(path).std() for path in world["hii"].rglob("*.jpg")]).min() > 0


def test_an_unknown_data_set_leaves_nothing_behind(tmp_path):
    with pytest.raises(ValueError, match=r"data set 'kinetics' found, one of \['bu101'.*wanted; see params.yaml"):
        made(tmp_path, "kinetics")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_setting_leaves_nothing_behind(tmp_path):
    with pytest.raises(ValueError, match=r"\['photo_per_class'\] found"):
        made(tmp_path, "hii", photo_per_class=3)
    assert list(tmp_path.iterdir()) == []
