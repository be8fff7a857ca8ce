"""The mini world's web data: what is planted is there, and where the truth says."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from i2v_core.datasets.importers import kinetics, web_images, web_videos
from i2v_core.datasets.mini_world import video_layouts, web_layouts, web_photos, web_target
from i2v_core.datasets.mini_world import web_videos as drawn
from i2v_core.datasets.mini_world.web_classes import KINETICS_CLASSES, UCF101_CLASSES
from i2v_core.datasets.mini_world.web_settings import WebSettings, web_settings_from
from i2v_core.media import decoding
from i2v_core.stages import make_mini_web_world

TARGET = {
    "groups_per_class": 3,
    "clips_per_group": 1,
    "video_width_px": 48,
    "video_height_px": 36,
    "frames_min": 8,
    "frames_max": 10,
}
FEW = {
    "images_per_class": 6,
    "copies_per_class": 3,
    "videos_per_class": 2,
    "shots_min": 2,
    "shots_max": 3,
    "shot_frames_min": 8,
    "shot_frames_max": 10,
    "kinetics_train_videos": 1,
    "kinetics_val_videos": 1,
    "target": TARGET,
}


def made(folder, dataset, **changes):
    place = {name: folder / f"{dataset}{end}" for name, end in (("out", ""), ("listing", ".csv"), ("truth", "_t.csv"))}
    make_mini_web_world.run(dataset=dataset, seed=0, settings={**FEW, **changes}, **place)
    return place["out"], pd.read_csv(place["truth"], keep_default_na=False)


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    return made(tmp_path_factory.mktemp("web"), "web_images")


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    return made(tmp_path_factory.mktemp("web"), "web_videos")


def test_the_importer_finds_each_image_that_the_truth_names(images):
    items, problems = web_images.index(images[0])
    assert sorted(items["path"]) == sorted(images[1]["path"])
    assert problems.empty
    assert set(items["label"]) == set(UCF101_CLASSES)


def test_copies_are_of_each_kind_and_of_videos_that_the_target_has(images):
    copies = images[1][images[1]["fate"] == "copy"]
    assert copies.groupby("class")["copy_kind"].agg(set).tolist() == [{"resized", "recompressed", "cropped"}] * 8
    assert copies["copy_of"].str.fullmatch(r"v_\w+_g0[123]_c01").all()


def test_a_copied_clip_is_the_one_that_the_target_writes(tmp_path):
    """Drawn again from its seed, up to the coding of the video."""
    settings = web_settings_from(FEW)
    video_layouts.write_ucf101(tmp_path, settings.target_seed, settings.target_settings())
    for number in (0, 2):
        clip = web_target.ucf101_clip("HandstandPushups", number, settings)
        frames, _ = decoding.read_video(tmp_path / "UCF-101/HandstandPushups" / f"{clip.id}.avi")
        assert frames.shape == clip.frames.shape
        assert np.abs(frames.astype(int) - clip.frames).mean() < 6


@pytest.mark.parametrize("fate", ["off_topic", "text", "cartoon", "wrong_label"])
def test_a_share_of_1_gives_every_image_that_fate(fate):
    shares = dict.fromkeys(("off_topic_share", "text_share", "cartoon_share", "wrong_label_share"), 0.0)
    settings = web_settings_from({**FEW, **shares, f"{fate}_share": 1.0, "copies_per_class": 0})
    clean = replace(settings, **{f"{fate}_share": 0.0})
    for number in range(3):
        image = web_photos.web_image("ucf101", "Archery", number, 0, settings)
        assert image.fate == fate
        assert (image.action == "archery") == (fate in ("text", "cartoon"))
        plain = web_photos.web_image("ucf101", "Archery", number, 0, clean)
        assert (plain.fate, plain.action) == ("clean", "archery")
        assert image.picture.shape != plain.picture.shape or not np.array_equal(image.picture, plain.picture)


def test_shots_follow_each_other_within_the_frames_of_their_video(videos):
    folder, truth = videos
    items, problems = web_videos.index(folder)
    assert problems.empty
    assert sorted(items["path"]) == sorted(set(truth["path"]))
    for path, shots in truth.groupby("path"):
        frames, _ = decoding.read_video(folder / path)
        assert shots["stop"].iloc[-1] == len(frames)
        assert (shots["start"].to_numpy()[1:] >= shots["stop"].to_numpy()[:-1]).all()
        assert shots["content"].isin(["relevant", "copy", *drawn.IRRELEVANT]).all()
        assert shots["content"].isin(["relevant", "copy"]).any()


def test_each_share_of_videos_matters():
    for change, fates in (
        ({"wrong_video_share": 1.0, "copy_video_share": 0.0}, {"wrong_label"}),
        ({"copy_video_share": 1.0}, {"copy"}),
    ):
        settings = web_settings_from({**FEW, **change})
        assert {drawn.web_video("ucf101", "PullUps", number, 0, settings).fate for number in range(3)} == fates
    all_relevant = web_settings_from({**FEW, "irrelevant_share": 0.0, "copy_video_share": 0.0})
    shots = drawn.web_video("ucf101", "PullUps", 0, 0, all_relevant).shots
    assert {shot.content for shot in shots} == {"relevant"}


def test_kinetics_has_both_parts_lists_and_no_video_twice(tmp_path):
    folder, truth = made(tmp_path, "kinetics400")
    items, problems = kinetics.index(folder)
    assert problems.empty
    assert truth.empty
    assert items.groupby("label")["split1"].agg(sorted).tolist() == [["test", "train"]] * len(KINETICS_CLASSES)
    assert items["group"].is_unique


def test_the_same_seed_gives_the_same_bytes(images, tmp_path):
    made(tmp_path, "web_images")
    assert (tmp_path / "web_images.csv").read_bytes() == images[0].with_name("web_images.csv").read_bytes()


def test_pages_of_results_have_their_own_folders(tmp_path):
    settings = WebSettings(images_per_class=web_layouts.PAGE + 1, copies_per_class=0, target=TARGET)
    web_layouts.write_web_images(tmp_path / "w", "kinetics400", 0, settings, tmp_path / "t.csv")
    assert (tmp_path / "w/squat/page2/img_0025.jpg").is_file()


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"pages": 3}, r"\['pages'\] found, names from"),
        ({"text_share": 1.5}, "text_share: 1.5 found, a share in 0..1 wanted"),
        ({"images_per_class": 2.0}, "images_per_class: 2.0 found, a whole number not below 0 wanted"),
        ({"shots_min": 5}, "shots_min, shots_max: 5 and 4 found"),
        ({"text_share": 0.6, "cartoon_share": 0.6}, "shares of images: 1.36 together found, at most 1 wanted"),
        ({"target": {"fps": -1}}, "mini world setting fps: -1 found"),
    ],
)
def test_wrong_settings_are_named(values, message):
    with pytest.raises(ValueError, match=message):
        web_settings_from(values)


def test_an_unknown_dataset_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"web world dataset 'bing' found, one of \['kinetics400', 'web_images'"):
        made(tmp_path, "bing")
