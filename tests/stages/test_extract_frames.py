import h5py
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from i2v_core import storage
from i2v_core.media.frames import FrameStore
from i2v_core.stages import extract_frames, make_index
from tests import toy


@pytest.fixture
def given(tmp_path):
    """A data set of two videos, an image, a cut video and an empty image."""
    root = tmp_path / "raw"
    root.mkdir()
    clip = toy.clip("red", domain="videos", length=12, seed=0, height=48, width=64)
    toy.write_video(root / "a.avi", clip)
    toy.write_video(root / "b.avi", clip[:5])
    Image.fromarray(clip[0]).save(root / "c.png")
    (root / "cut.avi").write_bytes((root / "a.avi").read_bytes()[:3000])
    (root / "empty.jpg").write_bytes(b"")
    names = ["a.avi", "b.avi", "c.png", "cut.avi", "empty.jpg"]
    kinds = ["video", "video", "image", "video", "image"]
    table = pd.DataFrame({"id": [name[:-4] for name in names], "path": names, "kind": kinds})
    storage.write_csv(table, tmp_path / "catalog.csv")
    return {
        "dataset": "d",
        "catalog": tmp_path / "catalog.csv",
        "root": root,
        "shard": 0,
        "shards": 1,
        "short_side_px": 64,
        "jpeg_quality": 95,
        "out": tmp_path / "out" / "0.h5",
        "problems": tmp_path / "out" / "0.csv",
    }


def test_readable_files_are_stored_and_others_become_problems(given):
    extract_frames.run(**given)
    store = FrameStore([given["out"]])
    assert {key: store.length(key) for key in ("d/a", "d/b", "d/c")} == {"d/a": 12, "d/b": 5, "d/c": 1}
    assert len(store) == 3
    problems = storage.read_csv(given["problems"])
    assert problems.columns.tolist() == ["path", "problem", "found", "wanted"]
    assert problems["path"].tolist() == ["cut.avi", "empty.jpg"]
    assert set(problems["problem"]) == {"undecodable"}
    assert problems["wanted"].tolist() == ["a readable video", "a readable image"]
    assert "not a readable image" in problems["found"][1]
    with h5py.File(given["out"]) as file:
        assert file["fps"][:].tolist() == [25.0, 25.0, 0.0]


def test_without_problems_the_table_has_its_columns_alone(given):
    table = storage.read_csv(given["catalog"]).head(3)
    storage.write_csv(table, given["catalog"])
    extract_frames.run(**given)
    assert given["problems"].read_text() == "path,problem,found,wanted\n"


def test_shards_part_the_catalog(given, tmp_path):
    keys = []
    for shard in range(7):  # more than there are items: some are empty
        out = tmp_path / f"{shard}.h5"
        extract_frames.run(**{**given, "shard": shard, "shards": 7, "out": out})
        keys += [key for key in ("d/a", "d/b", "d/c") if key in FrameStore([out])]
    assert sorted(keys) == ["d/a", "d/b", "d/c"]
    assert len(FrameStore([tmp_path / f"{shard}.h5" for shard in range(7)])) == 3


@pytest.mark.parametrize(("name", "value"), [("short_side_px", 24), ("jpeg_quality", 20), ("dataset", "e")])
def test_every_setting_matters_and_a_second_run_repeats(given, name, value):
    extract_frames.run(**given)
    first = given["out"].read_bytes()
    extract_frames.run(**given)
    assert given["out"].read_bytes() == first
    extract_frames.run(**{**given, name: value})
    assert given["out"].read_bytes() != first


def test_frames_are_shrunk_to_the_short_side(given):
    extract_frames.run(**{**given, "short_side_px": 24})
    store = FrameStore([given["out"]])
    assert store.frames("d/a", [0]).shape == (1, 24, 32, 3)
    assert store.frames("d/c", [0]).shape == (1, 24, 32, 3)
    assert store.frames("d/a", [0]).dtype == np.uint8


def test_a_missing_catalog_is_an_error_and_leaves_nothing(given):
    given["catalog"].unlink()
    with pytest.raises(FileNotFoundError, match=r"catalog\.csv"):
        extract_frames.run(**given)
    assert not given["out"].exists()
    assert not given["problems"].exists()


@pytest.fixture
def segments(given, tmp_path):
    """Two segments of one video, one that it lacks, and a whole video."""
    rows = [
        ("a_1", "a.avi", "video", 0.0, 0.2),
        ("a_2", "a.avi", "video", 0.12, 0.4),
        ("a_3", "a.avi", "video", 0.4, 2.0),
        ("b", "b.avi", "video", "", ""),
    ]
    storage.write_csv(pd.DataFrame(rows, columns=["id", "path", "kind", "start_s", "stop_s"]), given["catalog"])
    return given


def test_segments_of_one_video_are_items_of_their_own(segments):
    extract_frames.run(**segments)
    store = FrameStore([segments["out"]])
    assert {key: store.length(key) for key in store} == {"d/a_1": 5, "d/a_2": 7, "d/b": 5}
    assert np.array_equal(store.frames("d/a_1", [3, 4]), store.frames("d/a_2", [0, 1]))


def test_a_segment_that_cannot_be_read_is_a_problem_of_its_own(segments):
    extract_frames.run(**segments)
    problems = storage.read_csv(segments["problems"])
    assert problems["path"].tolist() == ["a.avi#t=0.4,2.0"]
    assert "a.avi from 0.4 to 2.0 s: 2 frames, the last decoded at 0.440 s" in problems["found"][0]


def test_the_index_lacks_that_segment_alone(segments, tmp_path):
    extract_frames.run(**segments)
    catalog = storage.read_csv(segments["catalog"])
    catalog = catalog.assign(label="x", group="", split1="train", split2="train", split3="train")
    storage.write_csv(catalog, tmp_path / "full.csv")
    paths = {"catalog": tmp_path / "full.csv", "problems": [segments["problems"]], "out": tmp_path / "index.csv"}
    make_index.run(name="d", policy="drop", report=tmp_path / "report.csv", **paths)
    assert storage.read_csv(tmp_path / "index.csv")["id"].tolist() == ["a_1", "a_2", "b"]
