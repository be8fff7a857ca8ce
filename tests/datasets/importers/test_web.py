"""Web images and web videos as crawlers and downloaders leave them."""

import pytest

from i2v_core.datasets.importers import web_images, web_videos
from tests.datasets import trees


def test_images_at_any_depth_are_of_the_class_of_the_first_folder(tmp_path):
    root = trees.images(tmp_path, {"Archery": ["1.jpg", "page2/2.JPG", "page2/more/3.png"], "Yo Yo": ["a.webp"]})
    items, problems = web_images.index(root)
    assert problems.empty
    assert items[["id", "label", "kind"]].values.tolist() == [
        ["Archery/1", "Archery", "image"],
        ["Archery/page2/2", "Archery", "image"],
        ["Archery/page2/more/3", "Archery", "image"],
        ["Yo Yo/a", "Yo Yo", "image"],
    ]
    assert set(items[["split1", "split2", "split3"]].values.ravel()) == {"train"}


def test_what_crawlers_leave_beside_images_is_let_be_and_other_files_are_problems(tmp_path):
    left = ["index.html", "meta.json", "list.CSV", "5.jpg.part", ".hidden"]
    root = trees.images(tmp_path, {"run": ["1.jpg", *left, "noname", "film.mp4"]})
    items, problems = web_images.index(root)
    assert items["id"].tolist() == ["run/1"]
    assert trees.kinds(problems) == [("run/film.mp4", "surplus"), ("run/noname", "surplus")]


def test_files_that_share_a_stem_keep_their_suffix_in_their_ids(tmp_path):
    items, problems = web_images.index(trees.images(tmp_path, {"run": ["1.jpg", "1.png", "2.jpg"]}))
    assert items["id"].tolist() == ["run/1.jpg", "run/1.png", "run/2"]
    assert problems.empty


def test_an_empty_file_a_stray_and_a_class_without_media_are_problems(tmp_path):
    root = trees.images(tmp_path, {"run": ["1.jpg"], "walk": ["a.txt"]})
    trees.put(root / "run/2.jpg", "")
    trees.put(root / "stray.jpg")
    _, problems = web_images.index(root)
    assert trees.kinds(problems) == [("run/2.jpg", "undecodable"), ("stray.jpg", "surplus"), ("walk", "missing")]


def test_a_video_is_its_own_group_and_thumbnails_beside_it_are_let_be(tmp_path):
    root = trees.images(
        tmp_path, {"run": ["how to #1-abc.mp4", "how to #1-abc.info.json", "how to #1-abc.jpg", "x/b.WEBM", "x/c.m4v"]}
    )
    items, problems = web_videos.index(root)
    assert problems.empty
    assert items[["id", "group", "kind"]].values.tolist() == [
        ["run/how to #1-abc", "run/how to #1-abc", "video"],
        ["run/x/b", "run/x/b", "video"],
        ["run/x/c", "run/x/c", "video"],
    ]


@pytest.mark.parametrize("importer", [web_images, web_videos])
def test_no_class_folder_is_an_error_that_says_what_belongs_there(tmp_path, importer):
    with pytest.raises(FileNotFoundError, match=r"<class>/<(image|video)>, perhaps in folders below the class wanted"):
        importer.index(tmp_path)
